"""The system calls of a request besides the wait, as strace counts them, are those of the table in tests/bench/README.md.

A plain request costs two: one to receive, one to send. So does a static file that is kept in memory: a watch on its
directory tells when it has changed, not a stat(2) for each request.
"""

import collections
import re
import shutil
import subprocess
import time

import pytest

import request_costs

pytestmark = pytest.mark.release

WAITS = {"epoll_wait", "epoll_pwait", "restart_syscall"}
WARM = 1000  # requests: a file is kept when it has been left alone for a moment, and watched when it is in use
REQUESTS = 200


@pytest.mark.parametrize("cost", request_costs.ALL, ids=lambda cost: cost.name)
def test_a_request_costs_as_many_system_calls_as_the_table_says(serve, tmp_path, cost):
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    server = request_costs.start(serve, cost)
    connection = cost.connect(server.port)
    for _ in range(WARM):
        cost.ask(connection)
    output = tmp_path / "trace"
    tracer = subprocess.Popen(["strace", "-f", "-o", output, "-p", str(server.process.pid)],
                              stderr=subprocess.PIPE, text=True)
    try:
        first = tracer.stderr.readline()
        if "attached" not in first:
            pytest.skip(f"strace cannot trace here: {first}")
        begin = time.monotonic()
        for _ in range(REQUESTS):
            cost.ask(connection)
        spare = request_costs.spare(time.monotonic() - begin, REQUESTS)
    finally:
        tracer.terminate()
        tracer.wait()
        tracer.stderr.close()
    begun = re.findall(r"^\d+ +(\w+)\(", output.read_text(), re.M)
    calls = collections.Counter(name for name in begun if name not in WAITS)
    calls["futex"] -= min(calls["futex"], server.threads())  # in which each thread of the pool waited already
    least, most, _, _ = request_costs.stated(cost)
    assert least * REQUESTS <= calls.total() <= most * REQUESTS + spare, calls
