"""What is measured: the request of each scenario, and how its answer is proved right before it counts."""

import gzip
import json
import re
import socket
from dataclasses import dataclass
from pathlib import Path

import load
from load import WrongAnswer


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    path: str = "/plain"
    body: bytes = b""  # that is right; empty: the file of that name
    kind: str = "load"  # or "idle", "rate", "start", "reload": see measure.py
    pipelined: int = 1
    header: str = ""
    message: int = 0  # octets of a WebSocket message; 0: HTTP
    deflated: bool = False  # the message
    connections: int = 0  # at most; 0: as many as are asked for
    over_link: bool = False  # between two hosts, see link.py
    members: int = 0  # connections that are held open, as far as descriptors allow; 0: as many as are asked for


HELLO = b"Hello, World!"
ITEM = b'{"item_id":42,"q":"x"}'

ALL = (
    Scenario("plain", "plain text", body=HELLO),
    Scenario("pipelined", "plain text, 16 pipelined", body=HELLO, pipelined=16),
    Scenario("template", "template /{name}", path="/Alice", body=b"Hello, Alice!"),
    Scenario("json", "JSON template with typed values", path="/items/42?q=x", body=ITEM),
    Scenario("routes", "10,000 routes with parameters instead of 10", path="/r7/42", body=b"Route 7: 42"),
    Scenario("access-log", "access log in a file", body=HELLO),
    Scenario("static-1k", "static 1 KiB", path="/files/1k.bin"),
    Scenario("static-16k", "static 16 KiB", path="/files/16k.bin"),
    Scenario("static-1m", "static 1 MiB", path="/files/1m.bin", connections=16),
    Scenario("static-100m", "static 100 MiB", path="/files/100m.bin", connections=4),
    Scenario("link-1m", "static 1 MiB, over a link", path="/files/1m.bin", connections=16, over_link=True),
    Scenario("link-100m", "static 100 MiB, over a link", path="/files/100m.bin", connections=4, over_link=True),
    Scenario("gzip-16k", "static text of 16 KiB as gzip", path="/files/16k.txt", header="Accept-Encoding: gzip"),
    Scenario("not-modified", "304 Not Modified", path="/files/1k.bin"),
    Scenario("connection", "new connection each", body=HELLO, header="Connection: close"),
    Scenario("keep-alive-idle", "idle kept connections", body=HELLO, kind="idle", members=10_000),
    Scenario("websocket-64", "WebSocket echo 64 B", path="/ws", message=64),
    Scenario("websocket-16k", "WebSocket echo 16 KiB", path="/ws", message=16384),
    Scenario("websocket-idle", "idle WebSockets", path="/ws", kind="idle", message=64, members=10_000),
    Scenario("broadcast-1k", "broadcast of 64 B to 1,000 members", path="/room", message=64, members=1_000),
    Scenario("broadcast-10k", "broadcast of 64 B to 10,000 members", path="/room", message=64, members=10_000),
    Scenario("workers", "2 workers instead of 1", body=HELLO),
    Scenario("workers-deflate", "2 workers, compressed WebSocket echo 16 KiB", path="/deflated", message=16384,
             deflated=True),
    Scenario("latency", "latency at half of the best peer's rate", body=HELLO, kind="rate"),
    Scenario("start", "start to first answer", body=HELLO, kind="start"),
    Scenario("reload", "longest request while the configuration is reloaded", path="/r7/42", body=b"Route 7: 42",
             kind="reload"),
)


def make_files(www: Path):
    www.mkdir(parents=True)
    pattern = bytes((i * 7 + i // 251) % 256 for i in range(1 << 20))
    for name, size in (("1k.bin", 1024), ("16k.bin", 16384), ("1m.bin", 1 << 20)):
        (www / name).write_bytes(pattern[:size])
    (www / "100m.bin").write_bytes(pattern * 100)
    text = "".join(f"{i * i % 9973} bottles\n" for i in range(2000))[:16384].encode()
    (www / "16k.txt").write_bytes(text)
    (www / "16k.txt.gz").write_bytes(gzip.compress(text, 9, mtime=0))  # for peers that take what they find
    (www.parent / "plain").write_bytes(HELLO)  # for a peer that serves files and nothing else


class Answers:
    """Answers read one after another from a connection."""

    def __init__(self, server):
        self.socket = socket.create_connection((server.address, server.port), 5)
        self.buffer = bytearray()

    def _more(self):
        data = self.socket.recv(65536)
        self.buffer += data
        return bool(data)

    def next(self):
        """(status, fields with lower-case names, body)"""
        while b"\r\n\r\n" not in self.buffer:
            if not self._more():
                raise WrongAnswer("the connection ended before the answer")
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        status = int(lines[0].split()[1])
        if fields.get("transfer-encoding") == "chunked":
            return status, fields, self._chunks()
        return status, fields, self._exactly(0 if status == 304 else int(fields.get("content-length", 0)))

    def _exactly(self, length):
        while len(self.buffer) < length:
            if not self._more():
                raise WrongAnswer("the body is too short")
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return bytes(body)

    def _chunks(self):
        body = b""
        while True:
            while b"\r\n" not in self.buffer:
                if not self._more():
                    raise WrongAnswer("the body is too short")
            size, self.buffer = self.buffer.split(b"\r\n", 1)
            body += self._exactly(int(size, 16))
            self._exactly(2)
            if int(size, 16) == 0:
                return body


def _ask(server, scenario, header, times=1):
    connection = Answers(server)
    extra = header + "\r\n" if header else ""
    request = f"GET {scenario.path} HTTP/1.1\r\nHost: {server.address}:{server.port}\r\n{extra}\r\n"
    connection.socket.sendall(request.encode() * times)
    return [connection.next() for _ in range(times)], connection


def _require(condition, what):
    if not condition:
        raise WrongAnswer(what)


def verify(scenario: Scenario, server):
    """Raises WrongAnswer unless the server gives the right answer. Returns the header field to measure with."""
    if scenario.message:
        load.held(scenario, server, 2, 0.2, 0)
        return ""
    if scenario.name == "not-modified":
        if server.name == "floor":
            return ""
        (first,), _ = _ask(server, scenario, "")
        _require("etag" in first[1], "a file without ETag")
        header = "If-None-Match: " + first[1]["etag"]
        ((status, _, body),), _ = _ask(server, scenario, header)
        _require(status == 304 and not body, f"status {status} instead of 304")
        return header

    answers, connection = _ask(server, scenario, scenario.header, scenario.pipelined)
    want = scenario.body or (server.www / Path(scenario.path).name).read_bytes()
    for status, fields, body in answers:
        _require(status == 200, f"status {status}")
        if scenario.name == "gzip-16k":
            _require(fields.get("content-encoding") == "gzip", "no gzip")
            body = gzip.decompress(body)
        _require(body == want, f"body {body[:60]!r}")
        _require("date" in fields, "an answer without Date")
        if scenario.name == "json":
            _require(fields.get("content-type", "").startswith("application/json"), "JSON that is not called so")
            _require(json.loads(body) == json.loads(ITEM), "wrong values")
    if scenario.name == "connection":
        _require(connection.socket.recv(1) == b"", "the connection stays open")
    return scenario.header


def body_of(server, path):
    connection = Answers(server)
    connection.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {server.address}\r\n\r\n".encode())
    return connection.next()[2]


def size_of(server, path):
    """Octets of the body."""
    connection = Answers(server)
    connection.socket.sendall(f"HEAD {path} HTTP/1.1\r\nHost: {server.address}\r\nConnection: close\r\n\r\n".encode())
    while connection._more():
        pass
    return int(re.search(rb"content-length: *(\d+)", connection.buffer, re.I)[1])
