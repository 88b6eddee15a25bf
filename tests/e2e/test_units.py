"""The units for systemd: sound, and hardened."""

import os
import re
import shutil
import subprocess

import pytest

import sluice

UNITS = sluice.ROOT / "systemd"
SERVICES = ["sluice.service", "sluice@.service"]

needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", *map(str, arguments)], capture_output=True, text=True,
                          env=dict(os.environ, SYSTEMD_COLORS="0", SYSTEMD_PAGER=""))


@pytest.fixture
def units(tmp_path):
    """The units as they are installed, but with a binary that exists."""
    for unit in UNITS.glob("sluice*.s*"):
        if unit.suffix in (".service", ".socket"):
            (tmp_path / unit.name).write_text(unit.read_text().replace("/usr/sbin/sluice", str(sluice.BINARY)))
    return tmp_path


@needs_systemd
@pytest.mark.parametrize("unit", [*SERVICES, "sluice.socket"])
def test_a_unit_is_free_of_warnings(units, unit):
    result = analyze("verify", "--man=no", units / unit)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@needs_systemd
@pytest.mark.parametrize("unit", SERVICES)
def test_a_service_has_an_exposure_of_at_most_one_and_a_half(units, unit):
    result = analyze("security", "--offline=true", "--threshold=15", units / unit)
    assert result.returncode == 0, result.stdout[-400:]


@needs_systemd
@pytest.mark.parametrize("drop_in", sorted(p.name for p in (UNITS / "drop-ins").glob("*.conf")))
def test_a_drop_in_fits_the_service(units, drop_in):
    folder = units / "sluice.service.d"
    folder.mkdir()
    text = (UNITS / "drop-ins" / drop_in).read_text()
    version = int(re.search(r"systemd (\d+)", analyze("--version").stdout)[1])
    if "Type=notify-reload" in text and version < 253:
        pytest.skip(f"systemd {version} does not know Type=notify-reload")
    (folder / drop_in).write_text(text)
    result = analyze("verify", "--man=no", units / "sluice.service")
    assert (result.returncode, result.stderr) == (0, "")
    # What a drop-in opens may cost a tenth.
    assert analyze("security", "--offline=true", "--threshold=16", units / "sluice.service").returncode == 0


def test_the_instances_differ_from_the_service_in_their_names_only():
    def service(name):
        return (UNITS / name).read_text().split("[Service]")[1]

    assert service("sluice@.service").replace("/%i.toml", "/sluice.toml").replace("=sluice/%i", "=sluice") == service("sluice.service")


def test_a_bad_configuration_is_not_started_again():
    text = (UNITS / "sluice.service").read_text()
    assert "78" in re.search(r"^RestartPreventExitStatus=(.*)$", text, re.M)[1].split()
    assert re.search(r"^ExecReload=/bin/kill -HUP \$MAINPID$", text, re.M)


@pytest.mark.skipif(not shutil.which("systemd-sysusers"), reason="systemd-sysusers is not installed")
def test_users_and_folders_are_declared_in_forms_that_systemd_reads(tmp_path):
    (tmp_path / "etc").mkdir()
    users = subprocess.run(["systemd-sysusers", "--dry-run", f"--root={tmp_path}", UNITS / "sluice.sysusers"], capture_output=True, text=True)
    assert users.returncode == 0 and "sluice" in users.stdout + users.stderr, users.stderr


@pytest.mark.skipif(not shutil.which("logrotate"), reason="logrotate is not installed")
def test_logrotate_reads_its_file(tmp_path):
    text = (UNITS / "sluice.logrotate").read_text().replace("0640 sluice adm", "0640")  # the user may not exist here
    (tmp_path / "sluice").write_text(text)
    result = subprocess.run(["logrotate", "--debug", "--state", tmp_path / "state", tmp_path / "sluice"], capture_output=True, text=True)
    assert result.returncode == 0 and "error:" not in result.stderr, result.stderr
