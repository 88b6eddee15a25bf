"""A server that is compared: how it is started on its CPU, measured and stopped."""

import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path

import link


def free_port():
    """Not one of those that the kernel chooses for others: a server is started on it again and again."""
    while True:
        port = random.randrange(10_000, 15_000)
        try:
            socket.create_server(("127.0.0.1", port)).close()
            return port
        except OSError:
            continue


# Scenarios of whoever serves files.
FILES = ("static-1k", "static-16k", "static-1m", "static-100m", "gzip-16k", "not-modified", "link-1m", "link-100m")

# Scenarios of whoever answers with a text.
TEXT = ("plain", "pipelined", "connection", "keep-alive-idle", "latency")

# … and puts parts of the request into it.
TEMPLATES = ("template", "json")

# Scenarios of whoever speaks WebSocket. What an idle connection costs the floor is the kernel's memory, not its own.
WEBSOCKETS = ("websocket-64", "websocket-16k", "websocket-idle", "broadcast-1k", "broadcast-10k")

IDLE = {"websocket-idle", "keep-alive-idle"}

MANY = 10_000  # routes


class NotRunning(Exception):
    """A server that could not be started; it is left out."""


class Server:
    """One server process, with its children. `scenarios` names what it can serve. A variant of a server is called by the
    server's name, a comma and what is different."""

    name = ""
    scenarios = frozenset()
    workers = 1
    address = "127.0.0.1"  # where it listens; over a link the address there

    def __init__(self, folder: Path, www: Path):
        self.folder = folder / self.name.replace(",", "").replace(" ", "-")
        self.folder.mkdir(parents=True)
        self.www = www
        self.port = free_port()
        self.process = None

    def command(self, scenario):
        raise NotImplementedError

    def start(self, scenario, cpus):
        self.spawn(scenario, cpus)
        self.wait_listening()

    def spawn(self, scenario, cpus):
        """Runs the program on the first of these CPUs, or on as many as it is to have."""
        with open(self.folder / "log", "ab") as log:
            command = [str(word) for word in self.command(scenario)]
            self.process = subprocess.Popen(
                link.inside(command) if self.address == link.SERVER_ADDRESS else command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, env={**os.environ, **self.environment()},
                preexec_fn=lambda: os.sched_setaffinity(0, set(cpus[:self.workers])))

    def environment(self):
        return {}

    def wait_listening(self, pause=0.02):
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection((self.address, self.port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise NotRunning("it did not start: " + (self.folder / "log").read_text()[-800:])
                time.sleep(pause)

    def logged_lines(self):
        """Lines in the access log; nothing without one."""
        return None

    def stop(self):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                for pid in self.pids():
                    os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def pids(self):
        """The process and all its descendants."""
        children = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                except OSError:
                    continue
                children.setdefault(int(fields[1]), []).append(int(entry.name))
        found = [self.process.pid]
        for pid in found:
            found += children.get(pid, [])
        return found

    def cpu_seconds(self):
        """CPU time used so far by every thread, in seconds, with the scheduler's precision (nanoseconds)."""
        total = 0
        for pid in self.pids():
            for task in Path(f"/proc/{pid}/task").iterdir():
                total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9

    def worker_cpu_seconds(self):
        """The same for the threads of ours that serve requests."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        workers = [task for task in tasks if (task / "comm").read_text().strip() == "worker"]
        return sum(int((task / "schedstat").read_text().split()[0]) for task in workers) / 1e9

    def resident_bytes(self):
        """Resident memory of the process and its descendants."""
        pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.pids())
        return pages * os.sysconf("SC_PAGE_SIZE")


def lines_of(file):
    return file.read_bytes().count(b"\n") if file.exists() else 0
