"""The cases of http1_cases, each sent whole and in two pieces: the answers are those of the file, and the same."""

import random
import time

import pytest

from http1_case import read_cases
from raw import Connection

CONFIG = """
[[route]]
path = "/"
text = "root"

[[route]]
path = "/name/{name}"
text = "{name}"

[[route]]
path = "/empty"
status = 204

[[route]]
path = "/item"
method = "DELETE"
text = "gone"

[[route]]
path = "/echo"
method = "POST"
text = "{body}"

[[websocket]]
path = "/ws"

[[static]]
path = "/files"
root = "files"
"""

CASES = read_cases()


@pytest.fixture(scope="module")
def port(tmp_path_factory, shared):
    folder = tmp_path_factory.mktemp("www")
    (folder / "files").mkdir()
    (folder / "files/hello.txt").write_text("hello")
    (folder / "secret").write_text("secret")
    return shared(CONFIG.replace('"files"', f'"{folder}/files"')).port


def answers_of(connection, expected):
    """Reads as many answers as were expected, as "100", "200" or "200/head", and the body of the last."""
    words, body = [], b""
    heads = [word.endswith("/head") for word in expected if word != "100"]
    for head in heads:
        try:
            response = connection.response("HEAD" if head else "GET")
        except EOFError:
            return words, body
        words += map(str, response.interim)
        words.append(f"{response.status}/head" if head else str(response.status))
        body = response.body
    return words, body


def ending_of(connection, ending):
    """Whether the connection goes on, shown by a further request, or ends."""
    if ending == "close":
        return "close" if connection.ended() else "open"
    if not ending:
        return ""
    try:
        return "open" if connection.get("/name/still-in-step").body == b"still-in-step" else "out of step"
    except (EOFError, OSError):
        return "close"


def play(port, case, pieces, expected):
    with Connection(port) as connection:
        for number, piece in enumerate(pieces):
            if number:
                time.sleep(0.003)  # so that the pieces arrive in two reads; a wrong guess only makes the test weaker
            try:
                connection.send(piece)
            except OSError:  # refused after the first piece
                pass
        words, body = answers_of(connection, expected)
        endings = [ending for answers, ending in zip(case.answers, case.endings) if answers == words] or case.endings
        ending = "open" if "open" in endings else endings[0]  # shown sooner, where either will do
        return words, ending_of(connection, ending), body


def check(port, case, pieces):
    # The alternative with most answers, so that none stays unread.
    words, ending, body = play(port, case, pieces, max(case.answers, key=len))
    assert (words, ending) in list(zip(case.answers, case.endings)), f"RFC {case.section}: {words} {ending}"
    if case.body is not None:
        assert body == case.body


def test_the_cases_are_many_and_have_names_of_their_own():
    assert len(CASES) >= 200
    assert len({case.id for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_is_answered_as_the_file_says(port, case):
    check(port, case, [case.data])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_is_answered_the_same_in_two_pieces(port, case):
    at = random.Random(case.id).randrange(1, max(2, len(case.data)))
    check(port, case, [case.data[:at], case.data[at:]])
