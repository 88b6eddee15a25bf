"""Slow and hostile clients: they are gone after their deadline, cost little while they last, and others hardly notice.

The figures are printed (pytest -rP shows them); what is asserted has bounds that no slow machine reaches."""

import os
import resource
import select
import shutil
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from attackers import HEAVY, KINDS, Attackers
from raw import Connection, fetch
from sluice import BUILD, PATIENCE, wait_until

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

ATTACKERS = 2000 if BUILD == "release" else 200
OF_ONE_KIND = 300 if BUILD == "release" else 60
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
MEBI = 1 << 20

# Others may wait twice as long as on a server that nobody attacks, asked in the same moments; less than this, in ms, is
# what a loaded machine does to anybody. One calm stretch of several proves it: an attack lasts through all of them.
NOTICEABLE = 50
STRETCHES = 6


@pytest.fixture
def start(serve):
    """Starts a server with a large file, which has served it once: what is made once is made."""
    def run():
        server = serve(CONFIG, files={"www/big": b"x" * (8 * MEBI)})
        server.idle_sockets = server.open_sockets()
        fetch(server.port, "/files/big")
        return server
    return run


@pytest.fixture
def server(start):
    return start()


class Usage:
    """What a server uses from now on."""

    def __init__(self, server):
        self.server, self.begin = server, time.monotonic()
        self.cpu, self.memory = server.cpu_seconds(), server.resident_bytes()

    @property
    def growth(self):
        return self.server.resident_bytes() - self.memory

    def __str__(self):
        return (f"{self.server.cpu_seconds() - self.cpu:.2f} s of CPU in {time.monotonic() - self.begin:.1f} s, "
                f"{self.growth / MEBI:+.1f} MiB")


def latency(server):
    """The time of a request on a connection of its own, in ms."""
    begin = time.monotonic()
    assert fetch(server.port).text == "root"
    return (time.monotonic() - begin) * 1000


def latencies(servers, seconds=3.0):
    """Of each server, asked in turn for so long, sorted."""
    times, end = [[] for _ in servers], time.monotonic() + seconds
    while time.monotonic() < end:
        for server, its in zip(servers, times):
            its.append(latency(server))
        time.sleep(0.002)
    return [sorted(its) for its in times]


def p99(times):
    return times[len(times) * 99 // 100]


def figures(times):
    return f"p99 {p99(times):.1f} ms, median {times[len(times) // 2]:.2f} ms, {len(times)} requests"


def compare(server, idle, who):
    """Others hardly notice what `server` suffers."""
    for _ in range(STRETCHES):
        attacked, calm = latencies([server, idle])
        print(f"{who}: {figures(attacked)}; a server without them: {figures(calm)}")
        if p99(attacked) <= max(2 * p99(calm), NOTICEABLE):
            return
    raise AssertionError("others wait more than twice as long")


def expect_gone(server, attackers):
    """Each is ended at its deadline, and nothing of it stays."""
    attackers.hold_back()
    wait_until(lambda: attackers.open == 0, "every attacker is gone")
    wait_until(lambda: server.open_sockets() <= server.idle_sockets, "all sockets are given back")
    lives = ", ".join(f"{kind} {seconds} s" for kind, seconds in attackers.longest.items())
    print(f"{attackers.ended} attackers were ended; the longest lives: {lives}")


def possible_attackers():
    """As many as the descriptors of a process allow, on both sides."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if most != resource.RLIM_INFINITY and most < ATTACKERS * 5 // 4 + 200:
        pytest.skip(f"{most} descriptors (ulimit -Hn) are too few for {ATTACKERS} attackers")
    return ATTACKERS


def test_thousands_of_slow_clients_of_every_kind_hardly_delay_others_and_are_gone_after_their_deadline(start):
    server, idle = start(), start()
    count = possible_attackers()
    usage = Usage(server)
    with Attackers(server.port, count, list(KINDS)) as attackers:
        wait_until(lambda: attackers.open + attackers.ended >= count, "all attackers have come", within=60)
        print(f"\n{attackers.open} attackers after {time.monotonic() - usage.begin:.1f} s: {usage}")
        compare(server, idle, f"{count} attackers who come again")
        print(f"while they are there: {usage}")
        expect_gone(server, attackers)
    print(f"with all gone: {usage}")
    if BUILD == "release":
        assert usage.growth < 32 * MEBI
    assert latency(server) < 5000


@pytest.mark.parametrize("kind", [*KINDS, *HEAVY])
def test_slow_clients_of_one_kind_are_ended_at_their_deadline(server, kind):
    usage = Usage(server)
    with Attackers(server.port, OF_ONE_KIND, [kind], again=False) as attackers:
        wait_until(lambda: attackers.open + attackers.ended == OF_ONE_KIND, "all attackers have come")
        print(f"\n{OF_ONE_KIND} attackers ({kind}): {usage}")
        expect_gone(server, attackers)
        assert attackers.ended == OF_ONE_KIND
    print(f"with all gone: {usage}")


def unread_in_kernel(server, peer):
    """Octets of output to `peer`, a socket, that the kernel holds; None if it does not tell."""
    ports = "%04X" % server.port, "%04X" % peer.getsockname()[1]
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, _, queues, *_ = line.split()
        if (local[-4:], remote[-4:]) == ports:
            return int(queues.split(":")[0], 16)
    return None


def test_a_client_that_reads_nothing_takes_little_of_the_kernels_memory(server):
    with Connection(server.port, receive_buffer=4096) as connection:
        connection.send("GET /files/big HTTP/1.1\r\nHost: x\r\n\r\n")
        select.select([connection.socket], [], [], PATIENCE)
        end, most = time.monotonic() + 0.5, 0
        while time.monotonic() < end:
            held = unread_in_kernel(server, connection.socket)
            if held is None:
                pytest.skip("/proc/net/tcp does not tell")
            most = max(most, held)
        print(f"\n{most / 1024:.0f} KiB of 8 MiB in the kernel")
        assert most < MEBI


def test_a_flood_of_connections_that_end_with_rst_leaves_nothing_behind(server):
    before, usage = server.open_descriptors(), Usage(server)
    count = 5000 if BUILD == "release" else 1000
    for number in range(count):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.sendall((REQUEST if number % 2 else REQUEST[:10]))
    wait_until(lambda: server.open_descriptors() <= before, "all descriptors are back")
    assert fetch(server.port).text == "root"
    print(f"\n{count} connections with RST: {usage}")
    if BUILD == "release":
        assert usage.growth < 8 * MEBI


@pytest.mark.release
def test_a_flood_of_tiny_pipelined_requests_costs_no_memory(server):
    usage, answered = Usage(server), 0
    with Connection(server.port) as connection:
        connection.socket.setblocking(False)
        data, sent = REQUEST * 9000, 0
        while answered < len(data) // len(REQUEST):
            readable, writable, _ = select.select([connection.socket], [connection.socket] if sent < len(data) else [], [], PATIENCE)
            assert readable or writable, "no progress"
            if writable:
                sent += connection.socket.send(data[sent:sent + 65536])
            if readable:
                answered += connection.socket.recv(1 << 20).count(b"HTTP/1.1 200")  # a few are cut in two
                if sent >= len(data) and not select.select([connection.socket], [], [], 1)[0]:
                    break
    print(f"\n{answered} pipelined requests: {usage}")
    assert usage.growth < 8 * MEBI


@pytest.mark.release
def test_pipelines_whose_answers_nobody_reads_are_no_longer_read_themselves(server):
    peers = [Connection(server.port, receive_buffer=4096) for _ in range(50)]
    usage, sent = Usage(server), 0
    try:
        for peer in peers:
            peer.socket.setblocking(False)
            for _ in range(1000):
                try:
                    sent += peer.socket.send(REQUEST * 1000)
                except OSError:  # the server takes no more, or has had enough
                    break
        print(f"\n{len(peers)} pipelines of {sent / MEBI:.0f} MiB that read nothing: {usage}")
        assert usage.growth < len(peers) * MEBI
        assert fetch(server.port).text == "root"
        cpu = server.cpu_seconds()
        time.sleep(1)
        used = server.cpu_seconds() - cpu
        print(f"while they wait: {used:.2f} s of CPU in a second")
        assert used < 0.5
        wait_until(lambda: server.open_sockets() <= server.idle_sockets, "they are ended")
    finally:
        for peer in peers:
            peer.socket.close()
    print(f"with all gone: {usage}")


@pytest.fixture
def apart(serve):
    """A server in a network of its own, whose only cable (its loopback) is cut with apart.cut(True)."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "nsenter", "ip"))):
        pytest.skip("a network of one's own needs root, unshare, nsenter and ip")
    alone = ["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    connect = "import socket; s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname(), 5)"
    if subprocess.run([*alone, sys.executable, "-c", connect], capture_output=True).returncode:
        pytest.skip("this machine gives no network of one's own with a loopback that works")
    server = serve(CONFIG, files={"www/big": b"x" * (8 * MEBI)}, before=alone)
    server.idle_sockets = server.open_sockets()
    server.inside = ["nsenter", "-t", str(server.process.pid), "-n"]
    server.cut = lambda cut: subprocess.run([*server.inside, "ip", "link", "set", "lo", "down" if cut else "up"], check=True)
    return server


def test_peers_that_vanish_without_a_word_are_ended_at_their_deadline(apart):
    usage = Usage(apart)
    with Attackers(apart.port, OF_ONE_KIND, list(KINDS), again=False, before=apart.inside) as attackers:
        wait_until(lambda: attackers.open + attackers.ended == OF_ONE_KIND, "all have come")
        held = apart.open_sockets() - apart.idle_sockets
        apart.cut(True)
        begin = time.monotonic()
        wait_until(lambda: apart.open_sockets() <= apart.idle_sockets, "those that vanished are given up")
        print(f"\n{held} peers that vanished: gone after {time.monotonic() - begin:.1f} s, {usage}")
        apart.cut(False)
    asked = subprocess.run([*apart.inside, "curl", "-sS", "--max-time", "20", f"http://127.0.0.1:{apart.port}/"], capture_output=True)
    assert asked.stdout == b"root", asked


@pytest.mark.parametrize("mode", ["-H", "-B", "-X"], ids=["slowloris", "slow-body", "slow-read"])
@pytest.mark.skipif(BUILD == "thread", reason="says nothing of the thread build")
def test_slowhttptest_cannot_hold_the_server(start, mode, tmp_path):
    if not shutil.which("slowhttptest"):
        pytest.skip("slowhttptest is not installed (scripts/bootstrap --tests)")
    target = {"-H": "/", "-B": "/echo", "-X": "/files/big"}[mode]
    server, idle = start(), start()
    count, usage = min(possible_attackers(), 1000), Usage(server)
    attack = subprocess.Popen(["slowhttptest", mode, "-c", str(count), "-r", str(count), "-i", "1", "-l", "12", "-p", "3", "-n", "1",
                               "-z", "16", "-w", "1024", "-y", "2048", "-u", server.url + target],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path)
    try:
        wait_until(lambda: server.open_sockets() > server.idle_sockets + count // 4, "the attack begins")
        print(f"\n{server.open_sockets() - server.idle_sockets} connections")
        compare(server, idle, f"slowhttptest {mode} -c {count}")
        wait_until(lambda: server.open_sockets() <= server.idle_sockets, "all sockets are given back")
    finally:
        if attack.poll() is None:
            attack.kill()
        attack.wait()
    print(f"with all gone: {usage}")
