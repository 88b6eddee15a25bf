"""The requests whose system calls and allocations are counted, and what tests/bench/README.md says that they cost."""

import gzip
import re
from dataclasses import dataclass
from typing import Callable

from raw import Connection
from sluice import ROOT
from test_websocket import frame, read_frame, shake

TEXT = "".join(f"{i * i % 9973} bottles\n" for i in range(2000))[:16384]
FILES = {"www/1k.bin": "x" * 1024, "www/16k.bin": "y" * 16384, "www/16k.txt": TEXT}

CONFIG = """
[server]
limits.keep_alive_requests = 0

[log.access]
to = "{access_log}"

[[route]]
path = "/"
text = "Hello, World!"

[[route]]
path = "/hello/{{name}}"
text = "Hello, {{name}}!"

[[route]]
path = "/items/{{id}}"
params.id = "int"
query.q = "string?"
json = {{ id = "{{id}}", q = "{{q}}" }}

[[static]]
path = "/files"
root = "www"

[[websocket]]
path = "/ws"

[[websocket]]
path = "/room"
room = "all"
ping = "0s"
"""


@dataclass(frozen=True)
class Cost:
    """One line of the table: what is asked again and again, on one connection unless `connect` does nothing."""
    name: str
    connect: Callable
    ask: Callable
    access_log: bool = False


def get(target, status=200, body=None, fields=""):
    def ask(connection):
        answer = connection.get(target, fields=fields)
        assert answer.status == status
        assert body is None or answer.body == body.encode(), answer.body[:100]
    return ask


def sixteen(connection):
    connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 16)
    for _ in range(16):
        assert connection.response().text == "Hello, World!"


def compressed(connection):
    answer = connection.get("/files/16k.txt", fields="Accept-Encoding: gzip\r\n")
    assert gzip.decompress(answer.body).decode() == TEXT


def not_modified():
    tags = {}

    def ask(connection):
        if connection not in tags:
            tags[connection] = connection.get("/files/1k.bin").get("ETag")
        assert connection.get("/files/1k.bin", fields=f"If-None-Match: {tags[connection]}\r\n").status == 304
    return ask


def new_connection(port):
    with Connection(port) as connection:
        assert connection.get("/", fields="Connection: close\r\n").text == "Hello, World!"
        assert connection.ended()


def websocket(port, path="/ws"):
    connection = Connection(port)
    shake(connection, path)
    return connection


def room(port):
    return [websocket(port, "/room") for _ in range(8)]


def broadcast(members):
    members[0].send(frame(1, b"m" * 64))
    assert all(read_frame(member)[-1] == b"m" * 64 for member in members)


def echo(octets):
    def ask(connection):
        connection.send(frame(1, b"m" * octets))
        assert read_frame(connection)[-1] == b"m" * octets
    return ask


ALL = (
    Cost("plain text", Connection, get("/", body="Hello, World!")),
    Cost("plain text, 16 pipelined: all of them", Connection, sixteen),
    Cost("template", Connection, get("/hello/Ada", body="Hello, Ada!")),
    Cost("JSON template with typed values", Connection, get("/items/42?q=x", body='{"id":42,"q":"x"}')),
    Cost("static 1 KiB", Connection, get("/files/1k.bin", body=FILES["www/1k.bin"])),
    Cost("static 16 KiB", Connection, get("/files/16k.bin", body=FILES["www/16k.bin"])),
    Cost("static text of 16 KiB as gzip", Connection, compressed),
    Cost("304 Not Modified", Connection, not_modified()),
    Cost("404 Not Found", Connection, get("/nothing/here", status=404)),
    Cost("plain text, access log in a file", Connection, get("/", body="Hello, World!"), access_log=True),
    Cost("plain text on a connection of its own", lambda port: port, new_connection),
    Cost("WebSocket echo 64 B", websocket, echo(64)),
    Cost("WebSocket echo 16 KiB", websocket, echo(16384)),
    Cost("message of 64 B to a room of 8", room, broadcast),
)


def start(serve, cost):
    """A server for this line, with one worker."""
    return serve(CONFIG.format(access_log="access.log" if cost.access_log else "off"), workers=1, files=FILES)


def stated(cost):
    """What the table in tests/bench/README.md has: (the least system calls, the most, the fewest allocations, the most)."""
    text = (ROOT / "tests/bench/README.md").read_text()
    line = re.search(rf"^\| {re.escape(cost.name)} \| (\d+)(?:–(\d+))? \| (\d+)(?:–(\d+))? \|", text, re.M)
    assert line, f"tests/bench/README.md says nothing of “{cost.name}”"
    return int(line[1]), int(line[2] or line[1]), int(line[3]), int(line[4] or line[3])


def spare(seconds, requests):
    """What else may be counted in this time: timers look at memory, at the log file and for deadlines each second. Never as
    much as one for each request."""
    return min(25 + 10 * seconds, requests * 3 / 4)
