"""What a request asks of the allocator once the server is warm: nothing, on the paths where speed matters most.

A small library that counts is put before the server's own allocator; so the figures are those of the real binary."""

import mmap
import os
import shutil
import struct
import subprocess

import pytest

from raw import Connection
from test_websocket import frame, read_frame, shake

pytestmark = pytest.mark.release

CONFIG = """
[[route]]
path = "/"
text = "Hello, World!"

[[route]]
path = "/hello/{name}"
text = "Hello, {name}!"

[[route]]
path = "/items/{id}"
params.id = "int"
query.q = "string?"
json = { id = "{id}", q = "{q}" }

[[static]]
path = "/files"
root = "www"

[[websocket]]
path = "/ws"
"""

REQUESTS = 500
SPARE = 25  # what timers of the whole process may need meanwhile: the watch on memory and the log


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
def server(serve, counter, monkeypatch):
    monkeypatch.setenv("LD_PRELOAD", str(counter / "count.so"))
    monkeypatch.setenv("SLUICE_ALLOCATIONS", str(counter / "count"))
    server = serve(CONFIG, workers=1, files={"www/small.css": "x" * 1024})
    monkeypatch.delenv("LD_PRELOAD")
    with open(counter / "count", "r+b") as file:
        mapped = mmap.mmap(file.fileno(), 8)
    server.allocations = lambda: struct.unpack("Q", mapped[:8])[0]
    return server


def allocations_of(server, ask):
    """How many allocations REQUESTS calls of `ask` cause, after as many that warm the server up."""
    for _ in range(REQUESTS):
        ask()
    before = server.allocations()
    assert before > 100, "the library counts"
    for _ in range(REQUESTS):
        ask()
    return server.allocations() - before


@pytest.mark.parametrize("target", ["/", "/hello/Ada", "/files/small.css", "/items/42?q=x"])
def test_a_request_on_a_kept_connection_allocates_nothing(server, target):
    with Connection(server.port) as connection:
        found = allocations_of(server, lambda: connection.get(target))
    print(f"\n{target}: {found / REQUESTS:.2f} allocations per request")
    assert found <= SPARE


def test_a_message_of_a_websocket_allocates_nothing(server):
    with Connection(server.port) as connection:
        shake(connection)

        def echo():
            connection.send(frame(1, b"hello"))
            assert read_frame(connection)[-1] == b"hello"

        found = allocations_of(server, echo)
    print(f"\nWebSocket: {found / REQUESTS:.2f} allocations per message")
    assert found <= SPARE
