"""Rooms under attack, and what many connections cost."""

import contextlib
import resource
import socket
import struct
import threading
import time
from urllib.parse import quote

import pytest

from raw import Connection, fetch
from sluice import BUILD, PATIENCE, wait_until
from test_websocket import frame, read_frame, shake

CONFIG = """
[[websocket]]
path = "/echo"
[[websocket]]
path = "/room/{room}"
room = "{room}"
history = 2
max_backlog = "4MiB"
notices.leave = "gone, {room.count} left in {room.name}"
[[websocket]]
path = "/big/{room}"
room = "{room}"
max_backlog = "64MiB"
max_message = "2MiB"
[[websocket]]
path = "/mortal/{room}"
room = "{room}"
ping = "1s"
pong_timeout = "1s"
[[route]]
method = "POST"
path = "/publish/{room}"
publish = { room = "{room}", text = "{body}" }
[metrics]
path = "/metrics"
"""


ENOUGH = 20 << 20  # octets: several times what the kernel and max_backlog hold for a reader that stopped


@pytest.fixture
def server(serve):
    return serve(CONFIG, workers=2)


def joined(server, path, **options):
    connection = Connection(server.port, **options)
    assert shake(connection, path).status == 101
    return connection


def metric(server, name):
    for line in fetch(server.port, "/metrics").text.splitlines():
        if line.startswith(name + " "):
            return float(line.split()[1])
    raise AssertionError(name)


@pytest.mark.parametrize("attack, code", [
    (frame(1, b"x", masked=False), 1002), (frame(3, b"x"), 1002), (frame(1, b"x", reserved=4), 1002),
    (frame(1, b"\xff\xfe"), 1007), (frame(0, b"x"), 1002), (frame(9, b"x" * 126), 1002), (frame(8, b"x"), 1002),
    (b"\x81\xff" + b"\x7f" + b"\xff" * 11, 1009),
], ids=["unmasked", "opcode", "reserved", "utf8", "continuation", "long-ping", "close-of-one", "huge"])
def test_a_hostile_member_ends_alone(server, attack, code):
    with joined(server, "/room/a") as witness, joined(server, "/room/a") as hostile:
        hostile.send(frame(1, b"before"))
        for member in (witness, hostile):
            assert read_frame(member) == (1, b"before")
        hostile.send(frame(1, b"last") + attack + frame(1, b"after"))
        assert read_frame(witness) == (1, b"last")
        opcode, payload = read_frame(hostile)
        assert (opcode, struct.unpack(">H", payload[:2])[0]) == (8, code)
        assert read_frame(witness) == (1, b"gone, 1 left in a")
        witness.send(frame(1, b"still here"))
        assert read_frame(witness) == (1, b"still here")


def test_publishing_in_a_room_that_is_not_there_reaches_nobody_and_makes_none(server):
    rooms = metric(server, "sluice_rooms")
    for n in range(100):
        assert fetch(server.port, f"/publish/none{n}", method="POST", body=b"x").text == '{"receivers":0}'
    assert metric(server, "sluice_rooms") == rooms


@pytest.mark.parametrize("name", ["ü 😀", "a/b", "a\nb\r\nc", "\0", "...", "{room}", "%41", "\"'<>\\", "x" * 4000, "\u202e"])
def test_odd_room_names_are_names_like_others(server, name):
    path = quote(name, safe="")
    with joined(server, "/room/" + path) as member, joined(server, "/room/plain") as other:
        assert fetch(server.port, "/publish/" + path, method="POST", body=b"hello").text == '{"receivers":1}'
        assert read_frame(member) == (1, b"hello")
        other.send(frame(1, b"mine"))
        assert read_frame(other) == (1, b"mine")


def test_rooms_do_not_pile_up(server):
    rooms = metric(server, "sluice_rooms")
    for n in range(300):
        with joined(server, f"/big/{n}"):
            pass
    wait_until(lambda: metric(server, "sluice_rooms") == rooms, "all rooms are gone")
    wait_until(lambda: metric(server, "sluice_room_members") == 0, "all members are gone")


@pytest.mark.release
def test_a_stream_of_messages_to_a_reader_that_stopped_stays_in_bounds(server):
    """As fast as the loopback goes for some seconds; neither memory nor the other members suffer."""
    stop = threading.Event()
    sent = 0

    def send_all(sender):
        nonlocal sent
        block = frame(2, bytes(60_000)) * 16
        with contextlib.suppress(OSError):
            while not stop.is_set():
                sender.send(block)
                sent += len(block)

    def read_all(reader):
        with contextlib.suppress(OSError):
            while reader.socket.recv(1 << 20):
                pass

    before = server.resident_bytes()
    with joined(server, "/room/flood", receive_buffer=4096) as stopped, joined(server, "/room/flood") as sender:
        threads = [threading.Thread(target=send_all, args=(sender,)), threading.Thread(target=read_all, args=(sender,))]
        for thread in threads:
            thread.start()
        most, slowest, start = 0, 0, time.monotonic()
        while time.monotonic() < start + 3 or sent < ENOUGH and time.monotonic() < start + PATIENCE:
            begin = time.monotonic()
            with joined(server, "/echo") as other:
                other.send(frame(1, b"x"))
                assert read_frame(other) == (1, b"x")
            slowest = max(slowest, time.monotonic() - begin)
            most = max(most, server.resident_bytes() - before)
            time.sleep(0.02)
        stop.set()
        sender.socket.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()
        assert stopped.socket.fileno() >= 0
        seconds = time.monotonic() - start
    print(f"\n{sent / seconds / 1e6:.0f} MB/s, {most / (1 << 20):.1f} MiB more at most, slowest other answer {slowest * 1000:.0f} ms")
    assert sent > ENOUGH
    assert most < 64 << 20
    assert slowest < 5
    wait_until(lambda: metric(server, "sluice_room_slow_members_closed_total") >= 1, "the reader that stopped is closed")


@pytest.mark.release
def test_a_broadcast_holds_one_copy_of_its_payload(server):
    members = [joined(server, "/big/copies", receive_buffer=4096) for _ in range(100)]
    before, payload = server.resident_bytes(), bytes(1 << 20)
    for _ in range(8):  # nobody reads: each message waits for a hundred members
        fetch(server.port, "/publish/copies", method="POST", body=payload)
    wait_until(lambda: metric(server, "sluice_room_messages_total") >= 8, "all are published")
    grown = server.resident_bytes() - before
    for member in members:
        member.socket.close()
    assert grown < 40 << 20, grown  # 800 MiB if every member had its own


@pytest.fixture
def many_descriptors():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 8000:
        pytest.skip("not enough descriptors for thousands of clients")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 8000), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.release
@pytest.mark.parametrize("path", ["/echo", "/big/idle"])
def test_an_idle_websocket_costs_less_than_900_bytes(server, many_descriptors, path):
    for connection in [joined(server, path) for _ in range(300)]:  # what is made once
        connection.socket.close()
    wait_until(lambda: server.open_sockets() < 100, "they are gone")
    before, count = server.resident_bytes(), 5000
    connections = [joined(server, path) for _ in range(count)]
    each = (server.resident_bytes() - before) / count
    for connection in connections:
        connection.socket.close()
    print(f"\n{each:.0f} octets")
    assert each < 900  # 200 of them are libuv's


def vanish(connection):
    """Ends a connection with RST."""
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.socket.close()


def test_churn_gives_everything_back(server):
    """Clients that come and go in every way; some only stop answering, as those do whose cable was cut."""
    def round_of_clients(n):
        clients = [joined(server, path) for path in ("/echo", "/room/churn", "/mortal/churn") for _ in range(20)]
        for i, client in enumerate(clients):
            with contextlib.suppress(OSError):
                client.send(frame(1, b"x" * 500))
                if i % 5 == 0:
                    client.send(frame(1, b"half a message", final=False))
        for i, client in enumerate(clients):
            if i % 4 == 0:
                vanish(client)
            elif i % 4 == 1:
                with contextlib.suppress(OSError):
                    client.send(frame(8, b"\x03\xe8"))
                client.socket.close()
            elif i % 4 == 2:
                client.socket.close()
            elif i >= 40:
                silent.append(client)  # of /mortal: left open, never read again
            else:
                vanish(client)

    silent = []
    before = server.open_descriptors()
    round_of_clients(0)
    settled = None
    for n in range(1, 11):
        round_of_clients(n)
        if n == 5:
            settled = server.resident_bytes()
    wait_until(lambda: server.open_descriptors() <= before, "all descriptors are given back")
    wait_until(lambda: metric(server, "sluice_room_members") == 0, "all members are gone")
    if BUILD == "release":
        assert server.resident_bytes() - settled < 8 << 20
    for client in silent:
        client.socket.close()
