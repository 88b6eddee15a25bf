"""Slow and hostile clients: they are gone after their deadline, cost little while they last, and others hardly notice.

The figures are printed (pytest -rP shows them); what is asserted has bounds that no slow machine reaches."""

import select
import shutil
import socket
import struct
import subprocess
import time

import pytest

from raw import Connection, fetch
from sluice import BUILD, wait_until

CONFIG = """
[server.timeouts]
header = "3s"
body_idle = "2s"
write_idle = "3s"
keep_alive = "3s"

[server.limits]
body_rate = "1KiB"

[[route]]
path = "/"
text = "root"

[[route]]
method = "POST"
path = "/echo"
text = "{body}"

[[static]]
path = "/files"
root = "www"
"""

ATTACKERS = 500 if BUILD == "release" else 100
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def server(serve):
    server = serve(CONFIG, files={"www/big": b"x" * (8 << 20)})
    fetch(server.port, "/files/big")  # what is opened once is open
    server.idle_sockets = server.open_sockets()
    return server


class Attack:
    """Many connections that begin in some way and then send a little now and then."""

    def __init__(self, server, first, drip=b"", count=ATTACKERS, receive_buffer=None):
        self.drip = drip
        self.open = []
        for _ in range(count):
            attacker = socket.socket()
            if receive_buffer:
                attacker.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            attacker.connect(("127.0.0.1", server.port))
            attacker.sendall(first)
            attacker.setblocking(False)
            self.open.append(attacker)

    def step(self):
        """Sends a drop on each, forgets those that the server has ended."""
        alive = []
        for attacker in self.open:
            try:
                if self.drip:
                    attacker.send(self.drip)
                    # Not for slow readers: an answer, or the end, tells that the server has given this one up.
                    if attacker.recv(65536):
                        pass
                    attacker.close()
                    continue
            except BlockingIOError:
                pass
            except OSError:
                attacker.close()
                continue
            alive.append(attacker)
        self.open = alive

    def close(self):
        for attacker in self.open:
            attacker.close()


def latencies(server, seconds, between=lambda: None):
    """The times of requests on connections of their own, in ms, sorted."""
    times, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        begin = time.monotonic()
        assert fetch(server.port).text == "root"
        times.append((time.monotonic() - begin) * 1000)
        between()
        time.sleep(0.005)
    return sorted(times)


def p99(times):
    return times[len(times) * 99 // 100]


def under_attack(server, attack, seconds=6):
    """Others are served during the attack, and all attackers are gone in the end."""
    cpu, memory = server.cpu_seconds(), server.resident_bytes()
    last = [0.0]

    def step():
        if time.monotonic() - last[0] > 0.5:
            last[0] = time.monotonic()
            attack.step()

    times = latencies(server, seconds, step)
    print(f"\n{ATTACKERS} attackers: p99 of others {p99(times):.1f} ms, median {times[len(times) // 2]:.1f} ms, "
          f"{server.cpu_seconds() - cpu:.2f} s of CPU in {seconds} s, {server.resident_bytes() - memory:+d} octets")
    assert p99(times) < 5000

    def gone():
        attack.step()
        return server.open_sockets() <= server.idle_sockets + 1

    wait_until(gone, "the attackers are gone")
    attack.close()


def test_the_time_of_others_without_an_attack_for_comparison(server):
    times = latencies(server, 2)
    print(f"\nidle: p99 {p99(times):.1f} ms, median {times[len(times) // 2]:.1f} ms")


def test_slow_heads_end_at_their_deadline(server):
    under_attack(server, Attack(server, b"GET / HTTP/1.1\r\nHost: x\r\nX: ", b"y"))


def test_slow_bodies_end_at_the_least_rate(server):
    head = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
    under_attack(server, Attack(server, head, b"y"))


def test_slow_chunked_bodies_end_at_the_least_rate(server):
    head = b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    under_attack(server, Attack(server, head, b"1\r\ny\r\n"))


def test_clients_that_do_not_read_end_at_their_deadline(server):
    request = b"GET /files/big HTTP/1.1\r\nHost: x\r\n\r\n"
    under_attack(server, Attack(server, request, count=ATTACKERS // 5, receive_buffer=4096))


def test_connections_that_say_nothing_end(server):
    under_attack(server, Attack(server, b""))


def test_a_flood_of_connections_that_end_with_rst_leaves_nothing_behind(server):
    before, memory = server.open_descriptors(), server.resident_bytes()
    begin = time.monotonic()
    for _ in range(2000):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.sendall(REQUEST[:10])
    wait_until(lambda: server.open_descriptors() <= before, "all descriptors are back")
    assert fetch(server.port).text == "root"
    print(f"\n2000 connections with RST in {time.monotonic() - begin:.1f} s, {server.resident_bytes() - memory:+d} octets")


@pytest.mark.release
def test_a_flood_of_tiny_pipelined_requests_costs_no_memory(server):
    memory, cpu, begin = server.resident_bytes(), server.cpu_seconds(), time.monotonic()
    answered = 0
    with Connection(server.port) as connection:
        connection.socket.setblocking(False)
        data, sent = REQUEST * 9000, 0
        while answered < len(data) // len(REQUEST):
            readable, writable, _ = select.select([connection.socket], [connection.socket] if sent < len(data) else [], [], 10)
            assert readable or writable, "no progress"
            if writable:
                sent += connection.socket.send(data[sent:sent + 65536])
            if readable:
                answered += connection.socket.recv(1 << 20).count(b"HTTP/1.1 200")  # a few are cut in two
                if sent >= len(data) and not select.select([connection.socket], [], [], 1)[0]:
                    break
    print(f"\n{answered} pipelined requests in {time.monotonic() - begin:.2f} s, {server.cpu_seconds() - cpu:.2f} s of CPU, "
          f"{server.resident_bytes() - memory:+d} octets")
    assert server.resident_bytes() - memory < 8 << 20


@pytest.mark.parametrize("mode", ["-H", "-B", "-X"], ids=["slowloris", "slow-body", "slow-read"])
def test_slowhttptest_cannot_hold_the_server(server, mode):
    if not shutil.which("slowhttptest"):
        pytest.skip("slowhttptest is not installed")
    target = {"-H": "/", "-B": "/echo", "-X": "/files/big"}[mode]
    before = server.open_sockets()
    attack = subprocess.Popen(["slowhttptest", mode, "-c", "200", "-r", "200", "-i", "1", "-l", "6", "-p", "3",
                               "-u", server.url + target], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        times = latencies(server, 4)
        print(f"\nslowhttptest {mode}: p99 of others {p99(times):.1f} ms")
        assert p99(times) < 5000
        attack.wait(60)
    finally:
        if attack.poll() is None:
            attack.kill()
            attack.wait()
    wait_until(lambda: server.open_sockets() <= before + 1, "all sockets are back")
