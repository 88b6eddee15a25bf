"""What scripts/soak runs: threads of clients against one server until the time is over."""

import random
import signal
import socket
import struct
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import raw
from http1_case import read_cases
from sluice import Sluice, wait_until
from test_websocket import frame, read_frame, shake

CONFIG = """
[server]
workers = 2
[server.timeouts]
header = "3s"
body_idle = "3s"
write_idle = "5s"
keep_alive = "5s"
[server.limits]
body_rate = "1KiB"
keep_alive_requests = 200
[log.access]
to = "access.log"

[[route]]
path = "/"
text = "root"
[[route]]
path = "/name/{name}"
json = { name = "{name}" }
[[route]]
path = "/slow"
delay = "300ms"
text = "slow"
[[route]]
method = "POST"
path = "/echo"
text = "{body}"
[[static]]
path = "/files"
root = "www"
[[websocket]]
path = "/ws"
"""

CASES = read_cases()


def requests(server, chance):
    with raw.Connection(server.port) as connection:
        for _ in range(chance.randrange(1, 60)):
            assert connection.get(f"/name/{chance.randrange(1000)}").status == 200


def bodies(server, chance):
    body = chance.randbytes(chance.randrange(100_000)).hex().encode()
    assert raw.fetch(server.port, "/echo", method="POST", body=body).body == body


def files(server, chance):
    with raw.Connection(server.port) as connection:
        first = chance.randrange(1 << 20)
        assert connection.get("/files/big", fields=f"Range: bytes={first}-\r\n").status == 206
        assert connection.get("/files/small").body == b"small"


def messages(server, chance):
    with raw.Connection(server.port) as connection:
        shake(connection, "/ws")
        for _ in range(chance.randrange(1, 40)):
            payload = chance.randbytes(chance.randrange(2000))
            connection.send(frame(2, payload))
            assert read_frame(connection)[-1] == payload


def waiting(server, chance):
    with raw.Connection(server.port) as connection:
        connection.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        if chance.random() < 0.5:
            assert connection.response().text == "slow"


def refused(server, chance):
    """Any case of the file, cut where it comes, left where it comes."""
    data = chance.choice(CASES).data
    with raw.Connection(server.port) as connection:
        at = chance.randrange(len(data) + 1)
        try:
            connection.send(data[:at])
            connection.send(data[at:])
            connection.socket.settimeout(0.2)
            connection.socket.recv(65536)
        except OSError:
            pass


def resets(server, chance):
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(b"GET /files/big HTTP/1.1\r\nHost: x\r\n\r\n"[:chance.randrange(38)])


def slow(server, chance):
    first = chance.choice([b"", b"GET / HTTP/1.1\r\n", b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\n",
                           b"GET /files/big HTTP/1.1\r\nHost: x\r\n\r\n"])
    with raw.Connection(server.port, receive_buffer=4096) as connection:
        connection.send(first)
        for _ in range(20):
            time.sleep(0.5)
            try:
                connection.send(b"x")
            except OSError:
                return


KINDS = [requests, bodies, files, messages, waiting, refused, resets, slow, slow]


def client(kind, server, end, counts, faults):
    chance = random.Random()
    while time.monotonic() < end:
        try:
            kind(server, chance)
            counts[kind.__name__] += 1
        except Exception as fault:  # whatever it is, it is the result
            faults.append(f"{kind.__name__}: {type(fault).__name__} {fault}")


def main(minutes):
    folder = Path(tempfile.mkdtemp(prefix="sluice-soak-"))
    (folder / "www").mkdir()
    (folder / "www/big").write_bytes(b"x" * (2 << 20))
    (folder / "www/small").write_text("small")
    (folder / "sluice.toml").write_text(CONFIG)
    server = Sluice(["-c", folder / "sluice.toml", "--listen", "127.0.0.1:0"], folder).wait_listening()
    for kind in (requests, bodies, files, messages):  # what is made once is made before the count
        kind(server, random.Random())
    idle = server.open_descriptors()
    counts, faults, reloads, memory = Counter(), [], 0, []
    end = time.monotonic() + minutes * 60
    threads = [threading.Thread(target=client, args=(kind, server, end, counts, faults)) for kind in KINDS * 2]
    for thread in threads:
        thread.start()
    while time.monotonic() < end:
        time.sleep(min(10, minutes * 6))
        server.send_signal(signal.SIGHUP)
        reloads += 1
        memory.append(server.resident_bytes())
        print(f"{memory[-1] / (1 << 20):6.1f} MiB {server.open_descriptors():4} descriptors  {dict(counts)}", flush=True)
    for thread in threads:
        thread.join()
    try:
        wait_until(lambda: server.open_descriptors() <= idle, "all descriptors are given back", within=20)
    except AssertionError as fault:
        faults.append(f"{fault}: {idle} before, {server.open_descriptors()} after")
    third = max(1, len(memory) // 3)
    print(f"memory: {max(memory[:third]) / (1 << 20):.1f} MiB at most in the first third, "
          f"{max(memory[-third:]) / (1 << 20):.1f} MiB in the last, {server.resident_bytes() / (1 << 20):.1f} MiB at the end")
    print(f"descriptors: {idle} idle, {server.open_descriptors()} at the end; {reloads} reloads; {server.cpu_seconds():.1f} s of CPU")
    server.finish()
    print(f"soak: {sum(counts.values())} conversations, {len(faults)} faults in {minutes} minutes")
    print("\n".join(sorted(set(faults))[:20]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 5))
