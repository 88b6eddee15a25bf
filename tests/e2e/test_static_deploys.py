"""Static sites on the day of a deploy: files that change, links that lead elsewhere, files that stand in for others."""

import gzip
import os
import shutil
import subprocess
import tempfile
import threading
import time
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from raw import Connection, fetch
from sluice import run, wait_until

LARGE = 200_000
BROWSER = "Accept: text/html,*/*;q=0.8\r\n"


def static(keys="", root="www"):
    return f'[[static]]\npath = "/"\nroot = "{root}"\n{keys}\n'


def settle():
    """Until a change shows in the times of a file."""
    time.sleep(0.05)


# The tag and the content --------------------------------------------------------------------------

@pytest.mark.parametrize("deploy", ["in place", "by rename"])
def test_a_large_file_with_the_times_of_the_old_one_has_another_tag(serve, tmp_path, deploy):
    server = serve(static(), files={"www/index.html": "home"})
    file = tmp_path / "server0/www/big.txt"
    tags = {}
    for letter in "abcabc":
        target = file if deploy == "in place" or not file.exists() else file.with_name("new")
        with open(target, "r+b" if target.exists() else "wb") as out:
            out.write(letter.encode() * LARGE)
        os.utime(target, (1_700_000_000, 1_700_000_000))
        target.rename(file)
        settle()
        response = fetch(server.port, "/big.txt")
        assert response.body == letter.encode() * LARGE
        assert tags.setdefault(response.get("ETag"), letter) == letter
    assert len(tags) >= 3


@pytest.mark.parametrize("name", ["photo.png", "bundle.js"])
def test_a_replica_of_a_large_file_has_its_tag_so_that_a_balanced_pair_answers_304_and_resumes(serve, tmp_path, name):
    files = {f"www/{name}": os.urandom(LARGE)}
    first, second = serve(static(), files=files), serve(static(), files={"www/index.html": "home"})
    copy = tmp_path / "server1/www" / name
    subprocess.run(["cp", "-p", tmp_path / "server0/www" / name, copy], check=True)
    settle()
    tag = fetch(first.port, f"/{name}").get("ETag")
    assert tag and fetch(second.port, f"/{name}", fields=f"If-None-Match: {tag}\r\n").status == 304
    part = fetch(second.port, f"/{name}", fields=f"Range: bytes=1000-\r\nIf-Range: {tag}\r\n")
    assert (part.status, part.body) == (206, files[f"www/{name}"][1000:])
    copy.chmod(0o600)
    settle()
    assert fetch(second.port, f"/{name}").get("ETag") == tag


@pytest.mark.parametrize("size", [100, LARGE])
def test_versions_of_one_second_are_told_apart_where_only_the_date_is_compared(serve, tmp_path, size):
    server = serve(static(), files={"www/index.html": "home"})
    file = tmp_path / "server0/www/a.txt"
    for letter in "ab":
        (tmp_path / letter).write_text(letter * size)
        os.utime(tmp_path / letter, (1_700_000_000, 1_700_000_000))
    with Connection(server.port) as connection:
        (tmp_path / "a").rename(file)
        settle()
        date = connection.get("/a.txt").get("Last-Modified")
        assert connection.get("/a.txt", fields=f"If-Modified-Since: {date}\r\n").status == 304
        (tmp_path / "b").rename(file)
        for _ in range(2):
            response = connection.get("/a.txt", fields=f"If-Modified-Since: {date}\r\n")
            assert (response.status, response.text, response.get("Last-Modified")) == (200, "b" * size, None)
            part = connection.get("/a.txt", fields=f"Range: bytes=50-\r\nIf-Range: {date}\r\n")
            assert (part.status, part.text) == (200, "b" * size)
            settle()


def test_every_worker_tells_versions_of_one_second_apart(serve, tmp_path):
    server = serve(static(), files={"www/index.html": "home"}, workers=4)
    file = tmp_path / "server0/www/a.txt"
    connections = [Connection(server.port) for _ in range(12)]
    for letter, second in (("a", 1_600_000_000), ("b", 1_700_000_000), ("c", 1_700_000_000)):
        (tmp_path / letter).write_text(letter * 100)
        os.utime(tmp_path / letter, (second, second))
        (tmp_path / letter).rename(file)
        settle()
        if letter == "a":
            for connection in connections:
                assert connection.get("/a.txt").text == "a" * 100
        elif letter == "b":
            date = connections[0].get("/a.txt").get("Last-Modified")
    for _ in range(2):
        for connection in connections:
            response = connection.get("/a.txt", fields=f"If-Modified-Since: {date}\r\n")
            assert (response.status, response.get("Last-Modified")) == (200, None)
    for connection in connections:
        connection.socket.close()


def test_another_mode_does_not_take_the_date_away(serve, tmp_path):
    server = serve(static(), files={"www/a.txt": "text"})
    file = tmp_path / "server0/www/a.txt"
    os.utime(file, (1_600_000_000, 1_600_000_000))
    settle()
    date = fetch(server.port, "/a.txt").get("Last-Modified")
    file.chmod(0o600)
    assert date and fetch(server.port, "/a.txt").get("Last-Modified") == date


def begin_download(server, size):
    connection = Connection(server.port, receive_buffer=65536)
    connection.send("GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n")
    connection._until(b"\r\n\r\n")
    assert connection._exactly(1000) == b"a" * 1000
    return connection


def arrives_whole(connection, size):
    try:
        return len(connection._exactly(size)) == size
    except (EOFError, ConnectionResetError):
        return False


@pytest.fixture(params=["/var/tmp", "/dev/shm"])
def folder_on(request):
    """A folder on a disk, and one in memory: what the kernel tells of files there differs."""
    with tempfile.TemporaryDirectory(dir=request.param) as folder:
        yield Path(folder)


@pytest.mark.parametrize("change", ["rewritten", "rewritten longer", "cut short", "cut short and filled again"])
def test_a_file_that_changes_in_place_ends_the_connections_that_have_a_part_of_it(serve, folder_on, change):
    size = 30_000_000
    file = folder_on / "big.bin"
    file.write_bytes(b"a" * size)
    settle()
    server = serve(static(root=folder_on))
    with begin_download(server, size) as connection:
        if change.startswith("rewritten"):
            with open(file, "r+b") as out:
                out.write(b"b" * (size if change == "rewritten" else size + 1_000_000))
        else:
            os.truncate(file, 5000)
        if change == "cut short and filled again":
            os.truncate(file, size)
        assert not arrives_whole(connection, size - 1000)
    assert fetch(server.port, "/big.bin").body == file.read_bytes()


@pytest.mark.parametrize("change", ["replaced", "removed", "longer"])
def test_a_file_that_is_replaced_or_grows_is_sent_to_its_end(serve, tmp_path, change):
    size = 30_000_000
    server = serve(static(), files={"www/big.bin": b"a" * size})
    settle()
    with begin_download(server, size) as connection:
        file = tmp_path / "server0/www/big.bin"
        if change == "replaced":
            (tmp_path / "new").write_bytes(b"b" * size)
            (tmp_path / "new").rename(file)
        elif change == "removed":
            file.unlink()
        else:
            with open(file, "ab") as out:
                out.write(b"b" * 1000)
        assert connection._exactly(size - 1000) == b"a" * (size - 1000)


def test_a_file_that_is_written_all_the_time_is_there(serve, tmp_path):
    """It may be unavailable for a moment, and is not missing."""
    server = serve(static(), files={"www/busy.txt": b"0" * 60_000})
    end = threading.Event()

    def write(letter):
        with open(tmp_path / "server0/www/busy.txt", "r+b", buffering=0) as out:
            while not end.is_set():
                os.pwrite(out.fileno(), letter * 60_000, 0)

    writers = [threading.Thread(target=write, args=(letter,)) for letter in (b"1", b"2")]
    for writer in writers:
        writer.start()
    try:
        with Connection(server.port) as connection:
            answers = {connection.get("/busy.txt").status for _ in range(300)}
    finally:
        end.set()
        for writer in writers:
            writer.join()
    assert answers <= {200, 503} and answers


def test_a_date_of_change_is_not_later_than_that_of_the_response(serve, tmp_path):
    server = serve(static(), files={"www/a.txt": "text"})
    file = tmp_path / "server0/www/a.txt"
    with Connection(server.port) as connection:
        for turn in range(2):
            time.sleep(1 - time.time() % 1 - 0.003)
            for number in range(40):  # around the turn of a second
                file.write_text(f"{turn} {number}")
                response = connection.get("/a.txt")
                modified, date = response.get("Last-Modified"), response.get("Date")
                assert modified is None or parsedate_to_datetime(modified) <= parsedate_to_datetime(date)


def test_a_large_file_that_grows_is_not_read_whole_for_each_request(serve, tmp_path):
    """What cannot have a tag yet has none, so that a part costs a part."""
    size = 200_000_000
    server = serve(static(), files={"www/app.log": b""})
    file = tmp_path / "server0/www/app.log"
    os.truncate(file, size)
    with open(file, "ab", buffering=0) as out, Connection(server.port) as connection:
        before = server.cpu_seconds()
        for _ in range(20):
            out.write(b"line\n")
            response = connection.get("/app.log", fields="Range: bytes=-5\r\n")
            assert (response.status, response.body) == (206, b"line\n")
        assert server.cpu_seconds() - before < 1  # reading it 20 times takes longer


@pytest.mark.parametrize("policy", ["inside", "off"])
def test_a_directory_that_becomes_a_link_out_of_the_root_is_not_followed_by_what_is_cached(serve, tmp_path, policy):
    server = serve(static(f'symlinks = "{policy}"'), files={"www/d/f.txt": "inside"})
    folder = tmp_path / "server0/www/d"
    connections = [Connection(server.port) for _ in range(4)]
    for connection in connections * 3:
        assert connection.get("/d/f.txt").text == "inside"
    shutil.move(folder, tmp_path / "out")
    folder.symlink_to(tmp_path / "out")
    for connection in connections:
        assert connection.get("/d/f.txt").status == 404
        connection.socket.close()


# What stands in -----------------------------------------------------------------------------------

PAGES = {"www/index.html": "home", "www/404.html": "lost", "www/assets/logo.3f2a9c1b.png": "logo", "www/a.txt": "text"}


def test_the_page_of_an_application_depends_on_what_the_client_takes(serve):
    server = serve(static('spa = true\ncache = { "*.html" = "1h" }'), files=PAGES)
    with Connection(server.port) as connection:
        for _ in range(3):  # the second time it is in the cache
            page = connection.get("/users/1", fields=BROWSER)
            assert (page.status, page.text, page.get("Vary")) == (200, "home", "Accept")
            again = connection.get("/users/1", fields=BROWSER + f'If-None-Match: {page.get("ETag")}\r\n')
            assert (again.status, again.get("Vary")) == (304, "Accept")
            assert connection.get("/users/1", fields="Accept: application/json\r\n").status == 404
            assert connection.get("/", fields=BROWSER).get("Vary") is None


def test_what_stands_in_for_another_file_is_never_immutable(serve, tmp_path):
    server = serve(static('try = ["assets/logo.3f2a9c1b.png"]'), files=PAGES)
    with Connection(server.port) as connection:
        for _ in range(3):
            assert connection.get("/img/x.png").get("Cache-Control") == "max-age=60, must-revalidate"
            assert connection.get("/assets/logo.3f2a9c1b.png").get("Cache-Control") == "public, max-age=31536000, immutable"
        (tmp_path / "server0/www/img").mkdir()
        (tmp_path / "server0/www/img/x.png").write_text("the picture")
        assert connection.get("/img/x.png").text == "the picture"


HEADERS = 'headers = { Cache-Control = "max-age=3600", X-Site = "{method}", X-Fixed = "yes" }\n'


def test_the_page_of_an_error_is_for_every_name_that_is_no_file(serve):
    server = serve(static('not_found = "404.html"'), files=PAGES | {"www/.env": "secret"})
    for target in ("/none", "/.env", "/%2e%2e/x", "/a%2fb", "/a%00b"):
        with Connection(server.port) as connection:
            response = connection.get(target)
            assert (response.status, response.text) == (404, "lost"), target


@pytest.mark.parametrize("keys, page", [("", None), ('not_found = "404.html"', "lost")])
def test_errors_have_the_fields_of_the_site_and_are_not_kept(serve, keys, page):
    server = serve(static(HEADERS + keys), files=PAGES)
    found = fetch(server.port, "/a.txt")
    assert (found.get("Cache-Control"), found.get("X-Site"), found.get("X-Fixed")) == ("max-age=3600", "GET", "yes")
    lost = fetch(server.port, "/none.js")
    assert (lost.status, lost.get("Cache-Control")) == (404, "no-store")
    assert page is None or lost.text == page
    precondition = fetch(server.port, "/a.txt", fields='If-Match: "other"\r\n')
    range_ = fetch(server.port, "/a.txt", fields="Range: bytes=100-\r\n")
    assert (precondition.status, range_.status) == (412, 416)
    for response in (found, lost, precondition, range_):
        assert (response.get("X-Site"), response.get("X-Fixed")) == ("GET", "yes")
        assert response.get("X-Content-Type-Options") == "nosniff"
    assert "max-age" not in (precondition.get("Cache-Control") or "") + (range_.get("Cache-Control") or "")


def test_what_the_config_says_of_content_is_not_said_of_errors(serve):
    fields = {"Content-Language": "en", "Content-Type": "text/html", "Vary": "Cookie", "Location": "/x", "Expires": "{path}",
              "Content-Security-Policy": "default-src 'none'"}
    server = serve(static("headers = { " + ", ".join(f'{name} = "{value}"' for name, value in fields.items()) + " }"),
                   files={"www/d/a.html": "x"})
    lost, moved = fetch(server.port, "/none"), fetch(server.port, "/d")
    assert (lost.status, moved.status, moved.get("Location")) == (404, 308, "/d/")
    for response in (lost, moved):
        assert (response.get("Content-Language"), response.get("Expires")) == (None, None)
        assert response.get("Content-Security-Policy") == "default-src 'none'"
    assert lost.get("Content-Type") != "text/html"
    assert [value for name, value in lost.fields if name == "Vary"] == ["Cookie, Accept"]


def test_what_the_server_says_of_every_response_does_not_label_files(serve):
    server = serve('[server]\nheaders = { Last-Modified = "never", ETag = "x", Accept-Ranges = "none", X-Site = "here" }\n'
                   + static() + '[[route]]\npath = "/a"\nfile = "www/a.txt"\n'
                   '[[route]]\npath = "/own"\nfile = "www/a.txt"\nheaders.Content-Encoding = "x-own"\n', files=PAGES)
    for path in ("/a.txt", "/a"):
        response = fetch(server.port, path)
        assert (response.get("Accept-Ranges"), response.get("X-Site")) == ("bytes", "here")
        assert response.get("ETag") != "x" and response.get("Last-Modified") != "never"
    assert fetch(server.port, "/own").get("Content-Encoding") == "x-own"
    assert "`Last-Modified` is not sent with files" in server.stderr()


@pytest.mark.parametrize("status, value", [(410, "max-age=3600"), (203, "max-age={method}")])
def test_a_file_with_a_status_of_its_own_is_kept_as_the_config_says(serve, status, value):
    route = f'[[route]]\npath = "/gone"\nfile = "www/a.txt"\nstatus = {status}\nheaders = {{ Cache-Control = "{value}" }}\n'
    server = serve(route, files=PAGES)
    for _ in range(2):
        response = fetch(server.port, "/gone")
        assert (response.status, response.text) == (status, "text")
        assert [field for name, field in response.fields if name == "Cache-Control"] == [value.replace("{method}", "GET")]


def test_redirections_have_the_fields_of_the_site(serve):
    server = serve(static(HEADERS + 'security_headers = "basic"'), files={"www/d/index.html": "d"})
    response = fetch(server.port, "/d?x=1")
    assert (response.status, response.get("Location"), response.get("Cache-Control")) == (308, "/d/?x=1", "no-cache")
    assert (response.get("X-Fixed"), response.get("X-Frame-Options")) == ("yes", "SAMEORIGIN")


def test_a_field_of_files_can_be_left_out(serve):
    server = serve(static('headers = { X-Content-Type-Options = false, Cache-Control = false }'), files=PAGES)
    for target in ("/a.txt", "/none.txt"):
        response = fetch(server.port, target)
        assert response.get("X-Content-Type-Options") is None
        assert response.get("Cache-Control") == (None if target == "/a.txt" else "no-store")


# Types and codings --------------------------------------------------------------------------------

@pytest.mark.parametrize("written, sent", [
    ("text/html; charset=iso-8859-1", "text/html; charset=iso-8859-1"),
    ("text/html;Charset=\\\"latin1\\\"", 'text/html;Charset="latin1"'),
    ("text/plain; format=flowed", "text/plain; format=flowed; charset=utf-8")])
def test_a_type_of_the_config_may_have_its_own_charset(serve, written, sent):
    server = serve(static(f'types = {{ old = "{written}" }}'), files={"www/a.old": "x"})
    assert fetch(server.port, "/a.old").get("Content-Type") == sent


@pytest.mark.parametrize("content", [b"", b"not compressed"])
def test_a_sibling_that_is_not_compressed_is_ignored_with_one_warning(serve, tmp_path, content):
    text = "line\n" * 1000
    server = serve(static(), files={"www/data.csv": text})
    (tmp_path / "server0/www/data.csv.gz").write_bytes(content)
    for _ in range(3):
        response = fetch(server.port, "/data.csv", fields="Accept-Encoding: gzip\r\n")
        assert gzip.decompress(response.body).decode() == text
    assert server.stderr().count("data.csv.gz is not what its name says") == 1


def test_a_compressed_drawing_is_what_it_is(serve):
    drawing = gzip.compress(b"<svg xmlns='http://www.w3.org/2000/svg'/>" * 100)
    server = serve(static(), files={"www/a.svgz": drawing})
    response = fetch(server.port, "/a.svgz", fields="Accept-Encoding: br, gzip\r\n")
    assert (response.body, response.get("Content-Encoding"), response.get("Vary")) == (drawing, "gzip", None)
    assert response.get("Content-Type").startswith("image/svg+xml")
    server = serve(static(), files={"www/a.svgz": b"<svg/>"})
    assert fetch(server.port, "/a.svgz").get("Content-Encoding") is None


def test_several_lines_of_accept_encoding_are_one_list(serve):
    server = serve(static(), files={"www/a.txt": "line\n" * 1000})
    for fields, coding in (("deflate", "gzip"), "gzip"), (("identity;q=0.1", "gzip"), "gzip"), (("", "br"), "br"):
        lines = "".join(f"Accept-Encoding: {field}\r\n" for field in fields)
        assert fetch(server.port, "/a.txt", fields=lines).get("Content-Encoding") == coding


# What explains itself -----------------------------------------------------------------------------

@pytest.mark.parametrize("path, told", [
    ("/", "sends `{www}/index.html`: text/html; charset=utf-8, Cache-Control: no-cache, not compressed"),
    ("/big.txt?x", "sends `{www}/big.txt`: text/plain; charset=utf-8, Cache-Control: max-age=60, must-revalidate, "
                   "compressed with br, zstd, gzip (a file)"),
    ("/users/1", "sends `{www}/index.html` in place of `users/1`, which does not exist, to clients that accept text/html: text/html"),
    ("/none.js", "is answered with 404 and `{www}/404.html`: text/html; charset=utf-8, Cache-Control: no-store"),
    ("/d", "is a directory: redirects to the path with a slash at its end"),
    ("/out.txt", "is answered with 404 and"),
    ("/.env", "is answered with 404 and `{www}/404.html`, for `.env` begins with a dot, and without `hidden = true` such names "
              "are not served: text/html"),
    ("/x//y", "redirects to the path with one slash in place of several"),
    ("/a%2fb", "is answered with 404 and `{www}/404.html`, for no name of a file holds a slash, written `%2F`: text/html"),
    ("/plain/.env", "is answered with 404: `.env` begins with a dot, and without `hidden = true` such names are not served"),
    ("/pipe.js", "is answered with 404 and `{www}/404.html`, for `{www}/pipe.js` is a FIFO, no regular file: text/html"),
    ("/out.js", "is answered with 404 and `{www}/404.html`, for `{www}/out.js` is a symbolic link to `/etc/hostname`, out of"),
    ("/pipe", "sends `{www}/index.html` in place of `pipe`, for `{www}/pipe` is a FIFO, no regular file, to clients that accept text/html"),
    ("/plain/pipe", "is answered with 404: `{www}/pipe` is a FIFO, no regular file"),
    ("/unlisted/d/", "is answered with 404: `{www}/d` is a directory, whose files `listing = true` would list"),
    ("/unlisted/big.txt", "sends `{www}/big.txt`: text/x-own, Cache-Control: no-store, compressed"),
    ("/each/big.txt", "sends `{www}/big.txt`: without Content-Type, Cache-Control as `headers` says, compressed"),
    ("/plain/none.txt", "is answered with 404: `{www}/none.txt` does not exist"),
    ("/plain/gone", "is answered with 404: `{www}/gone` is a symbolic link that leads nowhere: `{www}/nowhere` does not exist"),
    ("/plain/out.txt", "is answered with 404: `{www}/out.txt` is a symbolic link to `/etc/hostname`, out of the root"),
    ("/plain", "redirects to the path with a slash at its end"),
    ("/plain/d/", "lists `{www}/d`")])
def test_explain_tells_which_file_answers_and_how(tmp_path, path, told):
    www = tmp_path / "www"
    (www / "d").mkdir(parents=True)
    for name in ("index.html", "404.html"):
        (www / name).write_text(name)
    (www / "big.txt").write_text("text " * 1000)
    (www / "big.txt.gz").write_bytes(gzip.compress(b"text"))
    (www / "gone").symlink_to("nowhere")
    (www / "out.txt").symlink_to("/etc/hostname")
    (www / "out.js").symlink_to("/etc/hostname")
    os.mkfifo(www / "pipe")
    os.mkfifo(www / "pipe.js")
    config = tmp_path / "sluice.toml"
    config.write_text(static('spa = true\nnot_found = "404.html"') + '[[static]]\npath = "/plain"\nroot = "www"\nlisting = true\n'
                      '[[static]]\npath = "/unlisted"\nroot = "www"\nindex = []\n'
                      'headers = { Cache-Control = "no-store", Content-Type = "text/x-own" }\n'
                      '[[static]]\npath = "/each"\nroot = "www"\nheaders = { Cache-Control = "{query.c}", Content-Type = false }\n')
    done = run("explain", "GET", path, "-c", config)
    assert done.returncode == 0
    assert told.replace("{www}", str(www)) in done.stdout


# What the log says --------------------------------------------------------------------------------

@pytest.mark.parametrize("keys", ["", 'not_found = "404.html"'])
def test_the_log_tells_of_what_is_no_regular_file(serve, tmp_path, keys):
    server = serve(static(keys), files=PAGES)
    os.mkfifo(tmp_path / "server0/www/pipe")
    assert fetch(server.port, "/pipe").status == 404
    server.wait_for_line(f"cannot serve /pipe: `{tmp_path}/server0/www/pipe` is a FIFO, no regular file")


@pytest.mark.parametrize("keys", ["", 'not_found = "404.html"'])
def test_the_log_tells_of_links_that_lead_nowhere_and_not_of_names_that_do_not_exist(serve, tmp_path, keys):
    server = serve(static(keys), files=PAGES)
    www = tmp_path / "server0/www"
    assert fetch(server.port, "/none.txt").status == 404
    (www / "current").symlink_to("releases/gone")
    assert fetch(server.port, "/current/app.js").status == 404
    server.wait_for_line(f"cannot serve /current/app.js: `{www}/current` is a symbolic link that leads nowhere: "
                         f"`{www}/releases` does not exist")
    assert "none.txt" not in server.stderr()


def test_the_log_tells_of_a_root_that_is_gone(serve, tmp_path):
    server = serve(static(), files=PAGES)
    (tmp_path / "server0/www").rename(tmp_path / "server0/away")
    assert fetch(server.port, "/a.txt").status == 404
    server.wait_for_line(f"cannot serve /a.txt: `{tmp_path}/server0/www` does not exist")


def test_the_log_says_where_a_link_out_of_the_root_leads(serve, tmp_path):
    (tmp_path / "outside.js").write_text("x")
    server = serve(static(), files=PAGES)
    www = tmp_path / "server0/www"
    (www / "inner").mkdir()
    (www / "shortcut").symlink_to("inner")  # which is no fault
    link = www / "inner/jquery.js"
    link.symlink_to(tmp_path / "outside.js")
    assert fetch(server.port, "/shortcut/jquery.js").status == 404
    server.wait_for_line(f"`{link}` is a symbolic link to `{tmp_path}/outside.js`, out of the root; "
                         '`symlinks = "follow"` would allow that')


@pytest.mark.parametrize("keys, what", [("", "leads to too many symbolic links"),
                                        ('symlinks = "off"', 'is a symbolic link, and `symlinks = "off"` follows none')])
def test_the_log_says_once_which_link_is_not_followed_whatever_is_asked_for_behind_it(serve, tmp_path, keys, what):
    server = serve(static(keys), files=PAGES)
    www = tmp_path / "server0/www"
    (www / "inner").mkdir()
    (www / "link").symlink_to("inner" if keys else "link")
    with Connection(server.port) as connection:
        for number in range(600):
            assert connection.get(f"/link/{number}.txt").status == 404
    (www / "last").symlink_to("last")
    server.wait_for_line(f"`{www}/link` {what}")

    def tells_of_the_last():  # what was asked for before it has been looked into by then
        assert fetch(server.port, "/last").status == 404
        return f"`{www}/last`" in server.stderr()

    wait_until(tells_of_the_last, "a line for another link")
    assert server.stderr().count("cannot serve /link/") == 1
