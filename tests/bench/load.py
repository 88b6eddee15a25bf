"""The load generators: how each is run on its CPU, and what it says."""

import json
import resource
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SETTLING = 1  # seconds after which a server has let go of what it needed for handshakes and messages

websocket_load = http_load = None  # paths of the built load generators, set by bench.py


class WrongAnswer(Exception):
    """The server does not do what is measured; it is left out."""


def _cpu_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def wrk(url, header, connections, seconds, pipelined, cpu):
    """Loads an HTTP server for a while: {"requests": count, "seconds": time, "bytes": count, "generator": the share of the
    time for which the load generator computed}."""
    fields = ["-H", header] if header else []
    command = ["taskset", "-c", str(cpu), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *fields,
               "-s", HERE / "requests.lua", url, "--", str(pipelined)]
    before = _cpu_of_children()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise WrongAnswer((done.stderr or done.stdout).strip()[-300:])
    result = json.loads(done.stdout.strip().splitlines()[-1])
    if result.get("errors"):
        raise WrongAnswer(f"{result['errors']} errors under load")
    return {**result, "generator": (_cpu_of_children() - before) / result["seconds"]}


def descriptors():
    """Connections that one process may hold, some being left for what else it opens."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return limit - 200 if limit != resource.RLIM_INFINITY else 1 << 20


class Held:
    """Connections that http_load or websocket_load holds open from here until `close`."""

    def __init__(self, port, path, mode, connections, amount, seconds, cpu, *bodies):
        """`bodies`: the right ones; none: WebSockets. `amount`: octets of a message, or requests a second."""
        program = http_load if bodies else websocket_load
        command = ["taskset", "-c", cpu, program, port, path, mode, connections, amount, seconds, *bodies]
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self._line()

    def _line(self):
        line = self.process.stdout.readline()
        if not line:
            raise WrongAnswer(self.close() or "the load generator ended")
        return line

    def begin(self):
        try:
            self.process.stdin.write("\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # why it ended is read where its answer is missed

    def load(self):
        """Starts what its mode says and waits for the result: {"requests", "seconds", "p50", "p99", …}."""
        self.begin()
        return json.loads(self._line())

    def cpu_seconds(self):
        return int(Path(f"/proc/{self.process.pid}/schedstat").read_text().split()[0]) / 1e9

    def close(self):
        """What it complained of."""
        return self.process.communicate()[1].strip()


def http(port, scenario, mode, connections, rate, seconds, cpu):
    """The result of one load by http_load."""
    crowd = Held(port, scenario.path, mode, connections, rate, seconds, cpu, scenario.body.decode())
    try:
        return crowd.load()
    finally:
        crowd.close()


def held(scenario, server, connections, seconds, cpu):
    """The result of the load, and from the server: CPU time in seconds, growth of its resident memory in bytes, with
    all connections open and after the load."""
    idle = scenario.kind == "idle"
    mode = "once" if idle else "broadcast" if scenario.path == "/room" else "deflated" if scenario.deflated else "echo"
    before = server.resident_bytes()
    bodies = () if scenario.message else (scenario.body.decode(),)
    crowd = Held(server.port, scenario.path, mode, connections, scenario.message, seconds, cpu, *bodies)
    try:
        if scenario.members:
            time.sleep(SETTLING)
        opened, used, generator = server.resident_bytes(), server.cpu_seconds(), crowd.cpu_seconds()
        result = crowd.load()
        result["cpu"] = server.cpu_seconds() - used
        result["generator"] = (crowd.cpu_seconds() - generator) / result["seconds"]
        if idle:
            time.sleep(SETTLING)
        result["resident_load"] = server.resident_bytes() - opened
    finally:
        crowd.close()
    return {**result, "connections": connections, "resident_open": opened - before}
