"""Reads the file http1_cases: requests as octets, and what must be answered."""

import re
from dataclasses import dataclass, field
from pathlib import Path

HEADER = re.compile(r"\[(?P<id>\S+)\] (?P<section>[^:]+): (?P<expected>.+)")
REPEAT = re.compile(r"\{(\d+)\*([^}]*)\}")
ESCAPE = re.compile(r'\\(x[0-9a-f]{2}|[rnt0"\\])')
OCTET = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", '"': b'"', "\\": b"\\"}


def repeat(text):
    return REPEAT.sub(lambda match: match[2] * int(match[1]), text)


def octets(text):
    """The notation of the file, read."""
    def octet(match):
        return (bytes.fromhex(match[1][1:]) if match[1][0] == "x" else OCTET[match[1]]).decode("latin-1")
    return ESCAPE.sub(octet, repeat(text)).encode("latin-1")


@dataclass
class Case:
    id: str
    section: str
    answers: list        # alternatives; each a list of statuses as "200" or "200/head"
    endings: list        # for each alternative: "open", "close", or "" after a 101
    data: bytes
    body: bytes = None   # of the last answer
    notes: list = field(default_factory=list)


def read_case(lines):
    header = HEADER.fullmatch(lines[0])
    assert header, lines[0]
    answers, endings = [], []
    for alternative in header["expected"].split("|"):
        words = repeat(alternative).split()
        endings.append(words.pop() if words[-1] in ("open", "close") else "")
        answers.append(words)
    case = Case(header["id"], header["section"], answers, endings, octets(lines[1]))
    for line in lines[2:]:
        if line.startswith("="):
            case.body = octets(line[1:].removeprefix(" "))
        else:
            assert line.startswith("~ "), line
            case.notes.append(line[2:])
    return case


def read_cases(path=Path(__file__).with_name("http1_cases")):
    blocks = re.split(r"\n{2,}", path.read_text())
    blocks = [[line for line in block.splitlines() if not line.startswith("#")] for block in blocks]
    return [read_case(block) for block in blocks if block]
