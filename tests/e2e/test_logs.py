"""What is written where: the user's lines and the access log on standard output, the rest on standard error."""

import json
import re
import shutil
import subprocess

import pytest

from raw import Connection, fetch
from sluice import wait_until
from test_websocket import frame, read_frame, shake

ROUTE = '[[route]]\npath = "/"\ntext = "hello"\n[[route]]\npath = "/{name}"\ntext = "{name}"\n'


def lines(server, count):
    wait_until(lambda: len(server.stdout().splitlines()) >= count, f"{count} lines on standard output")
    return server.stdout().splitlines()


def test_standard_output_is_silent_by_default(serve):
    server = serve(ROUTE)
    fetch(server.port)
    server.stop()
    assert server.stdout() == ""


def test_the_banner_names_the_port(serve):
    server = serve('[server]\nbanner = ["one at {port}", "  two"]\n' + ROUTE)
    assert lines(server, 2) == [f"one at {server.port}", "  two"]


def test_the_request_line_is_written_for_every_request(serve):
    server = serve('[log]\nrequest = "Received: {method} {path}"\n' + ROUTE)
    with Connection(server.port) as connection:  # one connection, one worker: workers write in no order among them
        connection.get("/a?query=1")
        connection.get("/no/such")
        connection.get("/", method="DELETE")
    assert lines(server, 3) == ["Received: GET /a", "Received: GET /no/such", "Received: DELETE /"]


def test_no_request_can_write_a_second_line(serve):
    server = serve('[log]\nrequest = "[{path}]"\n[log.access]\nto = "stdout"\n' + ROUTE)
    fetch(server.port, "/a%0aforged%1b[31m%00", fields='User-Agent: x"\x7f\r\n'.replace("\x7f", "\x80"))
    written = lines(server, 2)
    assert len(written) == 2 and "forged" in written[0]
    assert "\x1b" not in server.stdout() and "\0" not in server.stdout()


COMBINED = re.compile(r'^127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "([^"]*)" (\d{3}) (\d+|-) "([^"]*)" "([^"]*)"$')


def test_the_access_log_has_the_combined_format(serve):
    server = serve('[log.access]\nto = "stdout"\nformat = "combined"\n' + ROUTE)
    with Connection(server.port) as connection:
        connection.get("/?x=1", fields="User-Agent: me\r\nReferer: http://there/\r\n")
        connection.get("/no/such")
    first, second = [COMBINED.match(line) for line in lines(server, 2)]
    assert first.groups() == ("GET /?x=1 HTTP/1.1", "200", "5", "http://there/", "me")
    assert second.groups()[:2] == ("GET /no/such HTTP/1.1", "404")


def test_the_access_log_in_json_is_one_object_a_line(serve):
    server = serve('[log.access]\nto = "stdout"\nformat = "json"\n' + ROUTE)
    fetch(server.port, '/%22?q=%22"'.replace('"', "%22"), fields='User-Agent: quote " and ü\r\n')
    entry = json.loads(lines(server, 1)[0])
    assert entry["status"] == 200 and entry["method"] == "GET"
    assert 'quote "' in json.dumps(entry, ensure_ascii=False).replace('\\"', '"')


def test_no_value_can_forge_a_field_of_a_format_of_ones_own(serve):
    server = serve("[log.access]\nto = 'stdout'\nformat = '\"{header.User-Agent}\" {status} \"{path}\"'\n" + ROUTE)
    fetch(server.port, "/a%22%5c%0a%c3%a4", fields='User-Agent: me" 500 "/\\\r\n')
    assert lines(server, 1) == [r'"me\" 500 \"/\\" 200 "/a\"\\\x0a\xc3\xa4"']


def test_refused_requests_are_logged_too(serve):
    server = serve('[log.access]\nto = "stdout"\n' + ROUTE)
    with Connection(server.port) as connection:
        connection.send("GARBAGE\r\n\r\n")
        connection.response()
    assert " 400 " in lines(server, 1)[0]


def test_a_file_takes_the_access_log_and_is_complete_at_the_end(serve):
    server = serve('[log.access]\nto = "access.log"\n' + ROUTE)
    with Connection(server.port) as connection:
        for i in range(500):
            connection.get(f"/{i}")
    server.stop()
    written = (server.folder / "access.log").read_text().splitlines()
    assert [re.search(r"GET /(\d+)", line)[1] for line in written] == [str(i) for i in range(500)]


def test_websocket_lines_are_written_as_configured(serve):
    server = serve('''
[[websocket]]
path = "/ws/{room}"
log = { open = "open {room}", message = "got {message}", close = "closed" }
''')
    with Connection(server.port) as connection:
        shake(connection, "/ws/a")
        connection.send(frame(1, "ü\n2".encode()) + frame(1, b""))
        read_frame(connection), read_frame(connection)
    written = lines(server, 4)
    assert written[0] == "open a" and written[2:] == ["got ", "closed"]
    assert written[1].startswith("got ü") and written[1].endswith("2")


def test_the_level_decides_what_is_told_on_standard_error(serve):
    def told(level):
        server = serve(f'[log]\nlevel = "{level}"\n[[websocket]]\npath = "/ws"\n' + ROUTE)
        with Connection(server.port) as connection:
            shake(connection)
            connection.send(frame(1, b"x"))
            read_frame(connection)
        server.stop()
        return server.stderr()

    assert len(told("debug")) > len(told("info"))
    assert "\x1b" not in told("debug")  # no colours in a file


DOWNLOADS = """
[metrics]
[log.access]
to = "stdout"
format = "{format}"
[[route]]
path = "/"
text = "hello"
[[route]]
method = "POST"
path = "/echo"
text = "{body}"
[[static]]
path = "/files"
root = "www"
"""
SIZE = 12 << 20


@pytest.fixture
def downloads(serve):
    def start(format):
        server = serve(DOWNLOADS.replace("{format}", format), files={"www/big": b""}, workers=1)
        with open(server.folder / "www/big", "wb") as file:
            file.truncate(SIZE)
        return server

    return start


def test_a_download_is_logged_when_it_has_been_sent(downloads):
    server = downloads("{target} {status} {bytes} {aborted}")
    with Connection(server.port) as connection:
        connection.send("GET /files/big HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 200 " in connection._until(b"\r\n\r\n")
        fetch(server.port)
        assert lines(server, 1) == ["/ 200 5 false"]  # the download is under way
        assert len(connection._exactly(SIZE)) == SIZE
        assert lines(server, 2)[1] == f"/files/big 200 {SIZE} false"
        assert connection.get("/").text == "hello"
        assert lines(server, 3)[2] == "/ 200 5 false"


def test_a_download_that_is_not_taken_is_logged_with_what_was_sent(downloads):
    server = downloads("json")
    for target in ("/files/big", "/echo"):
        with Connection(server.port, receive_buffer=4096) as connection:
            if target == "/echo":  # more at once than the kernel takes
                connection.send(f"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: {1 << 20}\r\n\r\n".encode() + b"x" * (1 << 20))
            else:
                connection.send(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b" 200 " in connection._until(b"\r\n\r\n")
            connection._exactly(1000)
    first, second = (json.loads(line) for line in lines(server, 2))
    assert (first["target"], first["status"], first["aborted"]) == ("/files/big", 499, True)
    assert 1000 <= first["bytes"] < SIZE // 2
    assert (second["target"], second["status"], second["aborted"]) == ("/echo", 499, True)
    assert 1000 <= second["bytes"] < 1 << 20
    samples = fetch(server.port, "/metrics").text
    sent = int(re.search(r'^sluice_response_body_bytes_total\{route="/files"\} (\d+)$', samples, re.M)[1])
    assert sent == first["bytes"]
    assert 'sluice_requests_total{route="/files",method="GET",code="499"} 1\n' in samples


def test_pipelined_downloads_are_logged_one_after_the_other(downloads):
    server = downloads("{target} {status} {bytes}")
    with Connection(server.port) as connection:
        connection.send("GET /files/big HTTP/1.1\r\nHost: x\r\n\r\n" * 3 + "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        for _ in range(3):
            assert len(connection.response().body) == SIZE
        assert connection.response().text == "hello" and connection.ended()
    assert lines(server, 4) == [f"/files/big 200 {SIZE}"] * 3 + ["/ 200 5"]


@pytest.mark.skipif(not shutil.which("goaccess"), reason="goaccess is not installed")
def test_goaccess_reads_every_line_of_the_combined_log(serve, tmp_path):
    server = serve('[log.access]\nto = "access.log"\nformat = "combined"\n' + ROUTE + '[[websocket]]\npath = "/ws"\n[[static]]\npath = "/files"\nroot = "www"\n', files={"www/big": b"x" * (32 << 20)})
    asked = [fetch(server.port, path, fields=fields).status for path, fields in [
        ("/", ""),
        ("/?a=%22quoted%22&b", 'Referer: http://there/?x="y"\r\nUser-Agent: Mozilla/5.0 (X11; "odd\\") Gecko\r\n'),
        ("/a%0aforged%1b", "User-Agent: \x80\xff\r\n"),
        ("/no/such", "User-Agent: -\r\n"),
        ("/" + "long" * 500, ""),
    ]]
    with Connection(server.port) as connection:
        connection.send("GARBAGE\r\n\r\n")
        connection.response()
    with Connection(server.port) as connection:
        shake(connection, "/ws")
    with Connection(server.port, receive_buffer=4096) as connection:  # and does not take its answer
        connection.send("GET /files/big HTTP/1.1\r\nHost: x\r\n\r\n")
        connection._until(b"\r\n\r\n")
    server.stop()
    assert '"GET /files/big HTTP/1.1" 499 ' in (server.folder / "access.log").read_text()
    report = tmp_path / "report.json"
    done = subprocess.run(["goaccess", server.folder / "access.log", "--log-format=COMBINED", "--no-global-config", "--no-progress",
                           "-o", report], cwd=tmp_path, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    general = json.loads(report.read_text())["general"]
    assert (general["failed_requests"], general["total_requests"]) == (0, len(asked) + 3)
