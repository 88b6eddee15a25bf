"""What bash offers when Tab is pressed."""

import os
import shutil
import subprocess

import pytest

import sluice

PRESS = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
_sluice
printf '%s\\n' "${COMPREPLY[@]}"
"""


def offered(*words):
    path = f"{sluice.BINARY.parent}:{os.environ['PATH']}"
    done = subprocess.run(["bash", "-c", PRESS, "bash", sluice.ROOT / "scripts/packaging/sluice.bash", *words], cwd=sluice.ROOT,
                          env=dict(sluice.environment(), PATH=path), capture_output=True, text=True, timeout=sluice.PATIENCE)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout.split()


pytestmark = pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")


def test_commands_options_and_words():
    assert offered("sluice", "re") == ["reload", "reference"]
    assert "--watch" in offered("sluice", "serve", "--")
    assert offered("sluice", "check", "--format", "") == ["human", "gcc", "json"]
    assert "root" in offered("sluice", "check", "--user", "ro")


def test_keys_and_files():
    assert offered("sluice", "explain", "server.limits.head") == ["server.limits.header_bytes", "server.limits.header_count"]
    assert "websocket.log.open" in offered("sluice", "explain", "websocket.")
    assert offered("sluice", "check", "config/sluice.t") == ["config/sluice.toml"]
