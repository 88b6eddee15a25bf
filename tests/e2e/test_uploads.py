"""`save`: bodies of requests become files."""

import contextlib
import hashlib
import os
import shutil
import socket
import subprocess
import threading

import pytest

from raw import Connection, exchange, fetch
from sluice import PATIENCE, run, wait_until

CONFIG = """
[[route]]
method = ["PUT", "POST"]
path = "/files/{name...}"
save = "uploads/{name}"
body_limit = "8GiB"

[[route]]
method = "PUT"
path = "/small/{name}"
save = "uploads/{name}"
body_limit = "1KiB"

[[static]]
path = "/files"
root = "uploads"
"""


@pytest.fixture
def server(serve):
    return serve(CONFIG, files={"uploads/old.txt": "old"})


@pytest.fixture
def uploads(server):
    return server.folder / "uploads"


def put(server, target, body=b"", **options):
    return fetch(server.port, target, method="PUT", body=body, **options)


def head(target, length, fields=""):
    return f"PUT {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n{fields}\r\n"


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def open_files(server):
    """Descriptors of files in the folder, with a name or without one ("/…/uploads/#12 (deleted)")."""
    return [link for link in server.links() if "/uploads" in link]


def test_a_new_file_is_created_and_an_old_one_replaced(server, uploads, curl, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(os.urandom(3_000_000))
    created = curl("-i", "-T", source, server.url + "/files/new.bin").stdout
    assert b"HTTP/1.1 201 Created" in created and b"\r\nLocation: /files/new.bin\r\n" in created
    assert (uploads / "new.bin").read_bytes() == source.read_bytes()
    assert fetch(server.port, "/files/new.bin").body == source.read_bytes()
    replaced = curl("-i", "-T", source, server.url + "/files/old.txt").stdout
    assert b"HTTP/1.1 204 No Content" in replaced and b"Location" not in replaced
    assert (uploads / "old.txt").read_bytes() == source.read_bytes()
    assert put(server, "/files/empty").status == 201 and (uploads / "empty").read_bytes() == b""
    assert put(server, "/files/a/b/c.txt", b"deep").status == 201
    assert names(uploads) == ["a", "a/b", "a/b/c.txt", "empty", "new.bin", "old.txt"]
    assert (uploads / "a/b/c.txt").read_text() == "deep"


def test_bodies_in_chunks_of_http_1_0_and_compressed_ones(server, uploads, curl, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(b"x" * 700_000)
    chunked = curl("-o", "/dev/null", "-w", "%{http_code}", "-H", "Transfer-Encoding: chunked", "-T", source, server.url + "/files/chunked")
    assert chunked.stdout == b"201" and (uploads / "chunked").read_bytes() == source.read_bytes()
    old = curl("-0", "-o", "/dev/null", "-w", "%{http_code}", "-T", source, server.url + "/files/old.txt")
    assert old.stdout == b"204" and (uploads / "old.txt").read_bytes() == source.read_bytes()
    assert put(server, "/files/coded", b"\x1f\x8b...", fields="Content-Encoding: gzip\r\n").status == 201
    assert (uploads / "coded").read_bytes() == b"\x1f\x8b..."
    assert put(server, "/files/part", b"x", fields="Content-Range: bytes 0-0/2\r\n").status == 400
    assert not (uploads / "part").exists()


@pytest.mark.parametrize("name", [
    "..", "%2e%2e/x", "%2e%2e%2fx", "a/%2e%2e/x", ".hidden", "a/.hidden", ".%2e/x", "a%2fb", "%2fetc%2fx", "a%00b", "a%0ab", "a//b",
    "a/", "%7f", "x" * 256, "/".join("a" * 33)])
def test_names_that_lead_elsewhere_are_refused_before_the_body_is_sent(server, uploads, name):
    before = names(server.folder)
    with Connection(server.port) as connection:
        connection.send(head("/files/" + name, 1000, "Expect: 100-continue\r\n"))
        answer = connection.response()
        assert answer.status in (400, 404, 405) and answer.interim == []  # a path that is resolved may leave the route
    assert names(server.folder) == before


def test_expect_is_answered_once_the_name_is_good(server, uploads):
    with Connection(server.port) as connection:
        connection.send(head("/files/expected", 4, "Expect: 100-continue\r\n"))
        assert connection._until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.send(b"body")
        assert connection.response().status == 201
        assert connection.get("/files/expected").text == "body"
    with Connection(server.port) as connection:
        connection.send(head("/small/a", 2000, "Expect: 100-continue\r\n"))
        answer = connection.response()
        assert (answer.status, answer.interim) == (413, [])
    assert names(uploads) == ["expected", "old.txt"]


def test_folders_and_files_stay_what_they_are(server, uploads):
    assert put(server, "/files/sub/a", b"x").status == 201
    assert put(server, "/files/sub", b"x").status == 409
    assert put(server, "/files/old.txt/a", b"x").status == 409
    assert (uploads / "old.txt").read_text() == "old"


def test_links_do_not_lead_out_of_the_folder(server, uploads, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("mine")
    (uploads / "out").symlink_to(outside)
    (uploads / "up").symlink_to("..")
    (uploads / "secret").symlink_to(outside / "secret")
    for name in ("out/a", "out/a/b", "up/a"):
        assert put(server, "/files/" + name, b"x").status == 403, name
    server.wait_for_line("a symbolic link points outside the upload folder")
    assert put(server, "/files/secret", b"x").status == 204  # the link is replaced
    assert (uploads / "secret").read_text() == "x" and not (uploads / "secret").is_symlink()
    assert names(outside) == ["secret"] and (outside / "secret").read_text() == "mine"
    assert not (server.folder / "a").exists()


def test_a_file_that_must_not_be_there_is_not_replaced(server, uploads):
    assert put(server, "/files/old.txt", b"new", fields="If-None-Match: *\r\n").status == 412
    assert put(server, "/files/new.txt", b"new", fields="If-None-Match: *\r\n").status == 201
    assert put(server, "/files/none", b"new", fields="If-Match: *\r\n").status == 412
    assert (uploads / "old.txt").read_text() == "old" and names(uploads) == ["new.txt", "old.txt"]


def test_a_body_above_the_limit_leaves_nothing(server, uploads):
    assert put(server, "/small/a", b"x" * 1025).status == 413
    answer, ended = exchange(server.port, b"PUT /small/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                                          b"400\r\n" + b"x" * 1024 + b"\r\n1\r\nx\r\n0\r\n\r\n")
    assert (answer.status, ended) == (413, True)
    assert put(server, "/small/a", b"x" * 1024).status == 201
    assert names(uploads) == ["a", "old.txt"]
    wait_until(lambda: not open_files(server), "its descriptors are closed")


def test_a_slow_upload_comes_whole(server, uploads):
    with Connection(server.port) as connection:
        connection.send(head("/files/slow", 300))
        for i in range(300):
            connection.send(b"%d" % (i % 10))
            if i % 50 == 0:  # the rest waits for its turn: other requests are answered meanwhile
                assert fetch(server.port, "/files/old.txt").text == "old"
                assert names(uploads) == ["old.txt"]
        assert connection.response().status == 201
    assert (uploads / "slow").read_text() == "0123456789" * 30


@pytest.mark.parametrize("sent", [0, 1000, 300_000, 3_000_000])
@pytest.mark.parametrize("reset", [False, True])
def test_an_upload_that_is_cut_off_leaves_nothing(server, uploads, sent, reset):
    with Connection(server.port) as connection:
        connection.send(head("/files/sub/cut", 4_000_000) + "x" * sent)
        wait_until(lambda: open_files(server), "it has begun")
        if reset:
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    wait_until(lambda: not open_files(server), "its descriptors are closed")
    assert names(uploads) == ["old.txt"]
    assert put(server, "/files/sub/cut", b"whole").status == 201


def test_an_upload_that_is_too_slow_leaves_nothing(serve):
    server = serve(CONFIG + '[server.timeouts]\nbody_idle = "1s"\n', files={"uploads/old.txt": "old"})
    with Connection(server.port) as connection:
        connection.send(head("/files/late", 1000) + "x")
        assert connection.response().status == 408
    wait_until(lambda: not open_files(server), "its descriptors are closed")
    assert names(server.folder / "uploads") == ["old.txt"]


@pytest.mark.parametrize("number", [15, 9])
def test_a_server_that_ends_leaves_nothing(serve, number):
    server = serve('[server]\nshutdown_timeout = "1s"\n' + CONFIG, files={"uploads/old.txt": "old"})
    with Connection(server.port) as connection:
        connection.send(head("/files/cut", 1_000_000) + "x" * 500_000)
        wait_until(lambda: open_files(server), "it has begun")
        server.process.send_signal(number)
        server.process.wait(PATIENCE)
    assert names(server.folder / "uploads") == ["old.txt"]
    if number == 9:
        server.process.returncode = 0  # as it was meant to


def test_two_uploads_of_one_name_are_both_whole(server, uploads):
    size = 1_000_000
    with Connection(server.port) as one, Connection(server.port) as two:
        for connection, letter in ((one, "1"), (two, "2")):
            connection.send(head("/files/both", size) + letter * (size // 2))
        two.send("2" * (size // 2))
        assert two.response().status == 201
        assert (uploads / "both").read_bytes() == b"2" * size
        one.send("1" * (size // 2))
        assert one.response().status == 204
    assert (uploads / "both").read_bytes() == b"1" * size and names(uploads) == ["both", "old.txt"]


def test_many_uploads_at_once(server, uploads):
    def upload(i):
        answers.append(put(server, f"/files/many/{i % 20}", bytes([i]) * 400_000).status)

    answers = []
    clients = [threading.Thread(target=upload, args=(i,)) for i in range(40)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert answers.count(201) == 20 and answers.count(204) == 20
    for path in (uploads / "many").iterdir():
        content = path.read_bytes()
        assert content == content[:1] * 400_000 and content[0] % 20 == int(path.name)


def test_a_file_that_grows_too_large_is_507_at_once(serve):
    server = serve(CONFIG, files={"uploads/old.txt": "old"}, before=["prlimit", "--fsize=1000000"])
    with Connection(server.port) as connection:
        connection.send("PUT /files/large HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(OSError):
            for _ in range(60):
                connection.send(b"10000\r\n" + b"x" * 65536 + b"\r\n")  # without an end
        assert connection.response().status == 507
    server.wait_for_line(f"cannot save an upload in {server.folder}/uploads: File too large")
    wait_until(lambda: not open_files(server), "its descriptors are closed")
    assert names(server.folder / "uploads") == ["old.txt"]
    assert put(server, "/files/small", b"x").status == 201


@pytest.fixture
def full_disk(tmp_path):
    """A disk with room for a MiB."""
    folder = tmp_path / "server0/uploads"
    folder.mkdir(parents=True)
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", folder], capture_output=True).returncode != 0:
        pytest.skip("cannot mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_507_and_nothing_remains(full_disk, serve):
    server = serve(CONFIG)
    with Connection(server.port) as connection:  # it is announced too large
        connection.send(head("/files/large", 2 << 20, "Expect: 100-continue\r\n"))
        answer = connection.response()
        assert (answer.status, answer.interim) == (507, [])
    with Connection(server.port) as connection:  # it grows too large
        connection.send("PUT /files/large HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(OSError):
            for _ in range(40):
                connection.send(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        assert connection.response().status == 507
    wait_until(lambda: not open_files(server) and os.statvfs(full_disk).f_bavail >= 250, "its room is free again")
    assert names(full_disk) == []
    assert put(server, "/files/small", b"x" * 500_000).status == 201
    assert server.stderr().count("No space left on device") == 1  # not for each


def test_a_connection_is_used_again_after_an_error_in_the_middle(server):
    with Connection(server.port) as connection:
        connection.send(head("/files/.bad", 10_000) + "x" * 5000)
        assert connection.response().status == 400
        connection.send("x" * 5000)
        assert connection.get("/files/old.txt").text == "old"


@pytest.mark.release
def test_two_gibibytes_take_little_memory(server, uploads):
    size, block = 2 << 30, bytes(range(256)) * 4096
    if shutil.disk_usage(uploads).free < size + (1 << 30):
        pytest.skip("there is no room for 2 GiB")
    digest = hashlib.sha256()
    put(server, "/files/warm", block)  # threads and buffers are there
    before, most = server.resident_bytes(), 0
    with Connection(server.port) as connection:
        connection.socket.settimeout(300)
        connection.send(head("/files/large", size))
        for i in range(size // len(block)):
            piece = i.to_bytes(8, "big") + block[8:]
            digest.update(piece)
            connection.send(piece)
            most = max(most, server.resident_bytes())
        assert connection.response().status == 201
    assert most - before < 8 << 20, f"grew by {most - before}"
    with open(uploads / "large", "rb") as saved:
        assert hashlib.file_digest(saved, "sha256").hexdigest() == digest.hexdigest()
    assert (uploads / "large").stat().st_size == size
    (uploads / "large").unlink()


def test_a_folder_that_cannot_be_written_is_found_when_the_config_is_checked(tmp_path):
    (tmp_path / "sluice.toml").write_text(CONFIG)
    done = run("check", "-c", tmp_path / "sluice.toml")
    assert done.returncode == 78
    assert f"= help: create it: mkdir -p {tmp_path}/uploads" in done.stdout
    if os.geteuid() != 0:
        return
    open_to_all(tmp_path)
    (tmp_path / "uploads").mkdir(mode=0o755)
    done = run("check", "-c", tmp_path / "sluice.toml", "--user", "nobody")
    assert done.returncode == 78
    assert f"`{tmp_path}/uploads` may not be written (owner root, group root, mode 0755" in done.stdout


def test_the_body_is_not_in_the_access_log(serve):
    server = serve('[log.access]\nto = "stdout"\nformat = "{method} {path} {status} <{body}>"\n' + CONFIG, files={"uploads/old.txt": "old"})
    assert put(server, "/files/a", b"secret").status == 201
    server.stop()
    assert "PUT /files/a 201 <>" in server.stdout() and "secret" not in server.stdout()


def open_to_all(folder):
    """pytest keeps its folders to itself."""
    for one in (folder, *folder.parents):
        if one.stat().st_mode & 0o005 != 0o005:
            one.chmod(0o755)


def test_where_the_path_does_not_name_the_file_it_is_no_location(serve):
    server = serve('[[route]]\nmethod = "POST"\npath = ["/inbox", "/inbox/{kind}"]\nparams.kind = { default = "any" }\nsave = "uploads/{kind}-{uuid}"\n'
                   '[[route]]\nmethod = "PUT"\npath = "/own/{name}"\nsave = "uploads/{name}"\nheaders.Location = "/read/{name}"\n',
                   files={"uploads/old.txt": "old"})
    answer = fetch(server.port, "/inbox", method="POST", body=b"x")
    assert (answer.status, answer.get("Location")) == (201, None)
    assert fetch(server.port, "/own/a", method="PUT", body=b"x").get("Location") == "/read/a"
    assert [len(name) for name in names(server.folder / "uploads")] == [1, 40, 7]
