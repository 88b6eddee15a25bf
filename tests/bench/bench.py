"""Compares Sluice with the floor and with the peers that are installed. See README.md beside this file."""

import argparse
import json
import os
import platform
import resource
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import chart
import host
import link
import load
import measure
import ours
import peers
import report
import scenarios
import servers
import table

ROOT = Path(__file__).resolve().parents[2]


def options():
    names = [s.name for s in scenarios.ALL]
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--install", action="store_true", help="install the load generator and the peers first")
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds; medians are shown (default 3)")
    parser.add_argument("--seconds", type=int, default=3, help="load per server and round (default 3)")
    parser.add_argument("--attempts", type=int, default=10,
                        help="a round is measured so often at most until the host leaves the machine alone (default 10)")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--only", action="append", metavar="SCENARIO", choices=names, help="one of: " + ", ".join(names))
    parser.add_argument("--without", action="append", default=[], metavar="SERVER", help="leave a server out")
    parser.add_argument("--binary", type=lambda name: Path(name).resolve(), help="measure this sluice instead of building one")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every measurement there")
    parser.add_argument("--from", type=Path, metavar="FILE", dest="earlier",
                        help="measure nothing: show what an earlier --json FILE has")
    parser.add_argument("--chart", type=Path, metavar="FILE", help="also draw CPU per request there, as SVG")
    parser.add_argument("--markdown", action="store_true", help="show the results as tables for README.md")
    return parser.parse_args()


@dataclass
class Setting:
    """What holds for all measurements of a run."""
    server_cpus: list
    load_cpu: int
    rounds: int
    seconds: int
    connections: int
    attempts: int = 1
    rate: int = 0  # requests a second of the scenario "latency"


def build(given):
    """Returns (sluice, floor) and sets the load generators."""
    if not given:
        subprocess.run([ROOT / "scripts/build", "release", "sluice"], check=True)
    tools = ROOT / "build/bench"
    tools.mkdir(parents=True, exist_ok=True)
    for name in ("floor", "websocket_load", "http_load"):
        source = ROOT / "tests/bench" / f"{name}.c"
        subprocess.run(["cc", "-O2", "-o", tools / name, source, "-lcrypto", "-lm", "-lz"], check=True)
    load.websocket_load, load.http_load = tools / "websocket_load", tools / "http_load"
    return given or ROOT / "build/sluice", tools / "floor"


def started(scenario, contestants, setting):
    """Those servers that run and answer rightly: [(server, header to measure with)]."""
    running = []
    for server in contestants:
        if scenario.name not in server.scenarios:
            continue
        try:
            server.start(scenario.name, setting.server_cpus)
            running.append((server, scenarios.verify(scenario, server)))
        except (load.WrongAnswer, servers.NotRunning, OSError) as wrong:
            print(f"  {server.name} is disqualified: {wrong}")
            server.stop()
    return running


def one_round(scenario, server, header, setting, fresh):
    """`fresh`: the server has just been started."""
    def attempt():
        nonlocal fresh
        if scenario.members and not fresh:  # what an earlier round left behind would hide what this one needs
            server.stop()
            server.start(scenario.name, setting.server_cpus)
            scenarios.verify(scenario, server)
        fresh = False
        return measure.one_round(scenario, server, header, setting)

    return host.quiet_round(attempt, setting.attempts)


def measure_scenario(scenario, contestants, setting):
    """All rounds of one scenario: {server name: [measurement]}; nothing where this machine cannot measure it."""
    if scenario.over_link:
        try:
            with link.made(setting.server_cpus[0], setting.load_cpu) as address:
                return measure_rounds(scenario, contestants, setting, address)
        except link.NoLink as why:
            print(f"  left out, for there is no link: {why}")
            return None
    return measure_rounds(scenario, contestants, setting, servers.Server.address)


def measure_rounds(scenario, contestants, setting, address):
    """The same with servers that listen at this address."""
    running = []
    for server in contestants:
        server.address = address
    try:
        running = started(scenario, contestants, setting)
        results = {server.name: [] for server, _ in running}
        if scenario.kind == "rate":
            setting.rate = half_of_best(scenario, running, setting)
        for number in range(setting.rounds):
            for server, header in running:
                if server.name not in results:
                    continue
                try:
                    measured = one_round(scenario, server, header, setting, number == 0)
                except (load.WrongAnswer, servers.NotRunning, OSError) as wrong:
                    print(f"  {server.name} is disqualified: {wrong}")
                    del results[server.name]
                    continue
                measured["shared_cpu"] = setting.load_cpu in setting.server_cpus[:server.workers]
                results[server.name].append(measured)
                time.sleep(0.2)
        return results
    finally:
        for server, _ in running:
            server.stop()


def half_of_best(scenario, running, setting):
    """Half the rate that the fastest peer reaches, or Sluice where there is none."""
    reached = {server.name: load.wrk(f"http://{server.address}:{server.port}{scenario.path}", header, setting.connections,
                                     setting.seconds, 1, setting.load_cpu) for server, header in running}
    fastest = {name: one["requests"] / one["seconds"] for name, one in reached.items()}
    rivals = {name: rate for name, rate in fastest.items() if name not in ("floor", "sluice")} or fastest
    best = max(rivals, key=rivals.get)
    rate = int(rivals[best] / 2)
    print(f"  {rate:,} requests/s, half of what {best} reaches")
    return rate


def measure_all(arguments):
    """{"scenarios": {name: {server: [measurement]}}} and what it was measured with."""
    binary, floor = build(arguments.binary)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # servers and load inherit it
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) == 1:
        print("Only one CPU: server and load share it, so requests/s say little. CPU per request still holds.")
    setting = Setting(cpus, cpus[-1], arguments.rounds, arguments.seconds, arguments.connections, arguments.attempts)

    measured = {}
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as scratch:
        scratch = Path(scratch)
        os.chmod(scratch, 0o755)  # peers that drop privileges read the files too
        www = scratch / "files"
        scenarios.make_files(www)
        contestants = [ours.Floor(scratch, www, floor)] + [kind(scratch, www, binary) for kind in ours.ALL]
        contestants += [kind(scratch, www) for kind in peers.installed_peers()]
        contestants = [s for s in contestants if s.name not in arguments.without]
        for scenario in scenarios.ALL:
            if arguments.only and scenario.name not in arguments.only:
                continue
            print(f"\n{scenario.title}", flush=True)
            results = measure_scenario(scenario, contestants, setting)
            if results is None:
                continue
            measured[scenario.name] = results
            table.show(scenario, measured[scenario.name])
            sys.stdout.flush()
    return {"date": time.strftime("%Y-%m-%d"), "peers": peers.versions(),
            "machine": platform.processor() or platform.machine(), "kernel": platform.release(), "cpus": len(cpus),
            "rounds": arguments.rounds, "seconds": arguments.seconds, "connections": arguments.connections,
            "scenarios": measured}


def main():
    arguments = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the servers are stopped on the way out
    found = json.loads(arguments.earlier.read_text()) if arguments.earlier else measure_all(arguments)
    if arguments.only:
        found["scenarios"] = {name: found["scenarios"][name] for name in arguments.only if name in found["scenarios"]}
    measured = found["scenarios"]
    if arguments.earlier and not arguments.markdown:
        for scenario in scenarios.ALL:
            if scenario.name in measured:
                print(f"\n{scenario.title}")
                table.show(scenario, measured[scenario.name])
    if arguments.markdown:
        print(report.markdown(found))
    else:
        table.show_growth(measured.get("broadcast-1k", {}), measured.get("broadcast-10k", {}))
        report.show_targets(measured)
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n")
    if arguments.chart:
        arguments.chart.write_text(chart.draw(measured))
    return 0 if all("sluice" in result or "sluice" in arguments.without for result in measured.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
