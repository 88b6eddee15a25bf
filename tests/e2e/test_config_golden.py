"""Every kind of mistake in a config has its diagnostics.

tests/config/bad/NAME.toml is a wrong config, NAME.d/ what it includes, NAME.expected what `sluice check` prints about it,
with {folder} for the name of this folder and lists of keys, sections, placeholders and words cut off.
With UPDATE_GOLDEN=1 the expected texts are written anew; read the difference before you keep it.
"""

import json
import os
import re

import pytest

from sluice import ROOT, run

BAD = ROOT / "tests/config/bad"
CASES = sorted(path.stem for path in BAD.glob("*.toml"))


def check(name, form="human"):
    done = run("check", "-c", f"{name}.toml", "--format", form, cwd=BAD)
    assert done.returncode == 78, done.stdout + done.stderr
    assert done.stderr == ""
    # What exists besides changes whenever a handler comes or goes, and is not what these cases are about.
    told = re.sub(r"\b(keys here|sections|placeholders here|one of): .*", r"\1: …", done.stdout) if form == "human" else done.stdout
    return told.replace(str(BAD), "{folder}")


@pytest.mark.parametrize("name", CASES)
def test_diagnostics_are_as_expected(name):
    told = check(name)
    expected = BAD / f"{name}.expected"
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(told)
    assert told == expected.read_text()


@pytest.mark.parametrize("name", CASES)
def test_the_forms_for_programs_tell_the_same(name):
    human = re.findall(r"^(?:error|warning)\[([a-z0-9-]+)\]", check(name), re.M)
    findings = json.loads(check(name, "json"))["diagnostics"]
    assert [finding["code"] for finding in findings] == human
    gcc = re.findall(r"^\S+: (?:error|warning): .* \[([a-z0-9-]+)\]$", check(name, "gcc"), re.M)
    assert gcc == human


@pytest.mark.parametrize("name", CASES)
def test_every_error_has_a_place(name):
    for finding in json.loads(check(name, "json"))["diagnostics"]:
        assert finding["file"] and finding["line"] >= 1 and finding["column"] >= 1, finding
        for note in finding["notes"]:
            assert note["file"] and note["line"] >= 1, finding


def test_there_is_a_case_for_every_kind_of_mistake():
    assert len(CASES) >= 60
    stray = [path.name for path in BAD.glob("*.expected") if path.stem not in CASES]
    assert stray == []
