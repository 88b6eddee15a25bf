"""Each file of config/examples does what its comment says."""

import asyncio
import json
import socket
import time

import pytest
import websockets

from raw import Connection, fetch
from sluice import EXAMPLES, ROOT
from test_websocket import shake


def say(server, path, message):
    async def run():
        async with websockets.connect(f"ws://127.0.0.1:{server.port}{path}") as connection:
            await connection.send(message)
            return await connection.recv()

    return asyncio.run(run())


def test_the_default_config(serve, tmp_path):
    server = serve(ROOT / "config/sluice.toml")
    assert "Sluice is running" in fetch(server.port, "/").text
    assert fetch(server.port, "/hello/World").text == "Hello, World!\n"
    assert fetch(server.port, "/hello").text == "Hello, stranger!\n"
    assert json.loads(fetch(server.port, "/items/42?q=x").body) == {"item_id": 42, "q": "x"}
    assert fetch(server.port, "/items/forty-two").status == 422
    assert fetch(server.port, "/echo", method="POST", body=b"again").text == "again"
    assert fetch(server.port, "/docs/a/b").get("Location") == "/a/b"
    assert fetch(server.port, "/echo.html").status == 200
    assert say(server, "/ws", "hello") == "hello"
    server.wait_for_line(f"http://localhost:{server.port}/ ", "stdout")


def test_every_link_of_the_site_leads_somewhere(serve):
    import re
    server = serve(ROOT / "config/sluice.toml")
    for page in ("/", "/echo.html"):
        for link in re.findall(r'(?:href|src)="([^"]+)"', fetch(server.port, page).text):
            expected = {"/nowhere": 404, "/items/forty-two": 422}.get(link, 200)
            assert fetch(server.port, "/" + link.removeprefix("./").lstrip("/")).status == expected, link


def test_aiohttp_server(example):
    server = example("aiohttp-server")
    assert fetch(server.port, "/").text == "Hello, Anonymous!"
    assert fetch(server.port, "/Alice").text == "Hello, Alice!"
    assert fetch(server.port, "/Alice/").status == 404
    server.wait_for_line(f"Running on http://127.0.0.1:{server.port} ", "stdout")


def test_fastapi_hello(example):
    server = example("fastapi-hello")
    assert fetch(server.port, "/").text == '{"message":"Hello, FastAPI!"}'
    assert fetch(server.port, "/items/5?q=somequery").text == '{"item_id":5,"q":"somequery"}'
    assert fetch(server.port, "/items/abc").text == (
        '{"detail":[{"loc":["path","item_id"],"msg":"value is not a valid integer","type":"type_error.integer"}]}')
    assert fetch(server.port, "/nope").text == '{"detail":"Not Found"}'


def test_tornado_hello(example):
    server = example("tornado-hello")
    assert fetch(server.port, "/").text == "Hello, Tornado!"
    server.wait_for_line(f"Server is running at http://localhost:{server.port}\n", "stdout")


@pytest.mark.parametrize("name, path, text, seconds", [
    ("tornado-async", "/", "Asynchronous response after delay", 2), ("sanic-delay", "/delay", "Delay completed", 3)])
def test_delays(example, name, path, text, seconds):
    server = example(name)
    start = time.monotonic()
    assert fetch(server.port, path).text == text
    assert time.monotonic() - start >= seconds - 0.05


def test_tornado_ws(example):
    server = example("tornado-ws")
    assert say(server, "/ws", "hello") == "Echo: hello"
    server.wait_for_line("New WebSocket connection\nReceived message: hello\nWebSocket connection closed\n", "stdout")
    with Connection(server.port) as connection:
        assert shake(connection, Origin="http://evil.example").status == 403


def test_sanic_hello(example):
    server = example("sanic-hello")
    assert fetch(server.port, "/").text == '{"message":"Hello, Sanic!"}'
    assert json.loads(fetch(server.port, "/no").body) == {
        "description": "Not Found", "status": 404, "message": "Not Found: GET /no"}


def test_sanic_ws(example):
    server = example("sanic-ws")
    assert say(server, "/ws/", "hello") == "Echo: hello"
    with Connection(server.port) as connection:
        assert shake(connection, Origin="http://elsewhere.example").status == 101


def test_sanic_middleware(example):
    server = example("sanic-middleware")
    with Connection(server.port) as connection:  # one connection, one worker: workers write in no order among them
        connection.get("/?x=1")
        connection.get("/nope")
    server.wait_for_line("Received request: GET /\nReceived request: GET /nope\n", "stdout")


def test_starlette_hello(example):
    server = example("starlette-hello")
    assert fetch(server.port, "/").text == '{"message":"Hello, Starlette!"}'
    assert fetch(server.port, "/nope").get("Content-Type").startswith("text/plain")


def test_quart_hello(example):
    server = example("quart-hello")
    assert fetch(server.port, "/").text == '{"message":"Hello, Quart!"}'
    options = fetch(server.port, "/", method="OPTIONS")
    assert {m.strip() for m in options.get("Allow").split(",")} == {"GET", "HEAD", "OPTIONS"}


def test_channels_chat(example):
    server = example("channels-chat")
    assert json.loads(say(server, "/ws/chat/", '{"message": "hello", "user": "bob"}')) == {"message": "hello"}
    with pytest.raises(websockets.ConnectionClosed):
        say(server, "/ws/chat/", "not json")


def test_static_site(example, curl):
    server = example("static-site")
    for name, kind in (("", "text/html"), ("style.css", "text/css"), ("sluice.svg", "image/svg+xml"), ("echo.js", "text/javascript")):
        response = fetch(server.port, "/" + name)
        assert response.status == 200
        assert response.get("Content-Type").split(";")[0] in (kind, kind.replace("text/j", "application/j")), name
    assert b"ETag" in curl("-I", server.url + "/style.css").stdout


def test_static_options(example):
    server = example("static-options")
    page = fetch(server.port, "/echo")
    assert (page.status, page.get("Cache-Control"), page.get("X-Frame-Options")) == (200, "no-cache", "SAMEORIGIN")
    assert page.get("X-Served-By") == "localhost"
    assert fetch(server.port, "/sluice.svg").get("Cache-Control") == "max-age=86400"
    application = fetch(server.port, "/app/users/42", fields="Accept: text/html\r\n")
    assert (application.status, application.text) == (200, fetch(server.port, "/").text)
    missing = fetch(server.port, "/app/none.js", fields="Accept: text/html\r\n")
    assert (missing.status, missing.get("Cache-Control")) == (404, "no-store")
    assert "<table>" in fetch(server.port, "/files/", fields="Accept: text/html\r\n").text
    names = [entry["name"] for entry in json.loads(fetch(server.port, "/files/", fields="Accept: application/json\r\n").body)["entries"]]
    assert names == ["echo.html", "echo.js", "index.html", "sluice.svg", "style.css"]
    assert fetch(server.port, "/files/echo.js").get("Content-Type") == "text/plain; charset=utf-8"


def test_virtual_hosts(example):
    server = example("virtual-hosts")

    def ask(host, target="/"):
        with Connection(server.port) as connection:
            connection.send(f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n")
            return connection.response()

    assert ask("alpha.localhost").text == "This is alpha.\n"
    assert ask(f"ALPHA.localhost:{server.port}", "/you").text == "alpha greets you.\n"
    assert ask("beta.localhost", "/style.css").get("Content-Type").startswith("text/css")
    assert ask("alpha.localhost", "/style.css").text == "alpha greets style.css.\n"
    assert (ask("127.0.0.1").status, ask("127.0.0.1").text) == (421, "No site of the name 127.0.0.1 lives here.\n")


def test_raw_echo(serve, tmp_path):
    # The ports of the example are fixed; the test takes free ones.
    text = (EXAMPLES / "raw-echo.toml").read_text().replace(":7007", ":0").replace(":8080", ":0")
    server = serve(text, listeners=3)
    with socket.create_connection(("127.0.0.1", server.port_of("tcp")), 10) as connection:
        connection.sendall(b"hello")
        assert connection.recv(100) == b"hello"


def test_uploads(serve):
    text = (EXAMPLES / "uploads.toml").read_text()
    server = serve(text, files={"uploads/README.txt": "not those of the source tree"})
    assert fetch(server.port, "/files/holidays/photo.jpg", method="PUT", body=b"a photo").status == 201
    assert fetch(server.port, "/files/holidays/photo.jpg").text == "a photo"
    assert fetch(server.port, "/files/holidays/photo.jpg", method="PUT", body=b"another").status == 204
    assert fetch(server.port, "/files/holidays/photo.jpg", method="PUT", body=b"x", fields="If-None-Match: *\r\n").status == 412
    assert fetch(server.port, "/inbox", method="POST", body=b"some notes").status == 201
    assert [path.read_text() for path in (server.folder / "uploads").glob("inbox-*.bin")] == ["some notes"]


def test_proxies(example, curl):
    server = example("proxies")

    def get(path, client):
        return fetch(server.port, path, fields=f"X-Forwarded-For: {client}\r\n")

    assert get("/", "203.0.113.9").text == "Hello, 203.0.113.9!\n"
    assert [get("/admin", client).status for client in ("203.0.113.9", "192.0.2.7", "2001:db8::7")] == [403, 200, 200]
    assert [get(path, "198.51.100.66").status for path in ("/", "/public", "/nowhere")] == [403, 200, 403]
    assert curl("--haproxy-protocol", server.url + "/").stdout == b"Hello, 127.0.0.1!\n"
    packed = fetch(server.port, "/words", fields="Accept-Encoding: gzip\r\n")
    assert packed.get("Content-Encoding") == "gzip" and len(packed.body) < 256
    server.wait_for_line("203.0.113.9 - - [", "stdout")


def test_no_example_is_left_out():
    with open(__file__) as own:
        tested = own.read()
    for path in EXAMPLES.glob("*.toml"):
        assert path.stem in tested, f"{path.name} has no test"


def test_observed(example):
    server = example("observed")
    assert fetch(server.port, "/hello/World").get("X-Request-Id")
    for path in ("/metrics", "/livez", "/readyz", "/_status", "/_status/data"):
        assert fetch(server.port, path).status == 200, path
    assert fetch(server.port, "/ping").text == "pong\n"
    server.stop()
    assert '"GET /hello/World HTTP/1.1" 200 14 ' in server.stdout() and "/ping" not in server.stdout()


def test_socket_activated(example):
    server = example("socket-activated")  # --listen takes the place of the socket that systemd would pass
    assert fetch(server.port).text == "Hello from a socket that systemd opened\n"
