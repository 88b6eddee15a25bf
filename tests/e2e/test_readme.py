"""README.md: its tour is taken as it stands there."""

import re
import subprocess

import pytest

import sluice

README = (sluice.ROOT / "README.md").read_text()
TOUR = README[README.index("## A tour"):README.index("`config/sluice.toml` is the commented default")]


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", TOUR, re.S | re.M)


def steps():
    """The commands behind "$ ", each with what the tour shows of its output."""
    for block in blocks("console"):
        for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.M):
            yield command, output


@pytest.fixture
def tour(tmp_path):
    """bash in a folder with the files of the tour, whose server runs on a free port."""
    port = str(sluice.free_port())
    (config,), (page,) = blocks("toml"), blocks("html")
    assert "listen = \"127.0.0.1:8123\"" in config
    (tmp_path / "www").mkdir()
    (tmp_path / "www/index.html").write_text(page)
    (tmp_path / "tour.toml").write_text(config.replace("8123", port))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/sluice").symlink_to(sluice.BINARY)
    server = sluice.Sluice(["-c", "tour.toml"], tmp_path).wait_listening()

    def run(command):
        done = subprocess.run(["bash", "-c", f'PATH="$PWD/bin:$PATH"; curl() {{ command curl -s "$@"; }}; {command.replace("8123", port)}'], cwd=tmp_path, capture_output=True,
                              text=True, timeout=sluice.PATIENCE, env=sluice.environment())
        return (done.stdout + done.stderr).replace("\r", "")

    yield server, run
    server.finish()


def test_the_tour_shows_what_happens(tour):
    server, run = tour
    commands = [command for command, _ in steps()]
    assert len(commands) > 6 and sum(command.startswith("sluice") for command in commands) >= 2
    for command, output in steps():
        if command.startswith("curl") and "Welcome" in output:  # the reload takes its time
            server.wait_for_line("reloaded")
        assert output.rstrip() in run(command), command


def test_the_tour_names_nothing_that_only_a_build_has():
    assert not re.search(r"build/sluice (?!.*alias)|config/examples|kill|python3", "".join(blocks("\\w+")))
