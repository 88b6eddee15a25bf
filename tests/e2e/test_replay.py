"""Replays recorded conversations with the frameworks after which the examples are named.

The recordings are not part of this repository. The test looks for their folder in SLUICE_REFERENCE, or as
`shared/reference` beside the repository, and is skipped where there is none.
"""

import importlib.util
import json
import os
import re
from pathlib import Path

import pytest

from sluice import BINARY, BUILD, EXAMPLES, ROOT, environment, examine, free_port

REFERENCE = Path(os.environ.get("SLUICE_REFERENCE", ROOT.parent / "shared/reference"))
APPS = ("aiohttp-server", "fastapi-hello", "tornado-hello", "tornado-async", "tornado-ws", "sanic-hello", "sanic-delay",
        "sanic-ws", "sanic-middleware", "starlette-hello", "quart-hello", "channels-chat")

# Cases that ask for something else than Sluice does, by pattern, with the reason.
DEVIATIONS = {
    r"fastapi-hello/((head-|405-post-)?(docs|redoc|openapi)|405-post-openapi\.json)":
        "generated documentation is not part of this example",
    r"aiohttp-server/404-(dot|dotdot)-segment":
        "dot segments are resolved before routing (RFC 3986 §5.2.4), as for directories",
}

# What replay.py says when an answer was right and took too long.
TOO_SLOW = re.compile(r"\b(wall|took) [\d.]+s, wanted")

pytestmark = pytest.mark.skipif(not (REFERENCE / "replay.py").exists(), reason="no recordings here")


def cases(app):
    if not (REFERENCE / "cases.jsonl").exists():
        return []
    with open(REFERENCE / "cases.jsonl", encoding="utf-8") as lines:
        return [case for case in map(json.loads, lines) if case["app"] == app]


def deviation(case):
    return next((reason for pattern, reason in DEVIATIONS.items() if re.fullmatch(pattern, case["id"])), None)


@pytest.fixture(scope="module")
def replay():
    spec = importlib.util.spec_from_file_location("replay", REFERENCE / "replay.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("app", APPS)
def test_the_example_answers_as_the_framework_did(replay, app):
    port = free_port()
    running = replay.App(app, {
        "argv": [str(BINARY), "serve", "-c", str(EXAMPLES / f"{app}.toml"), "--listen", f"127.0.0.1:{port}"],
        "port": port, "env": {k: v for k, v in environment().items() if k.endswith("_OPTIONS") or k == "NO_COLOR"}})
    differences, log = [], ""
    try:
        running.start()
        for case in sorted(cases(app), key=lambda case: bool(case.get("fresh"))):
            if case.get("fresh") or running.p is None or running.p.poll() is not None:
                log += running.logs()
                running.start()
            complaint, _ = replay.run_case(case, running, strict=True)
            if complaint and TOO_SLOW.search(complaint):  # the machine has other work: once more, in release builds
                complaint = BUILD == "release" and replay.run_case(case, running, strict=True)[0]
            reason = deviation(case)
            if complaint and not reason:
                differences.append(f"{case['id']} [{case['grade']}]: {complaint}")
            if reason and not complaint:
                differences.append(f"{case['id']} is listed as a deviation and is none")
    finally:
        status = running.stop(timeout=20)
        log += running.logs()
    examine(status and status[0], log)
    assert differences == []
    assert status is None or status[0] == 0
