"""A delayed answer is a timer, not a thread."""

import asyncio
import socket
import struct
import time

import aiohttp
import pytest

from raw import Connection, fetch
from sluice import BUILD, wait_until

CONFIG = """
[[route]]
path = "/slow"
delay = "{delay}"
text = "slow"

[[route]]
path = "/soon"
delay = "200ms"
text = "soon"

[[route]]
path = "/"
text = "now"
"""
REQUEST = b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"


def config(delay):
    return CONFIG.replace("{delay}", delay)


def test_others_are_served_while_one_waits(serve):
    server = serve(config("1h"))
    with Connection(server.port) as slow:
        slow.begin("/slow")
        for _ in range(50):
            assert fetch(server.port).text == "now"
        assert slow.silent(0)


@pytest.mark.release
def test_a_thousand_waiting_requests_need_neither_threads_nor_memory_nor_time(serve):
    server = serve(config("5s"), workers=2)
    fetch(server.port)
    threads, memory = server.threads(), server.resident_bytes()
    waiting = []
    for _ in range(1000):
        waiting.append(socket.create_connection(("127.0.0.1", server.port)))
        waiting[-1].sendall(REQUEST)
    assert fetch(server.port).text == "now"
    assert server.threads() == threads
    assert server.resident_bytes() - memory < 16 << 20  # 16 KiB each, with their connections
    used = server.cpu_seconds()
    assert all(connection.recv(1000).startswith(b"HTTP/1.1 200") for connection in waiting)
    assert server.cpu_seconds() - used < 1
    for connection in waiting:
        connection.close()


def test_delays_run_side_by_side(serve):
    server = serve(config("1h"))

    async def visit():
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            async def one():
                async with session.get(server.url + "/soon") as response:
                    return await response.text()

            return await asyncio.gather(*(one() for _ in range(200)))

    start = time.monotonic()
    assert asyncio.run(visit()) == ["soon"] * 200
    assert time.monotonic() - start < 20  # one after another they would take 40 s


@pytest.mark.parametrize("target", ["/slow", "/files/", "/files/a.txt"])
def test_a_client_that_ends_its_side_gets_its_answer(serve, target):
    """As `nc -N` and some proxies do: the request is all that they have to say."""
    server = serve(config("1s") + '[[static]]\npath = "/files"\nroot = "www"\nlisting = true\n', files={"www/a.txt": "a" * 100_000})
    request = f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with Connection(server.port) as connection:
        connection.send(request * 3)
        connection.socket.shutdown(socket.SHUT_WR)
        answers = [connection.response() for _ in range(3)]
        assert connection.ended()
    assert [answer.status for answer in answers] == [200] * 3
    assert len({answer.body for answer in answers}) == 1


def test_a_client_that_gives_up_frees_its_place(serve):
    server = serve(config("1h"))
    before = server.open_descriptors()
    waiting = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(50)]
    for connection in waiting:
        connection.sendall(REQUEST)
    wait_until(lambda: server.open_descriptors() >= before + 50, "all connections")
    for connection in waiting:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # RST: it does not read either
        connection.close()
    wait_until(lambda: server.open_descriptors() <= before, "the end of all connections")


def test_a_client_that_closes_is_found_out_within_two_minutes(serve):
    """It may have ended its sending side only, and wait. Its system tells when it forgets the connection, after a minute."""
    if BUILD != "release":
        pytest.skip("waits for the system, not for the server")
    server = serve(config("1h"))
    before = server.open_descriptors()
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(REQUEST)
        wait_until(lambda: server.open_descriptors() > before, "the connection")
    wait_until(lambda: server.open_descriptors() <= before, "its end", within=120)
