"""What is not HTTP, or could be read in two ways, is refused and the connection ends: nothing can be smuggled."""

import pytest

from raw import Connection, ask, exchange

CONFIG = """
[[route]]
path = "/"
text = "root"

[[route]]
method = "POST"
path = "/echo"
text = "{body}"
"""

POST = "POST /echo HTTP/1.1\r\nHost: x\r\n"
CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n"

REFUSED = {
    "garbage": ("GARBAGE\r\n\r\n", 400),
    "TLS on a plain port": ("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "HTTP/0.9": ("GET /\r\n\r\n", 400),
    "HTTP/2.0 in the request line": ("GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
    "HTTP/3.0 in the request line": ("GET / HTTP/3.0\r\nHost: x\r\n\r\n", 505),
    "another protocol": ("GET / ICE/1.0\r\nHost: x\r\n\r\n", 400),
    "two spaces in the request line": ("GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "a space in the target": ("GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "a fragment in the target": ("GET /#a HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "GET *": ("GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "userinfo in the target": ("GET http://u:p@x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "angle brackets in the target": ("GET /<b> HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "no Host": ("GET / HTTP/1.1\r\n\r\n", 400),
    "two Hosts": ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    "an invalid Host": ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    "a field without a colon": ("GET / HTTP/1.1\r\nHost: x\r\nnothing\r\n\r\n", 400),
    "a space before the colon": ("GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
    "an empty field name": ("GET / HTTP/1.1\r\nHost: x\r\n: v\r\n\r\n", 400),
    "a folded field": ("GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n", 400),
    "NUL in a field": ("GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n", 400),
    "bare CR in a field": ("GET / HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n", 400),
    "bare LF after the request line": ("GET / HTTP/1.1\nHost: x\r\n\r\n", 400),
    "bare LF after a field": ("GET / HTTP/1.1\r\nHost: x\nX: y\r\n\r\n", 400),
    "bare LF at the end of the head": ("GET / HTTP/1.1\r\nHost: x\r\n\n", 400),
    "a letter as Content-Length": (POST + "Content-Length: abc\r\n\r\n", 400),
    "a negative Content-Length": (POST + "Content-Length: -1\r\n\r\n", 400),
    "a signed Content-Length": (POST + "Content-Length: +3\r\n\r\nabc", 400),
    "a list as Content-Length": (POST + "Content-Length: 3, 3\r\n\r\nabc", 400),
    "two different Content-Lengths": (POST + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400),
    "a Content-Length past 2^64": (POST + "Content-Length: 18446744073709551617\r\n\r\na", 400),
    "Content-Length and Transfer-Encoding": (POST + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "Transfer-Encoding and Content-Length": (POST + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400),
    "an unknown transfer coding": (POST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    "chunked not last": (POST + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400),
    "chunked twice": (POST + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
    "an empty transfer coding": (POST + "Transfer-Encoding: , chunked\r\n\r\n0\r\n\r\n", 501),
    "an empty Transfer-Encoding": (POST + "Transfer-Encoding:\r\nContent-Length: 3\r\n\r\nabc", 400),
    "Transfer-Encoding on two lines": (POST + "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501),
    "Transfer-Encoding in HTTP/1.0": ("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "a chunk size that is none": (CHUNKED + "zz\r\n", 400),
    "an endless chunk size": (CHUNKED + "fffffffffffffffff\r\n", 400),
    "a chunk longer than its size": (CHUNKED + "3\r\nabcd\r\n0\r\n\r\n", 400),
    "bare LF after a chunk size": (CHUNKED + "3\nabc\r\n0\r\n\r\n", 400),
}


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused_and_the_connection_ends(serve_once, name):
    data, status = REFUSED[name]
    response, ended = exchange(serve_once.port, data)
    assert response.status == status
    assert ended
    assert response.get("Connection") == "close"


def test_unknown_methods_are_not_implemented_or_not_allowed(serve_once):
    assert ask(serve_once.port, "BREW / HTTP/1.1\r\nHost: x\r\n\r\n").status in (405, 501)
    assert ask(serve_once.port, "BREW /nowhere HTTP/1.1\r\nHost: x\r\n\r\n").status in (404, 501)


def test_connect_is_refused_with_its_body(serve_once):
    with Connection(serve_once.port) as connection:
        connection.send("CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\nContent-Length: 5\r\n\r\nGET /")
        assert connection.response().status in (400, 405, 501)
        assert connection.ended()


def test_answers_to_earlier_requests_go_out_before_the_refusal(serve_once):
    with Connection(serve_once.port) as connection:
        connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 2 + "GARBAGE\r\n\r\n")
        assert [connection.response().status for _ in range(3)] == [200, 200, 400]
        assert connection.ended()


def test_no_octet_of_the_request_line_makes_it_fall(serve_once):
    for octet in range(256):
        with Connection(serve_once.port) as connection:
            connection.send(b"GET /" + bytes([octet]) + b" HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.response().status in (200, 400, 404), octet


@pytest.fixture
def serve_once(shared):
    return shared(CONFIG)
