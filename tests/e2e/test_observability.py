"""[metrics], [health], [status]; formats of the access log; sluice reload and --watch."""

import json
import os
import re
import shutil
import signal
import subprocess
import time

import pytest

import sluice
from raw import Connection, fetch
from sluice import run, wait_until
from test_reload import rewrite
from test_websocket import close_code, frame, shake

ROUTES = '[[route]]\npath = "/"\ntext = "hello"\n[[route]]\npath = "/items/{id}"\nparams.id = "int"\ntext = "{id}"\n'

SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? ([+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf|NaN))$')


def parse_metrics(text):
    """Prometheus' text format, strictly: {(name, labels): value}. Each family in one piece, after its HELP and TYPE."""
    assert text.endswith("\n")
    samples, types, family = {}, {}, None
    for line in text.splitlines():
        if line.startswith("# HELP "):
            family = line.split()[2]
            assert family not in types, f"{family} comes twice"
            continue
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            assert name == family and kind in ("counter", "gauge", "histogram")
            types[name] = kind
            continue
        match = SAMPLE.match(line)
        assert match, line
        base = re.sub(r"_(bucket|sum|count)$", "", match[1]) if types[family] == "histogram" else match[1]
        assert base == family, line
        assert types[family] != "counter" or match[1].endswith("_total")
        labels = tuple(sorted(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match[3] or "")))
        assert (match[1], labels) not in samples, line
        samples[match[1], labels] = float(match[4])
    return samples


def requests_of(samples, **labels):
    return samples.get(("sluice_requests_total", tuple(sorted(labels.items()))), 0)


def test_nothing_is_served_unless_asked_for(serve):
    server = serve(ROUTES)
    assert [fetch(server.port, p).status for p in ("/metrics", "/livez", "/_status")] == [404] * 3


def test_metrics_count_requests_by_route_method_and_status_over_all_workers(serve):
    server = serve("[metrics]\n" + ROUTES, workers=3)
    for i in range(30):
        fetch(server.port, f"/items/{i}")
    fetch(server.port, "/items/none")
    fetch(server.port, "/no/such")
    answer = fetch(server.port, "/metrics")
    assert answer.get("Content-Type").startswith("text/plain; version=0.0.4")
    samples = parse_metrics(answer.text)
    assert requests_of(samples, route="/items/{id}", method="GET", code="200") == 30
    assert requests_of(samples, route="/items/{id}", method="GET", code="422") == 1
    assert requests_of(samples, route="", method="GET", code="404") == 1
    assert samples["sluice_request_duration_seconds_count", (("route", "/items/{id}"),)] == 31
    assert samples["sluice_request_duration_seconds_bucket", (("le", "+Inf"), ("route", "/items/{id}"))] == 31
    assert connections(samples, "http", "active") == 1
    if shutil.which("promtool"):
        checked = subprocess.run(["promtool", "check", "metrics"], input=answer.text, capture_output=True, text=True)
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_routes_beyond_a_thousand_are_counted_together_and_keep_it_over_a_reload(serve):
    routes = "".join(f'[[route]]\npath = "/r{number}"\ntext = "{number}"\n' for number in range(1100))
    server = serve("[metrics]\n" + routes)
    for _ in range(2):
        for number in (0, 1000, 1050, 1099):
            assert fetch(server.port, f"/r{number}").text == str(number)
        rewrite(server, "[metrics]\n" + routes + '[[route]]\npath = "/new"\ntext = "new"\n')
        wait_until(lambda: fetch(server.port, "/new").status == 200, "the new configuration")
    samples = parse_metrics(fetch(server.port, "/metrics").text)
    assert requests_of(samples, route="/r0", method="GET", code="200") == 2
    assert requests_of(samples, route="/r1000", method="GET", code="200") == 2
    assert requests_of(samples, route="(others)", method="GET", code="200") >= 6  # and those for /new
    assert not any("/r1099" in labels for _, labels in samples)


def hits(samples, limit):
    return samples["sluice_limit_hits_total", (("limit", limit),)]


def connections(samples, protocol, state):
    return samples["sluice_connections", (("protocol", protocol), ("state", state))]


def test_metrics_count_connections_that_a_limit_turned_away(serve):
    server = serve("[metrics]\n[server.limits]\nconnections_per_ip = 1\n" + ROUTES)
    with Connection(server.port) as kept:
        assert hits(parse_metrics(kept.get("/metrics").text), "connections_per_ip") == 0
        for _ in range(3):
            assert fetch(server.port).status == 503
        samples = parse_metrics(kept.get("/metrics").text)
    assert hits(samples, "connections_per_ip") == 3
    assert hits(samples, "memory") == 0


LIMITED = """
[metrics]
[server.limits]
header_bytes = "1KiB"
header_count = 10
uri_bytes = "100B"
body_bytes = "10B"
keep_alive_requests = 2
[[websocket]]
path = "/ws"
max_message = "10B"
max_connections = 1
[[websocket]]
path = "/hasty"
rate = "1/h"
""" + ROUTES


def test_metrics_count_the_limits_that_requests_meet(serve):
    server = serve(LIMITED)
    assert fetch(server.port, "/" + "x" * 200).status == 414
    assert fetch(server.port, fields="X: " + "x" * 1500 + "\r\n").status == 431
    assert fetch(server.port, fields="X: x\r\n" * 12).status == 431
    assert fetch(server.port, "/items/1", method="POST", body=b"x" * 20).status in (405, 413)
    assert fetch(server.port, "/metrics", body=b"x" * 20).status == 413
    with Connection(server.port) as twice:
        twice.get()
        assert twice.get().get("Connection") == "close"
    samples = parse_metrics(fetch(server.port, "/metrics").text)
    expected = {"uri_bytes": 1, "header_bytes": 1, "header_count": 1, "body_bytes": 1, "keep_alive_requests": 1, "body_rate": 0}
    assert {limit: hits(samples, limit) for limit in expected} == expected


def test_metrics_count_waits_that_ended(serve):
    server = serve('[metrics]\n[server.timeouts]\nheader = "3s"\nkeep_alive = "3s"\n' + ROUTES)
    with Connection(server.port) as slow, Connection(server.port) as idle:
        slow.send("GET / HT")
        idle.get()
        assert slow.response().status == 408
        assert idle.socket.recv(100) == b""  # some time after its only request
    samples = parse_metrics(fetch(server.port, "/metrics").text)
    assert hits(samples, "timeouts.header") >= 1 and hits(samples, "timeouts.keep_alive") >= 1


def test_metrics_count_the_limits_that_websockets_meet(serve):
    server = serve(LIMITED)
    with Connection(server.port) as large, Connection(server.port) as many:
        shake(large, "/ws")
        many.send("GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        assert many.response().status == 503
        large.send(frame(1, b"x" * 20))
        assert close_code(large) == 1009
    with Connection(server.port) as hasty:
        shake(hasty, "/hasty")
        hasty.send(frame(1, b"x") * 3)
        wait_until(lambda: hits(parse_metrics(fetch(server.port, "/metrics").text), "websocket.rate") == 1, "the hit")
    samples = parse_metrics(fetch(server.port, "/metrics").text)
    assert hits(samples, "websocket.max_message") == 1
    assert hits(samples, "websocket.max_connections") == 1


def test_metrics_tell_connections_by_protocol_and_state(serve):
    server = serve('[metrics]\n[[websocket]]\npath = "/ws"\nroom = "hall"\n[[route]]\npath = "/events"\nevents = { room = "hall" }\n'
                   '[[route]]\npath = "/slow"\ndelay = "20s"\ntext = "x"\n[[echo]]\nlisten = "tcp://127.0.0.1:0"\n' + ROUTES, listeners=2)
    with Connection(server.port) as websocket, Connection(server.port) as events, Connection(server.port) as slow, \
            Connection(server.port) as idle, Connection(server.port_of("tcp")) as echo, Connection(server.port) as asks:
        shake(websocket, "/ws")
        events.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
        slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        idle.get()
        echo.send(b"x")
        assert echo.socket.recv(1) == b"x"

        def as_expected():
            samples = parse_metrics(asks.get("/metrics").text)
            told = [connections(samples, *which) for which in
                    (("websocket", "open"), ("events", "open"), ("echo", "open"), ("http", "active"), ("http", "idle"))]
            return told == [1, 1, 1, 2, 1] and samples["sluice_room_members", ()] == 2  # the one that asks is active, too

        wait_until(as_expected, "one connection of each kind")

    def all_gone():
        samples = parse_metrics(fetch(server.port, "/metrics").text)
        return not any(connections(samples, p, "open") for p in ("websocket", "events", "echo")) and connections(samples, "http", "active") == 1

    wait_until(all_gone, "the end of all of them")


def test_a_field_can_carry_the_number_of_the_request(serve):
    server = serve('[log.access]\nto = "stdout"\nformat = "{request.id} {target}"\n[server.headers]\nX-Request-Id = "{request.id}"\n' + ROUTES)
    paths = ("/", "/items/1", "/no/such")
    numbers = [fetch(server.port, path).get("X-Request-Id") for path in paths]
    assert len(set(numbers)) == 3 and all(numbers)
    server.stop()
    assert {line.split()[1]: line.split()[0] for line in server.stdout().splitlines()} == dict(zip(paths, numbers))


def test_counts_go_on_over_reloads_which_are_counted_too(serve):
    server = serve("[metrics]\n" + ROUTES)
    fetch(server.port)
    rewrite(server, "[metrics]\n" + ROUTES.replace("hello", "new"))
    wait_until(lambda: fetch(server.port).text == "new", "the reload")
    rewrite(server, "[metrics\n")
    server.wait_for_line("reload failed")
    samples = parse_metrics(fetch(server.port, "/metrics").text)
    assert requests_of(samples, route="/", method="GET", code="200") >= 2
    assert samples["sluice_reloads_total", (("result", "ok"),)] == 1
    assert samples["sluice_reloads_total", (("result", "failed"),)] == 1


def test_readiness_ends_when_the_server_drains(serve):
    server = serve('[health]\n[[route]]\npath = "/slow"\ndelay = "2s"\ntext = "done"\n')
    assert fetch(server.port, "/livez").status == 200
    assert json.loads(fetch(server.port, "/readyz").text) == {"status": "ready"}


def test_the_status_page_shows_what_its_data_says(serve):
    server = serve("[status]\n" + ROUTES)
    fetch(server.port, "/items/1")
    page = fetch(server.port, "/_status")
    assert page.get("Content-Type") == "text/html; charset=utf-8"
    assert not re.search(r"""(src|href)=(?!"data:)|https?://|@import|url\(""", page.text)  # nothing from elsewhere
    assert "prefers-color-scheme: dark" in page.text
    data = json.loads(fetch(server.port, "/_status/data").text)
    route = next(r for r in data["routes"] if r["route"] == "/items/{id}")
    assert route["requests"] == 1 and 0 < route["p50"] <= route["p95"] <= route["p99"]
    assert sum(count for _, _, count in data["latencies"]) == sum(r["requests"] for r in data["routes"])


def test_percentiles_of_the_status_page_are_those_that_were_measured(serve):
    """With classes of 250 to 500 ms, 302 ms were shown as 375."""
    server = serve('[status]\n[[route]]\npath = "/slow"\ndelay = "302ms"\ntext = "x"\n' + ROUTES)
    times = []
    for _ in range(3):
        begun = time.monotonic()
        fetch(server.port, "/slow")
        times.append((time.monotonic() - begun) * 1e6)
    route = next(r for r in json.loads(fetch(server.port, "/_status/data").text)["routes"] if r["route"] == "/slow")
    assert 302e3 / 1.05 < route["p50"] < sorted(times)[1] * 1.05
    assert route["p99"] < max(times) * 1.05


def test_the_access_log_takes_common_and_templates(serve):
    server = serve('[log.access]\nto = "stdout"\nformat = "common"\n' + ROUTES)
    fetch(server.port, "/?x", fields="User-Agent: me\r\n")
    line = wait_until(server.stdout, "a line").splitlines()[0]
    assert re.match(r'^127\.0\.0\.1 - - \[.*\] "GET /\?x HTTP/1\.1" 200 5$', line)
    server = serve('[log.access]\nto = "stdout"\nformat = "{method} {target} {status} {bytes} {duration} [{header.User-Agent}]"\n' + ROUTES)
    fetch(server.port, "/no/such?y", fields="User-Agent: me\r\n")
    line = wait_until(server.stdout, "a line").splitlines()[0]
    assert re.match(r"^GET /no/such\?y 404 \d+ \d+\.\d{6} \[me\]$", line)


def test_a_route_can_stay_out_of_the_access_log(serve):
    server = serve('[log.access]\nto = "stdout"\n[[route]]\npath = "/quiet"\naccess_log = false\ntext = "x"\n' + ROUTES)
    fetch(server.port, "/quiet")
    fetch(server.port, "/")
    lines = wait_until(server.stdout, "a line").splitlines()
    assert len(lines) == 1 and '"GET / ' in lines[0]


def test_an_unknown_format_is_an_error_with_a_suggestion(tmp_path):
    (tmp_path / "sluice.toml").write_text('[log.access]\nformat = "comon"\n' + ROUTES)
    result = run("check", "-c", tmp_path / "sluice.toml")
    assert result.returncode == 78 and 'did you mean "common"' in result.stdout + result.stderr


def test_the_log_is_opened_anew_on_a_signal_and_when_it_was_moved_away(serve):
    server = serve('[log.access]\nto = "access.log"\n' + ROUTES)
    log = server.folder / "access.log"

    def written(mark):
        fetch(server.port, f"/?{mark}")
        return log.exists() and f"/?{mark}" in log.read_text()

    wait_until(lambda: written("one"), "the first line")
    log.rename(server.folder / "access.log.1")
    server.send_signal(signal.SIGUSR1)
    wait_until(lambda: written("two"), "the line after the signal")
    log.rename(server.folder / "access.log.2")
    wait_until(lambda: written("three"), "the line after the move alone")


def test_reload_finds_the_process_and_refuses_a_bad_config(serve):
    server = serve('[server]\npid_file = "sluice.pid"\n' + ROUTES)
    config = server.folder / "sluice.toml"
    wait_until((server.folder / "sluice.pid").exists, "the process file")
    config.write_text(config.read_text().replace("hello", "new"))
    assert run("reload", "-c", config).returncode == 0
    wait_until(lambda: fetch(server.port).text == "new", "the new text")
    config.write_text(config.read_text() + "txt = 1\n")
    assert run("reload", "-c", config).returncode == 78
    assert "reload failed" not in server.stderr()
    server.stop()
    assert not (server.folder / "sluice.pid").exists()


def test_reload_signals_no_other_program_whatever_the_process_file_says(tmp_path):
    (tmp_path / "sluice.toml").write_text(ROUTES)
    with subprocess.Popen(["sleep", "1000"]) as victim:
        (tmp_path / "pid").write_text(f"{victim.pid}\n")
        result = run("reload", "-c", tmp_path / "sluice.toml", "--pid-file", tmp_path / "pid")
        victim.terminate()
        assert victim.wait() == -signal.SIGTERM  # and not of SIGHUP
    assert result.returncode == 69 and f"process {victim.pid} is another program" in result.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has files of others")
def test_reload_trusts_a_process_file_with_the_processes_of_its_owner_only(serve):
    server = serve('[server]\npid_file = "sluice.pid"\n' + ROUTES)
    pid_file = server.folder / "sluice.pid"
    wait_until(pid_file.exists, "the process file")
    os.chown(pid_file, 65534, 65534)
    result = run("reload", "-c", server.folder / "sluice.toml")
    assert result.returncode == 69 and "does not belong to the owner of the file" in result.stderr
    os.chown(pid_file, 0, 0)
    assert run("reload", "-c", server.folder / "sluice.toml").returncode == 0
    server.wait_for_line("reloaded")
    assert server.stderr().count("reloaded") == 1


def test_reload_says_what_waits_for_a_restart(serve):
    server = serve('[server]\npid_file = "sluice.pid"\n' + ROUTES, workers=2)
    config = server.folder / "sluice.toml"
    wait_until((server.folder / "sluice.pid").exists, "the process file")
    assert run("reload", "-c", config).stderr == ""
    config.write_text(config.read_text().replace("workers = 2", "workers = 3"))
    result = run("reload", "-c", config)
    assert result.returncode == 0
    assert "warning: server.workers is 3 from the next start on; until then there are 2" in result.stderr


def test_threads_of_the_pool_are_no_workers(serve):
    text = '[server]\npid_file = "sluice.pid"\n' + ROUTES + '[[static]]\npath = "/files"\nroot = "www"\n'
    server = serve(text, workers=2, files={f"www/{i}": "x" for i in range(20)})
    wait_until((server.folder / "sluice.pid").exists, "the process file")
    for i in range(20):
        assert fetch(server.port, f"/files/{i}").text == "x"
    assert run("reload", "-c", server.folder / "sluice.toml").stderr == ""


def test_reload_says_when_it_does_not_know_the_process(tmp_path):
    (tmp_path / "sluice.toml").write_text(ROUTES)
    result = run("reload", "-c", tmp_path / "sluice.toml")
    assert result.returncode == 64 and "pid_file" in result.stderr
    assert run("reload", "-c", tmp_path / "sluice.toml", "--pid-file", tmp_path / "none").returncode == 69


def test_watch_reloads_when_a_file_changes(serve):
    server = serve(ROUTES, arguments=["--watch"])
    config = server.folder / "sluice.toml"
    config.write_text(config.read_text().replace("hello", "new"))
    wait_until(lambda: fetch(server.port).text == "new", "the new text")


def test_request_ids_are_sent_when_the_config_says_so(serve):
    server = serve('[server]\nheaders = { X-Request-Id = "{request.id}" }\n' + ROUTES)
    with Connection(server.port) as connection:
        ids = {connection.get().get("X-Request-Id") for _ in range(3)}
    assert len(ids) == 3 and all(ids)


def test_responses_say_how_long_they_took_when_the_config_asks(serve):
    routes = ROUTES + '[[route]]\npath = "/late"\ndelay = "1s"\ntext = "x"\n'
    assert fetch(serve(routes).port).get("Server-Timing") is None
    server = serve("[server]\nserver_timing = true\n" + routes)

    def took(path):
        return float(re.fullmatch(r"total;dur=(\d+\.\d{3})", fetch(server.port, path).get("Server-Timing"))[1])

    assert took("/late") >= 500  # timers count from the begin of a loop's turn
    assert took("/") >= 0 and took("/no/such") >= 0


def test_the_log_of_the_daemon_can_be_json(serve):
    server = serve('[log]\nformat = "json"\n' + ROUTES, wait=False)
    wait_until(lambda: "listening" in server.stderr(), "the first lines")
    rewrite(server, "[log]\nformat = 'json'\nlevel = 'warning'\n[[route]]\npath = '/'\ntxt = '\u00e4'\n")
    server.wait_for_line("the running configuration is kept")
    lines = [json.loads(line) for line in server.stderr().splitlines()]
    assert all(list(line) == ["time", "level", "message"] for line in lines)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"]) for line in lines)
    assert any(line["level"] == "info" and line["message"].startswith("listening on http://") for line in lines)
    finding = next(line for line in lines if line["message"].startswith("reload:\n"))  # in one line, with its own inside
    assert finding["level"] == "error" and "did you mean `text`?" in finding["message"] and "'\u00e4'" in finding["message"]
