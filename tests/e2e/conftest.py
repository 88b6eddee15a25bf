"""Fixtures: servers on free ports, stopped and examined when their test ends."""

import re
import resource
import shutil

import pytest

import sluice


def pytest_configure(config):
    if not sluice.BINARY.exists():
        raise pytest.UsageError(f"{sluice.BINARY} is not built; scripts/test builds and tests")
    allow_many_descriptors()


def allow_many_descriptors():
    """A thousand clients take more than a shell allows, 1024 as a rule."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 20_000 if hard == resource.RLIM_INFINITY else min(hard, 20_000)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def pytest_collection_modifyitems(items):
    if sluice.BUILD == "release":
        return
    for item in items:
        if item.get_closest_marker("release"):
            item.add_marker(pytest.mark.skip(reason=f"says nothing of the {sluice.BUILD} build"))


def with_workers(text, count):
    """Sets the number of workers in a config that does not."""
    if re.search(r"^workers\b", text, re.M):
        return text
    if re.search(r"^\[server\]", text, re.M):
        return re.sub(r"^\[server\].*$", lambda m: f"{m[0]}\nworkers = {count}", text, count=1, flags=re.M)
    return f"{text}\n[server]\nworkers = {count}\n"


@pytest.fixture
def serve(tmp_path):
    """serve(TOML text, files={name: text or bytes}) or serve(path of a config or directory): a running server.

    Listens on a free port of 127.0.0.1; `workers`: how many (4 under ThreadSanitizer, else 1).
    """
    running = []

    def start(config, *, files=None, arguments=(), listen="127.0.0.1:0", workers=None, listeners=1, wait=True, **options):
        folder = tmp_path / f"server{len(running)}"
        folder.mkdir(exist_ok=True)
        for name, content in (files or {}).items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
        if isinstance(config, str):
            workers = workers or (4 if sluice.BUILD == "thread" else 1)
            (folder / "sluice.toml").write_text(with_workers(config, workers))
            what = ["-c", folder / "sluice.toml"]
        else:
            what = [config] if config.is_dir() else ["-c", config]
        if listen:
            what += ["--listen", listen]
        server = sluice.Sluice([*what, *arguments], folder, **options)
        running.append(server)
        return server.wait_listening(listeners) if wait else server

    yield start
    for server in running:
        server.finish()


@pytest.fixture
def example(serve):
    """example("tornado-ws"): a server on config/examples/tornado-ws.toml."""
    return lambda name, **options: serve(sluice.EXAMPLES / f"{name}.toml", **options)


@pytest.fixture
def curl():
    """curl(arguments…): the finished process; its output is bytes."""
    import subprocess

    def run(*arguments):
        return subprocess.run(["curl", "-sS", "--max-time", "30", *map(str, arguments)], capture_output=True)

    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    return run


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """shared(TOML text): one server for all tests of a module that only ask it questions."""
    servers = {}

    def get(config):
        if config not in servers:
            folder = tmp_path_factory.mktemp("shared")
            (folder / "sluice.toml").write_text(with_workers(config, 4 if sluice.BUILD == "thread" else 1))
            servers[config] = sluice.Sluice(["-c", folder / "sluice.toml", "--listen", "127.0.0.1:0"], folder)
            servers[config].wait_listening()
        return servers[config]

    yield get
    for server in servers.values():
        server.finish()
