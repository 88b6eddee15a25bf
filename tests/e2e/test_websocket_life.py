"""How long WebSockets live, how many there may be, and what a reload and a shutdown do to them."""

import asyncio
import contextlib
import signal
import threading
import time

import pytest
import websockets

from raw import Connection, fetch
from sluice import wait_until
from test_reload import rewrite
from test_websocket import frame, read_frame, shake

CONFIG = """
[[websocket]]
path = "/pinged"
ping = "1s"
pong_timeout = "1s"
log = { close = "closed {close.code} {close.reason}" }
[[websocket]]
path = "/patient"
ping = "1s"
pong_timeout = "3s"
[[websocket]]
path = "/idle"
idle_timeout = "3s"
[[websocket]]
path = "/old"
max_age = "3s"
[[websocket]]
path = "/rate"
rate = "5/m"
[[websocket]]
path = "/few"
max_connections = 2
[[websocket]]
path = "/few-of-one"
max_connections_per_ip = 3
"""

ROOMS = """
[[websocket]]
path = "/stays/{room}"
room = "{room}"
history = 2
[[route]]
path = "/version"
text = "VERSION"
"""
GOES = """
[[websocket]]
path = "/goes"
room = "going"
[[route]]
path = "/events"
events = { room = "going" }
"""


@pytest.fixture
def server(serve):
    return serve(CONFIG, workers=2)


def code_of(connection):
    """The code of the Close frame that comes next, pings aside."""
    while True:
        opcode, payload = read_frame(connection)
        if opcode == 8:
            return int.from_bytes(payload[:2], "big")
        assert opcode == 9


def test_a_client_that_answers_pings_stays(server):
    with Connection(server.port) as client:
        shake(client, "/patient")
        end = time.monotonic() + 6  # longer than it waits for one that does not answer
        while time.monotonic() < end:
            assert read_frame(client) == (9, b"")
            client.send(frame(10))
        client.send(frame(1, b"still here"))
        while (got := read_frame(client)) == (9, b""):
            client.send(frame(10))
        assert got == (1, b"still here")


def test_a_client_that_does_not_answer_is_dropped(server):
    before = server.open_sockets()
    with Connection(server.port) as client:
        shake(client, "/pinged")
        assert read_frame(client) == (9, b"")
        server.wait_for_line("closed 1006 no answer to a ping", "stdout")
        wait_until(lambda: server.open_sockets() == before, "its descriptor is given back")
        with contextlib.suppress(ConnectionResetError):
            assert client.socket.recv(1) == b""


def test_a_slow_reader_is_not_taken_for_one_that_has_gone(serve):
    server = serve('[[websocket]]\npath = "/room"\nroom = "all"\nping = "1s"\npong_timeout = "2s"\nmax_backlog = "2MiB"\n', workers=1)
    message = b"m" * 4096
    with Connection(server.port, receive_buffer=8192) as slow, Connection(server.port) as quick:
        shake(slow, "/room")
        shake(quick, "/room")
        for _ in range(60):
            quick.send(frame(2, message))
        got = pings = 0
        while got < 60 or not pings:  # for some five seconds, and a ping stands behind it all
            opcode, payload = read_frame(slow)
            if opcode == 9:
                pings += 1
                slow.send(frame(10, payload))
            elif opcode == 2:
                assert payload == message
                got += 1
                time.sleep(0.1)


def test_the_websockets_library_stays(server):
    async def talk():
        async with websockets.connect(f"ws://127.0.0.1:{server.port}/patient", ping_interval=None) as client:
            await asyncio.sleep(6)
            await client.send("x")
            assert await client.recv() == "x"

    asyncio.run(talk())


@pytest.mark.parametrize("path", ["/idle", "/old"])
def test_idle_and_old_connections_are_closed_1001(server, path):
    with Connection(server.port) as client:
        shake(client, path)
        client.send(frame(1, b"x"))
        assert read_frame(client) == (1, b"x")
        assert code_of(client) == 1001


def test_a_client_that_sends_too_many_messages_is_closed_1008(server):
    with Connection(server.port) as client:
        shake(client, "/rate")
        client.send(frame(1, b"x") * 6)
        for _ in range(5):
            assert read_frame(client) == (1, b"x")
        assert code_of(client) == 1008


@pytest.mark.parametrize("path, most, status", [("/few", 2, 503), ("/few-of-one", 3, 429)])
def test_further_connections_are_refused_until_one_ends(server, path, most, status):
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(Connection(server.port)) for _ in range(most)]
        for client in clients:
            assert shake(client, path).status == 101
        with Connection(server.port) as refused:
            answer = shake(refused, path)
            assert answer.status == status
            assert answer.get("Retry-After")
        clients[0].socket.close()

        def let_in():
            with Connection(server.port) as client:
                return shake(client, path).status == 101

        wait_until(let_in, "the place is free again")


@pytest.fixture
def rooms(serve):
    return serve(ROOMS.replace("VERSION", "1") + GOES, workers=2)


def reload(server, text, version):
    before = server.stderr().count("reloaded:")
    rewrite(server, text.replace("VERSION", version))
    server.wait_for_line("reloaded:", times=before + 1)
    assert fetch(server.port, "/version").text == version


def test_a_reload_ends_what_is_gone_and_leaves_the_rest(rooms):
    with contextlib.ExitStack() as stack:
        def client(path):
            connection = stack.enter_context(Connection(rooms.port))
            assert shake(connection, path).status == 101
            return connection

        staying = [client("/stays/a") for _ in range(6)]
        going = [client("/goes") for _ in range(6)]
        events = stack.enter_context(Connection(rooms.port))
        events.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"text/event-stream" in events._until(b"\r\n\r\n")

        reload(rooms, "# a comment more\n" + ROOMS, "2")
        for connection in going:
            assert code_of(connection) == 1012
        assert events.content_ended()
        assert events.get("/goes").status == 404
        assert fetch(rooms.port, "/goes").status == 404
        for version in ("3", "4"):
            staying[0].send(frame(1, version.encode()))
            for connection in staying:
                assert read_frame(connection) == (1, version.encode())
            reload(rooms, ROOMS, version)
        late = client("/stays/a")
        assert [read_frame(late), read_frame(late)] == [(1, b"3"), (1, b"4")]


def test_a_changed_endpoint_closes_1012_and_takes_its_clients_again(rooms):
    with Connection(rooms.port) as client:
        shake(client, "/stays/b")
        reload(rooms, ROOMS.replace("history = 2", "history = 3"), "2")
        assert code_of(client) == 1012
    with Connection(rooms.port) as again:
        assert shake(again, "/stays/b").status == 101


def test_a_failed_reload_ends_no_connection(rooms):
    with Connection(rooms.port) as client:
        shake(client, "/goes")
        rewrite(rooms, ROOMS + "[[websocket]]\npath = 5\n")
        rooms.wait_for_line("reload failed")
        client.send(frame(1, b"still here"))
        assert read_frame(client) == (1, b"still here")


def test_reloads_during_a_broadcast_lose_nothing(rooms):
    stop = threading.Event()

    def reloads():
        version = 1
        while not stop.is_set():
            version += 1
            reload(rooms, ROOMS, str(version))

    async def talk():
        url = f"ws://127.0.0.1:{rooms.port}/stays/c"
        members = [await websockets.connect(url) for _ in range(8)]
        thread = threading.Thread(target=reloads)
        thread.start()
        try:
            for n in range(300):
                await members[n % 8].send(str(n))
                for member in members:
                    assert await asyncio.wait_for(member.recv(), 20) == str(n)
        finally:
            stop.set()
            await asyncio.to_thread(thread.join)
        for member in members:
            await member.close()

    asyncio.run(talk())


def test_a_shutdown_closes_1001(rooms):
    with Connection(rooms.port) as client:
        shake(client, "/goes")
        rooms.send_signal(signal.SIGTERM)
        assert code_of(client) == 1001
        client.send(frame(8, b"\x03\xe9"))
        assert rooms.wait() == 0


def test_many_connections_are_ended_one_after_the_other(serve):
    def seconds_between_first_and_last():
        server = serve('[server]\nshutdown_timeout = "4s"\n' + GOES, workers=1)
        ends = asyncio.run(talk(server))
        assert server.wait() == 0
        return ends[-1] - ends[0]

    async def talk(server):
        url = f"ws://127.0.0.1:{server.port}/goes"
        clients = [await websockets.connect(url, ping_interval=None) for _ in range(400)]
        server.send_signal(signal.SIGTERM)

        async def end(client):
            await client.wait_closed()
            assert client.close_code == 1001
            return time.monotonic()

        return sorted(await asyncio.gather(*map(end, clients)))

    # Eight steps of a tenth of a second; a client that is held up meanwhile sees less of that.
    assert any(seconds_between_first_and_last() > 0.3 for _ in range(5))
