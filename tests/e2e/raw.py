"""HTTP/1.1 over a bare socket, for what well-behaved clients never send."""

import select
import socket
import time
from dataclasses import dataclass, field

from sluice import PATIENCE


@dataclass
class Response:
    status: int
    reason: str
    version: str
    fields: list
    body: bytes = b""
    interim: list = field(default_factory=list)  # status codes of 1xx responses that came first

    def get(self, name, default=None):
        """The value of a field; several lines are joined (RFC 9110 §5.3)."""
        values = [value for key, value in self.fields if key.lower() == name.lower()]
        return ", ".join(values) if values else default

    @property
    def text(self):
        return self.body.decode()


class Connection:
    """One TCP connection."""

    def __init__(self, port, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(("127.0.0.1", port))
        self.buffer = b""
        self.content = b""  # of chunks that have come

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data.encode("latin-1") if isinstance(data, str) else data)

    def get(self, target="/", *, method="GET", fields="", body=b""):
        """Sends one request and reads its response. `fields`: further lines, each with its CRLF."""
        if body:
            fields += f"Content-Length: {len(body)}\r\n"
        self.send(f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n".encode() + body)
        return self.response(method)

    def begin(self, target, *, after="/"):
        """Sends a request that takes its time, and returns when the server has begun with it: the answer to the one before
        it, to `after`, which came in the same piece, is here. Returns that answer."""
        self.send("".join(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n" for path in (after, target)))
        return self.response()

    def response(self, method="GET"):
        interim = []
        while True:
            head = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
            version, status, reason = (head[0].split(" ", 2) + [""])[:3]
            status = int(status)
            if status >= 200 or status == 101:
                break
            interim.append(status)
        fields = [(name, value.strip()) for name, _, value in (line.partition(":") for line in head[1:-2])]
        result = Response(status, reason, version, fields, interim=interim)
        if method == "HEAD" or status in (101, 204, 304):
            return result
        if (result.get("Transfer-Encoding") or "").lower() == "chunked":
            result.body = self._chunks()
        elif result.get("Content-Length") is not None:
            result.body = self._exactly(int(result.get("Content-Length")))
        else:
            result.body = self.rest()
        return result

    def rest(self):
        """Everything until the peer ends."""
        while self._more():
            pass
        data, self.buffer = self.buffer, b""
        return data

    def ended(self, within=PATIENCE):
        """Whether the peer ends the connection, without a further octet, in this time (in seconds)."""
        deadline = time.monotonic() + within
        while not self.buffer:
            if not select.select([self.socket], [], [], max(0, deadline - time.monotonic()))[0]:
                return False
            if not self._more():
                return True
        return False

    def silent(self, seconds=0.3):
        """Whether nothing comes for so long."""
        return not self.buffer and not select.select([self.socket], [], [], seconds)[0]

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            return False
        self.buffer += data
        return bool(data)

    def _until(self, mark):
        while mark not in self.buffer:
            if not self._more():
                raise EOFError(f"the connection ended after {self.buffer!r}")
        head, self.buffer = self.buffer.split(mark, 1)
        return head + mark

    def _exactly(self, count):
        while len(self.buffer) < count:
            if not self._more():
                raise EOFError(f"the connection ended {count - len(self.buffer)} octets too early")
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def content_until(self, mark):
        """What a response in chunks holds next, up to `mark`. Its chunks may begin and end anywhere. EOFError at its end."""
        while mark not in self.content:
            size = int(self._until(b"\r\n"), 16)
            self.content += self._exactly(size)
            assert self._exactly(2) == b"\r\n"
            if size == 0:
                raise EOFError(f"the content ended after {self.content!r}")
        found, self.content = self.content.split(mark, 1)
        return found + mark

    def content_ended(self):
        """Reads a response in chunks to its end."""
        try:
            while self.content_until(b"\n"):
                pass
        except EOFError:
            return True

    def _chunks(self):
        body = b""
        while True:
            size = int(self._until(b"\r\n").split(b";")[0], 16)
            if size == 0:
                self._until(b"\r\n")
                return body
            body += self._exactly(size)
            self._exactly(2)


def fetch(port, target="/", **request):
    """One request on a connection of its own."""
    with Connection(port) as connection:
        return connection.get(target, **request)


def ask(port, data):
    """The response to these octets."""
    with Connection(port) as connection:
        connection.send(data)
        return connection.response()


def exchange(port, data):
    """Sends these octets, after which the connection should end; the response and whether it did."""
    with Connection(port) as connection:
        connection.send(data)
        response = connection.response()
        return response, connection.ended()
