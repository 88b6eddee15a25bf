"""Listening sockets that systemd passes: sd_listen_fds(3)."""

import os
import socket
import subprocess
import sys

import sluice
from raw import fetch

ROUTE = '[[route]]\npath = "/"\ntext = "hello"\n'

# Puts the sockets where systemd does, from descriptor 3 on, and becomes the server under its own process id.
PASS = """
import os, sys
given = [int(n) for n in sys.argv[1].split(",")]
kept = [os.dup(n) for n in given]
for at, fd in enumerate([os.dup2(k, 500 + i) for i, k in enumerate(kept)]):
    os.dup2(fd, 3 + at)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(given)), LISTEN_FDNAMES=sys.argv[2])
os.execv(sys.argv[3], sys.argv[3:])
"""


def listening():
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, listener.getsockname()[1]


class Passed:
    """A server that is given `sockets`, by name."""

    def __init__(self, folder, config, sockets):
        (folder / "sluice.toml").write_text(config)
        fds = [s.fileno() for s, _ in sockets]
        with open(folder / "err", "wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PASS, ",".join(map(str, fds)), ":".join(n for _, n in sockets), sluice.BINARY,
                 "serve", "-c", folder / "sluice.toml"],
                pass_fds=fds, stderr=err, stdin=subprocess.DEVNULL, env=sluice.environment())
        self.err = folder / "err"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        ended = self.process.poll() is not None
        if not ended:
            self.process.terminate()
        status = self.process.wait(sluice.PATIENCE)
        sluice.examine(status, self.stderr())
        assert ended or status == 0

    def stderr(self):
        return self.err.read_text()


def test_a_socket_is_taken_by_its_name_and_spread_over_the_workers(tmp_path):
    listener, port = listening()
    with listener, Passed(tmp_path, f'[server]\nlisten = "systemd:web"\nworkers = 2\n{ROUTE}', [(listener, "web")]) as server:
        for _ in range(20):
            assert fetch(port).text == "hello"  # the first waits in the queue until the server is there
        sluice.wait_until(lambda: f"listening on http://127.0.0.1:{port}" in server.stderr(), "its line in the log")


def test_a_socket_is_taken_by_its_address(tmp_path):
    listener, port = listening()
    config = f'[server]\nlisten = "127.0.0.1:{port}"\n{ROUTE}'
    with listener, Passed(tmp_path, config, [(listener, "sluice.socket")]):
        assert fetch(port).text == "hello"


def test_connections_made_while_no_server_runs_are_answered_by_the_next(tmp_path):
    listener, port = listening()
    config = f'[server]\nlisten = "systemd:web"\n{ROUTE}'
    with listener:
        for _ in range(2):
            waiting = socket.create_connection(("127.0.0.1", port))
            waiting.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            with Passed(tmp_path, config, [(listener, "web")]), waiting:
                waiting.settimeout(sluice.PATIENCE)
                assert waiting.recv(4096).startswith(b"HTTP/1.1 200")


def test_a_name_that_is_not_passed_is_told_with_those_that_are(tmp_path):
    listener, _ = listening()
    with listener, Passed(tmp_path, f'[server]\nlisten = "systemd:web"\n{ROUTE}', [(listener, "other")]) as server:
        assert server.process.wait(sluice.PATIENCE) == 69
        assert "no socket named `web`" in server.stderr() and "other" in server.stderr()
