"""What the service manager sees: sd_notify(3), the watchdog, lines for the journal."""

import os
import signal
import socket
import subprocess

import pytest

import sluice
from raw import fetch
from test_reload import rewrite

ROUTE = '[[route]]\npath = "/"\ntext = "hello"\n'


class Manager:
    """Listens where NOTIFY_SOCKET points and keeps what was said, in order."""

    def __init__(self, name):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + name[1:] if name.startswith("@") else name)
        self.socket.settimeout(sluice.PATIENCE)

    def next(self):
        """The next message that is no sign of life, as a dict."""
        while True:
            message = dict(line.split("=", 1) for line in self.socket.recv(4096).decode().split("\n"))
            if "WATCHDOG" not in message:
                return message

    def next_sign(self):
        while b"WATCHDOG=1" not in self.socket.recv(4096):
            pass


@pytest.fixture
def managed(serve, tmp_path):
    """managed(config): a server under a manager, and the manager."""
    managers = []

    def start(config, *variables, name=None, **options):
        name = name or str(tmp_path / f"notify{len(managers)}")
        manager = Manager(name)
        managers.append(manager)
        return serve(config, before=("env", f"NOTIFY_SOCKET={name}", *variables), **options), manager

    yield start
    for manager in managers:
        manager.socket.close()


@pytest.mark.parametrize("abstract", [False, True])
def test_ready_is_said_once_it_listens_and_names_what_is_served(managed, abstract):
    server, manager = managed(ROUTE, name=f"@sluice-test-{os.getpid()}" if abstract else None)
    message = manager.next()
    assert message["READY"] == "1"
    assert f"http://127.0.0.1:{server.port}" in message["STATUS"]
    assert fetch(server.port).text == "hello"


def test_a_reload_is_announced_and_its_result_told(managed):
    server, manager = managed(ROUTE)
    manager.next()
    rewrite(server, ROUTE + '[[route]]\npath = "/more"\ntext = "more"\n')
    begin, end = manager.next(), manager.next()
    assert begin["RELOADING"] == "1" and int(begin["MONOTONIC_USEC"]) > 0
    assert end["READY"] == "1" and end["STATUS"].startswith("Serving 2 ")
    rewrite(server, ROUTE + "txt = 1\n")
    assert manager.next()["RELOADING"] == "1"
    end = manager.next()
    assert end["READY"] == "1"
    assert end["STATUS"].startswith("Reload failed") and "sluice.toml:4" in end["STATUS"]
    assert fetch(server.port, "/more").text == "more"


def test_what_waits_for_a_restart_is_told_where_the_state_of_the_service_is_shown(managed):
    server, manager = managed("[server]\nworkers = 1\n" + ROUTE)
    manager.next()
    for count, told in ((3, "server.workers is 3 from the next start on"), (1, None)):
        (server.folder / "sluice.toml").write_text(f"[server]\nworkers = {count}\n" + ROUTE)
        server.send_signal(signal.SIGHUP)
        assert manager.next()["RELOADING"] == "1"
        status = manager.next()["STATUS"]
        assert told in status if told else "workers" not in status
    assert server.stderr().count("server.workers is 3") == 1


def test_the_manager_is_asked_for_the_time_that_draining_may_take(managed):
    server, manager = managed('[server]\nshutdown_timeout = "20s"\n' + ROUTE)
    manager.next()
    server.send_signal(signal.SIGTERM)
    message = manager.next()
    assert message["STOPPING"] == "1"
    assert int(message["EXTEND_TIMEOUT_USEC"]) >= 20_000_000


def test_signs_of_life_come_while_every_worker_turns(managed):
    server, manager = managed(ROUTE, "WATCHDOG_USEC=200000", workers=2)
    for _ in range(3):
        manager.next_sign()
    server.send_signal(signal.SIGSTOP)
    manager.socket.settimeout(1)
    try:
        with pytest.raises(TimeoutError):
            while True:
                manager.next_sign()
    finally:
        server.send_signal(signal.SIGCONT)
    manager.socket.settimeout(sluice.PATIENCE)
    manager.next_sign()


def test_lines_for_the_journal_have_a_priority_and_no_time(tmp_path):
    (tmp_path / "sluice.toml").write_text('[server]\nlisten = "127.0.0.1:0"\n' + ROUTE)
    read, write = os.pipe()
    stream = os.fstat(write)
    process = subprocess.Popen(
        [sluice.BINARY, "serve", "-c", tmp_path / "sluice.toml"], stderr=write, stdin=subprocess.DEVNULL,
        env=dict(sluice.environment(), JOURNAL_STREAM=f"{stream.st_dev}:{stream.st_ino}"))
    os.close(write)
    with os.fdopen(read) as lines:
        assert lines.readline().startswith("<6>listening on http://")
        process.send_signal(signal.SIGTERM)
        assert process.wait(sluice.PATIENCE) == 0
        assert all(line.startswith("<6>") for line in lines)
