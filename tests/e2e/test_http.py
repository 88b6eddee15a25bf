"""HTTP/1.1 as RFC 9112 has it, seen from a bare socket and from clients that other people wrote."""

import asyncio
import email.utils
import socket
import time

import aiohttp
import httpx
import pytest

from raw import Connection, ask, exchange, fetch
from sluice import PATIENCE

CONFIG = """
[[route]]
path = "/"
text = "root"

[[route]]
path = "/hello/{name}"
text = "Hello, {name}!"

[[route]]
method = "POST"
path = "/echo"
text = "{body}"

[[route]]
path = "/slow"
delay = "1s"
text = "slow"
"""


@pytest.fixture
def server(serve):
    return serve(CONFIG)


def test_a_connection_serves_many_requests(server):
    with Connection(server.port) as connection:
        for i in range(100):
            assert connection.get(f"/hello/{i}").text == f"Hello, {i}!"
        assert not connection.ended(within=0.1)


def test_pipelined_requests_are_answered_in_order(server):
    with Connection(server.port) as connection:
        connection.send("".join(f"GET /hello/{i} HTTP/1.1\r\nHost: x\r\n\r\n" for i in range(200)))
        assert [connection.response().text for _ in range(200)] == [f"Hello, {i}!" for i in range(200)]


def test_a_delayed_answer_holds_back_those_behind_it(server):
    with Connection(server.port) as connection:
        connection.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert [connection.response().text, connection.response().text] == ["slow", "root"]


def test_a_request_may_arrive_octet_by_octet(server):
    with Connection(server.port) as connection:
        for octet in "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc":
            connection.send(octet)
        assert connection.response().text == "abc"


def test_empty_lines_before_a_request_are_skipped(server):
    # RFC 9112 §2.2
    with Connection(server.port) as connection:
        connection.send("\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.response().status == 200


def test_date_is_now_and_well_formed(server):
    date = fetch(server.port).get("Date")
    assert date == email.utils.formatdate(email.utils.parsedate_to_datetime(date).timestamp(), usegmt=True)
    assert abs(email.utils.parsedate_to_datetime(date).timestamp() - time.time()) < PATIENCE


def test_connection_close_is_honoured_and_told(server):
    with Connection(server.port) as connection:
        response = connection.get("/", fields="Connection: close\r\n")
        assert (response.text, response.get("Connection")) == ("root", "close")
        assert connection.ended()


def test_requests_behind_connection_close_are_not_answered(server):
    with Connection(server.port) as connection:
        connection.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.response().text == "root"
        assert connection.ended()


def test_http_1_0_closes_unless_asked(server):
    response, ended = exchange(server.port, "GET / HTTP/1.0\r\n\r\n")
    assert (response.text, ended) == ("root", True)
    with Connection(server.port) as connection:
        connection.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        response = connection.response()
        assert (response.text, response.get("Connection").lower()) == ("root", "keep-alive")
        connection.send("GET /hello/again HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        assert connection.response().text == "Hello, again!"


def test_absolute_form_targets_are_understood(server):
    # RFC 9112 §3.2.2
    response = ask(server.port, "GET http://example.org/hello/you HTTP/1.1\r\nHost: x\r\n\r\n")
    assert response.text == "Hello, you!"


def test_options_asterisk_is_answered(server):
    response = ask(server.port, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n")
    assert response.status in (200, 204)


def test_head_has_the_fields_of_get_and_no_body(server):
    with Connection(server.port) as connection:
        got = connection.get("/hello/you")
        head = connection.get("/hello/you", method="HEAD")
        assert (head.status, head.get("Content-Length")) == (200, got.get("Content-Length"))
        assert head.get("Content-Type") == got.get("Content-Type")
        assert connection.get("/").text == "root"  # nothing of a body came in between


def test_a_sized_body_reaches_the_route(server):
    body = bytes(range(1, 128)) * 50
    assert fetch(server.port, "/echo", method="POST", body=body).body == body


def test_a_chunked_body_reaches_the_route(server):
    with Connection(server.port) as connection:
        connection.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "5\r\nhello\r\n1;ext=1\r\n,\r\n6\r\n world\r\n0\r\nX-Trailer: t\r\n\r\n")
        assert connection.response().text == "hello, world"
        assert connection.get("/").text == "root"


def test_trailers_do_not_become_fields_of_the_head(serve):
    server = serve("""
[[route]]
method = "POST"
path = "/"
text = "[{header.X-Late}]"
""")
    with Connection(server.port) as connection:
        connection.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Late: yes\r\n\r\n")
        assert connection.response().text == "[]"


def test_expect_100_continue_is_answered_before_the_body(server):
    with Connection(server.port) as connection:
        connection.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert connection._until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.send("ok")
        assert connection.response().text == "ok"


def test_a_refused_request_with_expect_gets_no_100(server):
    with Connection(server.port) as connection:
        connection.send("POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        response = connection.response()
        assert (response.status, response.interim) == (404, [])


def test_the_body_of_a_refused_request_is_not_read_as_a_request(server):
    with Connection(server.port) as connection:
        body = b"GET /hello/smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
        assert connection.get("/nowhere", method="POST", body=body).status == 404
        assert connection.get("/").text == "root"


def test_an_upgrade_to_an_unknown_protocol_is_declined_by_an_ordinary_answer(server):
    with Connection(server.port) as connection:
        response = connection.get("/", fields="Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n")
        assert response.text == "root"
        assert connection.get("/hello/2").text == "Hello, 2!"


def test_a_client_that_sends_its_end_still_gets_its_answer(server):
    with Connection(server.port) as connection:
        connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 3)
        connection.socket.shutdown(socket.SHUT_WR)
        assert [connection.response().text for _ in range(3)] == ["root"] * 3
        assert connection.ended()


def test_a_client_that_ends_its_sending_side_gets_its_answers(server):
    with Connection(server.port) as connection:
        connection.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\nGET /hello/you HTTP/1.1\r\nHost: x\r\n\r\n")
        connection.socket.shutdown(socket.SHUT_WR)
        assert connection.response().status == 200
        assert connection.response().text == "Hello, you!"
        assert connection.ended()


def test_a_client_that_goes_away_does_no_harm(server):
    for _ in range(50):
        with Connection(server.port) as connection:
            connection.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n" * 3)
    assert fetch(server.port).text == "root"


def test_curl(server, curl):
    done = curl("--http1.1", "-d", "from curl", server.url + "/echo")
    assert (done.returncode, done.stdout) == (0, b"from curl")
    done = curl("-H", "Transfer-Encoding: chunked", "-d", "in chunks", server.url + "/echo")
    assert (done.returncode, done.stdout) == (0, b"in chunks")
    # One connection for all of them.
    done = curl("-w", "%{num_connects}\n", *[f"{server.url}/hello/{i}" for i in range(3)])
    assert done.stdout == b"Hello, 0!1\nHello, 1!0\nHello, 2!0\n"


def test_httpx(server):
    with httpx.Client(base_url=server.url) as client:
        assert client.get("/hello/J%C3%BCrgen").text == "Hello, Jürgen!"
        assert client.post("/echo", content=b"x" * 100_000).content == b"x" * 100_000
        assert client.post("/echo", content=iter([b"a", b"b" * 5000, b"c"])).content == b"a" + b"b" * 5000 + b"c"
        assert client.get("/nowhere").status_code == 404


def test_aiohttp_with_many_connections_at_once(server):
    async def visit():
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100)) as session:
            async def one(i):
                async with session.get(f"{server.url}/hello/{i}") as response:
                    return await response.text()

            return await asyncio.gather(*(one(i) for i in range(500)))

    assert asyncio.run(visit()) == [f"Hello, {i}!" for i in range(500)]
