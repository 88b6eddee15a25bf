"""A file system that does not answer holds up nobody but those who ask for what lies on it."""

import os
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import slow_files
from raw import Connection, fetch
from sluice import PATIENCE, wait_until

CONFIG = """
[server]
shutdown_timeout = "2s"

[[static]]
path = "/slow"
root = "slow"
listing = true
clean_urls = true

[[static]]
path = "/"
root = "www"
listing = true
"""


class SlowFiles:
    """A mounted file system. Every call into it is answered after `before(name)` has returned."""

    def __init__(self, point: Path):
        self.point, self.calls, self.failure = point, [], None
        self.before, self.asking = None, threading.Lock()
        point.mkdir()
        self.process = subprocess.Popen([sys.executable, slow_files.__file__, point, "gate"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.pump = threading.Thread(target=self._run)
        self.pump.start()
        try:
            wait_until(lambda: os.path.ismount(point) or self.process.poll() is not None, "the mount")
        except AssertionError:
            self.close()
        if self.process.poll() is not None:
            self.pump.join()
            pytest.skip("FUSE does not work here")

    def _run(self):
        for name in self.process.stdout:
            self.calls.append(name.strip())
            with self.asking:
                try:
                    if self.before:
                        self.before(name.strip())
                except Exception as failure:  # for the test to see; the file system must go on all the same
                    self.failure, self.before = failure, None
            try:
                self.process.stdin.write("\n")
                self.process.stdin.flush()
            except BrokenPipeError:
                return

    def set_before(self, before):
        with self.asking:
            self.before = before

    def close(self):
        self.before = None
        subprocess.run(["fusermount", "-u", "-z", self.point], stderr=subprocess.DEVNULL)
        self.process.terminate()
        self.process.wait()
        self.pump.join()
        self.process.stdin.close()
        self.process.stdout.close()


@pytest.fixture
def slow(tmp_path):
    pytest.importorskip("fusepy")
    if not os.access("/dev/fuse", os.R_OK | os.W_OK) or not shutil.which("fusermount"):
        pytest.skip("FUSE does not work here")
    (tmp_path / "server0").mkdir()
    files = SlowFiles(tmp_path / "server0/slow")
    yield files
    files.close()


@pytest.fixture
def server(slow, serve):
    return serve(CONFIG, files={"www/f": "quick", "www/big.bin": b"q" * (1 << 20)})


@pytest.fixture
def hold(slow):
    """For calls that wait until it is set, at the end of the test at the latest."""
    event = threading.Event()
    yield event
    event.set()


def while_it_waits(slow, quick):
    """From now on another connection is served during each call into the slow file system."""
    def ask(name):
        assert quick.get("/f").text == "quick", name
        assert len(quick.get("/big.bin").body) == 1 << 20, name

    slow.calls.clear()
    slow.set_before(ask)


@pytest.mark.parametrize("target, status, kind", [
    ("/slow/page.html", 200, "read"),
    ("/slow/big.bin", 200, "read"),
    ("/slow/page", 200, "read"),
    ("/slow/", 200, "read"),
    ("/slow/dir", 308, "getattr"),
    ("/slow/dir/", 200, "readdir"),
    ("/slow/missing", 404, "getattr"),
])
def test_whatever_is_asked_of_it_others_are_served(slow, server, target, status, kind):
    with Connection(server.port) as quick, Connection(server.port) as patient:
        quick.get("/f")
        while_it_waits(slow, quick)
        patient.socket.settimeout(10 * PATIENCE)
        for _ in range(3):  # the second time from the cache, which has to look whether the file is the same
            response = patient.get(target)
            assert response.status == status
            if target.endswith(".bin"):
                assert response.body == slow_files.BIG
        slow.set_before(None)
    assert slow.failure is None
    assert kind in slow.calls, slow.calls


def test_the_same_request_looks_each_time_whether_the_file_is_the_same(slow, server):
    with Connection(server.port) as connection:
        for _ in range(10):
            slow.calls.clear()
            assert connection.get("/slow/page.html").body == slow_files.SMALL
            assert slow.calls


def test_clients_that_do_not_wait_for_it_leave_nothing_behind(slow, serve):
    # One worker: each keeps the file open in a cache of its own.
    server = serve(CONFIG, files={"www/f": "quick"}, workers=1)
    descriptors = server.open_descriptors
    fetch(server.port, "/f")
    assert fetch(server.port, "/slow/big.bin").body == slow_files.BIG
    before = descriptors()
    hold = threading.Event()
    slow.set_before(lambda name: name != "read" or hold.wait(PATIENCE))
    gone = [Connection(server.port) for _ in range(20)]
    for connection in gone:
        connection.send("GET /slow/big.bin HTTP/1.1\r\nHost: x\r\n\r\n")
    wait_until(lambda: "read" in slow.calls, "the first read")
    for connection in gone:
        connection.socket.close()
    assert fetch(server.port, "/f").text == "quick"
    # Four wait for the file system, which nobody can call back; what waits for them is let go of.
    wait_until(lambda: descriptors() <= before + 4, f"descriptors stay open: {before} before")
    hold.set()
    wait_until(lambda: descriptors() <= before, f"descriptors stay open: {before} before")
    assert fetch(server.port, "/slow/big.bin").body == slow_files.BIG


IMPATIENT = CONFIG.replace("[server]\n", '[server]\ntimeouts.file_system = "1s"\n')


def test_who_waits_too_long_for_a_file_system_gets_503(slow, serve, hold):
    server = serve(IMPATIENT, files={"www/f": "quick"})
    assert fetch(server.port, "/slow/page.html").status == 200
    slow.set_before(lambda name: hold.wait())
    targets = ["/slow/page.html", "/slow/new.html", "/slow/", "/slow/dir/file-001.txt"] * 5
    waiting = [Connection(server.port) for _ in targets]
    for connection, target in zip(waiting, targets):
        connection.send(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n")
    for connection in waiting:
        response = connection.response()
        assert (response.status, response.get("Retry-After"), response.get("Cache-Control")) == (503, "5", "no-store")
        assert connection.get("/f").text == "quick"  # the connection goes on
    server.wait_for_line("/slow` does not answer within server.timeouts.file_system")
    assert server.stderr().count("does not answer within") == 1
    hold.set()
    for connection in waiting:
        assert connection.get("/slow/page.html").body == slow_files.SMALL
        connection.socket.close()


def test_a_file_system_that_stops_in_the_middle_of_a_file_costs_the_connection(slow, serve, hold):
    server = serve(IMPATIENT, files={"www/f": "quick"}, workers=1)
    reads = []

    def stop_later(name):
        if name == "read":
            reads.append(name)
            if len(reads) > 2:
                hold.wait()

    slow.set_before(stop_later)
    with Connection(server.port) as connection:
        connection.send("GET /slow/big.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_until(lambda: len(reads) > 2, "the file system to stop")
        try:
            received = connection.rest()
        except ConnectionResetError:
            received = b""
        assert len(received) < len(slow_files.BIG)
    assert fetch(server.port, "/f").text == "quick"
    hold.set()
    slow.set_before(None)
    assert fetch(server.port, "/slow/big.bin").body == slow_files.BIG


def test_a_client_that_pauses_is_not_taken_for_a_file_system_that_has_stopped(slow, serve):
    server = serve(IMPATIENT.replace('"1s"', '"3s"'), files={"www/f": "quick"})
    resumed, late = threading.Event(), []

    def take_its_time_once(name):
        if resumed.is_set() and not late:
            late.append(name)
            time.sleep(1.5)  # the server looks once a second whether something has stopped

    slow.set_before(take_its_time_once)
    with Connection(server.port, receive_buffer=8192) as connection:
        connection.send("GET /slow/big.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        connection._until(b"\r\n\r\n")
        received = connection._exactly(200_000)
        time.sleep(4)  # as a player does whose buffer is full
        resumed.set()
        assert received + connection._exactly(len(slow_files.BIG) - 200_000) == slow_files.BIG
    assert late


def test_a_file_system_that_is_busy_and_goes_on_costs_nobody_anything(slow, serve):
    server = serve(IMPATIENT.replace('"1s"', '"4s"'), files={"www/f": "quick"}, workers=1)
    slow.set_before(lambda name: time.sleep(0.006))
    connections = [Connection(server.port) for _ in range(60)]
    for number, connection in enumerate(connections):
        connection.send(f"GET /slow/big-{number}.bin HTTP/1.1\r\nHost: x\r\n\r\n")
    begin = time.monotonic()
    with ThreadPoolExecutor(len(connections)) as pool:
        assert all(response.body == slow_files.BIG for response in pool.map(Connection.response, connections))
    assert time.monotonic() - begin > 6  # so that some have waited for longer than a file system may
    for connection in connections:
        connection.socket.close()


def test_a_file_whose_hash_takes_longer_than_a_file_system_may_is_served(slow, serve):
    server = serve(IMPATIENT, files={"www/f": "quick"}, workers=1)
    slow.set_before(lambda name: name != "read" or time.sleep(0.15))
    begin = time.monotonic()
    with Connection(server.port) as connection:
        response = connection.get("/slow/undated.bin", method="HEAD")
    assert (response.status, response.get("Last-Modified")) == (200, None)
    assert response.get("ETag")
    assert time.monotonic() - begin > 2


def test_files_that_only_the_disk_has_are_sent_while_another_file_system_is_stuck(slow, serve, hold):
    server = serve(IMPATIENT.replace('"1s"', '"2s"'), files={"www/f": "quick", "www/cold.bin": b"c" * (1 << 20)}, workers=1)
    slow.set_before(lambda name: name != "read" or hold.wait())
    waiting = [Connection(server.port) for _ in range(10)]
    for number, connection in enumerate(waiting):
        connection.send(f"GET /slow/big-{number}.bin HTTP/1.1\r\nHost: x\r\n\r\n")
    wait_until(lambda: "read" in slow.calls, "the first read")
    end = time.monotonic() + 5
    while time.monotonic() < end:
        with open(server.folder / "www/cold.bin", "rb+") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        assert len(fetch(server.port, "/cold.bin").body) == 1 << 20
    server.wait_for_line(".bin`, for example, does not answer within server.timeouts.file_system. Clients that have received a part")
    hold.set()
    for connection in waiting:
        connection.socket.close()


@pytest.fixture
def stuck(slow, server):
    """Many clients wait for a file system that answers nothing, until stuck.set()."""
    hold = threading.Event()
    slow.set_before(lambda name: hold.wait())
    waiting = [Connection(server.port) for _ in range(50)]
    for number, connection in enumerate(waiting):
        connection.send(f"GET /slow/{'page.html' if number % 2 else f'{number}.html'} HTTP/1.1\r\nHost: x\r\n\r\n")
    wait_until(lambda: slow.calls, "the first call")
    hold.waiting = waiting
    yield hold
    hold.set()
    for connection in waiting:
        connection.socket.close()


def test_files_that_are_not_cached_are_served_while_another_file_system_is_stuck(server, stuck):
    www = server.folder / "www"
    for number in range(20):
        (www / f"new-{number}.txt").write_text(f"new {number} " * 200)
    for number in range(20):
        with Connection(server.port) as connection:
            assert connection.get(f"/new-{number}.txt").text == f"new {number} " * 200
            packed = connection.get(f"/new-{number}.txt", fields="Accept-Encoding: gzip\r\n")  # in the thread pool
            assert packed.status == 200
            assert connection.get("/", fields="Accept: application/json\r\n").status == 200  # a listing: there, too
    stuck.set()
    for number, connection in enumerate(stuck.waiting):
        assert connection.response().status == (200 if number % 2 else 404)


def test_a_file_system_that_is_stuck_does_not_keep_the_server_from_stopping(server, stuck):
    server.send_signal(15)
    server.wait_for_line("a file system does not answer: ending without waiting for it")
    stuck.set()  # the kernel lets go of no thread that waits for this kind of file system
    assert server.wait() == 0
