"""What goes wrong round a running server: disks, files and configs. It says so and goes on."""

import fcntl
import os
import re
import select
import signal
import subprocess

import pytest

from raw import Connection, fetch
from sluice import BINARY, environment, wait_until

ROUTE = '[[route]]\npath = "/"\ntext = "hello"\n'


def test_an_access_log_on_a_full_disk_does_not_stop_the_service(serve):
    server = serve('[log.access]\nto = "/dev/full"\n' + ROUTE)
    with Connection(server.port) as connection:
        for _ in range(200):
            assert connection.get().text == "hello"
    assert fetch(server.port).text == "hello"


def losses(server):
    """Lines of the access log that were lost, as the server has told."""
    return sum(int(count) for count in re.findall(r"(\d+) lines? w(?:as|ere) lost", server.stderr()))


def test_an_access_log_that_cannot_be_written_is_told_once_and_its_losses_are_counted(serve):
    server = serve('[log.access]\nto = "access.log"\n' + ROUTE)
    log = server.folder / "access.log"
    log.unlink()
    log.symlink_to("/dev/full")  # noticed within two seconds

    def told():
        assert fetch(server.port, "/?few").status == 200
        return "the access log cannot be written: No space left on device" in server.stderr()

    wait_until(told, "a few requests are enough to hear of it")
    with Connection(server.port) as connection:
        for _ in range(600):  # of 6 KiB: more than may wait
            assert connection.get("/?" + "x" * 6000).status == 200
    fresh = server.folder / "fresh"
    fresh.write_text("")
    fresh.rename(log)
    server.wait_for_line("the access log can be written again")
    server.stop()
    assert server.stderr().count("the access log cannot be written") == 1
    written, lost = log.read_text().count("x" * 6000), losses(server)
    assert written > 100 and written + lost >= 600, (written, lost)
    assert server.stderr().count("access log") <= 3


def test_an_access_log_that_is_never_written_is_told_at_the_end(serve):
    server = serve('[log.access]\nto = "/dev/full"\n' + ROUTE)
    with Connection(server.port) as connection:
        for _ in range(3):
            connection.get()
    server.wait_for_line("the access log cannot be written: No space left on device; lines wait in memory")
    server.stop()
    assert losses(server) == 3


def test_an_access_log_whose_reader_is_gone_is_told_once(serve, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    server = serve(f'[log.access]\nto = "{pipe}"\n' + ROUTE)
    os.close(reader)
    with Connection(server.port) as connection:
        for _ in range(600):
            connection.get("/?" + "x" * 6000)
        server.wait_for_line("the access log cannot be written: Broken pipe")
        for _ in range(600):
            connection.get("/?" + "x" * 6000)
    server.stop()
    assert server.stderr().count("access log") == 2 and losses(server) == 1200, server.stderr()


def test_an_access_log_that_was_rotated_away_is_begun_anew_on_sighup(serve):
    server = serve('[log.access]\nto = "access.log"\n' + ROUTE)
    log = server.folder / "access.log"
    fetch(server.port, "/?before")
    wait_until(lambda: "before" in log.read_text(), "the first line")
    old = server.folder / "access.log.1"
    log.rename(old)
    fetch(server.port, "/?between")
    # It follows the file, or begins the new one: a log that was moved away is noticed within two seconds.
    wait_until(lambda: "between" in old.read_text() or log.exists() and "between" in log.read_text(), "the line is kept")
    server.send_signal(signal.SIGHUP)
    server.wait_for_line("reloaded")
    fetch(server.port, "/?after")
    wait_until(lambda: log.exists() and "after" in log.read_text(), "a new file")
    assert "after" not in old.read_text()


def test_a_static_root_that_is_removed_gives_404_and_comes_back_on_reload(serve):
    server = serve('[[static]]\npath = "/"\nroot = "www"\n', files={"www/a.txt": "one"})
    assert fetch(server.port, "/a.txt").text == "one"
    www, away = server.folder / "www", server.folder / "away"
    www.rename(away)
    (away / "a.txt").unlink()
    wait_until(lambda: fetch(server.port, "/a.txt").status == 404, "the file is gone")
    www.mkdir()
    (www / "a.txt").write_text("two")
    server.send_signal(signal.SIGHUP)
    wait_until(lambda: fetch(server.port, "/a.txt").text == "two", "the new root is served")


def test_a_reload_gives_back_the_files_of_the_site_before(serve):
    server = serve('[[static]]\npath = "/"\nroot = "www"\n', files={"www/big": b"x" * (2 << 20)})

    def held():
        return [link for link in server.links() if link.endswith("www/big")]

    # A file that was written just now is not kept yet.
    wait_until(lambda: fetch(server.port, "/big").status == 200 and held(), "the file is kept open")
    server.send_signal(signal.SIGHUP)
    server.wait_for_line("reloaded")
    wait_until(lambda: not held(), "the file is closed")
    assert len(fetch(server.port, "/big").body) == 2 << 20


def test_a_config_that_became_garbage_leaves_the_old_one_in_force(serve):
    server = serve(ROUTE)
    config = server.folder / "sluice.toml"
    good = config.read_text()
    for times, garbage in enumerate([b"\xff\xfe\0\0", b"[[route]\n", b"", b"[[route]]\npath = 3\n", bytes(range(256)) * 100], 1):
        if not garbage:
            config.unlink()
        else:
            config.write_bytes(garbage)
        server.send_signal(signal.SIGHUP)
        server.wait_for_line("reload failed", times=times)
        assert fetch(server.port).text == "hello"
    config.write_text(good.replace("hello", "again"))
    server.send_signal(signal.SIGHUP)
    wait_until(lambda: fetch(server.port).text == "again", "the good config")


@pytest.fixture
def unread(tmp_path):
    """A server whose standard error is a small pipe, of which no more is read than where it listens."""
    (tmp_path / "sluice.toml").write_text(ROUTE)
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 8192)  # takes no more once its second page has been begun
    process = subprocess.Popen([BINARY, "serve", "-c", tmp_path / "sluice.toml", "--listen", "127.0.0.1:0"],
                               env=environment(), stderr=writer, stdout=subprocess.DEVNULL)
    os.close(writer)
    try:
        process.errors = reader
        said = b""
        while b"most" not in said:  # the line after that with the address
            assert select.select([reader], [], [], 30)[0], said
            said += os.read(reader, 65536)
        process.port = int(re.search(rb"http://127.0.0.1:(\d+)", said)[1])
        process.config = tmp_path / "sluice.toml"
        yield process
    finally:
        process.kill()
        process.wait()
        os.close(reader)


def test_a_log_that_nobody_reads_holds_nothing_up_and_tells_what_is_missing(unread):
    def reload(text):
        unread.config.write_text(ROUTE.replace("hello", text))
        unread.send_signal(signal.SIGHUP)
        wait_until(lambda: fetch(unread.port).text == text, "a reload")

    for number in range(100):  # each says more than 70 octets
        reload(f"version {number}")
    said = os.read(unread.errors, 65536)
    assert len(said) < 8192
    reload("the last")
    said = b""
    wait_until(lambda: select.select([unread.errors], [], [], 0.1)[0], "a message")
    while select.select([unread.errors], [], [], 0.5)[0]:
        said += os.read(unread.errors, 65536)
    assert re.search(rb"the reader of this log was too slow: [1-9]\d* messages are missing here", said), said
    for number in range(60):
        reload(f"again {number}")
    unread.send_signal(signal.SIGTERM)
    assert unread.wait(30) == 0
