"""Everything is bounded: what a client may send, how long it may take, how many there may be."""

import socket
import time

import pytest

from raw import Connection, ask, exchange, fetch
from sluice import PATIENCE, wait_until

CONFIG = """
[server.limits]
header_bytes = "8KiB"
header_count = 20
uri_bytes = "2KiB"
body_bytes = "64KiB"

[[route]]
path = "/"
text = "root"

[[route]]
path = "/{name}"
text = "{name}"

[[route]]
method = "POST"
path = "/echo"
text = "{body}"
"""

POST = "POST /echo HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture
def server(shared):
    return shared(CONFIG)


def test_a_long_uri_is_414(server):
    assert fetch(server.port, "/" + "x" * 2000).text == "x" * 2000
    response, ended = exchange(server.port, "GET /" + "x" * 3000 + " HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (response.status, ended) == (414, True)


def test_a_uri_without_end_is_refused_while_it_comes(server):
    with Connection(server.port) as connection:
        connection.send("GET /" + "x" * 20_000)
        assert connection.response().status in (414, 431)
        assert connection.ended()


def test_a_large_head_is_431(server):
    response, ended = exchange(server.port, "GET / HTTP/1.1\r\nHost: x\r\nX: " + "y" * 9000 + "\r\n\r\n")
    assert (response.status, ended) == (431, True)


def test_a_head_without_end_is_refused_while_it_comes(server):
    with Connection(server.port) as connection:
        connection.send("GET / HTTP/1.1\r\n" + "X: y\r\n" * 10)
        connection.send("Z: " + "z" * 9000)
        assert connection.response().status == 431
        assert connection.ended()


def test_too_many_fields_are_431(server):
    assert fetch(server.port, fields="X: y\r\n" * 19).status == 200
    assert ask(server.port, "GET / HTTP/1.1\r\nHost: x\r\n" + "X: y\r\n" * 20 + "\r\n").status == 431


def test_a_large_body_is_413_before_it_is_sent(server):
    assert len(fetch(server.port, "/echo", method="POST", body=b"x" * 65536).body) == 65536
    with Connection(server.port) as connection:
        connection.send(POST + "Content-Length: 65537\r\n\r\n")
        assert connection.response().status == 413


def test_a_large_body_with_expect_is_413_without_100(server):
    with Connection(server.port) as connection:
        connection.send(POST + "Content-Length: 1000000\r\nExpect: 100-continue\r\n\r\n")
        response = connection.response()
        assert (response.status, response.interim) == (413, [])


def test_a_chunked_body_is_counted_as_it_comes(server):
    with Connection(server.port) as connection:
        connection.send(POST + "Transfer-Encoding: chunked\r\n\r\n")
        try:
            for _ in range(20):
                connection.send("1000\r\n" + "x" * 4096 + "\r\n")
        except OSError:
            pass
        assert connection.response().status == 413


def test_chunk_extensions_and_trailers_are_counted(server):
    for rest in ("1;" + "x" * 100_000, "0\r\n" + "X: y\r\n" * 20_000):
        with Connection(server.port) as connection:
            try:
                connection.send(POST + "Transfer-Encoding: chunked\r\n\r\n" + rest)
            except OSError:
                pass
            assert connection.response().status in (400, 413, 431)


def test_a_slow_head_is_408(serve):
    server = serve('[server.timeouts]\nheader = "3s"\n' + '[[route]]\npath = "/"\ntext = "x"\n')
    with Connection(server.port) as connection:
        connection.send("GET / HTTP/1.1\r\n")
        assert connection.response().status == 408
        assert connection.ended()


def test_a_drop_now_and_then_does_not_extend_the_time_for_a_head(serve):
    server = serve('[server.timeouts]\nheader = "2s"\n' + '[[route]]\npath = "/"\ntext = "x"\n')
    with Connection(server.port) as connection:
        start = time.monotonic()
        connection.send("GET / HTTP/1.1\r\nX: ")
        connection.socket.settimeout(0.2)
        while time.monotonic() - start < PATIENCE:
            try:
                connection.send("y")
                if not connection._more():
                    break
                break
            except TimeoutError:
                continue
            except OSError:
                break
        assert time.monotonic() - start < PATIENCE


def test_a_silent_connection_ends(serve):
    server = serve('[server.timeouts]\nheader = "3s"\nkeep_alive = "3s"\n' + '[[route]]\npath = "/"\ntext = "x"\n')
    with Connection(server.port) as silent, Connection(server.port) as idle:
        assert idle.get().text == "x"
        assert idle.ended()  # without a 408, which a client would take for the answer to its next request
        silent.rest()


def test_a_slow_body_is_ended(serve):
    server = serve('[server.timeouts]\nbody_idle = "1s"\n' + '[[route]]\nmethod = "POST"\npath = "/"\ntext = "{body}"\n')
    with Connection(server.port) as connection:
        connection.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
        assert connection.response().status == 408
        assert connection.ended()


def test_a_client_that_does_not_read_is_dropped(serve):
    server = serve('[server.timeouts]\nwrite_idle = "1s"\n[[static]]\npath = "/"\nroot = "www"\n',
                   files={"www/big": b"x" * (32 << 20)})
    idle = server.open_sockets()
    with Connection(server.port, receive_buffer=4096) as connection:
        connection.send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 200 " in connection._until(b"\r\n\r\n")
        wait_until(lambda: server.open_sockets() == idle, "the connection is given up")


def test_pipelined_requests_of_a_client_that_does_not_read_do_not_pile_up(serve):
    server = serve('[[route]]\npath = "/"\ntext = "' + "x" * 10_000 + '"\n')
    with Connection(server.port, receive_buffer=4096) as connection:
        connection.socket.settimeout(1)
        request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 1000
        sent = 0
        try:
            while sent < 300:
                connection.send(request)
                sent += 1
        except TimeoutError:
            pass
        assert sent < 300, "300,000 requests were taken without an answer being read"


def test_connections_over_the_limit_wait_until_there_is_room(serve):
    server = serve('[server.limits]\nconnections = 10\n[[route]]\npath = "/"\ntext = "x"\n', workers=1)
    held = [Connection(server.port) for _ in range(10)]
    assert all(connection.get().text == "x" for connection in held)
    with Connection(server.port) as eleventh:
        eleventh.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert eleventh.silent(0.5)
        held.pop().socket.close()
        assert eleventh.response().text == "x"
    for connection in held:
        connection.socket.close()
    assert fetch(server.port).text == "x"


@pytest.mark.release  # UndefinedBehaviorSanitizer needs descriptors to look at memory, and errs without
def test_running_out_of_descriptors_neither_spins_nor_ends_the_server(serve):
    server = serve('[[route]]\npath = "/"\ntext = "x"\n', workers=1, descriptors=64)
    held = []
    for _ in range(100):
        connection = socket.create_connection(("127.0.0.1", server.port), PATIENCE)
        held.append(connection)
    held[0].sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert held[0].recv(1000).startswith(b"HTTP/1.1 200")
    before = server.cpu_seconds()
    time.sleep(2)  # not a wait for a state: the span over which the CPU time is taken
    assert server.cpu_seconds() - before < 0.5
    for connection in held:
        connection.close()

    def served():
        try:
            return fetch(server.port).text == "x"
        except (OSError, EOFError):
            return False

    wait_until(served, "service once descriptors are free again")


def test_an_address_has_no_more_connections_than_it_may(serve):
    server = serve('[server.limits]\nconnections_per_ip = 5\n[[route]]\npath = "/"\ntext = "x"\n', workers=3)
    held = [Connection(server.port) for _ in range(5)]
    assert all(connection.get().text == "x" for connection in held)
    response, ended = exchange(server.port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (response.status, response.get("Retry-After"), ended) == (503, "10", True)
    assert held[0].get().text == "x"
    held.pop().socket.close()
    wait_until(lambda: fetch(server.port).status == 200, "room for another")
    for connection in held:
        connection.socket.close()


def test_a_connection_serves_no_more_requests_than_it_may(serve):
    server = serve('[server.limits]\nkeep_alive_requests = 3\n[[route]]\npath = "/"\ntext = "x"\n')
    with Connection(server.port) as connection:
        assert [connection.get().get("Connection") for _ in range(3)] == [None, None, "close"]
        assert connection.ended()


def test_short_memory_refuses_new_connections(serve):
    server = serve('[server.limits]\nmemory = "64KiB"\n[[route]]\npath = "/"\ntext = "x"\n')
    server.wait_for_line("server.limits.memory is reached")
    assert fetch(server.port).status == 503


GREEDY = """
[server.limits]
memory = "{memory}"
body_bytes = "2MiB"
[health]
live = "/health"
[[route]]
path = "/"
text = "x"
[[route]]
method = "POST"
path = "/echo"
text = "{body}"
[[route]]
method = "POST"
path = "/ignore"
text = "done"
[[static]]
path = "/files"
root = "www"
"""
MEBI = 1 << 20


def greedy(port, target, count, held):
    """Connections that send a MiB each and do not read what comes back; as many as the server lets in."""
    head = f"POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {MEBI}\r\n\r\n".encode()
    for _ in range(count):
        connection = Connection(port, receive_buffer=4096)
        connection.socket.settimeout(5)
        held.append(connection)
        try:
            connection.send(head + b"x" * MEBI)
        except OSError:
            return


@pytest.mark.release  # sanitizers keep what was freed
def test_memory_that_clients_have_left_is_given_back_and_nobody_is_refused_for_it(serve):
    server = serve(GREEDY.replace("{memory}", "100MiB"), files={"www/a": "a"}, workers=2)
    held = []
    while "server.limits.memory is reached" not in server.stderr():
        greedy(server.port, "/echo", 20, held)
        assert len(held) < 2000
    assert fetch(server.port).status == 503
    # The last of the greedy may take all places for those that come while memory is short, for two seconds.
    wait_until(lambda: fetch(server.port, "/health").status == 200, "health is told")
    for connection in held:
        connection.socket.close()
    wait_until(lambda: fetch(server.port).status == 200, "new connections are served again")
    wait_until(lambda: server.resident_bytes() < 100 * MEBI, "memory is given back")
    assert fetch(server.port, "/files/a").text == "a"


@pytest.mark.release
def test_memory_that_clients_have_left_is_given_back_without_a_limit_too(serve):
    server = serve(GREEDY.replace("{memory}", "0B"), files={"www/a": "a"}, workers=2)
    fetch(server.port)
    before = server.resident_bytes()
    held = []
    greedy(server.port, "/echo", 250, held)
    wait_until(lambda: server.resident_bytes() > before + 100 * MEBI, "they take memory")
    for connection in held:
        connection.socket.close()
    wait_until(lambda: server.resident_bytes() < before + 80 * MEBI, "it is given back")


def test_health_is_told_while_memory_is_short_whatever_else_is_asked(serve):
    server = serve(GREEDY.replace("{memory}", "64KiB"), files={"www/a": "a"}, workers=1)
    server.wait_for_line("server.limits.memory is reached")
    held = [Connection(server.port) for _ in range(50)]  # of those that say nothing a few may stay for a moment
    try:
        for target in ("/", "/files/a", "/none"):
            response, ended = exchange(server.port, f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (response.status, ended) == (503 if target != "/none" else 404, True)
        for _ in range(5):
            response, ended = exchange(server.port, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (response.status, ended) == (200, True)
    finally:
        for connection in held:
            connection.socket.close()


@pytest.mark.release
@pytest.mark.parametrize("target, status", [("/ignore", 200), ("/files/a", 405), ("/none", 404)])
def test_a_body_that_nobody_wants_is_not_kept(serve, target, status):
    server = serve(GREEDY.replace("{memory}", "0B"), files={"www/a": "a"}, workers=1)
    fetch(server.port)
    before = server.resident_bytes()
    head = f"POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {MEBI}\r\n\r\n".encode()
    held = [Connection(server.port) for _ in range(100)]
    for connection in held:
        connection.send(head + b"x" * (MEBI - 1))
    marker = [Connection(server.port) for _ in range(5)]
    for connection in marker:  # what was sent before has been read
        connection.get()
    assert server.resident_bytes() < before + 20 * MEBI
    for connection in held:
        connection.send(b"x")
        response = connection.response()
        assert response.status == status
        connection.socket.close()
    for connection in marker:
        connection.socket.close()


def test_the_most_connections_are_said_and_follow_from_the_descriptors(serve):
    server = serve('[[route]]\npath = "/"\ntext = "x"\n', descriptors=1024)
    server.wait_for_line("at most 864 connections: 1024 descriptors")
