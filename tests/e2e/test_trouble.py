"""What the machine does to a server: its clock is set, a processor is lost. Done by a library that is put before the
server's own C library, so the server is the real one."""

import email.utils
import mmap
import os
import re
import shutil
import signal
import struct
import subprocess
import time
from datetime import datetime

import pytest

from raw import Connection, fetch
from sluice import wait_until
from test_service_manager import Manager

pytestmark = pytest.mark.release

CONFIG = """
[server.timeouts]
header = "4s"

[log.access]
to = "access.log"

[[route]]
path = "/"
text = "root"

[[route]]
path = "/slow"
delay = "1500ms"
text = "slow"
"""
DAY = 86_400
CALM, WANTED, BUSY = range(3)


class Trouble:
    """The library and the file by which it is told what to do."""

    def __init__(self, folder):
        source = os.path.join(os.path.dirname(__file__), "trouble.c")
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", folder / "trouble.so", source], check=True)
        (folder / "trouble").write_bytes(bytes(16))
        self.environment = {"LD_PRELOAD": str(folder / "trouble.so"), "SLUICE_TROUBLE": str(folder / "trouble")}
        with open(folder / "trouble", "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 16)

    def set_clock(self, seconds):
        """So many seconds away from the right time."""
        self.map[:8] = struct.pack("q", seconds)

    @property
    def hog(self):
        return struct.unpack("i", self.map[8:12])[0]

    @hog.setter
    def hog(self, value):
        self.map[8:12] = struct.pack("i", value)


@pytest.fixture
def trouble(tmp_path, monkeypatch):
    if not shutil.which("cc"):
        pytest.skip("no C compiler")
    trouble = Trouble(tmp_path)
    for name, value in trouble.environment.items():
        monkeypatch.setenv(name, value)
    yield trouble
    trouble.hog = CALM
    trouble.map.close()


def wrong_by(response):
    """Seconds between what a Date field says and the right time."""
    return email.utils.parsedate_to_datetime(response.get("Date")).timestamp() - time.time()


@pytest.mark.parametrize("seconds", [DAY, -DAY], ids=["forward", "back"])
def test_a_clock_that_is_set_changes_dates_but_no_deadline(serve, trouble, seconds):
    server = serve(CONFIG)
    log = server.folder / "access.log"
    with Connection(server.port) as kept, Connection(server.port) as waiting, Connection(server.port) as late:
        assert abs(wrong_by(kept.get())) < 3600
        begin = time.monotonic()
        waiting.begin("/slow")
        late.send("GET / HTTP/1.1\r\n")
        trouble.set_clock(seconds)
        assert waiting.response().text == "slow"  # neither at once nor in a day
        assert time.monotonic() - begin > 1
        assert late.response().status == 408
        assert time.monotonic() - begin > 3
        wait_until(lambda: abs(wrong_by(kept.get()) - seconds) < 3600, "Date follows the clock")
    def logged():
        times = re.findall(r"\[([^]]+)\]", log.read_text())
        return times and abs(datetime.strptime(times[-1], "%d/%b/%Y:%H:%M:%S %z").timestamp() - time.time() - seconds) < 3600

    wait_until(logged, "the access log follows the clock")
    server.send_signal(signal.SIGHUP)
    server.wait_for_line("reloaded")
    assert fetch(server.port).text == "root"


def answered(connection, within):
    """Whether a request is answered in so many seconds."""
    connection.socket.settimeout(within)
    try:
        connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        return connection.response().text == "root"
    except TimeoutError:
        return False


def test_a_worker_that_is_stuck_holds_up_only_its_own_connections_and_is_missed_by_the_watchdog(serve, trouble, tmp_path):
    manager = Manager(str(tmp_path / "notify"))
    server = serve(CONFIG.replace('header = "4s"', 'header = "1m"'), workers=3, before=("env", f"NOTIFY_SOCKET={tmp_path}/notify", "WATCHDOG_USEC=200000"))
    connections = [Connection(server.port) for _ in range(40)]
    try:
        assert all(answered(connection, 30) for connection in connections)
        manager.next_sign()
        trouble.hog = WANTED
        connections[0].send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_until(lambda: trouble.hog == BUSY, "a worker is busy")
        cpu = server.cpu_seconds()
        fast = sum(answered(connection, 0.5) for connection in connections[1:])
        print(f"\n{fast} of {len(connections) - 1} connections are served beside a worker that is stuck, "
              f"which used {server.cpu_seconds() - cpu:.1f} s of CPU")
        assert fast > 0
        manager.socket.settimeout(1)
        with pytest.raises(TimeoutError):  # systemd ends the service, and starts it anew
            while True:
                manager.next_sign()
        trouble.hog = CALM
        manager.socket.settimeout(30)
        manager.next_sign()
        assert connections[0].response().text == "root"
        assert fetch(server.port).text == "root"
    finally:
        trouble.hog = CALM
        for connection in connections:
            connection.socket.close()
        manager.socket.close()
