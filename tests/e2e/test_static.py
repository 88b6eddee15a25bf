"""Static directories."""

import os
import time

import pytest

import sluice
from raw import Connection, fetch

PAGE = "<h1>home</h1>"
FILES = {
    "www/index.html": PAGE,
    "www/style.css": "body{}",
    "www/data.json": "{}",
    "www/ü b.txt": "umlaut",
    "www/noextension": "x",
    "www/big.bin": bytes(range(256)) * 4096,  # 1 MiB
    "www/empty.txt": "",
    "www/sub/index.html": "sub",
    "www/bare/file.txt": "f",
    "www/.secret": "hidden",
    "www/.git/config": "hidden",
    "secret.txt": "outside",
}
CONFIG = """
[[static]]
path = "/"
root = "www"

[[static]]
path = "/mounted"
root = "www"
"""


@pytest.fixture
def server(serve, tmp_path):
    def links(folder):
        os.symlink(folder / "secret.txt", folder / "www/escape.txt")
        os.symlink(folder, folder / "www/escape")
        os.symlink("style.css", folder / "www/inside.css")
        os.symlink(folder / "www/style.css", folder / "www/absolute.css")

    folder = tmp_path / "server0"
    server = serve(CONFIG, files=FILES)
    links(folder)
    return server


def test_files_have_their_types(server):
    for name, kind in (("style.css", "text/css"), ("data.json", "application/json"), ("%C3%BC%20b.txt", "text/plain"),
                       ("big.bin", "application/octet-stream")):
        response = fetch(server.port, "/" + name)
        assert (response.status, response.get("Content-Type").split(";")[0]) == (200, kind), name
    assert fetch(server.port, "/style.css").text == "body{}"
    assert fetch(server.port, "/empty.txt").body == b""
    assert fetch(server.port, "/noextension").status == 200


def test_text_is_declared_as_utf_8(server):
    assert "charset=utf-8" in fetch(server.port, "/").get("Content-Type").lower()


def test_a_directory_serves_its_index(server):
    assert fetch(server.port, "/").text == PAGE
    assert fetch(server.port, "/sub/").text == "sub"
    assert fetch(server.port, "/mounted/").text == PAGE
    assert fetch(server.port, "/mounted/style.css").text == "body{}"


def test_a_directory_without_its_slash_redirects_and_keeps_the_query(server):
    response = fetch(server.port, "/sub?x=1")
    assert response.status in (301, 307, 308)
    assert response.get("Location") == "/sub/?x=1"
    assert fetch(server.port, "/mounted").get("Location") == "/mounted/"


def test_a_directory_without_index_is_not_listed(server):
    assert fetch(server.port, "/bare/").status in (403, 404)


def test_a_mount_matches_whole_segments_only(server):
    assert fetch(server.port, "/mountedx").status == 404


def test_large_files_arrive_whole(server):
    assert fetch(server.port, "/big.bin").body == FILES["www/big.bin"]
    with Connection(server.port) as connection:
        connection.send("GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n" * 5)
        assert all(connection.response().body == FILES["www/big.bin"] for _ in range(5))


def test_head(server):
    with Connection(server.port) as connection:
        response = connection.get("/big.bin", method="HEAD")
        assert (response.status, response.get("Content-Length")) == (200, str(1 << 20))
        assert connection.get("/style.css").text == "body{}"


def test_head_knows_no_ranges(server):
    """RFC 9110 §14.2: for other methods than GET, Range is ignored."""
    with Connection(server.port) as connection:
        for wanted in ("bytes=0-9", "bytes=0-1,4-5", "bytes=99999999-"):
            response = connection.get("/big.bin", method="HEAD", fields=f"Range: {wanted}\r\n")
            assert (response.status, response.get("Content-Length")) == (200, str(1 << 20)), wanted
            assert response.get("Content-Range") is None


@pytest.mark.parametrize("target", ["/./style.css", "/x/../style.css", "/x/y/../../style.css", "/../style.css"])
def test_dot_segments_are_resolved(server, target):
    with Connection(server.port) as connection:
        for _ in range(3):
            assert connection.get(target).text == "body{}"


def test_validators_give_304(server):
    first = fetch(server.port, "/style.css")
    etag, modified = first.get("ETag"), first.get("Last-Modified")
    for fields, status in (
            (f"If-None-Match: {etag}\r\n", 304),
            ("If-None-Match: *\r\n", 304),
            (f'If-None-Match: "x", {etag}\r\n', 304),
            (f"If-None-Match: W/{etag.removeprefix('W/')}\r\n", 304),
            ('If-None-Match: "x"\r\n', 200),
            (f"If-Modified-Since: {modified}\r\n", 304),
            ("If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n", 200),
            ("If-Modified-Since: yesterday\r\n", 200),
            (f'If-None-Match: "x"\r\nIf-Modified-Since: {modified}\r\n', 200)):  # RFC 9110 §13.2.2
        response = fetch(server.port, "/style.css", fields=fields)
        assert response.status == status, fields
        assert response.get("ETag") == etag


def test_a_changed_file_is_seen(server, tmp_path):
    before = fetch(server.port, "/data.json")
    path = tmp_path / "server0/www/data.json"
    path.write_text('{"changed":true}')
    os.utime(path, (time.time() + 10, time.time() + 10))

    def changed():
        response = fetch(server.port, "/data.json")
        return response.text == '{"changed":true}' and response.get("ETag") != before.get("ETag")

    sluice.wait_until(changed, "the new content")


@pytest.mark.parametrize("asked, status, first, last", [
    ("bytes=0-4", 206, 0, 4), ("bytes=5-", 206, 5, (1 << 20) - 1), ("bytes=-3", 206, (1 << 20) - 3, (1 << 20) - 1),
    ("bytes=0-99999999", 206, 0, (1 << 20) - 1), ("bytes=1000000-1000000", 206, 1000000, 1000000),
    ("bytes=99999999-", 416, 0, 0), ("bytes=-0", 416, 0, 0),
    ("bytes=5-2", 200, 0, 0), ("items=0-1", 200, 0, 0), ("bytes=x", 200, 0, 0)])
def test_ranges(server, asked, status, first, last):
    response = fetch(server.port, "/big.bin", fields=f"Range: {asked}\r\n")
    assert response.status == status
    if status == 206:
        assert response.body == FILES["www/big.bin"][first:last + 1]
        assert response.get("Content-Range") == f"bytes {first}-{last}/{1 << 20}"
    elif status == 416:
        assert response.get("Content-Range") == f"bytes */{1 << 20}"
    else:
        assert response.body == FILES["www/big.bin"]


def test_if_range_with_an_old_validator_gives_the_whole(server):
    def part():
        etag = fetch(server.port, "/big.bin").get("ETag")
        return fetch(server.port, "/big.bin", fields=f"Range: bytes=0-1\r\nIf-Range: {etag}\r\n").status == 206

    # A file that was written just now may still change within a tick of the kernel's clock, and its tag with it.
    sluice.wait_until(part, "a 206")
    assert fetch(server.port, "/big.bin", fields='Range: bytes=0-1\r\nIf-Range: "old"\r\n').status == 200


def test_links_are_followed_where_they_lead_below_the_root(server):
    for _ in range(3):  # looked up, then from the cache
        for target in ("/inside.css", "/absolute.css"):
            assert fetch(server.port, target).text == "body{}"


@pytest.mark.parametrize("target", [
    "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/%2e%2e%2fsecret.txt", "/sub/../../secret.txt",
    "/sub/%2e%2e/%2e%2e/secret.txt", "//secret.txt", "/..\\secret.txt", "/..%5csecret.txt", "/%252e%252e/secret.txt",
    "/escape.txt", "/escape/secret.txt", "/mounted/../../secret.txt", "/mounted../secret.txt", "/.%00./secret.txt",
    "/secret.txt%00.html", "/%c0%ae%c0%ae/secret.txt", "/./../secret.txt", "/style.css/../../secret.txt",
    "/proc/self/environ", "//etc/passwd", "/%2fetc/passwd"])
def test_nothing_outside_the_root_is_reachable(server, target):
    response = fetch(server.port, target)
    assert b"outside" not in response.body
    if "//" in target:  # to the same path of this host
        assert (response.status, response.get("Location")) == (308, target[1:])
        response = fetch(server.port, target[1:])
    assert response.status in (400, 403, 404), response


@pytest.mark.parametrize("target", ["/.secret", "/.git/config", "/%2egit/config", "/%2esecret"])
def test_dot_files_are_hidden(server, target):
    assert fetch(server.port, target).status == 404


def test_odd_targets_are_answered_cleanly(server):
    for target in ("/style.css/", "/style.css/x", "/a%00b", "/" + "a" * 300, "/" + "d/" * 400, "/%FF"):
        assert fetch(server.port, target).status in (400, 404), target


def test_a_fifo_does_not_stall_the_server(server, tmp_path):
    os.mkfifo(tmp_path / "server0/www/pipe")
    assert fetch(server.port, "/pipe").status in (403, 404)


def test_other_methods_are_refused(server):
    response = fetch(server.port, "/style.css", method="POST", body=b"x")
    assert (response.status, {"GET", "HEAD"} <= {m.strip() for m in response.get("Allow").split(",")}) == (405, True)


def test_a_file_that_shrinks_while_it_is_sent_ends_the_connection(server, tmp_path):
    path = tmp_path / "server0/www/huge.bin"
    with open(path, "wb") as file:
        file.truncate(64 << 20)
    with Connection(server.port, receive_buffer=4096) as connection:
        connection.send("GET /huge.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        connection._until(b"\r\n\r\n")
        with open(path, "wb") as file:
            file.truncate(1000)
        assert len(connection.rest()) < 64 << 20
    assert fetch(server.port, "/style.css").status == 200


def test_a_directory_is_served_without_any_config(serve, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text(PAGE)
    server = serve(site)
    assert fetch(server.port, "/").text == PAGE


def test_curl_resumes_a_download(server, tmp_path, curl):
    target = tmp_path / "part"
    target.write_bytes(FILES["www/big.bin"][:1000])
    assert curl("-C", "-", "-o", target, server.url + "/big.bin").returncode == 0
    assert target.read_bytes() == FILES["www/big.bin"]
