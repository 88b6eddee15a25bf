"""config/sluice.toml is a manual: what it says of the keys that it leaves out must be true."""

import json
import re
import shutil
import subprocess
import tomllib

import pytest

from raw import fetch
from sluice import BINARY, ROOT, run

CONFIG = ROOT / "config/sluice.toml"
OFF = re.compile(r"^#([\w-]+ = .*|\[.*)$")  # a key or table header behind a "#" without a space


def switched_on():
    """The text with every key that is switched off switched on."""
    return "".join(OFF.sub(r"\1", line) + "\n" for line in CONFIG.read_text().splitlines())


def test_every_key_that_is_switched_off_exists(tmp_path):
    text = switched_on().replace('root = "examples/site"', f'root = "{tmp_path}"')
    # `reply` and `json` exclude each other; the manual shows both.
    text = re.sub(r"^json = \{ text.*$", "", text, flags=re.M)
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d/one.toml").write_text("")
    (tmp_path / "sluice.toml").write_text(text)
    done = run("check", "-c", tmp_path / "sluice.toml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_key_that_is_switched_off_shows_its_default():
    schema = json.loads(run("schema").stdout)
    here, shown = schema, 0
    for line in CONFIG.read_text().splitlines():
        header = re.match(r"#?\[+([\w.]+)\]+", line)
        if header:
            here = schema
            for name in header[1].split("."):
                here = here["properties"][name] if "properties" in here else {}
                here = here.get("items", here)
        key = OFF.match(line)
        if not key or header or "not set by default" in line or here is schema or "properties" not in here:
            continue
        (name, value), = tomllib.loads(key[1]).items()
        assert here["properties"][name].get("default") == value, line
        shown += 1
    assert shown >= 15


@pytest.mark.skipif(not shutil.which("cmake") or not shutil.which("ninja"), reason="cmake or ninja is not installed")
@pytest.mark.parametrize("package", [False, True], ids=["plain", "package"])
def test_what_is_installed_speaks_of_what_is_installed(tmp_path, serve, package):
    where = tmp_path / "installed"
    subprocess.run(["cmake", "-S", ROOT, "-B", tmp_path / "build", "-G", "Ninja", f"-DCMAKE_INSTALL_PREFIX={where}", "-DSLUICE_TESTS=OFF",
                    f"-DSLUICE_PREBUILT={BINARY}", f"-DSLUICE_PACKAGE={package}"], check=True, capture_output=True)
    config = where / "etc/sluice/sluice.toml"
    if not package:  # whose other files are made by scripts/package
        subprocess.run(["cmake", "--install", tmp_path / "build"], check=True, capture_output=True)
        server = serve(config)
        page = fetch(server.port).text
        assert "Sluice is running" in server.stdout() and "Ctrl-C" not in server.stdout()
    else:
        page = (tmp_path / "build/index.html").read_text()
    commands = re.findall(r"<pre>(sluice check .*)\n(.*)</pre>", page)
    assert commands == [(f"sluice check {config}", "sudo systemctl reload sluice" if package else "pkill -HUP sluice")]
    assert f"<code>{config}</code>" in page
    assert "build/" not in page and " config/" not in page


def test_the_page_of_the_source_speaks_of_the_source():
    page = (ROOT / "config/examples/site/index.html").read_text()
    command = re.search(r"<pre>build/sluice (check .*)$", page, re.M)[1]
    assert run(*command.split(), cwd=ROOT).returncode == 0
