"""${file:NAME} and ${cred:NAME}: values that stand elsewhere, and that nothing shows."""

import json

import sluice
from raw import Connection, fetch
from sluice import run
from test_reload import rewrite

SECRET = "xK7-correct-horse:9"
ROUTE = '[[route]]\npath = "/hook/${file:token}"\nhost = "www.example.org"\nredirect = "https://example.org/${file:token}/"\n'
GOOD = ROUTE + '[[route]]\npath = "/"\ntext = "key=${file:token}"\n'


def given(folder, config, **files):
    folder.mkdir(exist_ok=True)
    (folder / "token").write_text(SECRET + "\n")
    (folder / "sluice.toml").write_text(config)
    return folder / "sluice.toml"


def test_a_file_stands_in_for_a_text(serve):
    server = serve(GOOD, files={"token": SECRET + "\n"})
    assert fetch(server.port).text == f"key={SECRET}"
    with Connection(server.port) as connection:
        connection.send(f"GET /hook/{SECRET} HTTP/1.1\r\nHost: www.example.org\r\n\r\n")
        assert connection.response().get("Location") == f"https://example.org/{SECRET}/"
    assert SECRET not in server.stderr() + server.stdout()


def test_a_reload_reads_it_anew(serve):
    server = serve(GOOD, files={"token": "first value"})
    (server.folder / "token").write_text("second value")
    rewrite(server, GOOD)
    sluice.wait_until(lambda: fetch(server.port).text == "key=second value", "the new value")


def test_routes_and_explain_do_not_show_it(tmp_path):
    config = given(tmp_path, GOOD)
    for command in (["routes", config], ["explain", "GET", "/", "-c", config], ["check", config],
                    ["explain", "GET", "/hook/x", "--host", "www.example.org", "-c", config]):
        done = run(*command)
        assert done.returncode == 0, done.stdout + done.stderr
        assert SECRET not in done.stdout + done.stderr
    assert "/hook/…" in run("routes", config).stdout


WRONG = """
[server]
workers = "${file:token}"
listen = "127.0.0.1:${file:token}"
shutdown_timeout = "${file:token}"
errors = "${file:token}"
[log]
level = "x${file:token}"
[[route]]
path = "${file:token}"
redirect = "${file:token}"
host = "${file:token}"
[[route]]
path = "/{${file:token}}"
text = "{${file:token}}"
[[static]]
path = "/"
root = "${file:token}"
"""


def test_no_error_shows_it_or_a_piece_of_it(tmp_path):
    config = given(tmp_path, WRONG)
    for form in ("human", "gcc", "json"):
        done = run("check", config, "--format", form)
        assert done.returncode == 78
        for piece in (SECRET, "correct", "horse", SECRET[:10], SECRET[-6:]):
            assert piece not in done.stdout + done.stderr, piece
    assert len(json.loads(done.stdout)["diagnostics"]) >= 8
    started = run("serve", "-c", config)
    assert started.returncode == 78 and "correct" not in started.stderr + started.stdout


def test_a_credential_is_what_the_service_manager_gives(serve, tmp_path, monkeypatch):
    (tmp_path / "given").mkdir()
    (tmp_path / "given/token").write_text(SECRET)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "given"))
    server = serve('[[route]]\npath = "/"\ntext = "${cred:token}"\n')
    assert fetch(server.port).text == SECRET


def test_who_checks_has_no_credentials_and_is_told_that_they_are_not_checked(tmp_path):
    config = given(tmp_path, '[server]\nworkers = "${cred:count}"\n[[route]]\npath = "/"\ntext = "${cred:token}"\n')
    checked = run("check", config)
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.count("warning[no-credential]") == 2 and "this value is not checked" in checked.stdout
    assert run("routes", config).returncode == 0
    started = run("serve", "-c", config)
    assert started.returncode == 78 and "LoadCredential=token:/path" in started.stderr
