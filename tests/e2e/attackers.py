"""A crowd of slow clients in one cheap process of its own, which does not disturb what is measured beside it.

    attackers.py PORT COUNT again|once KIND…

Kinds: head, body, chunks: what arrives an octet at a time; read: a large answer that is never read (a zero window); sip:
one of which a little is read now and then; silent: nothing at all. hoard: a large body comes at once, and the answer with
it is never read; early: most of a body comes at once, and then an octet at a time. In rooms: listen: an event stream that
is never read; lines: publishes messages of line feeds for those; join: a WebSocket that never reads the history; ticks: one
that sends many messages of an octet to those; leave: one that leaves a message behind in a room of its own. Those that the
server has ended come back at once (`again`) until a line arrives on standard input, when those in rooms leave; its end ends
all. Twice a second a line of JSON tells how they fare.

Kinds that the server may not end, but must not let others wait for: member and packed-member: of the rooms /crowd and
/packed, reading everything; flood: thousands of messages of one octet a second into /crowd; inflate: compressed messages
of a megabyte to /inflate; burst: now and then such a message into /packed, whose members get it compressed for each.
"""

import itertools
import json
import random
import resource
import select
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections import Counter

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\nX: "
POST = b"POST /echo HTTP/1.1\r\nHost: x\r\n"
BIG = b"GET /files/big HTTP/1.1\r\nHost: x\r\n\r\n"
LISTEN = b"GET /kept/hall/events HTTP/1.1\r\nHost: x\r\n\r\n"
LINES = b"POST /kept/hall HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n" + b"\n" * 10_000
JOIN = (b"GET /kept/%s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
TICKS = b"\x81\x81\0\0\0\0x" * 20  # frames with a key of zeros
LEGACY = b"\x81\xfe\x27\x10\0\0\0\0" + b"x" * 10_000
NUMBERS = itertools.count()

# How each begins, what it sends now and then, and how many octets it reads then.
KINDS = {
    "head": (HEAD, b"y", 4096),
    "body": (POST + b"Content-Length: 100000\r\n\r\n", b"y", 4096),
    "chunks": (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\ny\r\n", 4096),
    "read": (BIG, b"", 0),
    "sip": (BIG, b"", 16),
    "silent": (b"", b"", 4096),
    "listen": (LISTEN, b"", 0),
    "lines": (b"", LINES, 4096),
    "join": (JOIN % b"hall", b"", 0),
    "ticks": (JOIN % b"hall", TICKS, 4096),
    "leave": (JOIN % b"{own}" + LEGACY, b"", 1),
}
# The same for those that cost much memory each, as long as they last.
HEAVY = {
    "hoard": (POST + b"Content-Length: 500000\r\n\r\n" + b"x" * 500_000, b"", 0),
    "early": (POST + b"Content-Length: 600000\r\n\r\n" + b"x" * 500_000, b"y", 4096),
}
IN_ROOMS = {"listen", "lines", "join", "ticks", "leave"}
GREEDY = {"read", "sip", "listen", "join", "hoard"}  # with a window as small as can be
ANSWERED = {"sip", "lines", "ticks"}  # go on when something comes from the server


def frame(payload, compressed=False):
    """A client's text frame whose masking key is zero."""
    first = 0xC1 if compressed else 0x81
    if len(payload) < 126:
        return bytes([first, 0x80 | len(payload)]) + bytes(4) + payload
    return bytes([first, 0x80 | 126]) + struct.pack(">H", len(payload)) + bytes(4) + payload


def packed(text):
    """The frame of a compressed message (RFC 7692)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return frame((packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4], compressed=True)


def shake(path):
    return (f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n").encode()


MEBI = 1 << 20
LETTERS = bytes(random.Random(1).choices(b"abcdefghij", k=4000)) * (MEBI // 4000)

# What they say first, and once a second; all of them read what comes.
BUSY = {
    "member": (shake("/crowd"), b""),
    "flood": (shake("/crowd"), frame(b"x") * 8570),
    "inflate": (shake("/inflate"), packed(b"\n" * MEBI) * 520),  # 550 KB
    "packed-member": (shake("/packed"), b""),
    "burst": (shake("/packed"), packed(LETTERS)),
}
# What they need of a server.
BUSY_CONFIG = """
[[websocket]]
path = "/crowd"
room = "crowd"
[[websocket]]
path = "/inflate"
compression = true
[[websocket]]
path = "/packed"
room = "packed"
compression = { server_context_takeover = true }
"""

PAUSE = 1.0  # seconds between the drops of one attacker
STEP = 0.02  # the drops of all are spread over the pause in steps of this
AT_ONCE = 40  # connections that are begun in one step


class Attacker:
    """One connection. It has failed to hold the server when the server answers or ends it."""

    def __init__(self, port, kind):
        self.kind = kind
        self.first, self.drop, self.thirst = {**KINDS, **HEAVY}[kind]
        self.first = self.first.replace(b"{own}", b"own%d" % next(NUMBERS))
        self.socket = socket.socket()
        if kind in GREEDY:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            # As over a network: with the segments of loopback the kernel takes megabytes for a peer that reads nothing.
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)
        self.socket.settimeout(10)  # a listener that pauses does not hold all others up for ever
        self.socket.connect(("127.0.0.1", port))
        self.since = time.monotonic()
        self.socket.sendall(self.first)
        self.socket.setblocking(False)

    def step(self, drops=True):
        """Whether it goes on."""
        try:
            if self.drop and drops:
                self.socket.send(self.drop)
            if self.thirst == 0:
                return True
            data = self.socket.recv(self.thirst)
            return bool(data) and self.kind in ANSWERED
        except BlockingIOError:
            return True
        except OSError:
            return False


class Busy:
    """A WebSocket that asks for as much work as it can, and takes all that comes of it."""

    thirst = 1 << 16

    def __init__(self, port, kind):
        self.kind = kind
        self.unsent, self.drop = BUSY[kind]
        self.spoken = 0
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.setblocking(False)
        self.since = time.monotonic()
        self.step()

    def step(self, drops=True):
        """Whether it goes on. It says what it has to say once a second, whatever `drops`."""
        now = time.monotonic()
        if not self.unsent and now - self.spoken >= PAUSE:
            self.unsent, self.spoken = self.drop, now
        try:
            if self.unsent:
                self.unsent = self.unsent[self.socket.send(self.unsent):]
        except BlockingIOError:
            pass
        except OSError:
            return False
        try:
            return bool(self.socket.recv(self.thirst))
        except BlockingIOError:
            return True
        except OSError:
            return False


class Crowd:
    """All attackers of the process."""

    def __init__(self, port, count, kinds, again):
        self.port, self.kinds, self.again = port, kinds, again
        self.left = [kinds[i % len(kinds)] for i in range(count)]  # those that have yet to come
        self.poll = select.epoll()
        self.open, self.ring = {}, []
        self.ended, self.longest, self.refused = Counter(), {}, 0

    def begin(self):
        for _ in range(min(AT_ONCE, len(self.left))):
            kind = self.left.pop()
            try:
                attacker = (Busy if kind in BUSY else Attacker)(self.port, kind)
            except OSError:
                self.refused += 1
                self.left.append(kind)
                return
            self.open[attacker.socket.fileno()] = attacker
            # Those that do not read must see the end without it.
            events = select.EPOLLIN if attacker.thirst > 16 else 0
            self.poll.register(attacker.socket, events | select.EPOLLERR | select.EPOLLHUP)

    def end(self, attacker):
        self.open.pop(attacker.socket.fileno(), None)
        attacker.socket.close()
        self.ended[attacker.kind] += 1
        self.longest[attacker.kind] = max(self.longest.get(attacker.kind, 0), time.monotonic() - attacker.since)
        if self.again:
            self.left.append(attacker.kind)

    def hold_back(self):
        self.again, self.left = False, []
        for attacker in [attacker for attacker in self.open.values() if attacker.kind in IN_ROOMS]:
            self.end(attacker)

    def run_step(self):
        self.begin()
        for fd, events in self.poll.poll(0):
            attacker = self.open.get(fd)
            if attacker and (events & (select.EPOLLERR | select.EPOLLHUP) or not attacker.step(drops=False)):
                self.end(attacker)
        if not self.ring:
            self.ring = list(self.open.values())
        for _ in range(min(len(self.ring), int(len(self.open) * STEP / PAUSE) + 1)):
            attacker = self.ring.pop()
            if attacker.socket.fileno() in self.open and not attacker.step():
                self.end(attacker)

    def report(self):
        longest = {kind: round(seconds, 1) for kind, seconds in self.longest.items()}
        print(json.dumps({"open": len(self.open), "ended": dict(self.ended), "longest": longest, "refused": self.refused}), flush=True)


def raise_descriptors(wanted):
    """As far as the machine lets us; returns how many a process may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        soft = min(wanted, hard) if hard != resource.RLIM_INFINITY else wanted
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft


def main(port, count, again, *kinds):
    raise_descriptors(int(count) + 50)
    crowd = Crowd(int(port), int(count), kinds, again == "again")
    orders = select.poll()
    orders.register(sys.stdin, select.POLLIN)
    reported = 0
    while True:
        begun = time.monotonic()
        if orders.poll(0):
            if not sys.stdin.readline():
                return crowd.report()
            crowd.hold_back()
        crowd.run_step()
        if begun - reported > 0.5:
            reported = begun
            crowd.report()
        time.sleep(max(0, STEP - (time.monotonic() - begun)))


class Attackers:
    """The process, as its tests see it."""

    def __init__(self, port, count, kinds, again=True, before=()):
        self.process = subprocess.Popen(
            [*before, sys.executable, __file__, str(port), str(count), "again" if again else "once", *kinds],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.state = {"open": 0, "ended": {}, "longest": {}, "refused": 0}
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _read(self):
        for line in self.process.stdout:
            self.state = json.loads(line)

    @property
    def open(self):
        return self.state["open"]

    @property
    def ended(self):
        return sum(self.state["ended"].values())

    @property
    def longest(self):
        """The longest life of each kind, in seconds."""
        return self.state["longest"]

    def hold_back(self):
        """From now on nobody comes again."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def close(self):
        """All leave at once."""
        if self.process.stdin.closed:
            return
        self.process.stdin.close()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
