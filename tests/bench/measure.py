"""How each kind of scenario is measured. Every function gives one round of one server: a dictionary of figures, whose
names say their units."""

import socket
import statistics
import time

import load
import scenarios
from load import WrongAnswer

STARTS = 5  # of which a round of "start" takes the median
LATENCIES = ("p50", "p90", "p99", "p999", "max")
AFTERMATH = 2.5  # seconds after a reload in which the old configuration goes


def latencies(result):
    return {f"{name}_microseconds": result[name] for name in LATENCIES if name in result}


def of_load(scenario, server, header, setting):
    """Throughput and CPU per request, under as much load as there can be."""
    if scenario.message:
        count = min(scenario.members or setting.connections, load.descriptors())
        result = load.held(scenario, server, count, setting.seconds, setting.load_cpu)
        more = {name: result[name] for name in ("connections", "resident_open", "resident_load")}
    else:
        result = _wrk(scenario, server, header, setting)
        more = {}
    return {"requests_per_second": result["requests"] / result["seconds"],
            "cpu_microseconds": result["cpu"] * 1e6 / result["requests"], "generator_share": result["generator"],
            **latencies(result), **more}


def _wrk(scenario, server, header, setting):
    connections = min(setting.connections, scenario.connections or setting.connections)
    logged, before = server.logged_lines(), server.cpu_seconds()
    result = load.wrk(f"http://{server.address}:{server.port}{scenario.path}", header, connections, setting.seconds,
                      scenario.pipelined, setting.load_cpu)
    result["cpu"] = server.cpu_seconds() - before
    if scenario.connections:  # what was under way at the end counts for its share
        result["requests"] = result["bytes"] / scenarios.size_of(server, scenario.path)
    if logged is not None:
        _check_log(server, logged + result["requests"])
    return result


def _check_log(server, lines):
    """A server that logs must have a line for every request, once its buffer has been written."""
    deadline = time.monotonic() + 10
    while server.logged_lines() < lines:
        if time.monotonic() > deadline:
            raise WrongAnswer(f"{lines - server.logged_lines():.0f} requests are not in the access log")
        time.sleep(0.1)


def of_idle(scenario, server, header, setting):
    """What an open connection adds to the resident memory."""
    count = min(scenario.members, load.descriptors())
    result = load.held(scenario, server, count, setting.seconds, setting.load_cpu)
    return {name: result[name] for name in ("connections", "resident_open", "resident_load")}


def of_rate(scenario, server, header, setting):
    """Latencies at a rate that is the same for all servers."""
    before = server.cpu_seconds()
    result = load.http(server.port, scenario, "rate", setting.connections, setting.rate, setting.seconds, setting.load_cpu)
    cpu = server.cpu_seconds() - before
    return {"asked_per_second": setting.rate, "requests_per_second": result["requests"] / result["seconds"],
            "cpu_microseconds": cpu * 1e6 / result["requests"], **latencies(result)}


def of_start(scenario, server, header, setting):
    """From the exec of a server that does not run yet to the first octet of its first answer."""
    times = []
    for _ in range(STARTS):
        server.stop()
        server.spawn(scenario.name, setting.server_cpus)  # comes back when the program has been executed
        begin = time.perf_counter()
        server.wait_listening(pause=0.0002)
        connection = socket.create_connection((server.address, server.port), 10)
        connection.sendall(f"GET {scenario.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        if not connection.recv(1):
            raise WrongAnswer("the first request is not answered")
        times.append(time.perf_counter() - begin)
        connection.close()
    scenarios.verify(scenario, server)
    return {"start_milliseconds": statistics.median(times) * 1e3}


def of_reload(scenario, server, header, setting):
    """The longest that a request took while the configuration was reloaded, and in the same time without a reload. One
    connection asks again and again; the answer of its route changes with each reload, which proves that there was one.
    Nothing else runs meanwhile, this program included: it would take turns on the CPUs, too. Then the CPU time of the
    worker for another reload, while nobody asks: a request waits for no more than that because of the reload itself."""
    watch = load.Held(server.port, scenario.path, "watch", 1, 0, 0, setting.load_cpu, *server.generations)
    try:
        server.write_other_config()
        watch.begin()
        time.sleep(AFTERMATH)
        quiet = watch.load()
        server.begin_reload()
        time.sleep(AFTERMATH)
        busy = watch.load()
    finally:
        watch.close()
    if quiet["changes"] != 0 or busy["changes"] != 1:
        raise WrongAnswer("the answer did not change with the reload")
    server.write_other_config()
    before = server.worker_cpu_seconds()
    server.begin_reload()
    time.sleep(AFTERMATH)
    cost = server.worker_cpu_seconds() - before
    expected = server.generations[server.generation]
    if scenarios.body_of(server, scenario.path).decode() != expected:
        raise WrongAnswer(f"the answer is not {expected!r} after another reload")
    return {"quiet_max_microseconds": quiet["max"], "quiet_p99_microseconds": quiet["p99"],
            "reload_max_microseconds": busy["max"], "reload_p99_microseconds": busy["p99"],
            "worker_microseconds": cost * 1e6}


KINDS = {"load": of_load, "idle": of_idle, "rate": of_rate, "start": of_start, "reload": of_reload}


def one_round(scenario, server, header, setting):
    return KINDS[scenario.kind](scenario, server, header, setting)
