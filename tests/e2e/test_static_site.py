"""Static sites beyond single files: compression, pages without extension, applications, caching, deploys."""

import base64
import contextlib
import email.utils
import gzip
import json
import os
import select
import time

import pytest

from raw import Connection, fetch
from sluice import BUILD, PATIENCE, run, wait_until

TEXT = "".join(f"line {i}\n" for i in range(5000))
FILES = {
    "www/index.html": "<h1>home</h1>",
    "www/about.html": "about",
    "www/docs/index.html": "docs",
    "www/404.html": "<h1>lost</h1>",
    "www/app.js": TEXT,
    "www/app.3f2a9c1b.js": TEXT,
    "www/app/sw.js": TEXT,
    "www/ready.css": TEXT,
    "www/photo.png": TEXT,
    "www/report.pdf": "pdf",
    "www/model.gltf": "{}",
}


def static(keys="", path="/"):
    return f'[[static]]\npath = "{path}"\nroot = "www"\n{keys}\n'


def accept_encoding(value):
    return f"Accept-Encoding: {value}\r\n"


GZIPPED = gzip.compress(b"ready", mtime=0)
BROWSER = "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n"


# Compression --------------------------------------------------------------------------------------

@pytest.mark.parametrize("accepted, coding", [
    ("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("zstd", "zstd"), ("gzip;q=0.5, identity", ""), ("gzip;q=0", ""),
    ("deflate", ""), ("identity", ""), ("*", "br")])
def test_text_is_compressed_as_the_client_likes_it(serve, accepted, coding):
    server = serve(static(), files=FILES)
    response = fetch(server.port, "/app.js", fields=accept_encoding(accepted))
    assert (response.status, response.get("Content-Encoding") or "") == (200, coding)
    assert response.get("Vary") == "Accept-Encoding"
    assert response.get("Content-Type") == "text/javascript; charset=utf-8"
    assert (len(response.body) < len(TEXT) / 2) == (coding != "")
    if coding == "gzip":
        assert gzip.decompress(response.body).decode() == TEXT


def test_every_coding_has_its_own_validators(serve):
    server = serve(static(), files=FILES)
    tags = {}
    for accepted in ("identity", "gzip", "br", "zstd"):
        response = fetch(server.port, "/app.js", fields=accept_encoding(accepted))
        tags[accepted] = response.get("ETag")
    assert len(set(tags.values())) == 4
    for accepted, tag in tags.items():
        response = fetch(server.port, "/app.js", fields=accept_encoding(accepted) + f"If-None-Match: {tag}\r\n")
        assert (response.status, response.get("Vary"), response.get("ETag")) == (304, "Accept-Encoding", tag)
        other = tags["gzip" if accepted != "gzip" else "br"]
        assert fetch(server.port, "/app.js", fields=accept_encoding(accepted) + f"If-None-Match: {other}\r\n").status == 200


def test_a_range_is_one_of_the_plain_content(serve):
    server = serve(static(), files=FILES)
    response = fetch(server.port, "/app.js", fields=accept_encoding("gzip, br") + "Range: bytes=0-5\r\n")
    assert (response.status, response.body, response.get("Content-Encoding")) == (206, TEXT[:6].encode(), None)
    assert response.get("Content-Range") == f"bytes 0-5/{len(TEXT)}"


def test_head_announces_what_get_sends(serve):
    server = serve(static(), files=FILES)
    got = fetch(server.port, "/app.js", fields=accept_encoding("gzip"))
    with Connection(server.port) as connection:
        head = connection.get("/app.js", method="HEAD", fields=accept_encoding("gzip"))
        assert (head.get("Content-Length"), head.get("Content-Encoding")) == (str(len(got.body)), "gzip")


def test_who_waits_too_long_for_a_compressed_form_gets_the_plain_one(serve):
    texts = {f"/{number}.txt": "".join(f"{number} {line * line}\n" for line in range(500_000)) for number in range(8)}
    server = serve('[server]\ntimeouts.file_system = "300ms"\n' + static("listing = true"), files={f"www{path}": text for path, text in texts.items()},
                   workers=1)
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(Connection(server.port)) for _ in texts]
        for connection, path in zip(connections, texts):
            connection.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n{accept_encoding('br')}\r\n")
        assert fetch(server.port, "/").status == 200  # a listing: what waits for the file system waits for nothing else
        answers = [connection.response() for connection in connections]
    assert all(answer.status == 200 and "Accept-Encoding" in answer.get("Vary") for answer in answers)
    plain = [(answer, text) for answer, text in zip(answers, texts.values()) if answer.get("Content-Encoding") is None]
    assert plain and all(answer.text == text for answer, text in plain)


def test_what_is_compressed_already_stays_as_it_is(serve):
    server = serve(static(), files=FILES)
    response = fetch(server.port, "/photo.png", fields=accept_encoding("gzip, br"))
    assert (response.get("Content-Encoding"), response.get("Vary"), len(response.body)) == (None, None, len(TEXT))


def test_compression_can_be_switched_off(serve):
    server = serve(static("compress = false"), files=FILES)
    assert fetch(server.port, "/app.js", fields=accept_encoding("gzip")).get("Content-Encoding") is None
    server = serve(static('compress_min_size = "1MiB"'), files=FILES)
    assert fetch(server.port, "/app.js", fields=accept_encoding("gzip")).get("Content-Encoding") is None


def test_siblings_are_sent_for_their_source(serve, tmp_path):
    server = serve(static("compress = false"), files=FILES)
    root = tmp_path / "server0/www"
    (root / "ready.css.br").write_bytes(b"brotli")
    (root / "ready.css.gz").write_bytes(GZIPPED)
    response = fetch(server.port, "/ready.css", fields=accept_encoding("gzip, br"))
    assert (response.body, response.get("Content-Encoding"), response.get("Vary")) == (b"brotli", "br", "Accept-Encoding")
    assert response.get("Content-Type") == "text/css; charset=utf-8"
    assert fetch(server.port, "/ready.css", fields=accept_encoding("br;q=0.1, gzip")).body == GZIPPED
    plain = fetch(server.port, "/ready.css")
    assert (plain.text, plain.get("Vary")) == (TEXT, "Accept-Encoding")


def test_an_old_sibling_is_ignored_with_one_warning(serve, tmp_path):
    server = serve(static("compress = false"), files=FILES)
    sibling = tmp_path / "server0/www/ready.css.br"
    sibling.write_bytes(b"old")
    os.utime(sibling, (1_500_000_000, 1_500_000_000))
    for _ in range(3):
        assert fetch(server.port, "/ready.css", fields=accept_encoding("br")).text == TEXT
    assert server.stderr().count("ready.css.br is older") == 1


def in_coding(serve, text, coding):
    """What the server makes of a text; Python knows no brotli."""
    server = serve(static(), files={"www/source.txt": text})
    return fetch(server.port, "/source.txt", fields=accept_encoding(coding)).body


@pytest.mark.parametrize("coding, extension", [("br", ".br"), ("gzip", ".gz"), ("zstd", ".zst")])
def test_a_file_that_is_there_in_one_coding_only_is_decoded_for_clients_that_do_not_take_it(serve, tmp_path, coding, extension):
    coded = in_coding(serve, TEXT, coding)
    server = serve(static(), files={f"www/app.js{extension}": coded})
    root, takes = tmp_path / "server1/www", accept_encoding(coding)
    with Connection(server.port) as connection:
        for _ in range(4):  # looked up, then from the cache
            ready = connection.get("/app.js", fields=takes)
            assert (ready.status, ready.body, ready.get("Content-Encoding")) == (200, coded, coding)
            plain = connection.get("/app.js")
            assert (plain.status, plain.text, plain.get("Content-Encoding")) == (200, TEXT, None)
            for response in (ready, plain):
                assert (response.get("Vary"), response.get("Content-Type")) == ("Accept-Encoding", "text/javascript; charset=utf-8")
            assert ready.get("ETag") and plain.get("ETag") and ready.get("ETag") != plain.get("ETag")
        assert connection.get("/app.js", fields=f'If-None-Match: {plain.get("ETag")}\r\n').status == 304
        assert connection.get("/app.js", fields=takes + f'If-None-Match: {ready.get("ETag")}\r\n').status == 304
        part = connection.get("/app.js", fields="Range: bytes=5-9\r\n")
        assert (part.status, part.text, part.get("Content-Encoding")) == (206, TEXT[5:10], None)
        rest = connection.get("/app.js", fields=takes + f'Range: bytes=5-\r\nIf-Range: {ready.get("ETag")}\r\n')
        assert (rest.status, rest.body, rest.get("Content-Encoding")) == (206, coded[5:], coding)
        head = fetch(server.port, "/app.js", method="HEAD")
        assert head.get("Content-Length") == str(len(TEXT))
        (root / "app.js").write_text("new")
        assert connection.get("/app.js").text == "new"
        (root / "app.js").unlink()
        assert connection.get("/app.js").text == TEXT
        (root / f"app.js{extension}").unlink()
        assert connection.get("/app.js").status == 404


def test_pages_that_are_there_compressed_only_are_found_like_others(serve):
    coded = gzip.compress(b"<h1>page</h1>")
    server = serve(static('clean_urls = true\nnot_found = "404.html"'),
                   files={f"www/{name}.html.gz": coded for name in ("index", "about", "docs/index", "404")} | {"www/archive.tar.gz": coded})
    for path, status in (("/", 200), ("/about", 200), ("/docs/", 200), ("/none", 404)):
        for fields, body in (("", b"<h1>page</h1>"), (accept_encoding("gzip"), coded)):
            page = fetch(server.port, path, fields=fields)
            assert (page.status, page.body, page.get("Content-Type")) == (status, body, "text/html; charset=utf-8"), path
    assert fetch(server.port, "/docs").get("Location") == "/docs/"
    archive = fetch(server.port, "/archive.tar.gz", fields=accept_encoding("gzip"))
    assert (archive.body, archive.get("Content-Encoding"), archive.get("Content-Type")) == (coded, None, "application/gzip")


@pytest.mark.parametrize("keys, as_it_is", [("", False), ("precompressed = false", True), ('types = { br = "x/own", gz = "x/own" }', True)])
def test_a_compressed_file_that_pages_load_by_its_own_name_is_what_it_holds(serve, keys, as_it_is):
    coded = {"br": in_coding(serve, TEXT, "br"), "gzip": gzip.compress(TEXT.encode())}
    server = serve(static(keys), files={"www/Build/game.wasm.br": coded["br"], "www/Build/game.js.gz": coded["gzip"], "www/a.3f2a9c1b.js.br": coded["br"]})
    for path, coding, media_type in (("/Build/game.wasm.br", "br", "application/wasm"), ("/Build/game.js.gz", "gzip", "text/javascript; charset=utf-8"),
                                     ("/a.3f2a9c1b.js.br", "br", "text/javascript; charset=utf-8")):
        for _ in range(3):
            response = fetch(server.port, path, fields=accept_encoding("gzip, br"))
            plain = fetch(server.port, path, fields=accept_encoding("identity"))
            assert response.body == coded[coding]
            if as_it_is:
                assert response.get("Content-Encoding") is None and plain.body == coded[coding]
            else:
                assert (response.get("Content-Encoding"), response.get("Content-Type")) == (coding, media_type)
                assert (plain.text, plain.get("Content-Encoding"), plain.get("Content-Type")) == (TEXT, None, media_type)
    assert fetch(server.port, "/a.3f2a9c1b.js.br").get("Cache-Control").endswith("immutable")


def test_what_is_too_large_to_be_decoded_is_for_those_who_take_it_as_it_is(serve):
    bomb = gzip.compress(bytes(50_000_000))
    server = serve('[server]\nworkers = 1\nlimits.file_cache = "1MiB"\n' + static(),
                   files={"www/bomb.js.gz": bomb, "www/broken.js.br": b"no brotli" * 100})
    before = server.resident_bytes()
    with Connection(server.port) as connection:
        for path in ("/bomb.js", "/broken.js"):
            for _ in range(20):
                refused = connection.get(path)
                assert (refused.status, refused.get("Vary"), refused.get("Cache-Control")) == (406, "Accept, Accept-Encoding", "no-store")
                assert "cannot be decoded here" in refused.text
        sent = connection.get("/bomb.js", fields=accept_encoding("gzip"))
        assert (sent.status, sent.body) == (200, bomb)
    if BUILD == "release":  # sanitizers keep what was freed
        wait_until(lambda: server.resident_bytes() - before < 30_000_000, "what was decoded in vain is given back")
    server.wait_for_line("broken.js.br cannot be decoded")
    assert server.stderr().count("cannot be decoded") == 1


def test_many_ask_for_the_same_thing_at_once(serve):
    server = serve(static(), files={"www/big.txt": TEXT * 40})
    connections = [Connection(server.port) for _ in range(20)]
    for connection in connections:
        connection.send("GET /big.txt HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n")
    for connection in connections:
        assert gzip.decompress(connection.response().body).decode() == TEXT * 40
        connection.socket.close()


def test_a_page_is_not_kept_waiting_by_the_compression_of_much_else(serve):
    """It would be, for seconds. What comes while much is to be compressed is sent as it is."""
    text = base64.b64encode(os.urandom(3_000_000))
    files = {f"www/big{number}.txt": b"%d" % number + text for number in range(24)}
    server = serve("[server]\nworkers = 1\n" + static(), files=files | {"www/page.html": "<p>page</p>" * 500})
    ask = "GET /{} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br\r\n\r\n"
    connections = [Connection(server.port) for _ in range(24)]
    for number, connection in enumerate(connections):
        connection.send(ask.format(f"big{number}.txt"))
    page = fetch(server.port, "/page.html", fields=accept_encoding("br"))
    assert (page.status, page.get("Content-Encoding")) in ((200, "br"), (200, None))
    codings = []
    for number, connection in enumerate(connections):
        response = connection.response()
        assert (response.status, response.get("Vary")) == (200, "Accept-Encoding")
        assert response.get("Content-Encoding") or response.body == files[f"www/big{number}.txt"]
        codings.append(response.get("Content-Encoding"))
        connection.socket.close()
    assert set(codings) == {"br", None}  # of the first and of the others
    assert fetch(server.port, "/big23.txt", fields=accept_encoding("br")).get("Content-Encoding") == "br"


def test_what_does_not_fit_into_the_cache_is_not_compressed_for_each_request(serve):
    text = "".join(f"{i * i}\n" for i in range(200_000))
    server = serve('[server]\nworkers = 1\nlimits.file_cache = "64KiB"\n' + static(), files={"www/big.txt": text})
    with Connection(server.port) as connection:
        first = connection.get("/big.txt", fields=accept_encoding("gzip"))
        assert gzip.decompress(first.body).decode() == text
        wait_until(lambda: connection.get("/big.txt", fields=accept_encoding("gzip")).get("Content-Encoding") is None,
                   "the plain text, once the file has settled")
        for _ in range(3):
            again = connection.get("/big.txt", fields=accept_encoding("gzip"))
            assert (again.status, again.get("Content-Encoding"), again.text) == (200, None, text)


# Pages --------------------------------------------------------------------------------------------

def test_clean_urls(serve):
    server = serve(static("clean_urls = true"), files=FILES)
    assert fetch(server.port, "/about").text == "about"
    assert fetch(server.port, "/about.html").text == "about"
    assert fetch(server.port, "/about").get("Content-Type") == "text/html; charset=utf-8"
    redirect = fetch(server.port, "/about/?q=1")
    assert (redirect.status, redirect.get("Location")) == (308, "/about?q=1")
    assert fetch(server.port, "/docs").get("Location") == "/docs/"


def test_an_application_answers_navigations_only(serve):
    server = serve(static("spa = true"), files=FILES)
    page = fetch(server.port, "/users/7", fields=BROWSER)
    assert (page.status, page.text, page.get("Cache-Control")) == (200, "<h1>home</h1>", "no-cache")
    asset = fetch(server.port, "/assets/x.js", fields=BROWSER)
    assert (asset.status, asset.get("Cache-Control")) == (404, "no-store")
    assert fetch(server.port, "/users/7", fields="Accept: application/json\r\n").status == 404
    assert fetch(server.port, "/users/7", fields=BROWSER, method="POST", body=b"").status == 405


@pytest.mark.parametrize("accept", ["Accept: */*\r\n", "Accept: image/png, */*;q=0.1\r\n", ""])
def test_an_application_answers_clients_that_take_anything_where_the_path_has_no_extension(serve, accept):
    server = serve(static("spa = true"), files=FILES)
    for path in ("/users/7", "/users/", "/a.b/users"):
        page = fetch(server.port, path, fields=accept)
        assert (page.status, page.text, page.get("Vary")) == (200, "<h1>home</h1>", "Accept"), path
    for path in ("/users/jane.doe", "/old.html", "/missing.js"):
        assert fetch(server.port, path, fields=accept).status == 404, path
    assert fetch(server.port, "/users/7", fields="Accept: */*;q=0\r\n").status == 404


@pytest.mark.parametrize("keys, name, told", [
    ("", "LICENSE", "application/octet-stream"), ('default_type = "text/plain"', "LICENSE", "text/plain; charset=utf-8"),
    ('default_type = "text/plain"', "a.unheard-of", "text/plain; charset=utf-8"), ('default_type = "text/plain"', "a.bin", "application/octet-stream"),
    ('default_type = "application/json"', ".well-known/association", "application/json"),
    ('default_type = "text/plain"\ntypes = { x = "text/x-own" }', "a.x", "text/x-own; charset=utf-8")])
def test_files_whose_names_tell_no_type_have_that_of_the_directory(serve, keys, name, told):
    server = serve(static(keys), files={f"www/{name}": "x"})
    assert fetch(server.port, f"/{name}").get("Content-Type") == told


def test_try_names_what_comes_next(serve):
    server = serve(static('try = ["/{path}.html", "404.html"]'), files=FILES)
    assert fetch(server.port, "/about").text == "about"
    assert (fetch(server.port, "/none").status, fetch(server.port, "/none").text) == (200, "<h1>lost</h1>")


def test_the_page_of_the_404(serve):
    server = serve(static('not_found = "404.html"'), files=FILES)
    response = fetch(server.port, "/none")
    assert (response.status, response.text, response.get("ETag")) == (404, "<h1>lost</h1>", None)
    assert response.get("Cache-Control") == "no-store"
    assert fetch(server.port, "/none", fields="If-None-Match: *\r\n").status == 404
    assert fetch(server.port, "/404.html").status == 200


def test_redirects_stay_on_this_host(serve):
    server = serve(static(), files={"www/evil.example/index.html": "x", "www/ä b/index.html": "x"})
    assert fetch(server.port, "//evil.example").get("Location") == "/evil.example"
    assert fetch(server.port, "/evil.example").get("Location") == "/evil.example/"
    assert fetch(server.port, "/%C3%A4%20b?x").get("Location") == "/%C3%A4%20b/?x"
    assert fetch(server.port, "/%2Fevil.example").status == 404
    assert fetch(server.port, "/%5Cevil.example").status == 404


# Fields -------------------------------------------------------------------------------------------

def test_how_long_files_are_kept(serve):
    keys = 'cache = { "*.pdf" = "1d", "/docs/**" = "no-store", "photo.*" = "none" }'
    server = serve(static(keys), files=FILES)

    def control(path):
        return fetch(server.port, path).get("Cache-Control")
    assert control("/") == "no-cache"
    assert control("/app.3f2a9c1b.js") == "public, max-age=31536000, immutable"
    assert control("/app/sw.js") == "no-cache"
    assert control("/app.js") == "max-age=60, must-revalidate"
    assert control("/report.pdf") == "max-age=86400"
    assert control("/docs/") == "no-store"
    assert control("/photo.png") is None


def check_of_site(tmp_path, names, keys=""):
    for name in names:
        file = tmp_path / "www" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    (tmp_path / "sluice.toml").write_text(static(keys))
    return run("check", "-c", tmp_path / "sluice.toml")


def test_check_proposes_a_rule_where_names_may_hold_hashes_of_a_tool_that_is_not_known(tmp_path):
    names = [f"build/q-{base64.urlsafe_b64encode(bytes([50 + i] * 3) + b'abc').decode()}.js" for i in range(6)]
    checked = check_of_site(tmp_path, names + ["app.js", "js/a-calendar.js", "assets/index-BxZ3kd9a.js"])
    assert checked.returncode == 0
    rule = '{ "/build/*.{js,mjs,css}" = "immutable" }'
    assert f"cache = {rule}" in checked.stdout and checked.stdout.count("warning[built-names]") == 1
    assert "built-names" not in check_of_site(tmp_path, [], f"cache = {rule}").stdout


def test_check_tells_which_names_that_read_as_words_are_taken_for_hashes(serve, tmp_path):
    checked = check_of_site(tmp_path, ["index.html", "assets/user-settings.js", "assets/hero-portrait.png"])
    rule = 'cache = { "/assets/user-settings.js" = "no-cache" }'
    assert rule in checked.stdout and "hero" not in checked.stdout
    assert "built-names" not in check_of_site(tmp_path, [], rule).stdout


def test_types_and_headers_of_the_config(serve):
    keys = ('types = { gltf = "model/x-own", ".pdf" = "text/x-pdf" }\nsecurity_headers = "strict"\n'
            'headers = { X-Frame-Options = "DENY", Referrer-Policy = false, X-Path = "{path}", Vary = "Origin" }')
    server = serve(static(keys), files=FILES)
    response = fetch(server.port, "/model.gltf")
    assert response.get("Content-Type") == "model/x-own"
    assert fetch(server.port, "/report.pdf").get("Content-Type") == "text/x-pdf; charset=utf-8"
    assert response.get("X-Content-Type-Options") == "nosniff"
    assert response.get("X-Frame-Options") == "DENY"
    assert response.get("Referrer-Policy") is None
    assert "default-src 'self'" in response.get("Content-Security-Policy")
    assert response.get("X-Path") == "/model.gltf"
    assert fetch(server.port, "/app.js").get("Vary") == "Origin, Accept-Encoding"


# Deploys ------------------------------------------------------------------------------------------

@pytest.fixture
def site(serve, tmp_path):
    """A server whose root is a symbolic link, and the folder of its releases."""
    folder = tmp_path / "releases"
    (folder / "0").mkdir(parents=True)
    (folder / "0/f").write_text("0000")
    (folder / "0/f.js").write_text("x" * 3000)
    os.symlink("0", folder / "current")
    return serve(f'[[static]]\nroot = "{folder}/current"\n'), folder


def rewrite(folder, content):
    (folder / "current/f").write_text(content)


def replace(folder, content):
    (folder / "current/new").write_text(content)
    os.replace(folder / "current/new", folder / "current/f")


def replace_with_the_same_times(folder, content):
    status = os.stat(folder / "current/f")
    (folder / "current/new").write_text(content)
    os.utime(folder / "current/new", ns=(status.st_atime_ns, status.st_mtime_ns))
    os.replace(folder / "current/new", folder / "current/f")


def switch_the_root(folder, content):
    (folder / content).mkdir()
    (folder / content / "f").write_text(content)
    os.symlink(content, folder / "next")
    os.replace(folder / "next", folder / "current")


@pytest.mark.parametrize("deploy", [rewrite, replace, replace_with_the_same_times, switch_the_root])
@pytest.mark.parametrize("pause", [0, 0.15], ids=["hot", "settled"])
def test_every_deploy_is_visible_to_the_next_request(site, deploy, pause):
    server, folder = site
    with Connection(server.port) as connection:
        tag = None
        for number in range(1, 8):
            for _ in range(20):
                connection.get("/f")
            time.sleep(pause)
            for _ in range(20):
                connection.get("/f")
            deploy(folder, f"{number:04}")
            response = connection.get("/f", fields=f"If-None-Match: {tag}\r\n" if tag else "")
            assert (response.status, response.text) == (200, f"{number:04}")
            assert response.get("ETag") != tag
            tag = response.get("ETag")


def test_a_sibling_that_comes_or_goes_is_noticed(site):
    server, folder = site
    sibling = folder / "current/f.js.br"
    with Connection(server.port) as connection:
        def body():
            return connection.get("/f.js", fields=accept_encoding("br")).body
        for _ in range(100):
            compressed = body()
        for number in range(5):
            sibling.write_bytes(b"sibling %d" % number)
            assert body() == b"sibling %d" % number
            os.remove(sibling)
            assert body() == compressed


def test_a_removed_file_is_gone_and_its_return_seen(site):
    server, folder = site
    with Connection(server.port) as connection:
        for _ in range(50):
            connection.get("/f")
        for content in ("a", "b"):
            os.remove(folder / "current/f")
            assert connection.get("/f").status == 404
            (folder / "current/f").write_text(content)
            assert connection.get("/f").text == content


def test_a_file_replaced_while_it_is_sent_ends_with_the_old_bytes(serve, tmp_path):
    size = 8 << 20
    server = serve(static(), files={"www/big.bin": b"a" * size})
    path = tmp_path / "server0/www/big.bin"
    with Connection(server.port, receive_buffer=4096) as connection:
        connection.send("GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        connection._until(b"\r\n\r\n")
        path.with_name("new").write_bytes(b"b" * size)
        os.replace(path.with_name("new"), path)
        assert connection._exactly(size) == b"a" * size
    assert fetch(server.port, "/big.bin").body == b"b" * size


def test_pipelined_requests_for_files_that_only_the_disk_has_are_all_answered(serve):
    size, count = 100_000, 100
    server = serve(static(), files={f"www/{number}.bin": b"x" * size for number in range(count)})
    with Connection(server.port) as connection:
        for _ in range(5):
            for number in range(count):
                with open(server.folder / f"www/{number}.bin", "rb+") as file:
                    os.fsync(file.fileno())
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            connection.send("".join(f"GET /{number}.bin HTTP/1.1\r\nHost: x\r\n\r\n" for number in range(count)))
            assert all(len(connection.response().body) == size for _ in range(count))


def test_what_is_asked_for_often_arrives_whole_whoever_reads_slowly(serve):
    contents = {f"/{number}.bin": bytes([65 + number]) * 30_000 + bytes(range(256)) * 100 for number in range(4)}
    server = serve("[server]\nlimits.keep_alive_requests = 0\n" + static(),
                   files={f"www{path}": content for path, content in contents.items()}, workers=1)
    targets = list(contents)

    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(Connection(server.port, receive_buffer=4096)) for _ in range(40)]
        quick = stack.enter_context(Connection(server.port))
        end, turn = time.monotonic() + 2, 0
        while time.monotonic() < end:
            for target in targets:
                answer = quick.get(target)
                assert answer.body == contents[target]
                assert abs(email.utils.parsedate_to_datetime(answer.get("Date")).timestamp() - time.time()) < 3
            turn += 1
            if turn % 40 == 0 and turn // 40 <= len(slow):
                target = targets[turn // 40 % 4]
                slow[turn // 40 - 1].send(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20)
        for index, connection in enumerate(slow[:turn // 40]):
            assert all(connection.response().body == contents[targets[(index + 1) % 4]] for _ in range(20))


# Listings -----------------------------------------------------------------------------------------

def test_a_directory_without_index_is_listed(serve):
    server = serve(static("listing = true", "/files"), files={"www/a <b>.txt": "x" * 2000, "www/sub/x": "", "www/.secret": ""})
    page = fetch(server.port, "/files/", fields=BROWSER)
    assert (page.status, page.get("Content-Type")) == (200, "text/html; charset=utf-8")
    assert '<a href="./a%20%3Cb%3E.txt">a &lt;b&gt;.txt</a>' in page.text
    assert '<a href="./sub/">sub/</a>' in page.text
    assert "secret" not in page.text
    assert page.get("Vary") == "Accept, Accept-Encoding"  # it is large enough to be compressed
    answer = fetch(server.port, "/files/?sort=size&order=desc", fields="Accept: application/json\r\n")
    assert answer.get("Content-Type") == "application/json"
    listed = json.loads(answer.text)
    assert [entry["name"] for entry in listed["entries"]] == ["sub", "a <b>.txt"]
    assert listed["entries"][1]["size"] == 2000
    assert fetch(server.port, "/files/none/").status == 404
    with Connection(server.port) as connection:
        assert connection.get("/files/", method="HEAD").status == 200


@pytest.mark.parametrize("vary, told", [('"Origin"', "Origin, Accept"), ('"{query.v}"', "v, Accept"), ('"accept"', "accept"),
                                        ('"*"', "*"), ("false", "Accept")])
def test_a_vary_of_the_config_does_not_hide_that_of_a_listing(serve, vary, told):
    server = serve(static(f"listing = true\ncompress = false\nheaders = {{ Vary = {vary} }}"), files={"www/a.txt": "x"})
    for path, status in (("/?v=v", 200), ("/none?v=v", 404)):
        response = fetch(server.port, path)
        assert (response.status, [value for name, value in response.fields if name == "Vary"]) == (status, [told])


def test_a_vary_of_the_server_does_not_hide_that_of_an_error(serve):
    server = serve('[server]\nheaders = { Vary = "Origin" }\n[[route]]\npath = "/a"\ntext = "a"\n')
    for method, path, status in (("GET", "/none", 404), ("POST", "/a", 405)):
        response = fetch(server.port, path, method=method)
        assert response.status == status
        assert sorted(value for name, value in response.fields if name == "Vary") == ["Accept", "Origin"]


def test_names_that_are_not_utf_8_are_listed_and_served(serve, tmp_path):
    server = serve('[log]\nrequest = "{path}"\n[log.access]\nto = "access.log"\n' + static('listing = true\nhidden = true') +
                   '[[route]]\npath = "/text/{name}"\ntext = "{name}"\n', files={"www/old/good.txt": "x"})
    old = os.fsencode(tmp_path / "server0/www/old")
    os.mkdir(old + b"/\xe9")
    for name in (b"caf\xe9.txt", b"na\xefve.js", b"\xe9/\xc3.txt", b"secret\xe9"):
        with open(old + b"/" + name, "wb") as out:
            out.write(name)
    os.chmod(old + b"/secret\xe9", 0)
    with Connection(server.port) as connection:
        listing = json.loads(connection.get("/old/", fields="Accept: application/json\r\n").body)
        assert {entry["name"]: entry["href"] for entry in listing["entries"]} == {
            "%E9": "./%E9/", "caf%E9.txt": "./caf%E9.txt", "good.txt": "./good.txt", "na%EFve.js": "./na%EFve.js", "secret%E9": "./secret%E9"}
        page = connection.get("/old/%E9/", fields=BROWSER)
        assert '<a href="./%C3.txt">%C3.txt</a>' in page.text and "<h1>Index of /old/%E9/</h1>" in page.text
        for _ in range(3):
            file = connection.get("/old/caf%E9.txt")
            assert (file.status, file.body, file.get("Content-Type")) == (200, b"caf\xe9.txt", "text/plain; charset=utf-8")
        assert connection.get("/old/na%efve.js").get("Content-Type") == "text/javascript; charset=utf-8"
        assert connection.get("/old/%E9").get("Location") == "/old/%E9/"
        assert connection.get("/old/%E9/%C3.txt").body == b"\xe9/\xc3.txt"
        assert connection.get("/old/%E8.txt").status == 404
        assert connection.get("/old/%zz").status == 400
        assert connection.get("/text/%E9").status == 400  # parameters are text
        if os.geteuid() != 0:
            assert connection.get("/old/secret%E9").status == 404
            server.wait_for_line("may not be read")
    for log in (server.err, server.out, tmp_path / "server0/access.log"):
        wait_until(lambda: log.exists() and log.stat().st_size, "the log")
        log.read_bytes().decode()  # valid
    told = run("explain", "GET", "/old/caf%E9.txt", "-c", tmp_path / "server0/sluice.toml")
    assert "caf\\xe9.txt`: text/plain" in told.stdout


@pytest.mark.parametrize("target, location", [
    ("//index.html", "/index.html"), ("/docs//a.html?q=//x", "/docs/a.html?q=//x"), ("/docs///", "/docs/"), ("//", "/"),
    ("//evil.example/..%2F", "/evil.example/..%2F"), ("///evil.example/", "/evil.example/"), ("//%2Fevil.example", "/%2Fevil.example"),
    ("/%5C//evil.example", "/%5C/evil.example"), ("//none", "/none")])
def test_slashes_that_stand_together_are_merged_by_a_redirection_to_this_host(serve, target, location):
    server = serve(static(), files=FILES)
    response = fetch(server.port, target)
    assert (response.status, response.get("Location"), response.get("Cache-Control")) == (308, location, "no-cache")


def test_a_directory_of_100000_files_holds_up_nobody(serve, tmp_path):
    server = serve(static("listing = true"), files={"www/small/f": "x"})
    many = tmp_path / "server0/www/many"
    many.mkdir()
    for number in range(100_000):
        os.mknod(many / f"file-{number:06}.txt")
    with Connection(server.port) as slow, Connection(server.port) as quick:
        slow.socket.settimeout(10 * PATIENCE)
        for _ in range(3):
            slow.send("GET /many/?sort=size HTTP/1.1\r\nHost: x\r\n\r\n")
        answered = sum(quick.get("/small/f").status == 200 for _ in range(20))
        assert answered == 20
        for _ in range(3):
            page = slow.response()
            assert (page.status, "100000 entries" in page.text) == (200, True)
            assert len(page.body) < 1 << 20


def test_names_are_looked_up_while_many_listings_are_made(serve, tmp_path):
    server = serve("[server]\nworkers = 1\n" + static("listing = true"), files={"www/small/f": "x"})
    many = tmp_path / "server0/www/many"
    many.mkdir()
    for number in range(50_000):
        os.mknod(many / f"file-{number:06}.txt")
    with contextlib.ExitStack() as stack:
        quick = stack.enter_context(Connection(server.port))
        listings = [stack.enter_context(Connection(server.port)) for _ in range(24)]
        for connection in listings:
            connection.socket.settimeout(10 * PATIENCE)
            connection.send("GET /many/?sort=time HTTP/1.1\r\nHost: x\r\n\r\n")
        for number in range(5):
            assert quick.get(f"/small/none{number}").status == 404  # only the file system knows
        assert not select.select([listings[-1].socket], [], [], 0)[0]
        for connection in listings:
            assert connection.response().status == 200


# Memory --------------------------------------------------------------------------------------------

@pytest.mark.release
def test_a_crawl_of_a_large_site_stays_within_the_limit_of_the_cache(serve, tmp_path):
    limit = 4 << 20
    server = serve(f'[server.limits]\nfile_cache = "{limit}B"\nkeep_alive_requests = 0\n' + static(), files={"www/f": "x"})
    count = 20_000
    for number in range(count):
        folder = tmp_path / f"server0/www/{number % 100}"
        folder.mkdir(exist_ok=True)
        (folder / f"{number}.html").write_text(f"<h1>{number}</h1>" * 60)
    for number in range(300):
        (tmp_path / f"server0/www/{number}.bin").write_bytes(b"x" * 100_000)

    def crawl(targets):
        for batch in (targets[i:i + 100] for i in range(0, len(targets), 100)):
            connection.send("".join(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n" for target in batch))
            assert all(connection.response().status == 200 for _ in batch)

    def descriptors():
        return len(os.listdir(f"/proc/{server.process.pid}/fd"))

    pages = [f"/{number % 100}/{number}.html" for number in range(count)]
    with Connection(server.port) as connection:
        crawl(pages[:1000])
        before, open_before = server.resident_bytes(), descriptors()
        crawl(pages)
        crawl([f"/{number}.bin" for number in range(300)])
        assert server.resident_bytes() < before + 2 * limit
        assert descriptors() <= open_before + 256
