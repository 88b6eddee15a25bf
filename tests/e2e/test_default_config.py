"""config/sluice.toml is a manual: what it says of the keys that it leaves out must be true."""

import json
import re
import tomllib

from sluice import ROOT, run

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
