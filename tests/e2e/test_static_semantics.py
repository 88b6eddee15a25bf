"""What RFC 9110 says of representations in a directory, asked with curl."""

import email.utils
import os
import re
import socket
import threading
import time

import pytest

from raw import Connection, fetch

TEXT = "".join(f"line {i}\n" for i in range(5000))
CONFIG = '[[static]]\npath = "/"\nroot = "www"\n'
OLD = 1_600_000_000


@pytest.fixture
def site(serve, tmp_path, curl):
    """site(path, curl arguments…): the status, the header fields by name in lower case, and the body."""
    server = serve(CONFIG, files={"www/style.css": "body{}", "www/app.js": TEXT, "www/index.html": "<h1>home</h1>"})
    root = tmp_path / "server0/www"
    for name in ("style.css", "app.js", "index.html"):
        os.utime(root / name, (OLD, OLD))

    def ask(path, *arguments):
        done = curl("-i", "--path-as-is", *arguments, server.url + path)
        assert done.returncode == 0, done.stderr
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        return int(lines[0].split()[1]), {k.lower(): v for k, v in (line.split(": ", 1) for line in lines[1:])}, body

    ask.root, ask.server = root, server
    return ask


def dates(seconds):
    """The same moment in the three forms of RFC 9110 §5.6.7."""
    moment = time.gmtime(seconds)
    return (email.utils.formatdate(seconds, usegmt=True),
            time.strftime("%A, %d-%b-%y %H:%M:%S GMT", moment),
            time.strftime("%a %b ", moment) + f"{moment.tm_mday:2}" + time.strftime(" %H:%M:%S %Y", moment))


# Validators ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("form", range(3), ids=["IMF-fixdate", "RFC 850", "asctime"])
def test_a_date_is_understood_in_every_form(site, form):
    def status(field, seconds):
        return site("/style.css", "-H", f"{field}: {dates(seconds)[form]}")[0]

    assert status("If-Modified-Since", OLD) == 304
    assert status("If-Modified-Since", OLD + 1) == 304
    assert status("If-Modified-Since", OLD - 1) == 200
    assert status("If-Unmodified-Since", OLD) == 200
    assert status("If-Unmodified-Since", OLD - 1) == 412


def test_conditions_on_the_tag(site):
    _, fields, _ = site("/style.css")
    tag = fields["etag"]
    assert not tag.startswith("W/")
    for condition, status in ((f"If-Match: {tag}", 200), ("If-Match: *", 200), (f'If-Match: "no", {tag}', 200),
                              ('If-Match: "no"', 412), (f"If-Match: W/{tag}", 412), (f"If-None-Match: W/{tag}", 304),
                              (f'If-None-Match: "no" , {tag}', 304), ("If-None-Match: *", 304)):
        assert site("/style.css", "-H", condition)[0] == status, condition
    # If-Modified-Since counts for nothing beside If-None-Match, nor If-Unmodified-Since beside If-Match.
    assert site("/style.css", "-H", 'If-None-Match: "no"', "-H", f"If-Modified-Since: {dates(OLD)[0]}")[0] == 200
    assert site("/style.css", "-H", f"If-Match: {tag}", "-H", f"If-Unmodified-Since: {dates(0)[0]}")[0] == 200
    # The failed condition names the representation as it is, without its content.
    status, fields, body = site("/style.css", "-H", "If-None-Match: *")
    assert (status, fields["etag"], body) == (304, tag, b"")


def test_if_range_takes_strong_validators_only(site):
    _, fields, _ = site("/app.js")
    for validator, status in ((fields["etag"], 206), ("W/" + fields["etag"], 200), ('"no"', 200),
                              (fields["last-modified"], 206), (dates(OLD + 1)[0], 200), (dates(OLD - 1)[0], 200)):
        assert site("/app.js", "-r", "0-3", "-H", f"If-Range: {validator}")[0] == status, validator


@pytest.mark.parametrize("mtime", [0, 1])
@pytest.mark.parametrize("size", [100, 200_000])
def test_times_that_mean_nothing_do_not_hide_a_change(site, mtime, size):
    path = site.root / "built.txt"
    tags = set()
    for letter in "abcab":
        path.write_text(letter * size)
        os.utime(path, (mtime, mtime))
        _, fields, body = site("/built.txt")
        assert body == letter.encode() * size
        assert "last-modified" not in fields
        assert site("/built.txt", "-H", f"If-None-Match: {fields['etag']}")[0] == 304
        tags.add(fields["etag"])
    assert len(tags) == 3  # of the content: what comes back has its tag again


def test_changes_within_a_second_do_not_hide_each_other(site):
    path, seen = site.root / "quick.txt", None
    for number in range(20):
        path.write_text(f"{number:03}")
        now = int(time.time())
        os.utime(path, (now, now))
        status, fields, body = site("/quick.txt", *(["-H", f"If-None-Match: {seen}"] if seen else []))
        assert (status, body) == (200, f"{number:03}".encode())
        seen = fields["etag"]


@pytest.mark.parametrize("field, first, then", [
    ("If-None-Match: {tag}", 304, 200), ("If-Match: {tag}", 200, 412), ("If-None-Match: *", 304, 304),
    ("If-Modified-Since: {date}", 304, 200), ("If-Unmodified-Since: {date}", 200, 412),
    ("Range: bytes=0-1", 206, 206), ("Range: bytes=0-1\r\nIf-Range: {tag}", 206, 200), ("Accept: */*", 200, 200)])
def test_a_request_that_is_repeated_octet_by_octet_is_answered_anew_when_the_file_has_changed(site, field, first, then):
    """How a file is answered is remembered for heads that come again."""
    tag = site("/style.css")[1]["etag"]
    field = field.format(tag=tag, date=dates(OLD)[0]) + "\r\n"
    with Connection(site.server.port) as connection:
        assert [connection.get("/style.css", fields=field).status for _ in range(6)] == [first] * 6
        (site.root / "new").write_text("p{}")
        os.replace(site.root / "new", site.root / "style.css")
        answers = [connection.get("/style.css", fields=field) for _ in range(6)]
        assert [answer.status for answer in answers] == [then] * 6
        assert {answer.body for answer in answers if answer.status == 200} <= {b"p{}"}
        assert {answer.body for answer in answers if answer.status == 206} <= {b"p{"}
        (site.root / "style.css").unlink()
        assert connection.get("/style.css", fields=field).status == 404


def test_a_file_in_frequent_use_is_sent_whole_and_in_parts_until_it_changes(site):
    old, new = ("".join(f"{word} {i}\n" for i in range(3000)).encode() for word in ("old", "new"))
    (site.root / "page.bin").write_bytes(old)
    os.utime(site.root / "page.bin", (OLD, OLD))
    with Connection(site.server.port) as connection:
        for _ in range(30):
            assert connection.get("/page.bin").body == old
            assert connection.get("/page.bin", fields="Range: bytes=100-12000\r\n").body == old[100:12001]
            assert connection.get("/page.bin", fields="Range: bytes=-5\r\n").body == old[-5:]
            assert connection.get("/page.bin", method="HEAD").get("Content-Length") == str(len(old))
        connection.send("GET /page.bin HTTP/1.1\r\nHost: a\r\n\r\n" * 50)  # in one piece
        assert all(connection.response().body == old for _ in range(50))
        (site.root / "page.bin").write_bytes(new)
        assert all(connection.get("/page.bin").body == new for _ in range(30))


def test_requests_that_differ_in_their_method_only_are_told_apart_when_they_are_repeated(site):
    tag = f'If-None-Match: {site("/style.css")[1]["etag"]}\r\n'
    with Connection(site.server.port) as connection:
        for _ in range(4):
            assert connection.get("/style.css").body == b"body{}"
            assert connection.get("/style.css", method="HEAD").get("Content-Length") == "6"
            assert connection.get("/style.css", fields=tag).status == 304
            assert connection.get("/app.js", fields=tag).status == 200


# Ranges -------------------------------------------------------------------------------------------

def test_several_ranges_are_several_parts(site):
    status, fields, body = site("/app.js", "-r", "0-4,100-104,-3")
    boundary = re.fullmatch("multipart/byteranges; boundary=(.+)", fields["content-type"])[1]
    assert status == 206 and "content-range" not in fields
    parts = body.decode().split(f"--{boundary}")
    assert parts[0].strip() == "" and parts[-1].strip() == "--"
    found = [re.fullmatch(r"\r\nContent-Type: (\S+; charset=utf-8)\r\nContent-Range: bytes (\d+)-(\d+)/(\d+)\r\n\r\n(.*)\r\n",
                          part, re.S) for part in parts[1:-1]]
    assert [(int(part[2]), int(part[3]), int(part[4])) for part in found] == \
        [(0, 4, len(TEXT)), (100, 104, len(TEXT)), (len(TEXT) - 3, len(TEXT) - 1, len(TEXT))]
    assert [part[5] for part in found] == [TEXT[0:5], TEXT[100:105], TEXT[-3:]]


def test_ranges_that_overlap_become_one_and_many_become_the_whole(site):
    status, fields, body = site("/app.js", "-r", "0-99,50-149,150-199")
    assert (status, fields["content-range"], body.decode()) == (206, f"bytes 0-199/{len(TEXT)}", TEXT[:200])
    many = ",".join(f"{i * 300}-{i * 300}" for i in range(100))
    status, _, body = site("/app.js", "-r", many)
    assert (status, body.decode()) == (200, TEXT)


def test_head_is_get_without_content(site):
    for arguments in ((), ("-H", "If-None-Match: *"), ("-H", 'If-Match: "no"')):
        got, head = site("/app.js", *arguments), site("/app.js", "-I", *arguments)
        assert head[0] == got[0] and head[2] == b""
        for name in ("content-length", "content-range", "etag", "content-type", "last-modified", "cache-control"):
            assert head[1].get(name) == got[1].get(name), (name, arguments)


# Siblings -----------------------------------------------------------------------------------------

def test_whatever_could_be_sent_in_another_coding_varies(site):
    (site.root / "style.css.br").write_bytes(b"not really brotli")
    for arguments in ((), ("-H", "Accept-Encoding: br"), ("-H", "Accept-Encoding: identity"), ("-r", "0-2"),
                      ("-H", "If-None-Match: *"), ("-I",)):
        for path in ("/style.css", "/app.js"):
            assert site(path, *arguments)[1]["vary"] == "Accept-Encoding", (path, arguments)
    status, fields, body = site("/style.css", "-H", "Accept-Encoding: gzip;q=0.5, br")
    assert (status, fields["content-encoding"], body) == (200, "br", b"not really brotli")
    plain = site("/style.css")[1]["etag"]
    assert fields["etag"] != plain
    (site.root / "photo.png").write_bytes(b"x" * 5000)
    assert "vary" not in site("/photo.png", "-H", "Accept-Encoding: br")[1]


# Paths --------------------------------------------------------------------------------------------

def test_what_is_no_file_is_never_opened(site):
    os.mkfifo(site.root / "fifo")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(os.path.relpath(site.root / "socket"))
    try:
        os.symlink("/dev/zero", site.root / "zero")
        for path in ("/fifo", "/socket", "/zero", "/style.css%00.html", "/style.css%00", "/style.css%2f", "/style.css/",
                     "/.%2e/x", "/%252e%252e/x", "/..%5c..%5cx"):
            assert site(path)[0] in (400, 404), path
    finally:
        listener.close()


def test_dot_files_are_hidden_but_for_well_known(site):
    (site.root / ".well-known").mkdir()
    (site.root / ".well-known/security.txt").write_text("Contact: x")
    (site.root / ".env").write_text("secret")
    assert site("/.well-known/security.txt")[0] == 200
    for path in ("/.env", "/%2eenv", "/.well-known/../.env"):
        assert site(path)[0] == 404, path


# Media types --------------------------------------------------------------------------------------

@pytest.mark.parametrize("name, expected", [
    ("a.mjs", "text/javascript; charset=utf-8"), ("a.wasm", "application/wasm"), ("a.avif", "image/avif"),
    ("a.webmanifest", "application/manifest+json"), ("a.woff2", "font/woff2"), ("a.jxl", "image/jxl"),
    ("a.svg", "image/svg+xml"), ("a.json", "application/json"), ("a.HTML", "text/html; charset=utf-8"),
    ("a.txt", "text/plain; charset=utf-8"), ("a.xyz-unknown", "application/octet-stream")])
def test_media_types(site, name, expected):
    (site.root / name).write_text("content")
    _, fields, _ = site("/" + name)
    assert (fields["content-type"].split(";")[0], fields["x-content-type-options"]) == (expected.split(";")[0], "nosniff")
    if "charset" in expected:
        assert fields["content-type"] == expected


@pytest.mark.parametrize("packets", [2, 1000], ids=["small", "large"])
def test_ts_is_video_only_when_it_is_one(site, packets):
    (site.root / "clip.ts").write_bytes((b"G" + bytes(187)) * packets)
    (site.root / "main.ts").write_text("GLOBAL = 1;\n" * 100 * packets)
    (site.root / "tiny.ts").write_text("G")
    assert site("/clip.ts")[1]["content-type"] == "video/mp2t"
    assert site("/main.ts")[1]["content-type"].startswith("text/")
    assert site("/tiny.ts")[1]["content-type"].startswith("text/")


# While files change -------------------------------------------------------------------------------

def test_what_is_sent_while_a_file_is_rewritten_has_the_length_that_was_announced(site):
    """Whatever a reader meets, each response is one state of the file as its size says, never mixed with the next one."""
    path, states = site.root / "live.txt", [b"a" * 300, b"b" * 50_000, b"c" * 7, b"d" * 20_000]
    path.write_bytes(states[0])
    ended = threading.Event()

    def rewrite():
        while not ended.is_set():
            for state in states:
                new = path.with_name("live.new")
                new.write_bytes(state)
                os.replace(new, path)
                path.write_bytes(state)

    writer = threading.Thread(target=rewrite)
    writer.start()
    try:
        with Connection(site.server.port) as connection:
            for _ in range(2000):
                response = connection.get("/live.txt")
                assert response.status in (200, 503)
                # Rewriting in place empties the file first: a prefix is what the file was at that moment.
                assert response.status == 503 or any(state.startswith(response.body) for state in states)
    finally:
        ended.set()
        writer.join()
    path.write_bytes(b"last")
    assert fetch(site.server.port, "/live.txt").body == b"last"
