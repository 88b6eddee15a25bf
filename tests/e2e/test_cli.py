"""The sub-commands and their exit statuses."""

import grp
import json
import os
import re
import socket
import subprocess
import tempfile

import pytest

from sluice import BINARY, EXAMPLES, ROOT, environment, run

GOOD = '[[route]]\npath = ["/", "/hello/{name}"]\nparams.name = { default = "x" }\ntext = "Hello, {name}!"\n[[static]]\npath = "/files"\nroot = "."\n'
BAD = '[server]\ntiemout = "5s"\n[[route]]\npath = "/a"\ntext = "{nobody}"\n[[route]]\npath = "/b"\n'


@pytest.fixture
def config(tmp_path):
    def write(text):
        path = tmp_path / "sluice.toml"
        path.write_text(text)
        return path

    return write


def test_version():
    done = run("--version")
    assert done.returncode == 0
    assert re.search(r"\d+\.\d+\.\d+", done.stdout)


def test_help_names_every_command():
    done = run("--help")
    assert done.returncode == 0
    for command in ("serve", "check", "routes", "explain", "schema", "reference", "init"):
        assert command in done.stdout


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["serve", "--nonsense"], ["check", "-c"], ["check", "--format", "xml"]])
def test_wrong_usage_is_64(arguments):
    done = run(*arguments)
    assert done.returncode == 64
    assert done.stderr


def test_check_of_a_good_file(config):
    done = run("check", "-c", config(GOOD))
    assert done.returncode == 0, done.stdout + done.stderr


def test_check_finds_every_mistake_in_one_run(config):
    done = run("check", "-c", config(BAD))
    told = done.stdout + done.stderr
    assert done.returncode == 78
    for place in ("sluice.toml:2:1", "sluice.toml:5:", "sluice.toml:6:1"):
        assert place in told
    assert "3 errors" in told
    assert "\x1b" not in told


def test_check_is_silent_about_a_good_file_when_asked(config):
    warned = config('[[static]]\nroot = "."\n[log.access]\nto = "missing/access.log"\n')
    assert "warning" in run("check", warned).stdout
    done = run("check", "--quiet", warned)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = run("check", "-q", config(BAD))
    assert done.returncode == 78 and "3 errors" in done.stdout


def test_what_check_finds_is_an_error_in_the_journal(config):
    read, write = os.pipe()
    stream = os.fstat(write)
    done = subprocess.run([BINARY, "check", config(BAD)], stdout=write, timeout=60,
                          env=dict(environment(), JOURNAL_STREAM=f"{stream.st_dev}:{stream.st_ino}"))
    os.close(write)
    with os.fdopen(read) as lines:
        told = lines.read().splitlines()
    assert done.returncode == 78
    assert len(told) > 6 and all(line.startswith("<3>") for line in told)


def test_check_for_editors(config):
    path = config(BAD)
    done = run("check", "-c", path, "--format", "gcc")
    assert re.search(r"^\S*sluice\.toml:2:1: error: ", done.stdout + done.stderr, re.M)
    done = run("check", "-c", path, "--format", "json")
    assert done.returncode == 78
    findings = json.loads(done.stdout)
    assert len(findings if isinstance(findings, list) else findings["diagnostics"]) == 3


@pytest.mark.parametrize("command", ["check", "routes"])
def test_a_config_may_be_named_without_an_option(command, config):
    path = config(GOOD)
    done = run(command, path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == run(command, "-c", path).stdout
    assert run(command, path, "-c", path).returncode == 64


def test_serve_takes_a_config_in_place_of_a_directory(config):
    done = run("serve", config(BAD))
    assert done.returncode == 78
    assert "tiemout" in done.stderr


def test_check_warns_of_what_is_most_likely_a_mistake(config, tmp_path):
    (tmp_path / "www").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full/a.txt").write_text("a")

    def warnings(text):
        done = run("check", config(text), "--format", "json")
        assert done.returncode == 0, done.stdout
        return [(finding["severity"], finding["code"], finding["line"])
                for finding in json.loads(done.stdout)["diagnostics"]]

    assert warnings('# comment\n[server]\nlisten = ":80"\n') == [("warning", "nothing-served", 1)]
    assert warnings('[log.access]\nto = "missing/access.log"\n[health]\n') == [("warning", "access-log", 2)]
    assert warnings('[log.access]\nto = "full/access.log"\n[health]\n') == []
    assert warnings('[[static]]\nroot = "www"\n') == [("warning", "empty-root", 2)]
    assert warnings('[[static]]\nroot = "full"\n') == []


def test_an_empty_config_is_an_error(config):
    for text in ("", "\n", "x-mine = 1\n# comment\n"):
        done = run("check", config(text))
        assert done.returncode == 78 and "error[empty-config]" in done.stdout


def test_variables_of_the_environment_stand_for_numbers_and_booleans_too(config):
    good = """
[server]
workers = "${env:SLUICE_UNSET:-4}"
shutdown_timeout = "${env:SLUICE_UNSET:-5s}"
limits.header_count = "${env:SLUICE_UNSET:-20}"
limits.body_bytes = "${env:SLUICE_UNSET:-2MiB}"
[[route]]
path = "/"
text = "x"
status = "${env:SLUICE_UNSET:-201}"
access_log = "${env:SLUICE_UNSET:-false}"
headers.X-Flag = "${env:SLUICE_UNSET:-false}"
"""
    done = run("check", config(good))
    assert done.returncode == 0, done.stdout


def test_check_binds_and_creates_nothing(config, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        path = config(f'[server]\nlisten = ["127.0.0.1:{port}"]\n[log.access]\nto = "access.log"\n' + GOOD)
        before = sorted(os.listdir(tmp_path))
        assert run("check", "-c", path).returncode == 0
        assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may take the rights of others")
@pytest.mark.parametrize("command", [["check"], ["explain", "GET", "/", "-c"]], ids=["check", "explain"])
def test_files_are_seen_with_the_rights_of_the_user_that_is_named(command):
    with tempfile.TemporaryDirectory() as folder:  # which others may enter, unlike tmp_path
        os.chmod(folder, 0o755)
        root = os.path.join(folder, "site")
        os.mkdir(root, 0o700)
        config = os.path.join(folder, "sluice.toml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f'[[static]]\nroot = "{root}"\n')
        assert run(*command, config).returncode == 0
        done = run(*command, config, "--user", "nobody")
        assert done.returncode == 78
        told = done.stdout + done.stderr
        assert f"`{root}` may not be read" in told and "this process runs as nobody" in told
        os.chmod(root, 0o755)
        done = run(*command, config, "--user", "nobody")
        assert done.returncode == 0
        assert "is good for the user nobody" in done.stdout or command[0] != "check"
        os.chown(root, 0, grp.getgrnam("adm").gr_gid)
        os.chmod(root, 0o750)
        assert run(*command, config, "--user", "nobody").returncode == 78


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may take the rights of others")
def test_files_of_a_site_that_may_not_be_read_are_warned_of():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        for name in ("index.html", "404.html", "offline.html", "other.html"):
            with open(os.path.join(folder, name), "w", encoding="utf-8"):
                pass
            os.chmod(os.path.join(folder, name), 0o600)
        config = os.path.join(folder, "sluice.toml")
        with open(config, "w", encoding="utf-8") as file:
            file.write('[[static]]\nroot = "."\nnot_found = "404.html"\ntry = ["/offline.html"]\n')
        assert "warning" not in run("check", config).stdout
        done = run("check", config, "--user", "nobody")
    assert done.returncode == 0
    places = re.findall(r"warning\[unreadable-file\]: the file `\S+/(\S+)` cannot be served\n  --> \S+:(\d+:\d+)", done.stdout)
    assert places == [("index.html", "2:8"), ("404.html", "3:13"), ("offline.html", "4:8")]
    assert done.stdout.count("mode 0600; this process runs as nobody") == 3


def test_a_user_whose_rights_cannot_be_taken(config):
    good = config(GOOD)
    done = run("check", good, "--user", "nobody-of-this-name")
    assert done.returncode == 64
    assert "there is no user `nobody-of-this-name`" in done.stderr
    if os.geteuid() == 0:
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            done = subprocess.run(["setpriv", "--reuid=nobody", "--clear-groups", BINARY, "check", "--user", "daemon", "sluice.toml"],
                                  cwd=folder, env=environment(), capture_output=True, text=True, timeout=60)
        assert done.returncode == 77
        assert "only root may" in done.stderr


def test_a_missing_file_is_a_bad_config(tmp_path):
    done = run("check", "-c", tmp_path / "absent.toml")
    assert done.returncode == 78
    assert "absent.toml" in done.stdout + done.stderr


def test_serve_refuses_a_bad_config(config):
    done = run("serve", "-c", config(BAD))
    assert done.returncode == 78
    assert "tiemout" in done.stderr


def test_a_taken_port_is_69(config):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("serve", "-c", config(GOOD), "--listen", f"127.0.0.1:{port}")
    assert done.returncode == 69
    with open("/proc/self/comm") as name:
        assert f"`{name.read().strip()}` (process {os.getpid()}) uses this address" in done.stderr


def test_a_forbidden_port_is_77(config):
    with open("/proc/sys/net/ipv4/ip_unprivileged_port_start") as start:
        if int(start.read()) <= 81:
            pytest.skip("this machine lets anyone listen anywhere")
    # Root may bind any port, unless it has lost that capability.
    without = ["setpriv", "--bounding-set=-net_bind_service", "--inh-caps=-net_bind_service"]
    done = subprocess.run([*(without if os.geteuid() == 0 else []), BINARY, "serve", "-c", config(GOOD), "--listen",
                           "127.0.0.1:81"], capture_output=True, text=True, env=environment(), timeout=30)
    assert done.returncode == 77, done.stderr
    assert "CAP_NET_BIND_SERVICE" in done.stderr and "sluice.socket" in done.stderr


def test_routes_lists_what_is_served_and_from_where(config):
    done = run("routes", "-c", config(GOOD))
    assert done.returncode == 0
    for word in ("/hello/{name}", "GET", "/files", "static", "sluice.toml:1", "sluice.toml:5"):
        assert word in done.stdout, done.stdout


def test_explain_tells_of_a_key():
    done = run("explain", "server.limits.body_bytes")
    assert done.returncode == 0
    assert "size" in done.stdout
    done = run("explain", "route.txt")
    assert done.returncode != 0
    assert "text" in done.stdout + done.stderr


def test_explain_tells_of_placeholders():
    done = run("explain", "placeholders")
    assert done.returncode == 0
    for written in ("{query.NAME}", "{header.NAME}", "{body}", "{message.NAME}", "${env:NAME}", "{detail}", "{port}"):
        assert written in done.stdout
        assert f"`{written}`" in run("reference").stdout


def test_explain_tells_of_a_request(config):
    path = config(GOOD + '[[route]]\npath = "/hello/you"\nmethod = "POST"\ntext = "posted"\n')
    done = run("explain", "GET", "/hello/Alice", "-c", path)
    assert done.returncode == 0
    assert "/hello/{name}" in done.stdout and "sluice.toml:1" in done.stdout
    assert "404" in run("explain", "GET", "/nowhere", "-c", path).stdout


def test_every_key_of_the_reference_can_be_explained():
    schema = json.loads(run("schema").stdout)
    for section in ("server", "route", "static", "websocket", "echo", "log"):
        assert section in schema["properties"]
        assert run("explain", section).returncode == 0, section


def test_what_init_writes_leaves_the_names_at_the_top_to_files_added_to_it(tmp_path):
    assert run("init", cwd=tmp_path).returncode == 0
    (tmp_path / "www").mkdir()
    (tmp_path / "www/app.js").write_text("")
    with open(tmp_path / "sluice.toml", "a") as config:
        config.write('[[static]]\nroot = "www"\n')
    assert "app.js`: text/javascript" in run("explain", "GET", "/app.js", cwd=tmp_path).stdout


def test_init_writes_a_file_that_loads_and_overwrites_none(tmp_path):
    assert run("init", cwd=tmp_path).returncode == 0
    written = [path for path in tmp_path.iterdir() if path.suffix == ".toml"]
    assert len(written) == 1
    assert run("check", "-c", written[0], cwd=tmp_path).returncode == 0
    written[0].write_text("mine")
    assert run("init", cwd=tmp_path).returncode != 0
    assert written[0].read_text() == "mine"


@pytest.mark.parametrize("command, file", [("schema", "sluice.schema.json"), ("reference", "REFERENCE.md")])
def test_generated_files_are_fresh(command, file):
    done = run(command)
    assert done.returncode == 0
    assert done.stdout == (ROOT / "config" / file).read_text(), f"run: sluice {command} > config/{file}"


def configs():
    return [ROOT / "config/sluice.toml", *sorted(EXAMPLES.rglob("*.toml"))]


@pytest.mark.parametrize("path", configs(), ids=lambda path: path.name)
def test_every_config_of_the_project_fits_the_schema(path):
    import jsonschema
    import tomllib
    schema = json.loads((ROOT / "config/sluice.schema.json").read_text())
    jsonschema.Draft4Validator.check_schema(schema)
    errors = [error.message for error in jsonschema.Draft4Validator(schema).iter_errors(tomllib.loads(path.read_text()))]
    assert errors == []


@pytest.mark.parametrize("path", configs(), ids=lambda path: path.name)
def test_every_config_of_the_project_passes_check(path):
    done = run("check", "-c", path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in done.stdout + done.stderr


def test_the_schema_refuses_what_check_refuses():
    import jsonschema
    schema = jsonschema.Draft4Validator(json.loads((ROOT / "config/sluice.schema.json").read_text()))
    for wrong in ({"server": {"tiemout": "5s"}}, {"server": {"workers": "many"}}, {"route": [{"path": 5, "text": "x"}]},
                  {"server": {"timeouts": {"keep_alive": 5}}}, {"nonsense": {}}):
        assert list(schema.iter_errors(wrong)), wrong
    assert not list(schema.iter_errors({"x-mine": 1, "server": {"x-mine": True}}))


@pytest.mark.skipif(subprocess.run(["unshare", "--mount", "true"]).returncode != 0, reason="needs a mount namespace")
@pytest.mark.parametrize("name, unit", [("sluice", "sluice"), ("blog", "sluice@blog")])
def test_reload_of_a_file_of_the_package_asks_systemd(tmp_path, name, unit):
    """/etc/sluice is a folder of the test's own here, and systemctl notes what it is asked."""
    def reload(text, status):
        etc, told = tmp_path / "etc", tmp_path / "told"
        etc.mkdir(exist_ok=True)
        (etc / f"{name}.toml").write_text(text)
        told.unlink(missing_ok=True)
        (tmp_path / "systemctl").write_text(f'#!/bin/sh\necho "$@" >"{told}"\nexit {status}\n')
        (tmp_path / "systemctl").chmod(0o755)
        done = subprocess.run(["unshare", "--mount", "sh", "-c", 'mkdir -p /etc/sluice && mount --bind "$1" /etc/sluice && exec "$2" reload -c "/etc/sluice/$3.toml"',
                               "sh", etc, BINARY, name], env=environment() | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}, capture_output=True, text=True)
        return done.returncode, told.read_text().strip() if told.exists() else None

    assert reload(GOOD, 0) == (0, f"reload {unit}")
    assert reload(GOOD, 1) == (69, f"reload {unit}")
    assert reload("[[route]]\n", 0) == (78, None)


def test_explain_alone_and_help_alone_tell_what_there_is():
    done = run("explain")
    assert done.returncode == 0
    for name in ("[server]", "[[route]]", "server.limits", "placeholders", "include"):
        assert name in done.stdout
    assert run("help").stdout == run("--help").stdout
    assert run("help", "check").stdout == run("check", "--help").stdout
    assert run("help", "body_bytes").stdout == run("explain", "body_bytes").stdout
    assert run("help", "nonsense").returncode == 64


def test_explain_groups_the_keys_of_a_route_by_action_in_lines_that_fit():
    told = run("explain", "route").stdout
    assert re.search(r"^    path +string or array of strings; required$", told, re.M)
    assert re.search(r'^    method .*; default "GET"$', told, re.M | re.S)
    for action in ("text", "file", "redirect", "publish"):
        assert f"\n  with `{action}`\n" in told
    assert max(len(line) for line in told.splitlines()) <= 80


def test_a_good_config_is_told_what_it_serves_and_what_comes_next(config):
    text = '[health]\n[[route]]\npath = "/"\ntext = "x"\n[[websocket]]\npath = "/a"\n[[websocket]]\npath = "/b"\n'
    told = run("check", config(text)).stdout
    assert told.startswith("No errors. ")
    assert "it serves [health], 1 route, 2 WebSocket endpoints.\n" in told
    assert "sluice reload" in told and "sluice serve" in told
