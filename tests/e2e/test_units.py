"""The units for systemd: sound, and hardened."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

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


def test_a_reload_checks_the_configuration_before_the_daemon_reads_it():
    text = (UNITS / "sluice.service").read_text()
    start = re.search(r"^ExecStart=(\S+) serve (--config \S+)$", text, re.M)
    assert re.findall(r"^ExecReload=(.*)$", text, re.M) == [f"{start[1]} check --quiet {start[2]}", "/bin/kill -HUP $MAINPID"]


@pytest.mark.skipif(not shutil.which("systemd-sysusers"), reason="systemd-sysusers is not installed")
def test_users_and_folders_are_declared_in_forms_that_systemd_reads(tmp_path):
    (tmp_path / "etc").mkdir()
    users = subprocess.run(["systemd-sysusers", "--dry-run", f"--root={tmp_path}", UNITS / "sluice.sysusers"], capture_output=True, text=True)
    assert users.returncode == 0 and "sluice" in users.stdout + users.stderr, users.stderr


@pytest.mark.skipif(not shutil.which("logrotate") or os.geteuid() != 0, reason="needs logrotate, and root")
def test_logrotate_moves_the_logs_of_the_service_and_of_its_instances(tmp_path):
    """The daemon makes the new files, so none may be there; a fake systemctl notes whom the script tells."""
    with tempfile.TemporaryDirectory() as folder:  # which others may enter, unlike tmp_path
        os.chmod(folder, 0o755)
        logs = Path(folder) / "log"
        for name in ("access.log", "shop/access.log"):
            (logs / name).parent.mkdir(mode=0o750, exist_ok=True)
            (logs / name).write_text("line\n")
        for path in [logs, *logs.rglob("*")]:
            shutil.chown(path, "nobody", "nogroup")
        text = (UNITS / "sluice.logrotate").read_text().replace("/var/log/sluice", str(logs)).replace("sluice sluice", "nobody nogroup")
        (tmp_path / "rotate").write_text(text)
        (tmp_path / "systemctl").write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/told\n')
        (tmp_path / "systemctl").chmod(0o755)
        done = subprocess.run(["logrotate", "--force", "--state", tmp_path / "state", tmp_path / "rotate"], capture_output=True, text=True,
                              env=dict(os.environ, PATH=f"{tmp_path}:{os.environ['PATH']}"))
        assert (done.returncode, done.stderr) == (0, "")
        assert sorted(str(path.relative_to(logs)) for path in logs.rglob("*.log*")) == ["access.log.1", "shop/access.log.1"]
    assert (tmp_path / "told").read_text() == "kill --signal=SIGUSR1 --kill-whom=main sluice.service sluice@*.service\n"


def test_whoever_makes_the_logs_and_their_folder_gives_them_the_same_owner_and_mode():
    unit = (UNITS / "sluice.service").read_text()
    user, group, mode = (re.search(rf"^{key}=(\w+)$", unit, re.M)[1] for key in ("User", "Group", "LogsDirectoryMode"))
    assert f"d /var/log/sluice {mode} {user} {group} -" in (UNITS / "sluice.tmpfiles").read_text().splitlines()
    rotate = (UNITS / "sluice.logrotate").read_text()
    assert f"su {user} {group}" in rotate and "nocreate" in rotate
