"""SIGUSR2: the program is started anew and takes over the listening sockets; nobody is refused meanwhile."""

import os
import re
import signal
import socket
import threading
import time

import pytest

from raw import Connection, fetch
from sluice import PATIENCE, wait_until
from test_websocket import close_code, shake

CONFIG = """
[server]
shutdown_timeout = "10s"
workers = 2
pid_file = "sluice.pid"

[[route]]
path = "/"
text = "old"

[[route]]
path = "/slow"
delay = "1s"
text = "slow"

[[websocket]]
path = "/ws"

[[echo]]
listen = "tcp://127.0.0.1:0"

[health]
listen = "127.0.0.1:0"
"""


@pytest.fixture
def takeover(serve):
    """A running server, and how to make another process take over from it; that process is ended, too."""
    server = serve(CONFIG, listeners=3)
    started = []

    def begin():
        server.send_signal(signal.SIGUSR2)
        found = wait_until(lambda: re.findall(r"process (\d+) serves from now on", server.stderr())[len(started):],
                           "a new process serves")
        started.append(int(found[0]))
        return started[-1]

    yield server, begin
    for pid in started:
        try:
            os.kill(pid, signal.SIGTERM)
            wait_until(lambda: not alive(pid), "the new process ended")
        except ProcessLookupError:
            pass


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def change_answer(server):
    config = server.folder / "sluice.toml"
    config.write_text(config.read_text().replace('text = "old"', 'text = "new"'))


class Load(threading.Thread):
    """Requests on connections of their own, until it is told to end. A process that ends gives a new connection a second to
    say what it wants: what the machine held up for so long was not refused."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.answers, self.faults, self.over = port, [], [], False

    def run(self):
        while not self.over:
            begin = sent = time.monotonic()
            try:
                with Connection(self.port) as connection:
                    connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    sent = time.monotonic()
                    self.answers.append(connection.response().text)
            except (OSError, EOFError) as fault:
                if sent - begin < 0.5:
                    self.faults.append(repr(fault))

    def wait_for_answers(self, count=3):
        """So many more."""
        before = len(self.answers)
        wait_until(lambda: len(self.answers) >= before + count or self.faults, "answers")

    def end(self):
        self.over = True
        self.join()


def test_no_connection_is_refused_while_a_new_process_takes_over(takeover):
    server, begin = takeover
    port, loads = server.port, [Load(server.port) for _ in range(3)]
    for load in loads:
        load.start()
    for load in loads:
        load.wait_for_answers()
    change_answer(server)
    successor = begin()
    assert server.wait() == 0
    for load in loads:
        load.wait_for_answers()
        load.end()
        assert load.faults == []
        assert load.answers[0] == "old" and load.answers[-1] == "new"
    assert alive(successor)
    assert int((server.folder / "sluice.pid").read_text()) == successor
    assert fetch(port).text == "new"


def test_what_the_old_process_has_begun_it_finishes(takeover):
    server, begin = takeover
    with Connection(server.port) as slow, Connection(server.port) as websocket:
        shake(websocket, "/ws")
        slow.begin("/slow")
        begin()
        assert slow.response().text == "slow"
        assert close_code(websocket) == 1001
    assert server.wait() == 0


def test_other_listeners_are_handed_over_too(takeover):
    server, begin = takeover
    port, own = server.port_of("tcp"), server.port_of("http", 1)
    begin()
    assert server.wait() == 0
    assert fetch(own, "/livez").status == 200
    assert fetch(own, "/").status == 404
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as echo:
        echo.sendall(b"still here")
        assert echo.recv(100) == b"still here"


def test_a_new_process_that_cannot_start_changes_nothing(takeover):
    server, _ = takeover
    config = server.folder / "sluice.toml"
    good = config.read_text()
    config.write_text(good + "\n[[route]]\npaht = '/'\n")
    server.send_signal(signal.SIGUSR2)
    server.wait_for_line("nothing is taken over: the new process ended with exit code 78; this process goes on")
    assert fetch(server.port).text == "old"
    config.write_text(good)
    server.send_signal(signal.SIGUSR2)
    server.wait_for_line("serves from now on")
    assert server.wait() == 0
    os.kill(int((server.folder / "sluice.pid").read_text()), signal.SIGTERM)


def test_a_successor_can_be_succeeded(takeover):
    server, begin = takeover
    port = server.port
    first = begin()
    assert server.wait() == 0
    os.kill(first, signal.SIGUSR2)
    pid = wait_until(lambda: [p for p in re.findall(r"process (\d+) serves from now on", server.stderr()) if int(p) != first],
                     "a third process serves")[0]
    wait_until(lambda: not alive(first), "the second process ended")
    assert fetch(port).text == "old"
    os.kill(int(pid), signal.SIGTERM)
    wait_until(lambda: not alive(int(pid)), "the third process ended")


def test_a_foreign_succession_in_the_environment_is_not_believed(serve, monkeypatch):
    monkeypatch.setenv("SLUICE_SUCCESSION", "predecessor 1\nready 7\nkey 8 http 127.0.0.1:0")
    assert fetch(serve(CONFIG, listeners=3).port).text == "old"
