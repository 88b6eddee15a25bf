"""What a request asks of the allocator once the server is warm, as the table in tests/bench/README.md says: nothing, on
the paths where speed matters most.

A small library that counts is put before the server's own allocator; so the figures are those of the real binary."""

import mmap
import os
import shutil
import struct
import subprocess
import time

import pytest

import request_costs

pytestmark = pytest.mark.release

REQUESTS = 500


@pytest.fixture(scope="module")
def counter(tmp_path_factory):
    """The counting library and the file in which it counts."""
    if not shutil.which("cc"):
        pytest.skip("no C compiler")
    folder = tmp_path_factory.mktemp("allocations")
    source = os.path.join(os.path.dirname(__file__), "count_allocations.c")
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", folder / "count.so", source], check=True)
    (folder / "count").write_bytes(bytes(8))
    return folder


@pytest.fixture
def counted(serve, counter, monkeypatch):
    """counted(cost): a server for it, whose allocations() are those since its start."""

    def start(cost):
        monkeypatch.setenv("LD_PRELOAD", str(counter / "count.so"))
        monkeypatch.setenv("SLUICE_ALLOCATIONS", str(counter / "count"))
        server = request_costs.start(serve, cost)
        monkeypatch.delenv("LD_PRELOAD")
        with open(counter / "count", "r+b") as file:
            mapped = mmap.mmap(file.fileno(), 8)
        server.allocations = lambda: struct.unpack("Q", mapped[:8])[0]
        return server

    return start


@pytest.mark.parametrize("cost", request_costs.ALL, ids=lambda cost: cost.name)
def test_a_request_allocates_as_often_as_the_table_says(counted, cost):
    server = counted(cost)
    connection = cost.connect(server.port)
    for _ in range(REQUESTS):
        cost.ask(connection)
    before, begin = server.allocations(), time.monotonic()
    assert before > 100, "the library counts"
    for _ in range(REQUESTS):
        cost.ask(connection)
    found = server.allocations() - before
    _, _, least, most = request_costs.stated(cost)
    spare = request_costs.spare(time.monotonic() - begin, REQUESTS)
    assert least * REQUESTS - 25 <= found <= most * REQUESTS + spare
