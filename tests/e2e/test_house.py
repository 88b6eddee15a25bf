"""The order of the folders of daemon/, as daemon/README.md gives it: none includes one of a higher level, or of its own."""

import re

from sluice import ROOT

ROW = re.compile(r"^\| (\d+) \| `(\w+)/` \|", re.M)
INCLUDE = re.compile(r'^#include "(\w+)/', re.M)


def levels():
    return {folder: int(level) for level, folder in ROW.findall((ROOT / "daemon/README.md").read_text())}


def test_the_table_names_every_folder():
    assert set(levels()) == {folder.name for folder in (ROOT / "daemon").iterdir() if folder.is_dir()}


def test_no_folder_includes_a_higher_level():
    level, breaches = levels(), []
    for file in sorted((ROOT / "daemon").glob("*/**/*.?pp")):
        own = file.relative_to(ROOT / "daemon").parts[0]
        for number, line in enumerate(file.read_text().splitlines(), 1):
            included = INCLUDE.match(line)
            if included and included[1] != own and level[included[1]] >= level[own]:
                breaches.append(f"{file.relative_to(ROOT)}:{number}: {line}")
    assert not breaches, "\n".join(breaches)


HEAVY = re.compile(r"^#include <(spdlog|nlohmann|toml\+\+|CLI)/", re.M)


def test_headers_do_not_include_heavy_headers_of_libraries():
    heavy = [file.relative_to(ROOT) for file in (ROOT / "daemon").rglob("*.hpp") if HEAVY.search(file.read_text())]
    assert not heavy, heavy
