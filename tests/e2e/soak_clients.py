"""The clients of the soak: each function is one conversation with the server, and fails when an answer is wrong."""

import random
import socket
import struct
import time
from dataclasses import dataclass, field
from collections import Counter
from pathlib import Path

import raw
from http1_case import read_cases
from test_websocket import frame, read_frame, shake

CASES = read_cases()
BIG = random.Random(1).randbytes(2 << 20)
GET = b"GET /name/%d HTTP/1.1\r\nHost: x\r\n\r\n"


@dataclass
class Visit:
    """What a conversation needs: the server's ports, a source of chance, and where it counts the answers it got."""
    port: int
    echo_port: int
    chance: random.Random = field(default_factory=random.Random)
    counts: Counter = field(default_factory=Counter)

    def connect(self, **options):
        return raw.Connection(self.port, **options)

    def answered(self, count=1):
        self.counts["answers"] += count


def requests(visit):
    """One request after the other on a kept connection."""
    with visit.connect() as connection:
        for _ in range(visit.chance.randrange(1, 60)):
            number = visit.chance.randrange(1000)
            assert connection.get(f"/name/{number}").text == f'{{"name":"{number}"}}'
            visit.answered()


def pipelines(visit):
    """Many requests in one piece; the answers come in their order."""
    with visit.connect() as connection:
        numbers = [visit.chance.randrange(1000) for _ in range(visit.chance.randrange(2, 100))]
        connection.send(b"".join(GET % number for number in numbers))
        for number in numbers:
            assert connection.response().text == f'{{"name":"{number}"}}'
            visit.answered()


def uploads(visit):
    """Bodies up to the limit of 1 MiB, whole, in chunks or too large."""
    body = visit.chance.randbytes(visit.chance.choice([10, 5_000, 500_000, 600_000])).hex().encode()
    with visit.connect() as connection:
        if visit.chance.random() < 0.5:
            connection.send(b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            try:
                for at in range(0, len(body), 70_000):
                    piece = body[at:at + 70_000]
                    connection.send(b"%x\r\n%s\r\n" % (len(piece), piece))
                connection.send("0\r\n\r\n")
            except OSError:
                assert len(body) > 1 << 20  # refused before its end
            answer = connection.response()
        else:
            answer = connection.get("/echo", method="POST", body=body)
        visit.answered()
        if len(body) > 1 << 20:
            assert answer.status == 413
        else:
            assert answer.body == body


def downloads(visit):
    """A large file whole, in part, and left in the middle."""
    with visit.connect() as connection:
        first = visit.chance.randrange(len(BIG))
        answer = connection.get("/files/big", fields=f"Range: bytes={first}-\r\n")
        visit.answered()
        assert answer.status == 206 and answer.body == BIG[first:]
        if visit.chance.random() < 0.3:
            assert connection.get("/files/big").body == BIG
            visit.answered()
        connection.send("GET /files/big HTTP/1.1\r\nHost: x\r\n\r\n")
        connection.socket.recv(visit.chance.randrange(1, 100_000))


def files(visit):
    """Small files, one of which is replaced now and then, conditionals, listings and what is not there."""
    with visit.connect() as connection:
        answer = connection.get("/files/small")
        assert answer.body == b"small"
        tag = f"If-None-Match: {answer.get('ETag')}\r\n"
        assert connection.get("/files/small", fields=tag).status == 304
        assert connection.get("/files/", fields="Accept: application/json\r\n").status == 200
        assert connection.get("/files/none").status == 404
        version = connection.get("/files/changing").text
        assert version == version[0] * 1000, version[:20]
        visit.answered(5)


def messages(visit):
    """A WebSocket that gets back what it sends."""
    with visit.connect() as connection:
        shake(connection, "/ws")
        for _ in range(visit.chance.randrange(1, 40)):
            payload = visit.chance.randbytes(visit.chance.randrange(2000))
            connection.send(frame(2, payload))
            assert read_frame(connection) == (2, payload)
        if visit.chance.random() < 0.5:
            connection.send(frame(8, struct.pack(">H", 1000)))
            assert read_frame(connection)[0] == 8


def rooms(visit):
    """Three members of a room: each hears what is said in it and what is published there, in one order."""
    room = visit.chance.randrange(1 << 30)
    members = [visit.connect() for _ in range(3)]
    try:
        for member in members:
            shake(member, f"/room/{room}")
        for number in range(visit.chance.randrange(1, 20)):
            if visit.chance.random() < 0.3:
                assert raw.fetch(visit.port, f"/publish/{room}", method="POST", body=b"%d" % number).status == 204
                visit.answered()
            else:
                visit.chance.choice(members).send(frame(1, b"%d" % number))
            for member in members:
                assert read_frame(member) == (1, b"%d" % number)
    finally:
        for member in members:
            member.socket.close()


def events(visit):
    """An event stream beside a publisher."""
    room = visit.chance.randrange(1 << 30)
    with visit.connect() as stream:
        stream.send(f"GET /events/{room} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n")
        assert b" 200 " in stream._until(b"\r\n\r\n")
        answer = raw.fetch(visit.port, f"/publish/{room}", method="POST", body=b"news")
        assert answer.status == 204, (answer.status, answer.body[:200])
        visit.answered()
        stream._until(b"data: news")


def waiting(visit):
    """A delayed answer, for which only some wait."""
    with visit.connect() as connection:
        connection.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        if visit.chance.random() < 0.5:
            assert connection.response().text == "slow"
            visit.answered()


def echoes(visit):
    """The raw echo service."""
    with socket.create_connection(("127.0.0.1", visit.echo_port), raw.PATIENCE) as connection:
        data = visit.chance.randbytes(visit.chance.randrange(1, 50_000))
        connection.sendall(data)
        back = b""
        while len(back) < len(data):
            piece = connection.recv(65536)
            assert piece, "the echo ended"
            back += piece
        assert back == data


def refused(visit):
    """Any case of the file, cut where it comes, left where it comes; or noise."""
    data = visit.chance.choice(CASES).data
    if visit.chance.random() < 0.2:
        data = visit.chance.randbytes(visit.chance.randrange(1, 3000))
    with visit.connect() as connection:
        at = visit.chance.randrange(len(data) + 1)
        try:
            connection.send(data[:at])
            connection.send(data[at:])
            connection.socket.settimeout(0.2)
            connection.socket.recv(65536)
        except OSError:
            pass


def resets(visit):
    """A connection that ends with RST, in the middle of a request or of its answer."""
    with socket.create_connection(("127.0.0.1", visit.port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request = b"GET /files/big HTTP/1.1\r\nHost: x\r\n\r\n"
        connection.sendall(request[:visit.chance.randrange(len(request) + 1)])
        if visit.chance.random() < 0.5:
            time.sleep(visit.chance.random() * 0.02)


KINDS = [requests, pipelines, uploads, downloads, files, messages, rooms, events, waiting, echoes, refused, resets]
