"""Every key of every example, misspelt one at a time, gives one error: at that key, with the right one suggested."""

import json
import re
import shutil
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sluice import EXAMPLES, ROOT, run

# The parts of a config where the user names the keys.
NAMED_BY_USERS = {"params", "query", "headers", "json", "errors", "greeting", "join", "leave", "on_bad_message"}
KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def examples():
    return [ROOT / "config/sluice.toml", *sorted(EXAMPLES.glob("*.toml"))]


class Keys:
    """Where the keys of a TOML text stand, as (line, column, key), from 1. Reads what the examples use of TOML."""

    def __init__(self, text):
        self.found = []
        self.at, self.text = 0, text
        self.named = False  # in a table whose keys the user names
        while self.at < len(text):
            self.statement()

    def statement(self):
        self.skip(" \t\r\n")
        if self.peek() == "#":
            self.comment()
        elif self.peek() == "[":
            self.skip("[")
            path = self.dotted(False)
            self.named = bool(NAMED_BY_USERS & set(path))
            self.skip("]")
        elif self.peek():
            self.pair(self.named)

    def pair(self, named):
        path = self.dotted(named)
        self.skip(" \t=")
        self.value(named or bool(NAMED_BY_USERS & set(path)))

    def dotted(self, named):
        """Keys with dots between them; returns them."""
        path = []
        while True:
            self.skip(" \t")
            if self.peek() in "\"'":
                path.append(self.string())
            else:
                begin = self.at
                while self.peek() and self.peek() not in " \t.=]":
                    self.at += 1
                key = self.text[begin:self.at]
                if not named and not NAMED_BY_USERS & set(path) and KEY.fullmatch(key):
                    line = self.text.count("\n", 0, begin) + 1
                    self.found.append((line, begin - self.text.rfind("\n", 0, begin), key))
                path.append(key)
            self.skip(" \t")
            if self.peek() != ".":
                return path
            self.at += 1

    def value(self, named):
        if self.peek() in "\"'":
            self.string()
        elif self.peek() == "[":
            self.items("[", "]", lambda: self.value(named))
        elif self.peek() == "{":
            self.items("{", "}", lambda: self.pair(named))
        else:
            while self.peek() and self.peek() not in ",]}#\n":
                self.at += 1

    def items(self, opening, closing, item):
        self.at += 1
        while True:
            self.skip(" \t\r\n,")
            if self.peek() == "#":
                self.comment()
            elif self.peek() == closing:
                self.at += 1
                return
            else:
                assert self.peek(), f"an open {opening}"
                item()

    def string(self):
        quote = self.peek()
        delimiter = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        begin = self.at = self.at + len(delimiter)
        while not self.text.startswith(delimiter, self.at):
            self.at += 2 if self.peek() == "\\" and quote == '"' else 1
        self.at += len(delimiter)
        return self.text[begin:self.at - len(delimiter)]

    def comment(self):
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end

    def skip(self, characters):
        while self.peek() and self.peek() in characters:
            self.at += 1

    def peek(self):
        return self.text[self.at:self.at + 1]


@pytest.fixture(scope="module")
def known_keys():
    """Every key of the schema, wherever it stands."""
    names = set()

    def walk(schema):
        if isinstance(schema, dict):
            names.update(schema.get("properties", {}))
            for part in schema.values():
                walk(part)
        elif isinstance(schema, list):
            for part in schema:
                walk(part)

    walk(json.loads(run("schema").stdout))
    return names


def mutations(key):
    """`key` with two neighbours swapped or one letter dropped: at its beginning, in its middle and at its end."""
    wrong = set()
    for at in {1, len(key) // 2, len(key) - 1} - {0}:
        wrong.add(key[:at - 1] + key[at] + key[at - 1] + key[at + 1:])
        wrong.add(key[:at] + key[at + 1:])
    return sorted(wrong)


def misspelt(text, line, column, key, wrong):
    lines = text.split("\n")
    row = lines[line - 1]
    assert row[column - 1:column - 1 + len(key)] == key
    lines[line - 1] = row[:column - 1] + wrong + row[column - 1 + len(key):]
    return "\n".join(lines)


def fault(folder, main, file, place, wrong):
    """What is wrong with the findings about a key misspelt in `file`; nothing when they are right."""
    line, column, key = place
    copy = folder / f"{file.stem}-{line}-{column}-{wrong}"
    shutil.copytree(main.parent, copy)
    mutant = copy / file.relative_to(main.parent)
    mutant.write_text(misspelt(mutant.read_text(), line, column, key, wrong))
    done = run("check", "-c", copy / main.name, "--format", "json")
    findings = json.loads(done.stdout)["diagnostics"]
    seen = [(Path(f["file"]).name, f["line"], f["column"], f["label"]) for f in findings]
    right = (done.returncode == 78 and len(findings) == 1 and seen[0][:3] == (file.name, line, column)
             and re.search(rf"did you mean \W*{re.escape(key)}\b", seen[0][3]))
    return None if right else f"{file.name}:{line}:{column}: {key} as {wrong}: {seen}"


def files_of(main):
    """A config and what it includes."""
    include = tomllib.loads(main.read_text()).get("include", [])
    patterns = [include] if isinstance(include, str) else include
    return [main, *(file for pattern in patterns for file in sorted(main.parent.glob(pattern)))]


@pytest.mark.parametrize("path", examples(), ids=lambda path: path.name)
def test_a_misspelt_key_gives_one_error_that_suggests_the_right_one(path, known_keys, tmp_path):
    tries = [(file, place, wrong) for file in files_of(path) for place in Keys(file.read_text()).found
             for wrong in mutations(place[2]) if wrong != place[2] and wrong not in known_keys]
    assert tries
    with ThreadPoolExecutor(4) as pool:
        faults = [found for found in pool.map(lambda t: fault(tmp_path, path, *t), tries) if found]
    assert faults == [], "\n" + "\n".join(faults)


def test_the_keys_of_a_text_are_found_with_their_places():
    text = '# a = 1\nb.c = "x = 1"\n[t.u]\nd = [{ e = 1 }, """\nf = 2""", # g = 1\n]\nparams.h = { i = 1 }\n[[v]]\n"k" = 1\n'
    assert Keys(text).found == [(2, 1, "b"), (2, 3, "c"), (3, 2, "t"), (3, 4, "u"), (4, 1, "d"), (4, 8, "e"),
                                (7, 1, "params"), (8, 3, "v")]
