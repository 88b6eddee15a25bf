"""Where the server listens: families side by side, and Unix sockets."""

import os
import socket
import stat

import pytest

from raw import fetch
from sluice import free_port, run
from test_reload import rewrite

ROUTE = '[[route]]\npath = "/"\ntext = "hello"\n'


def over_unix(address):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(address)
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return client.recv(1000)


def mode_of(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        return True
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("listen", ['"0.0.0.0:{0}", "[::]:{0}"', '"[::]:{0}", "0.0.0.0:{0}"', '":{0}", "0.0.0.0:{0}"'])
def test_the_wildcards_of_both_families_go_together(serve, listen, workers):
    port = free_port()
    server = serve(f"[server]\nlisten = [{listen.format(port)}]\n" + ROUTE, listen=None, listeners=2, workers=workers)
    assert fetch(port).text == "hello"
    with socket.create_connection(("::1", port)) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert b"hello" in client.recv(1000)
    rewrite(server, f"[server]\nworkers = {workers}\nlisten = [{listen.format(port)}]\n" + ROUTE.replace("hello", "again"))
    server.wait_for_line("reloaded")
    assert fetch(port).text == "again"


def test_a_reload_that_overlaps_with_a_listener_of_the_same_server_says_so(serve):
    port = free_port()
    server = serve(f'[server]\nlisten = "127.0.0.1:{port}"\n' + ROUTE, listen=None)
    rewrite(server, f'[server]\nlisten = "0.0.0.0:{port}"\n' + ROUTE)
    server.wait_for_line("reload failed")
    assert "an address on which this server listens already includes it" in server.stderr()
    assert f"process {server.process.pid}" not in server.stderr()


def test_a_unix_socket_is_beside_the_config_and_has_the_mode_and_group_that_it_says(serve, monkeypatch, tmp_path):
    listen = '[server]\nlisten = {{ address = "unix:web.sock", mode = "{}", group = "{}" }}\n' + ROUTE
    group = os.getgroups()[-1] if os.getgroups() else os.getgid()
    config = tmp_path / "elsewhere" / "sluice.toml"
    config.parent.mkdir()
    config.write_text(listen.format("0620", group))
    serve(config, listen=None)
    path = tmp_path / "elsewhere" / "web.sock"
    assert mode_of(path) == 0o620 and os.stat(path).st_gid == group
    assert b"hello" in over_unix(str(path))


def test_the_mode_of_a_unix_socket_changes_with_a_reload(serve):
    listen = '[server]\nlisten = {{ address = "unix:web.sock", mode = "{}" }}\n' + ROUTE
    server = serve(listen.format("0600"), listen=None, workers=2)
    assert mode_of(server.folder / "web.sock") == 0o600
    rewrite(server, listen.format("666").replace("[server]\n", "[server]\nworkers = 2\n"))
    server.wait_for_line("reloaded")
    assert mode_of(server.folder / "web.sock") == 0o666


@pytest.mark.skipif(os.getuid() == 0, reason="root may give any group")
def test_a_group_that_the_process_may_not_give_ends_the_start(tmp_path):
    (tmp_path / "a.toml").write_text('[server]\nlisten = { address = "unix:web.sock", group = "root" }\n' + ROUTE)
    done = run("serve", "-c", tmp_path / "a.toml")
    assert done.returncode == 77
    assert "must be a member of the group" in done.stderr
    assert not (tmp_path / "web.sock").exists()


def test_a_name_with_an_at_sign_is_abstract(serve):
    name = f"sluice-test-{os.getpid()}-{free_port()}"
    server = serve(f'[server]\nlisten = "unix:@{name}"\n' + ROUTE, listen=None, workers=2)
    assert b"hello" in over_unix("\0" + name)
    assert not [file for file in os.listdir(server.folder) if file.startswith("@")]
    assert server.addresses() == [f"unix:@{name}"]
