"""Compares Sluice with the floor and with the peers that are installed. See README.md beside this file."""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import load
import scenarios
import servers
import table

ROOT = Path(__file__).resolve().parents[2]


def options():
    names = [s.name for s in scenarios.ALL]
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds; medians are shown (default 3)")
    parser.add_argument("--seconds", type=int, default=3, help="load per server and round (default 3)")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--only", action="append", metavar="SCENARIO", choices=names, help="one of: " + ", ".join(names))
    parser.add_argument("--without", action="append", default=[], metavar="SERVER", help="leave a server out")
    parser.add_argument("--binary", type=lambda name: Path(name).resolve(), help="measure this sluice instead of building one")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every measurement there")
    return parser.parse_args()


def build(given):
    """Returns (sluice, floor) and sets the load generator."""
    if not given:
        subprocess.run([ROOT / "scripts/build", "release", "sluice"], check=True)
    tools = ROOT / "build/bench"
    tools.mkdir(parents=True, exist_ok=True)
    for name in ("floor", "websocket_load"):
        source = ROOT / "tests/bench" / f"{name}.c"
        subprocess.run(["cc", "-O2", "-o", tools / name, source, "-lcrypto"], check=True)
    load.websocket_load = tools / "websocket_load"
    return given or ROOT / "build/sluice", tools / "floor"


def measure_scenario(scenario, contestants, arguments, server_cpu, load_cpu):
    """All rounds of one scenario: {server name: [measurement]}."""
    results, running = {}, []
    try:
        for server in contestants:
            if scenario.name not in server.scenarios:
                continue
            try:
                server.start(scenario.name, server_cpu)
                header = scenarios.verify(scenario, server)
            except (scenarios.WrongAnswer, servers.NotRunning, OSError) as wrong:
                print(f"  {server.name} is disqualified: {wrong}")
                server.stop()
                continue
            running.append((server, header))
            results[server.name] = []
        for number in range(arguments.rounds):
            for server, header in running:
                if server.name not in results:
                    continue
                try:
                    if number and scenario.members:  # what an earlier round left behind would hide what this one needs
                        server.stop()
                        server.start(scenario.name, server_cpu)
                        scenarios.verify(scenario, server)
                    measured = scenarios.measure(scenario, server, header, arguments.connections, arguments.seconds,
                                                 load_cpu)
                except (scenarios.WrongAnswer, servers.NotRunning) as wrong:
                    print(f"  {server.name} is disqualified: {wrong}")
                    del results[server.name]
                    continue
                results[server.name].append(table.measurement(measured))
                time.sleep(0.2)
    finally:
        for server, _ in running:
            server.stop()
    return results


def main():
    arguments = options()
    sluice, floor = build(arguments.binary)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # servers and load inherit it
    cpus = sorted(os.sched_getaffinity(0))
    server_cpu, load_cpu = cpus[0], cpus[-1]
    if server_cpu == load_cpu:
        print("Only one CPU: server and load share it, so requests/s say little. CPU per request still holds.")

    measured = {}
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as scratch:
        scratch = Path(scratch)
        os.chmod(scratch, 0o755)  # peers that drop privileges read the files too
        www = scratch / "files"
        scenarios.make_files(www)
        contestants = [servers.Floor(scratch, www, floor), servers.Sluice(scratch, www, sluice)]
        contestants += [kind(scratch, www) for kind in servers.installed_peers()]
        contestants = [s for s in contestants if s.name not in arguments.without]
        for scenario in scenarios.ALL:
            if arguments.only and scenario.name not in arguments.only:
                continue
            print(f"\n{scenario.title}", flush=True)
            measured[scenario.name] = measure_scenario(scenario, contestants, arguments, server_cpu, load_cpu)
            table.show(scenario, measured[scenario.name])
            sys.stdout.flush()

    table.show_growth(measured.get("broadcast-1k", {}), measured.get("broadcast-10k", {}))

    if arguments.json:
        arguments.json.write_text(json.dumps(
            {"machine": platform.processor() or platform.machine(), "kernel": platform.release(), "cpus": len(cpus),
             "rounds": arguments.rounds, "seconds": arguments.seconds, "connections": arguments.connections,
             "scenarios": measured}, indent=2) + "\n")
    return 0 if all("sluice" in result or "sluice" in arguments.without for result in measured.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
