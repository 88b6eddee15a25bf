"""The examples of README.md for a proxy in front of Sluice, each tried with that proxy."""

import asyncio
import http.client
import re
import shutil
import subprocess
import urllib.parse

import pytest
import websockets

import sluice
from sluice import wait_until

CONFIG = """
[server]
trusted_proxies = "127.0.0.1"
[[route]]
path = "/who"
text = "{remote.ip} {host}"
[[route]]
path = "/text/"
text = "{host} {path}"
[[route]]
method = "POST"
path = "/echo"
text = "{body}"
[[route]]
path = "/events"
events = { room = "r" }
[[route]]
method = "POST"
path = "/say"
publish = { room = "r", text = "{body}" }
[[websocket]]
path = "/ws"
[[static]]
path = "/files"
root = "files"
"""
NAME = "www.example.org"

# What is started, and what makes a port of ours out of the example's public one, without certificates.
PROXIES = {
    "nginx": (["nginx", "-e", "stderr", "-c", "{file}"], [
        (r"listen 443 ssl;", "listen 127.0.0.1:{port};"), (r"(?m)^ *ssl_.*$", ""),
        (r"\A", "user root; pid {folder}/pid; daemon off; error_log stderr; events {}\nhttp {\naccess_log off; client_body_temp_path {folder}/b;\n"
                "proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n"),
        (r"\Z", "\n}\n")]),
    "caddy": (["caddy", "run", "--adapter", "caddyfile", "--config", "{file}"], [
        (r"(?m)^www\.example\.org ", "http://www.example.org:{port} "), (r"\A", "{\nadmin off\nauto_https off\n}\n")]),
    "haproxy": (["haproxy", "-db", "-f", "{file}"], [(r"bind :443.*", "bind 127.0.0.1:{port}")]),
}


def example(name):
    """The block of README.md that has the proxy's name as its language."""
    return re.search(rf"^```{name}\n(.*?)^```$", (sluice.ROOT / "README.md").read_text(), re.S | re.M)[1]


@pytest.fixture(params=PROXIES)
def proxy(request, serve, tmp_path):
    """The port of the proxy, in front of a server."""
    command, changes = PROXIES[request.param]
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    server = serve(CONFIG, files={"files/a.bin": bytes(range(256)) * 4096})
    port = sluice.free_port()
    text = example(request.param)
    assert "127.0.0.1:8080" in text
    for pattern, replacement in [*changes, (r"127\.0\.0\.1:8080", f"127.0.0.1:{server.port}")]:
        text, count = re.subn(pattern, lambda _: replacement, text)
        assert count, pattern
    text = text.replace("{port}", str(port)).replace("{folder}", str(tmp_path))
    (tmp_path / "proxy.conf").write_text(text)
    with open(tmp_path / "proxy.log", "wb") as log:
        process = subprocess.Popen([word.replace("{file}", str(tmp_path / "proxy.conf")) for word in command], stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=log, env=dict(sluice.environment(), HOME=str(tmp_path)))
    try:
        wait_until(lambda: process.poll() is not None or not sluice.refused(port), "the proxy listens")
        assert process.poll() is None, (tmp_path / "proxy.log").read_text()
        yield port
    finally:
        process.terminate()
        process.wait(sluice.PATIENCE)


def ask(port, path, method="GET", body=None, client="127.0.0.1", **fields):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=sluice.PATIENCE, source_address=(client, 0))
    connection.request(method, path, body, {"Host": f"{NAME}:{port}", **fields})
    return connection.getresponse()


def test_requests_pass_with_the_name_that_the_client_asked_for(proxy):
    assert ask(proxy, "/text/").read().decode() == f"{NAME} /text/"
    assert ask(proxy, "/nowhere").status == 404


def test_a_redirect_leads_to_the_proxy(proxy):
    answer = ask(proxy, "/text")
    location = urllib.parse.urljoin(f"http://{NAME}:{proxy}/text", answer.headers["Location"])
    assert (answer.status, location) == (307, f"http://{NAME}:{proxy}/text/")


def test_the_client_is_known_and_cannot_say_that_it_is_another_one(proxy):
    assert ask(proxy, "/who", client="127.0.0.2").read().decode() == f"127.0.0.2 {NAME}"
    for fields in ({"X-Forwarded-For": "192.0.2.7"}, {"X-Forwarded-For": '"'}, {"Forwarded": "for=192.0.2.7"}, {"X-Forwarded-Host": "evil"}):
        assert ask(proxy, "/who", client="127.0.0.2", **fields).read().decode().startswith("127.0.0.2 www.example.org"), fields


def test_bodies_and_files_pass_whole(proxy):
    body = bytes(range(256)) * 1000
    assert ask(proxy, "/echo", "POST", body).read() == body
    assert ask(proxy, "/files/a.bin").read() == bytes(range(256)) * 4096
    part = ask(proxy, "/files/a.bin", Range="bytes=256-511")
    assert (part.status, part.read()) == (206, bytes(range(256)))
    tag = ask(proxy, "/files/a.bin").headers["ETag"]
    assert ask(proxy, "/files/a.bin", **{"If-None-Match": tag}).status == 304


def test_events_come_at_once(proxy):
    stream = ask(proxy, "/events")
    assert stream.headers["Content-Type"] == "text/event-stream"
    assert ask(proxy, "/say", "POST", b"hello").status < 300
    while b"data: hello" not in stream.readline():
        pass


def test_a_page_of_the_same_site_opens_a_websocket_and_another_does_not(proxy):
    async def echo(origin):
        async with websockets.connect(f"ws://{NAME}:{proxy}/ws", host="127.0.0.1", port=proxy, origin=origin) as socket:
            await socket.send("hello")
            return await socket.recv()

    assert asyncio.run(echo(f"http://{NAME}:{proxy}")) == "hello"
    with pytest.raises(websockets.InvalidStatusCode, match="403"):
        asyncio.run(echo("http://elsewhere.example"))
