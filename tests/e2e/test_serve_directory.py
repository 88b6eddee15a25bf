"""`sluice serve DIRECTORY`: a directory, without any config."""

import os
import pty
import signal
import socket

import pytest

import sluice
from raw import fetch
from sluice import wait_until

FILES = {"site/index.html": "front page", "site/a.txt": "a"}


@pytest.fixture
def served(serve, tmp_path):
    """served(ARGUMENT…): a server on a directory with two files."""

    def start(*arguments, **options):
        for name, text in FILES.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)
        return serve(tmp_path / "site", arguments=arguments, listen=None, **options)

    return start


def test_the_port_is_always_the_same(tmp_path):
    """Nothing else may need the port meanwhile, so this one is about the words only."""
    assert "127.0.0.1:8000" in sluice.run("serve", "--help").stdout
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            holder.bind(("127.0.0.1", 8000))
            holder.listen()
        except OSError:
            pass  # somebody else holds it, which will do
        done = sluice.run("serve", tmp_path)
    assert done.returncode == 69
    assert "127.0.0.1:8000" in done.stderr and "`--port 8001`" in done.stderr and "`--port 0`" in done.stderr


def test_a_port_may_be_chosen(served):
    port = sluice.free_port()
    server = served("--port", port)
    assert server.addresses() == [f"http://127.0.0.1:{port}"]
    assert fetch(port).text == "front page" and fetch(port, "/a.txt").text == "a"


def test_a_port_may_be_chosen_for_a_config_too(tmp_path, serve):
    config = tmp_path / "sluice.toml"
    config.write_text('[server]\nlisten = ":1"\n[[route]]\npath = "/"\ntext = "x"\n')
    port = sluice.free_port()
    assert fetch(serve(config, listen=None, arguments=("--port", port)).port).text == "x"


@pytest.mark.parametrize("wrong", ["x", "65536", "-1", ""])
def test_a_port_that_is_none_is_refused(tmp_path, wrong):
    done = sluice.run("serve", tmp_path, f"--port={wrong}")
    assert done.returncode == 64 and "--port" in done.stderr


def test_it_says_where_to_look_and_what_else_there_is(served, tmp_path):
    server = served("--port", "0")
    server.wait_for_line("--spa", stream="stdout")
    told = server.stdout()
    assert f"Serving {tmp_path}/site." in told
    assert f"    http://localhost:{server.port}/\n" in told
    assert "--port" not in told  # that is known already


def test_a_name_with_braces_and_quotes_is_shown_as_it_is(serve, tmp_path):
    site = tmp_path / 'odd {name} "x" \\ ü'
    site.mkdir()
    server = serve(site, listen=None, arguments=("--port", "0"))
    server.wait_for_line(f"Serving {site}.", stream="stdout")
    assert "There is no index.html" in server.stdout()


def test_a_single_page_application_needs_no_config(served):
    html = "Accept: text/html\r\n"
    plain, app = served("--port", "0"), served("--port", "0", "--spa")
    assert fetch(plain.port, "/some/page", fields=html).status == 404
    assert fetch(app.port, "/some/page", fields=html).text == "front page"
    assert "--spa" not in app.stdout()


def test_spa_is_for_directories(tmp_path):
    (tmp_path / "sluice.toml").write_text("")
    done = sluice.run("serve", "-c", tmp_path / "sluice.toml", "--spa")
    assert done.returncode == 64 and "`spa = true`" in done.stderr


def test_without_a_config_the_next_steps_are_named(tmp_path):
    if os.path.exists("/etc/sluice/sluice.toml"):
        pytest.skip("this machine has a config")
    done = sluice.run("serve", cwd=tmp_path)
    assert done.returncode == 78
    assert "./sluice.toml" in done.stderr and "sluice init" in done.stderr and "sluice serve ." in done.stderr


def test_it_ends_when_its_terminal_is_closed(tmp_path):
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(sluice.BINARY, ["sluice", "serve", str(tmp_path), "--port", "0"], sluice.environment())
    try:
        told = b""
        while b"http://localhost:" not in told:
            told += os.read(terminal, 4096)
        os.close(terminal)

        def ended():
            found, status = os.waitpid(pid, os.WNOHANG)
            return [status] if found else None

        assert os.waitstatus_to_exitcode(wait_until(ended, "its end")[0]) == 0
    finally:
        try:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass


def test_nohup_lets_it_go_on(served):
    server = served("--port", "0", before=("nohup",))
    server.send_signal(signal.SIGHUP)
    server.send_signal(signal.SIGUSR1)  # is handled after it
    assert fetch(server.port).text == "front page"
    assert server.process.poll() is None


def test_a_server_with_a_config_reads_it_again_instead(serve):
    server = serve('[[route]]\npath = "/"\ntext = "x"\n')
    server.send_signal(signal.SIGHUP)
    server.wait_for_line("reloaded")
    assert fetch(server.port).text == "x"
