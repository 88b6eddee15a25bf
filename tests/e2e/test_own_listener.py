"""[metrics], [health] and [status] on a listener of their own."""

import json
import socket

import pytest

from raw import Connection, fetch
from sluice import free_port, refused, run
from test_reload import rewrite
from test_socket_activation import Passed, listening

ROUTES = '[[route]]\npath = "/"\ntext = "hello"\n'
OWN = '[metrics]\nlisten = "127.0.0.1:0"\n[health]\nlisten = "127.0.0.1:0"\n[status]\n' + ROUTES


def on(port):
    """The same section at a port that is known beforehand."""
    return f'[metrics]\nlisten = "127.0.0.1:{port}"\n' + ROUTES


def test_what_has_a_listener_of_its_own_is_reached_there_and_nowhere_else(serve):
    server = serve(OWN, listeners=2, workers=2)
    public, own = server.port, server.port_of("http", 1)
    assert len(server.addresses()) == 2  # the two sections share one
    assert [fetch(own, path).status for path in ("/metrics", "/livez", "/readyz", "/", "/_status")] == [200, 200, 200, 404, 404]
    assert [fetch(public, path).status for path in ("/metrics", "/livez", "/readyz", "/", "/_status")] == [404, 404, 404, 200, 200]


def test_it_answers_for_every_host_and_counts_its_requests_apart(serve):
    server = serve('[metrics]\nlisten = "127.0.0.1:0"\n[[route]]\npath = "/metrics"\ntext = "mine"\n', listeners=2)
    public, own = server.port, server.port_of("http", 1)
    assert fetch(public, "/metrics").text == "mine"
    with Connection(own) as connection:
        connection.send("GET /metrics HTTP/1.1\r\nHost: monitor.example.org\r\n\r\n")
        assert 'route="/metrics",method="GET",code="200"} 1\n' in connection.response().text
        assert 'route="127.0.0.1:0/metrics",method="GET",code="200"} 1\n' in connection.get("/metrics").text


def test_a_file_may_set_a_host_for_the_routes_beside_it(serve):
    server = serve(f'include = ["part.toml"]\n{ROUTES}', listeners=2,
                   files={"part.toml": 'host = "www.example.org"\n[health]\nlisten = "127.0.0.1:0"\n'})
    assert fetch(server.port_of("http", 1), "/livez").status == 200


def test_a_reload_adds_and_removes_such_a_listener(serve):
    server = serve(ROUTES)
    first, second = free_port(), free_port()
    rewrite(server, on(first))
    server.wait_for_line("reloaded")
    assert not refused(first)
    assert fetch(first, "/metrics").status == 200
    rewrite(server, on(second))
    server.wait_for_line("reloaded", times=2)
    assert refused(first) and not refused(second)
    assert fetch(second, "/metrics").status == 200
    rewrite(server, ROUTES)
    server.wait_for_line("reloaded", times=3)
    assert refused(second)
    assert fetch(server.port).text == "hello"


def test_a_connection_to_a_listener_that_is_gone_ends_with_its_next_answer(serve):
    port = free_port()
    server = serve(on(port), listeners=2)
    with Connection(port) as connection:
        assert connection.get("/metrics").status == 200
        rewrite(server, ROUTES)
        server.wait_for_line("reloaded")
        assert refused(port)
        answer = connection.get("/metrics")
        assert (answer.status, answer.get("Connection")) == (404, "close")


def test_an_address_may_become_public_by_a_reload(serve):
    port, other = free_port(), free_port()
    head = "[server]\nlisten = {}\nworkers = 2\n"
    server = serve(head.format(f'"127.0.0.1:{other}"') + on(port), listen=None, listeners=2)
    assert fetch(port, "/").status == 404
    rewrite(server, head.format(f'["127.0.0.1:{other}", "127.0.0.1:{port}"]') + "[metrics]\n" + ROUTES)
    server.wait_for_line("reloaded")
    assert fetch(port, "/").status == 200
    assert fetch(other, "/metrics").status == 200
    rewrite(server, head.format(f'"127.0.0.1:{other}"') + on(port))
    server.wait_for_line("reloaded", times=2)
    assert fetch(port, "/").status == 404
    assert fetch(port, "/metrics").status == 200


def test_a_taken_address_is_told_at_the_start_and_changes_nothing_at_a_reload(serve, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        (tmp_path / "sluice.toml").write_text(on(port))
        done = run("serve", "-c", tmp_path / "sluice.toml", "--listen", "127.0.0.1:0")
        assert done.returncode == 69 and f"cannot listen on 127.0.0.1:{port}: Address already in use" in done.stderr
        server = serve(ROUTES)
        rewrite(server, on(port))
        server.wait_for_line("reload failed")
        assert fetch(server.port).text == "hello"


def test_systemd_may_pass_the_socket(tmp_path):
    web, web_port = listening()
    own, own_port = listening()
    config = f'[server]\nlisten = "systemd:web"\n[health]\nlisten = "systemd:own"\n{ROUTES}'
    with web, own, Passed(tmp_path, config, [(web, "web"), (own, "own")]):
        assert fetch(own_port, "/livez").status == 200
        assert fetch(web_port, "/livez").status == 404 and fetch(web_port).text == "hello"


def test_a_unix_socket_will_do(serve):
    server = serve('[health]\nlisten = "unix:./own.sock"\n' + ROUTES, listeners=2)
    path = server.folder / "own.sock"
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        client.sendall(b"GET /livez HTTP/1.0\r\n\r\n")
        assert b"200 OK" in client.recv(1000)


@pytest.mark.parametrize("where", ['"127.0.0.1:8080"', '"localhost:8080"'])
def test_routes_and_explain_say_where_they_are(tmp_path, where):
    (tmp_path / "a.toml").write_text(f'[server]\nlisten = ":80"\n[metrics]\nlisten = "127.0.0.1:8080"\n[status]\nlisten = {where}\n{ROUTES}')
    table = run("routes", tmp_path / "a.toml").stdout
    assert table.count("(on 127.0.0.1:8080 only)") == 4  # the page, its data and its events are three
    told = run("explain", "GET", "/metrics", "-c", tmp_path / "a.toml").stdout
    assert "404" in told and "is reached on 127.0.0.1:8080 only" in told


def test_the_status_page_has_its_data_there(serve):
    server = serve('[status]\nlisten = "127.0.0.1:0"\n' + ROUTES, listeners=2)
    fetch(server.port)
    own = server.port_of("http", 1)
    assert fetch(own, "/_status").status == 200
    data = json.loads(fetch(own, "/_status/data").text)
    assert next(r for r in data["routes"] if r["route"] == "/")["requests"] == 1
