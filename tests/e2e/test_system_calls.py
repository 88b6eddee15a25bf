"""A plain request costs two system calls besides the wait: one to receive, one to send. strace counts.

So does a static file that is kept in memory: a watch on its directory tells when it has changed, not a stat(2) for each.
"""

import re
import shutil
import subprocess

import pytest

from raw import Connection
from sluice import wait_until

CONFIG = """
[[route]]
path = "/"
text = "Hello, World!"

[[static]]
path = "/files"
root = "www"

[[websocket]]
path = "/ws"
"""
WAITS = {"epoll_wait", "epoll_pwait"}


@pytest.fixture
def trace(serve, tmp_path):
    """trace(action): the names of the system calls that the server makes while `action(port)` runs."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")

    def run(prepare, action):
        server = serve(CONFIG, workers=1, files={"www/a.txt": "x" * 1000})
        prepared = prepare(server.port)
        output = tmp_path / "trace"
        tracer = subprocess.Popen(["strace", "-f", "-o", output, "-p", str(server.process.pid)],
                                  stderr=subprocess.PIPE, text=True)
        try:
            first = tracer.stderr.readline()
            if "attached" not in first:
                pytest.skip(f"strace cannot trace here: {first}")
            action(prepared)
        finally:
            tracer.terminate()
            tracer.wait()
            tracer.stderr.close()
        calls = re.findall(r"^\d+ +(?:<\.\.\. )?(\w+)(?:\(| resumed)", output.read_text(), re.M)
        return [call for call in calls if call not in WAITS and call != "restart_syscall"]

    return run


def connected(port):
    connection = Connection(port)
    connection.get("/")
    for _ in range(1000):  # a file is kept when it has been left alone for a moment, and watched when it is in use
        connection.get("/files/a.txt")
    return connection


@pytest.mark.release
@pytest.mark.parametrize("target", ["/", "/files/a.txt"])
def test_a_plain_request_costs_two(trace, target):
    requests = 200
    calls = trace(connected, lambda connection: [connection.get(target) for _ in range(requests)])
    # A few more belong to the sweep over deadlines, once a second, and to strace's own arrival.
    assert 2 * requests <= len(calls) <= 2 * requests + 12, {call: calls.count(call) for call in set(calls)}


@pytest.mark.release
def test_sixteen_pipelined_requests_cost_two(trace):
    def sixteen(connection):
        for _ in range(100):
            connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 16)
            for _ in range(16):
                connection.response()

    calls = trace(connected, sixteen)
    assert len(calls) <= 2 * 100 + 12, {call: calls.count(call) for call in set(calls)}


@pytest.mark.release
def test_a_websocket_echo_costs_two(trace):
    from test_websocket import frame, read_frame, shake

    def open_socket(port):
        connection = Connection(port)
        shake(connection)
        return connection

    def echo(connection):
        for _ in range(200):
            connection.send(frame(1, b"hello"))
            read_frame(connection)

    calls = trace(open_socket, echo)
    assert len(calls) <= 2 * 200 + 12, {call: calls.count(call) for call in set(calls)}
