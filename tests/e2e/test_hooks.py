"""What stands before and after all actions: addresses, trusted proxies, compression."""

import asyncio
import gzip
import json
import random
import socket
import struct
import threading
import zlib

import aiohttp
import httpx
import pytest

from raw import Connection, fetch
from sluice import wait_until
from test_websocket import shake

CONFIG = """
[server]
trusted_proxies = ["127.0.0.1", "10.0.0.0/8"]
deny = "192.0.2.66"

[server.timeouts]
header = "1s"

[log.access]
to = "stdout"

[[route]]
path = "/"
text = "{remote.ip} {host}"

[[route]]
path = "/office"
allow = ["192.0.2.0/24", "2001:db8::/32"]
text = "office"

[[route]]
path = "/open"
deny = false
text = "open"

[[static]]
path = "/files"
root = "files"
allow = "192.0.2.7"

[[websocket]]
path = "/ws"
allow = "192.0.2.7"

[[websocket]]
path = "/few"
max_connections_per_ip = 1
"""
FILES = {"files/a.txt": "a file"}
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


def v1(client):
    family = "TCP6" if ":" in client else "TCP4"
    return f"PROXY {family} {client} {'::1' if ':' in client else '127.0.0.1'} 4711 443\r\n".encode()


def v2(client, more=b""):
    kind = socket.AF_INET6 if ":" in client else socket.AF_INET
    size = len(socket.inet_pton(kind, client))
    ends = socket.inet_pton(kind, client) + bytes(size) + struct.pack("!HH", 4711, 443) + more
    return SIGNATURE + bytes([0x21, 0x21 if ":" in client else 0x11]) + struct.pack("!H", len(ends)) + ends


LOCAL = SIGNATURE + b"\x20\0\0\0"


@pytest.fixture
def server(serve):
    return serve(CONFIG, files=FILES)


def ask(server, client, target="/", **request):
    return fetch(server.port, target, fields=f"X-Forwarded-For: {client}\r\n", **request)


def open_websocket(connection, target, client):
    return shake(connection, target, **{"X-Forwarded-For": client})


# Addresses ----------------------------------------------------------------------------------------

def test_addresses_hold_for_routes_files_and_websockets(server):
    for target in ("/office", "/files/a.txt"):
        assert ask(server, "192.0.2.7", target).status == 200, target
        assert ask(server, "198.51.100.7", target).status == 403, target
        assert ask(server, "192.0.2.66", target).status == 403, target
    assert ask(server, "192.0.2.9", "/office").text == "office"
    assert ask(server, "2001:db8::9", "/office").text == "office"
    assert ask(server, "192.0.2.9", "/files/a.txt").status == 403
    for client, status in (("192.0.2.7", 101), ("192.0.2.9", 403)):
        with Connection(server.port) as connection:
            assert open_websocket(connection, "/ws", client).status == status


def test_what_the_server_denies_gets_nothing(server):
    for method, target in (("GET", "/"), ("GET", "/nowhere"), ("DELETE", "/"), ("OPTIONS", "*"), ("GET", "/files"), ("HEAD", "/")):
        assert ask(server, "192.0.2.66", target, method=method).status == 403, (method, target)
        assert ask(server, "192.0.2.7", target, method=method).status != 403, (method, target)


def test_false_lifts_the_list_of_the_server(server):
    assert ask(server, "192.0.2.66", "/open").text == "open"


def test_a_body_that_nobody_may_send_does_not_end_the_connection(server):
    with Connection(server.port) as connection:
        assert connection.get("/office", fields="X-Forwarded-For: 198.51.100.7\r\n", body=b"x" * 5000).status == 403
        assert connection.get("/office", fields="X-Forwarded-For: 192.0.2.7\r\n").status == 200


def test_lists_change_with_a_reload(serve):
    text = '[[route]]\npath = "/"\n{}text = "root"\n'
    server = serve(text.format(""))
    with Connection(server.port) as connection:
        assert connection.get().status == 200
        config = server.folder / "sluice.toml"
        config.write_text(config.read_text().replace("text =", 'deny = "loopback"\ntext ='))
        server.send_signal(1)
        wait_until(lambda: connection.get().status == 403, "the list holds")


# Trusted proxies ----------------------------------------------------------------------------------

def test_the_client_is_the_last_that_no_proxy_is(server):
    for value, client in (("192.0.2.7", "192.0.2.7"), ("127.0.0.1, 192.0.2.7", "192.0.2.7"), ("192.0.2.7, 10.1.2.3", "192.0.2.7"),
                          ('", 192.0.2.7', "192.0.2.7"), ("unknown", "127.0.0.1")):
        assert ask(server, value).text == f"{client} localhost", value
    forwarded = 'Forwarded: for=192.0.2.8, for="[2001:db8::7]:4711";host=www.example.org;proto=https\r\n'
    assert fetch(server.port, fields=forwarded).text == "2001:db8::7 www.example.org"


def test_a_contradiction_is_refused(server):
    refused = fetch(server.port, fields="Forwarded: for=127.0.0.1\r\nX-Forwarded-For: 192.0.2.7\r\n")
    assert refused.status == 400 and "different clients" in refused.text


def test_nobody_is_believed_who_is_no_proxy(serve):
    server = serve('[server]\ntrusted_proxies = "10.0.0.0/8"\n[[route]]\npath = "/"\ntext = "{remote.ip} {host}"\n')
    fields = "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Host: evil\r\n"
    assert fetch(server.port, fields=fields).text == "127.0.0.1 localhost"
    with Connection(server.port) as connection:
        connection.send(v1("192.0.2.7") + GET)
        assert connection.response().status == 400
    with Connection(server.port) as connection:
        connection.send(v2("192.0.2.7") + GET)
        assert connection.response().status == 400


def test_the_log_and_limits_of_an_address_see_the_client(server):
    with Connection(server.port) as one, Connection(server.port) as two, Connection(server.port) as three:
        assert open_websocket(one, "/few", "192.0.2.7").status == 101
        assert open_websocket(two, "/few", "192.0.2.7").status == 429
        assert open_websocket(three, "/few", "192.0.2.8").status == 101
        with Connection(server.port) as four:
            four.send(v2("192.0.2.7"))
            assert shake(four, "/few").status == 429
    ask(server, "192.0.2.9")
    server.wait_for_line("192.0.2.9 - - [", "stdout")


@pytest.mark.parametrize("header, client", [
    (v1("192.0.2.7"), "192.0.2.7"), (v1("2001:db8::7"), "2001:db8::7"), (v2("192.0.2.7"), "192.0.2.7"),
    (v2("2001:db8::7", b"\x04\0\3xyz"), "2001:db8::7"), (LOCAL, "127.0.0.1"), (b"PROXY UNKNOWN\r\n", "127.0.0.1"), (b"", "127.0.0.1")])
def test_the_proxy_protocol_says_who_the_client_is(server, header, client):
    with Connection(server.port) as connection:
        connection.send(header + GET + GET)
        assert [connection.response().text for _ in range(2)] == [f"{client} localhost"] * 2
    with Connection(server.port) as connection:  # octet by octet
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in header + GET:
            connection.send(bytes([octet]))
        assert connection.response().text == f"{client} localhost"
    server.wait_for_line(f"{client} - - [", "stdout", times=3)


def test_a_client_behind_the_proxy_protocol_is_no_proxy(server):
    with Connection(server.port) as connection:
        connection.send(v1("192.0.2.7"))
        assert connection.get(fields="X-Forwarded-For: 192.0.2.9\r\n").text == "192.0.2.7 localhost"
        connection.send(v1("192.0.2.9") + GET)
        assert connection.response().status == 400


def test_a_websocket_comes_behind_the_proxy_protocol(server):
    for header, status in ((v1("192.0.2.7"), 101), (v2("192.0.2.7"), 101), (v1("192.0.2.9"), 403)):
        with Connection(server.port) as connection:
            connection.send(header)
            assert shake(connection, "/ws").status == status


@pytest.mark.parametrize("header", [b"PROXY nonsense\r\n", b"PROXY TCP4 192.0.2.7 127.0.0.1 4711\r\n", SIGNATURE + b"\x21\x11\0\x04abcd"])
def test_a_broken_header_ends_the_connection(server, header):
    with Connection(server.port) as connection:
        connection.send(header)
        assert connection.ended()
    assert fetch(server.port).status == 200


@pytest.mark.parametrize("beginning", [b"", b"PROXY TCP4 192", SIGNATURE, v2("192.0.2.7", b"\x04\x0f\0")])
def test_a_header_that_never_ends_has_its_time(server, beginning):
    with Connection(server.port) as connection:
        connection.send(beginning)
        assert connection.ended()


def test_connections_of_an_address_are_those_of_the_client(serve):
    server = serve('''
[server]
trusted_proxies = "127.0.0.1"
limits.connections_per_ip = 2
[[route]]
path = "/"
text = "{remote.ip}"
''')
    open_ones = [Connection(server.port) for _ in range(6)]
    assert [connection.get().status for connection in open_ones] == [200] * 6, "the proxy itself has no limit"

    def open_as(client):
        connection = Connection(server.port)
        connection.send(v1(client) + GET)
        try:
            return connection if connection.response().status == 200 else None
        except EOFError:
            return None

    first, second = open_as("192.0.2.7"), open_as("192.0.2.7")
    assert first and second and not open_as("192.0.2.7")
    assert open_as("192.0.2.8")
    first.socket.close()
    wait_until(lambda: open_as("192.0.2.7"), "there is room again")


# Compression --------------------------------------------------------------------------------------

WORDS = " ".join(str(number * 2654435761 % 2**32) for number in range(400))
MEBIBYTE = (WORDS * 300)[:1 << 20]
COMPRESSED = f"""
[[route]]
path = "/text"
text = "{{query.x}} {WORDS}"
query.x = "string?"

[[route]]
path = "/json"
json = {{ words = "{WORDS}" }}

[[route]]
path = "/off"
compress = false
text = "{WORDS}"

[[route]]
path = "/small"
text = "small"

[[route]]
path = "/large"
text = "{MEBIBYTE}"

[[route]]
path = "/events"
compress = true
events = {{ room = "r" }}

[[route]]
method = "POST"
path = "/say"
publish = {{ room = "r", text = "{{body}}" }}
"""


@pytest.fixture
def compressing(shared):
    return shared(COMPRESSED)


def test_curl_gets_what_was_meant(compressing, curl):
    for target, text in (("/text?x=1", f"1 {WORDS}"), ("/json", json.dumps({"words": WORDS}, separators=(",", ":"))),
                         ("/small", "small"), ("/large", MEBIBYTE)):
        done = curl("--compressed", "-w", "%{size_download}", compressing.url + target)
        body = done.stdout.decode()
        assert body.startswith(text) and int(body[len(text):]) <= len(text)
        if target != "/small":
            assert int(body[len(text):]) < len(text) * 0.7, target
    assert curl("--compressed", compressing.url + "/off").stdout.decode() == WORDS
    head = curl("--compressed", "-I", compressing.url + "/text").stdout.decode().lower()
    assert "content-encoding: gzip" in head or "content-encoding: zstd" in head
    assert "vary: accept-encoding" in head


def test_httpx_and_aiohttp_get_what_was_meant(compressing):
    with httpx.Client(base_url=compressing.url) as client:
        for target, text in (("/text?x=1", f"1 {WORDS}"), ("/large", MEBIBYTE)):
            answer = client.get(target)
            assert answer.headers["Content-Encoding"] in ("gzip", "zstd") and answer.text == text
        tag = client.get("/large").headers["ETag"]
        again = client.get("/large", headers={"If-None-Match": tag})
        assert (again.status_code, again.headers["ETag"], again.headers["Vary"]) == (304, tag, "Accept-Encoding")

    async def run():
        async with aiohttp.ClientSession(compressing.url) as session:
            for target, text in (("/json", {"words": WORDS}), ("/off", WORDS)):
                async with session.get(target) as answer:
                    assert (await answer.json() if target == "/json" else await answer.text()) == text

    asyncio.run(run())


def test_each_event_of_a_compressed_stream_comes_at_once(compressing):
    with Connection(compressing.port) as stream:
        stream.send("GET /events HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n")
        assert b"Content-Encoding: gzip" in stream._until(b"\r\n\r\n")
        decoder, text = zlib.decompressobj(31), ""
        for message in ("one", WORDS, "two"):
            assert fetch(compressing.port, "/say", method="POST", body=message.encode()).status < 300
            for _ in range(10):  # chunks: there may be comments between events
                if f"data: {message}\n\n" in text:
                    break
                text += decoder.decompress(stream._exactly(int(stream._until(b"\r\n"), 16))).decode()
                assert stream._exactly(2) == b"\r\n"
            assert f"data: {message}\n\n" in text


def test_a_client_of_http_1_0_gets_a_large_text_compressed_until_the_end(compressing):
    with Connection(compressing.port) as connection:
        connection.send("GET /large HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n")
        answer = connection.response()
        assert answer.get("Transfer-Encoding") is None and gzip.decompress(answer.body).decode() == MEBIBYTE


def test_others_do_not_wait_for_large_texts_that_many_ask_for(compressing):
    """All that is asked for is there before the first other request comes; it is answered before all of that is done."""
    clients, requests = 12, 30
    got, faults = [], []
    connections = [Connection(compressing.port) for _ in range(clients)]
    before = compressing.resident_bytes()

    def read(connection):
        try:
            for _ in range(requests):
                answer = connection.response()
                got.append(answer)
        except Exception as fault:  # told below
            faults.append(fault)

    request = "GET /large HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n"
    with Connection(compressing.port) as other:
        for connection in connections:
            connection.send(request * requests)
        readers = [threading.Thread(target=read, args=(connection,)) for connection in connections]
        for reader in readers:
            reader.start()
        answered = []
        for _ in range(5):
            assert other.get("/small").text == "small"
            answered.append(len(got))
        grown = compressing.resident_bytes() - before
        for reader in readers:
            reader.join()
    assert not faults
    assert answered[0] < clients * requests / 2, answered
    assert len(got) == clients * requests
    assert {gzip.decompress(answer.body).decode() == MEBIBYTE for answer in random.sample(got, 10)} == {True}
    assert grown < 96 << 20, "one encoder for each connection"


def test_a_client_that_reads_nothing_makes_the_server_hold_little(compressing):
    before = compressing.resident_bytes()
    request = "GET /large HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n"
    idle = [Connection(compressing.port, receive_buffer=4096) for _ in range(10)]
    for connection in idle:
        connection.send(request * 200)
    for _ in range(50):
        assert fetch(compressing.port, "/small").text == "small"
    assert compressing.resident_bytes() - before < 64 << 20
    for connection in idle:
        connection.socket.close()
    assert fetch(compressing.port, "/text", fields="Accept-Encoding: gzip\r\n").status == 200
