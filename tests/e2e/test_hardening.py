"""How the binary that users run is built; tests/service/run looks at that of the package."""

import shutil
import subprocess

import pytest

import sluice


@pytest.mark.release
@pytest.mark.skipif(not shutil.which("readelf"), reason="readelf is not installed")
def test_faults_in_it_are_hard_to_use():
    done = subprocess.run([sluice.ROOT / "tests/service/hardening", sluice.BINARY], capture_output=True, text=True)
    assert done.returncode == 0 and "not ok" not in done.stdout, done.stdout
