"""What `scripts/soak websocket` runs: thousands of WebSockets that talk, come, go, vanish and fall silent."""

import random
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from sluice import BUILD, Sluice, wait_until

CONFIG = """
[server]
workers = 2
[server.timeouts]
header = "3s"

[[websocket]]
path = "/echo"
ping = "10s"
pong_timeout = "5s"
close_timeout = "2s"

[[websocket]]
path = "/room/{room}"
room = "{room}"
ping = "10s"
pong_timeout = "5s"
close_timeout = "2s"
"""

HANDSHAKE = ("GET {} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
KEY = b"\x01\x20\x40\x7f"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
PATIENCE = 30  # seconds for whatever the server has to do
MEMBERS = 50  # of a room
WAYS = ("close", "cut", "reset", "torn", "deaf", "half-closed", "close")  # to leave
SILENT = 1000  # of those whose peer is gone without a word, at most at once
VICTIMS = 500  # connections of the process that is killed


def frame(opcode, payload=b""):
    """A whole masked frame."""
    size = len(payload)
    head = bytes((0x80 | opcode, 0x80 | size)) if size < 126 else struct.pack(">BBH", 0x80 | opcode, 0xFE, size)
    key = (KEY * (size // 4 + 1))[:size]
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")
    return head + KEY + masked.to_bytes(size, "big")


class Client:
    """One WebSocket, of which the server's messages are checked."""

    def __init__(self, port, path, number):
        self.path, self.number = path, number
        self.buffer = b""
        self.expected = None  # echo that is awaited
        self.said = 0  # messages sent in the room
        self.heard = {}  # the last message of each sender in the room
        self.closing = None  # when the closing handshake began
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.fd = self.socket.fileno()
        self.socket.sendall(HANDSHAKE.format(path).encode())
        while b"\r\n\r\n" not in self.buffer:
            data = self.socket.recv(4096)
            assert data, "the handshake was not answered"
            self.buffer += data
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        assert head.startswith(b"HTTP/1.1 101 "), head[:100]

    def frames(self):
        """The whole frames that have come: (opcode, payload)."""
        while len(self.buffer) >= 2:
            size, begin = self.buffer[1], 2
            if size == 126:
                if len(self.buffer) < 4:
                    return
                size, begin = struct.unpack_from(">H", self.buffer, 2)[0], 4
            assert size < 127 or begin == 4, "a frame that nobody sent"
            if len(self.buffer) < begin + size:
                return
            opcode, payload = self.buffer[0] & 0x0F, self.buffer[begin:begin + size]
            self.buffer = self.buffer[begin + size:]
            yield opcode, payload

    def talk(self, chance):
        if self.path != "/echo":
            self.said += 1
            self.socket.sendall(frame(TEXT, b"%d %d" % (self.number, self.said)))
        elif self.expected is None:
            self.expected = chance.randbytes(chance.randrange(2000))
            self.socket.sendall(frame(BINARY, self.expected))

    def take(self, payload):
        """A message of the server; says what it was."""
        if self.path == "/echo":
            assert payload == self.expected, "an echo differs"
            self.expected = None
            return "echoes"
        sender, count = map(int, payload.split())
        last = self.heard.get(sender, count - 1)
        assert count == last + 1, f"message {count} of a member came after {last}"
        self.heard[sender] = count
        return "deliveries"

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class Crowd:
    """All the clients of this process."""

    def __init__(self, port, size):
        self.port, self.size = port, size
        self.poll = select.epoll()
        self.clients = {}  # by descriptor
        self.deaf = []  # (when it fell silent, client), the oldest first
        self.unfinished = []  # (when, socket) of handshakes that were begun
        self.opened = 0
        self.counts, self.faults = Counter(), Counter()
        self.chance = random.Random()

    def fill(self, most=100):
        for _ in range(min(most, self.size - len(self.clients))):
            self.opened += 1
            rooms = max(1, self.size // 2 // MEMBERS)
            path = "/echo" if self.opened % 2 else f"/room/{self.chance.randrange(rooms)}"
            client = Client(self.port, path, self.opened)
            self.clients[client.fd] = client
            self.poll.register(client.fd, select.EPOLLIN)
            self.counts["opened"] += 1

    def forget(self, client):
        if self.clients.pop(client.fd, None):
            self.poll.unregister(client.fd)

    def attempt(self, client, act, *arguments):
        """Whatever goes wrong with a client is a fault of the server."""
        try:
            act(*arguments)
        except (AssertionError, OSError) as fault:
            self.faults[f"{client.path.split('/')[1]}: {type(fault).__name__} {fault}"] += 1
            self.forget(client)
            client.socket.close()

    def hear(self, seconds):
        """Reads what has come within so long."""
        for fd, _ in self.poll.poll(seconds):
            self.attempt(self.clients[fd], self.read, self.clients[fd])

    def read(self, client):
        data = client.socket.recv(65536)
        if not data:
            assert client.closing, "the server ended a connection"
            self.counts["closed"] += 1
            self.forget(client)
            client.socket.close()
            return
        client.buffer += data
        for opcode, payload in client.frames():
            if opcode == PING:
                client.socket.sendall(frame(PONG, payload))
                self.counts["pings"] += 1
            elif opcode in (TEXT, BINARY):
                self.counts[client.take(payload)] += 1
            else:
                assert opcode == CLOSE and client.closing, f"frame {opcode} {payload[:40]}"

    def some(self, count):
        """Clients that are not about to go."""
        fds = list(self.clients)
        found = (self.clients[fd] for fd in self.chance.sample(fds, min(count, len(fds))))
        return [client for client in found if not client.closing]

    def leave(self, client, way):
        """In one of WAYS. `torn` is the middle of a message."""
        if way == "close":  # it is forgotten when the server has answered and ended
            client.closing = time.monotonic()
            client.socket.sendall(frame(CLOSE, struct.pack(">H", 1000)))
            return
        self.forget(client)
        self.counts[way] += 1
        if way == "deaf":  # what is left of a connection when the peer's machine or network is gone: silence
            self.deaf.append((time.monotonic(), client))
            return
        if way == "torn":
            client.socket.sendall(frame(BINARY, bytes(1000))[:self.chance.randrange(1, 1000)])
        if way == "half-closed":
            client.socket.shutdown(socket.SHUT_WR)
            self.deaf.append((time.monotonic(), client))
        elif way == "reset":
            client.reset()
        else:
            client.socket.close()

    def begin_handshake(self):
        started = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        started.sendall(HANDSHAKE.format("/echo").encode()[:self.chance.randrange(100)])
        self.unfinished.append((time.monotonic(), started))
        self.counts["unfinished"] += 1

    def check_overdue(self, everything=False):
        """The server must have ended who fell silent, and who asked to close."""
        now = time.monotonic()
        while self.deaf and (everything or now - self.deaf[0][0] > PATIENCE):
            self.expect_end(self.deaf.pop(0)[1].socket, "a silent peer")
        while self.unfinished and (everything or now - self.unfinished[0][0] > PATIENCE):
            self.expect_end(self.unfinished.pop(0)[1], "an unfinished handshake")
        late = sum(1 for client in self.clients.values() if client.closing and now - client.closing > PATIENCE)
        if late:
            self.faults["a close was not answered"] = max(late, self.faults["a close was not answered"])

    def expect_end(self, peer, who):
        peer.setblocking(False)
        try:
            while peer.recv(65536):
                pass
        except BlockingIOError:
            self.faults[f"{who} is still connected"] += 1
        except OSError:
            pass
        peer.close()

    def live(self, seconds):
        """Talk and churn for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.hear(0.02)
            for client in self.some(40):
                # Two of three say nothing in a room: each word there is heard by fifty.
                if client.path == "/echo" or self.chance.random() < 0.3:
                    self.attempt(client, client.talk, self.chance)
            for client in self.some(6):
                way = self.chance.choice(WAYS)
                if len(self.deaf) < SILENT or way not in ("deaf", "half-closed"):
                    self.attempt(client, self.leave, client, way)
            if self.chance.random() < 0.2:
                self.begin_handshake()
            self.fill(50)
            self.check_overdue()

    def disperse(self):
        """Everybody leaves, a third each way."""
        for number, client in enumerate(list(self.clients.values())):
            if not client.closing:
                self.attempt(client, self.leave, client, WAYS[number % 3])
            if number % 100 == 0:
                self.hear(0)
        end = time.monotonic() + PATIENCE
        while (self.clients or self.deaf or self.unfinished) and time.monotonic() < end:
            self.hear(0.1)
            quiet = max((since for since, _ in self.deaf + self.unfinished), default=0)
            if time.monotonic() - quiet > PATIENCE * 2 / 3:
                self.check_overdue(everything=True)
        if self.clients:
            self.faults["a close was not answered"] += len(self.clients)


def hold(port, count):
    """The process that is killed: it reads nothing, so that some connections end with a reset, and some within a frame."""
    clients = [Client(port, "/echo" if i % 2 else f"/room/{i % 20}", i) for i in range(count)]
    for client in clients[::5]:
        client.socket.sendall(frame(BINARY, bytes(500))[:300])
    print("open", flush=True)
    time.sleep(PATIENCE)


class Victims:
    """A process with clients, of which nothing is left when it is killed."""

    def __init__(self, port):
        self.process = subprocess.Popen([sys.executable, __file__, "--hold", str(port), str(VICTIMS)],
                                        stdout=subprocess.PIPE, text=True)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        return VICTIMS


def mebibytes(octets):
    return f"{octets / (1 << 20):.1f} MiB"


def soak(server, crowd, minutes):
    """Returns the resident memory with the whole crowd there, every ten seconds."""
    end, memory, victims = time.monotonic() + minutes * 60, [], Victims(server.port)
    try:
        while time.monotonic() < end:
            for _ in range(2):
                crowd.live(5)
                crowd.counts["killed"] += victims.kill()
                victims = Victims(server.port)
            server.send_signal(signal.SIGHUP)  # nothing has changed: everybody stays
            crowd.counts["reloads"] += 1
            memory.append(server.resident_bytes())
            print(f"{mebibytes(memory[-1])} {server.open_descriptors():,} descriptors  {dict(crowd.counts)}", flush=True)
    finally:
        victims.kill()
    return memory


def assemble(crowd):
    while len(crowd.clients) < crowd.size:
        crowd.fill()
        crowd.hear(0)


def expect_descriptors(server, crowd, idle):
    try:
        wait_until(lambda: server.open_descriptors() <= idle, "all descriptors are given back", within=PATIENCE)
    except AssertionError as fault:
        crowd.faults[f"{fault}: {idle} before, {server.open_descriptors()} after"] += 1


def come_again(server, crowd, most):
    """As many connections once more must find room in the memory that those before them gave back, which the allocator
    may keep for the process; a sanitizer's keeps it out of use. Returns what is resident with all there."""
    assemble(crowd)
    resident = server.resident_bytes()
    if BUILD == "release" and resident > most * 1.1:
        crowd.faults[f"memory is not given back: {mebibytes(most)} became {mebibytes(resident)}"] += 1
    crowd.disperse()
    return resident


def main(minutes):
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))  # the server inherits it
    size = min(10_000, limit - 2 * (SILENT + VICTIMS))
    if size < 100:
        print(f"soak: {limit} descriptors are too few; raise ulimit -Hn")
        return 1
    folder = Path(tempfile.mkdtemp(prefix="sluice-soak-"))
    (folder / "sluice.toml").write_text(CONFIG)
    server = Sluice(["-c", folder / "sluice.toml", "--listen", "127.0.0.1:0"], folder).wait_listening()
    first = Crowd(server.port, 100)  # what is made once is made before the count
    first.fill()
    first.live(0.5)
    first.size = 0
    first.disperse()
    idle, before = server.open_descriptors(), server.resident_bytes()
    print(f"{mebibytes(before)} {idle} descriptors before, {size:,} connections to come", flush=True)

    crowd = Crowd(server.port, size)
    assemble(crowd)
    print(f"{mebibytes(server.resident_bytes())} {server.open_descriptors():,} descriptors with all there, "
          f"{(server.resident_bytes() - before) / size:,.0f} B each", flush=True)
    memory = soak(server, crowd, minutes)
    crowd.disperse()
    expect_descriptors(server, crowd, idle)
    left = server.resident_bytes()
    again = come_again(server, crowd, max(memory))
    expect_descriptors(server, crowd, idle)
    print(f"memory: {mebibytes(before)} before, {mebibytes(max(memory))} at most, {mebibytes(left)} with all gone, "
          f"{mebibytes(again)} with as many once more, {mebibytes(server.resident_bytes())} at the end")
    print(f"descriptors: {idle} before, {server.open_descriptors()} at the end; {server.cpu_seconds():.1f} s of CPU")
    server.finish()
    print(f"soak: {dict(crowd.counts)}")
    print(f"soak: {sum(crowd.faults.values())} faults in {minutes} minutes with {size:,} connections")
    for fault, count in crowd.faults.most_common(20):
        print(f"  {count} × {fault}")
    return 1 if crowd.faults else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--hold"]:
        hold(int(sys.argv[2]), int(sys.argv[3]))
    else:
        sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 2))
