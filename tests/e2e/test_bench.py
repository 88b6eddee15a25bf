"""scripts/bench: who answers wrongly does not count, and what was measured becomes tables and a picture."""

import json
import socket
import subprocess
import sys
import threading
import xml.etree.ElementTree

import pytest

from sluice import BINARY, ROOT

sys.path.append(str(ROOT / "tests/bench"))
import bench  # noqa: E402
import chart  # noqa: E402
import host  # noqa: E402
import load  # noqa: E402
import ours  # noqa: E402
import report  # noqa: E402
import scenarios  # noqa: E402
import table  # noqa: E402

pytestmark = pytest.mark.release

ASKED = [s for s in scenarios.ALL if not s.message]
DATE = "Date: Sun, 22 Nov 2026 00:00:00 GMT\r\n"


@pytest.fixture(scope="module")
def tools(tmp_path_factory):
    """The load generators."""
    folder = tmp_path_factory.mktemp("tools")
    for name in ("http_load", "websocket_load"):
        subprocess.run(["cc", "-O2", "-o", folder / name, ROOT / "tests/bench" / f"{name}.c", "-lcrypto", "-lm", "-lz"], check=True)
        setattr(load, name, folder / name)


class Impostor:
    """Answers every request with the same octets."""

    name = "impostor"
    address = "127.0.0.1"

    def __init__(self, answer, www):
        self.answer, self.www = answer, www
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection):
        try:
            while data := connection.recv(65536):
                connection.sendall(self.answer * data.count(b"\r\n\r\n"))
        except OSError:
            pass


@pytest.fixture
def impostor(tmp_path):
    made = []

    def make(answer):
        made.append(Impostor(answer.encode(), tmp_path))
        return made[-1]

    for file in ("1k.bin", "16k.bin", "1m.bin", "100m.bin", "16k.txt"):
        (tmp_path / file).write_bytes(b"right")
    yield make
    for one in made:
        one.listener.close()


def answer(body, status="200 OK", fields=DATE):
    return f"HTTP/1.1 {status}\r\n{fields}Content-Length: {len(body)}\r\n\r\n{body}"


@pytest.mark.parametrize("scenario", ASKED, ids=lambda s: s.name)
def test_a_wrong_body_disqualifies_in_every_scenario(impostor, scenario):
    with pytest.raises(load.WrongAnswer):
        scenarios.verify(scenario, impostor(answer("Hello, Mallory!")))


@pytest.mark.parametrize("scenario", ASKED, ids=lambda s: s.name)
def test_an_error_disqualifies_in_every_scenario(impostor, scenario):
    right = scenario.body.decode() or "right"
    with pytest.raises(load.WrongAnswer):
        scenarios.verify(scenario, impostor(answer(right, "404 Not Found", DATE + 'ETag: "x"\r\n')))


def test_an_answer_without_date_disqualifies(impostor):
    scenario = next(s for s in scenarios.ALL if s.name == "plain")
    scenarios.verify(scenario, impostor(answer("Hello, World!")))
    with pytest.raises(load.WrongAnswer, match="Date"):
        scenarios.verify(scenario, impostor(answer("Hello, World!", fields="")))


def test_a_body_in_chunks_is_a_body(impostor):
    scenario = next(s for s in scenarios.ALL if s.name == "plain")
    head = f"HTTP/1.1 200 OK\r\n{DATE}Transfer-Encoding: chunked\r\n\r\n"
    scenarios.verify(scenario, impostor(head + "6\r\nHello,\r\n7\r\n World!\r\n0\r\n\r\n"))
    with pytest.raises(load.WrongAnswer, match="body"):
        scenarios.verify(scenario, impostor(head + "6\r\nHello,\r\n0\r\n\r\n"))


@pytest.mark.parametrize("wrong", [answer("Hello, Mallory"), answer("Hello, World!", "500 Oops"),
                                   answer("Hello, World!") + "!", answer("x" + "Hello, World!")])
@pytest.mark.parametrize("mode", ["rate", "once", "watch"])
def test_the_load_generator_ends_at_a_wrong_answer(tools, impostor, mode, wrong):
    scenario = next(s for s in scenarios.ALL if s.name == "plain")
    with pytest.raises(load.WrongAnswer, match="http_load"):
        load.http(impostor(wrong).port, scenario, mode, 2, 100, 0.2, 0)


def test_the_load_generator_counts_what_waits_for_a_slow_server(tools):
    """A server that answers nothing but the first request: all the others have waited until the end."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection = listener.accept()[0]
        connection.recv(65536)
        connection.sendall(answer("Hello, World!").encode())
        threading.Event().wait(10)
        connection.close()

    threading.Thread(target=serve, daemon=True).start()
    scenario = next(s for s in scenarios.ALL if s.name == "plain")
    result = load.http(listener.getsockname()[1], scenario, "rate", 1, 1000, 1, 0)
    listener.close()
    assert result["requests"] == 0
    assert result["max"] > 900_000
    assert 0.25 < result["p50"] / result["max"] < 0.75  # due at any time in the second, and waiting since


@pytest.mark.parametrize("taken, counts", [([0.0], 0), ([0.5, 0.01], 1), ([0.5, 0.2, 0.3], 1), ([0.9, 0.9, 0.02], 2)])
def test_a_round_counts_when_the_host_left_the_machine_alone_or_else_the_quietest_one(taken, counts):
    """The clock goes on a second with each look that ends a round."""
    results = [{"attempt": number} for number in range(len(taken))]
    stolen = iter([amount for share in taken for amount in (0.0, share)])
    seconds = iter([time for number in range(len(taken)) for time in (number, number + 1)])
    attempts = iter(results)
    quietest = host.quiet_round(lambda: next(attempts), len(taken), lambda: next(stolen), lambda: next(seconds), lambda _: None)
    assert quietest["attempt"] == counts and quietest["stolen"] == taken[counts]
    assert next(attempts, None) is None or taken[counts] <= host.QUIET


def test_time_that_others_take_is_counted_and_told():
    assert host.stolen_seconds() >= 0
    assert host.worst(MEASURED["plain"]) == 0
    assert host.worst({"sluice": [{"stolen": 0.1}, {"stolen": 0.3}], "floor": []}) == 0.3


MEASURED = {
    "plain": {name: [{"cpu_microseconds": cost, "requests_per_second": 1e6 / cost}] * 3
              for name, cost in (("floor", 7.0), ("sluice", 7.35), ("nginx", 8.0), ("<&>", 60.0))},
    "static-1m": {name: [{"cpu_microseconds": cost, "requests_per_second": rate, "generator_share": share}] * 3
                  for name, cost, rate, share in (("sluice", 150.0, 4000, 0.8), ("nginx", 100.0, 2000, 1.0))},
    "start": {"sluice": [{"start_milliseconds": 20.0}]},
    "template": {"sluice": [], "nginx": []},
}


def test_targets_are_judged_by_what_was_measured_and_left_out_without():
    rows = {what: (found, met) for what, _, found, met in report.targets(MEASURED)}
    assert rows == {"plain text against the floor": ("1.05 ×", True), "plain text against nginx": ("0.92 ×", True),
                    "static 1 MiB against the best peer": ("1.50 ×", False),
                    "static 1 MiB against the best peer, with the client": ("0.58 ×", True),
                    "start to first answer, small config": ("20.0 ms", False)}


def test_every_scenario_with_results_is_in_the_picture():
    picture = chart.draw(MEASURED)
    root = xml.etree.ElementTree.fromstring(picture)
    space = "{http://www.w3.org/2000/svg}"
    texts = [one.text for one in root.iter(space + "text")]
    assert root.find(space + "title").text and "nginx 8.00" in root.find(space + "desc").text
    assert texts.count("plain text") == 1 and "template /{name}" not in texts
    assert {"floor", "sluice", "nginx", "<&>"} <= set(texts)
    assert "prefers-color-scheme: dark" in picture


def test_results_of_an_earlier_run_are_shown_and_drawn_without_measuring(tmp_path):
    earlier = tmp_path / "earlier.json"
    earlier.write_text(json.dumps({"machine": "x", "kernel": "y", "cpus": 2, "rounds": 3, "seconds": 1, "connections": 64,
                                   "scenarios": MEASURED}))
    done = subprocess.run([ROOT / "scripts/bench", "--from", earlier, "--markdown", "--only", "plain", "--chart", tmp_path / "x.svg"],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "| sluice | 7.35 | 1.05 × floor, 0.92 × nginx |" in done.stdout
    assert xml.etree.ElementTree.parse(tmp_path / "x.svg").getroot().tag.endswith("svg")


def test_sluice_answers_every_scenario_rightly(tools, tmp_path):
    www = tmp_path / "files"
    scenarios.make_files(www)
    servers = [kind(tmp_path, www, BINARY) for kind in ours.ALL]
    for scenario in scenarios.ALL:
        for server in servers:
            if scenario.name in server.scenarios:
                try:
                    server.start(scenario.name, [0])
                    scenarios.verify(scenario, server)
                finally:
                    server.stop()


def test_a_variant_is_compared_with_its_own_server():
    costs = {"floor": 5.0, "sluice": 6.0, "sluice, access log": 6.6, "nginx": 8.0, "nginx, access log": 10.0}
    results = {name: [{"cpu_microseconds": cost}] for name, cost in costs.items()}
    assert [other for _, other in table.ratios("sluice, access log", "load", results)] == ["sluice"]
    assert [other for _, other in table.ratios("nginx, access log", "load", results)] == ["nginx"]
    assert [other for _, other in table.ratios("sluice", "load", results)] == ["floor", "nginx"]


def test_what_is_measured_in_one_round_is_compared_within_it():
    """A machine that is half as fast in the second round, and slower for one server in the third."""
    ours, theirs = ([{"cpu_microseconds": cost} for cost in costs] for costs in ((6.0, 12.0, 9.0), (5.0, 10.0, 5.0)))
    assert table.ratio("load", ours, theirs) == pytest.approx(1.2)
    assert table.ratio("load", ours, theirs[:1]) == pytest.approx(9.0 / 5.0)


def test_the_options_of_the_readme_exist():
    text = (ROOT / "tests/bench/README.md").read_text()
    done = subprocess.run([ROOT / "scripts/bench", "--help"], capture_output=True, text=True)
    for option in ("--install", "--only", "--rounds", "--attempts", "--seconds", "--json", "--from", "--chart", "--markdown"):
        assert option in text and option in done.stdout
    assert bench.ROOT == ROOT
