"""The results as a whole: which targets are met, and the tables of README.md."""

import host
import scenarios
import table
from servers import MANY
from table import median

MANY_ROUTES = f"sluice, {MANY:,} routes"


class Results:
    """Figures of a run by scenario and server. A KeyError: this run does not have them."""

    def __init__(self, measured):
        self.measured = measured

    def rounds(self, scenario, server="sluice"):
        found = self.measured[scenario].get(server)
        if not found:
            raise KeyError(server)
        return found

    def _kind(self, scenario):
        return next(s.kind for s in scenarios.ALL if s.name == scenario)

    def cost(self, scenario, server="sluice"):
        return table.cost_of(self._kind(scenario), self.rounds(scenario, server))

    def ratio(self, scenario, other="floor", server="sluice"):
        return table.ratio(self._kind(scenario), self.rounds(scenario, server), self.rounds(scenario, other))

    def _peers(self, scenario):
        """Those that keep up, where there is a rate to keep up with."""
        peers = [name for name, rounds in self.measured[scenario].items()
                 if rounds and table.base_of(name) == name and name not in ("floor", "sluice")
                 and ("asked_per_second" not in rounds[0] or table.keeps_up(rounds))]
        if not peers:
            raise KeyError("peer")
        return peers

    def over_best_peer(self, scenario):
        return self.ratio(scenario, min(self._peers(scenario), key=lambda name: self.cost(scenario, name)))

    def together_over_best_peer(self, scenario):
        best = min(table.together(self.rounds(scenario, name)) for name in self._peers(scenario))
        return table.together(self.rounds(scenario)) / best

    def over_plain(self, scenario):
        return self.cost(scenario) - self.cost("plain")

    def workers(self, scenario):
        return median(self.rounds(scenario, "sluice, 2 workers"), "requests_per_second") / median(
            self.rounds(scenario), "requests_per_second")


# What is asked for, the sense and value of the limit, its unit, and how it is found in the results.
TARGETS = (
    ("plain text against the floor", "≤", 1.08, "×", lambda r: r.ratio("plain")),
    ("plain text against nginx", "≤", 0.95, "×", lambda r: r.ratio("plain", "nginx")),
    ("plain text, 16 pipelined, against the floor", "≤", 1.6, "×", lambda r: r.ratio("pipelined")),
    ("template /{name} above plain text", "≤", 0.5, "µs", lambda r: r.over_plain("template")),
    ("JSON template above plain text", "≤", 0.5, "µs", lambda r: r.over_plain("json")),
    ("10,000 routes instead of 10", "≤", 1.05, "×", lambda r: r.ratio("routes", "sluice", MANY_ROUTES)),
    ("static 1 KiB against the floor", "≤", 1.12, "×", lambda r: r.ratio("static-1k")),
    ("static 16 KiB against the floor", "≤", 1.12, "×", lambda r: r.ratio("static-16k")),
    ("304 against the floor", "≤", 1.12, "×", lambda r: r.ratio("not-modified")),
    ("static 1 KiB against the best peer", "≤", 0.9, "×", lambda r: r.over_best_peer("static-1k")),
    ("static 16 KiB against the best peer", "≤", 0.9, "×", lambda r: r.over_best_peer("static-16k")),
    ("304 against the best peer", "≤", 0.9, "×", lambda r: r.over_best_peer("not-modified")),
    ("gzip against the best peer", "≤", 0.9, "×", lambda r: r.over_best_peer("gzip-16k")),
    ("static 1 MiB against the best peer", "≤", 1, "×", lambda r: r.over_best_peer("static-1m")),
    ("static 1 MiB against the best peer, with the client", "≤", 1, "×", lambda r: r.together_over_best_peer("static-1m")),
    ("static 100 MiB against the best peer", "≤", 1, "×", lambda r: r.over_best_peer("static-100m")),
    ("static 100 MiB against the best peer, with the client", "≤", 1, "×", lambda r: r.together_over_best_peer("static-100m")),
    ("static 1 MiB over a link, against the best peer", "≤", 1, "×", lambda r: r.over_best_peer("link-1m")),
    ("static 100 MiB over a link, against the best peer", "≤", 1, "×", lambda r: r.over_best_peer("link-100m")),
    ("access log on instead of off", "≤", 1.10, "×",
     lambda r: r.ratio("access-log", "sluice", "sluice, access log")),
    ("new connection each, against the floor", "≤", 1.05, "×", lambda r: r.ratio("connection")),
    ("memory of an idle kept connection", "≤", 600, "B", lambda r: r.cost("keep-alive-idle")),
    ("WebSocket echo 64 B against the floor", "≤", 1.08, "×", lambda r: r.ratio("websocket-64")),
    ("WebSocket echo 16 KiB against the floor", "≤", 1.2, "×", lambda r: r.ratio("websocket-16k")),
    ("requests of 2 workers instead of 1", "≥", 1.8, "×", lambda r: r.workers("workers")),
    ("compressed messages of 2 workers instead of 1", "≥", 1.8, "×", lambda r: r.workers("workers-deflate")),
    ("start to first answer, small config", "≤", 15, "ms", lambda r: r.cost("start")),
    ("start to first answer, 10,000 routes", "≤", 150, "ms", lambda r: r.cost("start", MANY_ROUTES)),
    ("longest request while 10,000 routes are reloaded, beyond the longest without", "≤", 1000, "µs",
     lambda r: table.added_by_reload(r.rounds("reload", MANY_ROUTES))),
    ("CPU time of a worker for the reload of 10,000 routes", "≤", 1000, "µs",
     lambda r: median(r.rounds("reload", MANY_ROUTES), "worker_microseconds")),
    ("p99 latency at half load, against the best peer", "≤", 1, "×", lambda r: r.over_best_peer("latency")),
)


def targets(measured):
    """[(what, limit, found, whether it is met)] of those that the run has figures for."""
    results, rows = Results(measured), []
    for what, sense, limit, unit, find in TARGETS:
        try:
            found = find(results)
        except KeyError:
            continue
        digits = 0 if unit in ("B", "µs") and limit > 100 else 1 if unit == "ms" else 2
        rows.append((what, f"{sense} {limit:g} {unit}", f"{found:,.{digits}f} {unit}",
                     round(found, 6) <= limit if sense == "≤" else round(found, 6) >= limit))
    return rows


def show_targets(measured):
    rows = targets(measured)
    if rows:
        print("\nTargets")
    for what, limit, found, met in rows:
        print(f"  {'met   ' if met else 'missed'} {what:78} {found:>12}  ({limit})")


def row(*cells):
    return "| " + " | ".join(cells) + " |"


def markdown(found):
    """Everything for the section Results of README.md."""
    measured = found["scenarios"]
    peers = ", ".join(f"{name} {version}" for name, version in found.get("peers", {}).items()) or "no peers"
    lines = [f"{found['rounds']} rounds of {found['seconds']} s, {found['connections']} connections, {found['cpus']} CPUs"
             f" ({found['machine']}), Linux {found['kernel']}; {peers}.", "",
             row("target", "limit", "found", ""), "|---|---|---|---|"]
    lines += [row(what, limit, value, "met" if met else "missed") for what, limit, value, met in targets(measured)]
    for scenario in scenarios.ALL:
        results = {name: rounds for name, rounds in measured.get(scenario.name, {}).items() if rounds}
        if not results:
            continue
        costs = {name: table.cost_of(scenario.kind, rounds) for name, rounds in results.items()}
        lines += ["", f"**{scenario.title}**", "", row("server", table.UNITS[scenario.kind], "compared", "more"), "|---|--:|---|---|"]
        for name in sorted(results, key=costs.get):
            lines.append(row(name, f"{costs[name]:,.{0 if scenario.kind in ('idle', 'reload', 'rate') else 2}f}",
                             ", ".join(f"{ratio:.2f} × {other}" for ratio, other in table.ratios(name, scenario.kind, results)),
                             more(scenario, results[name])))
        if host.worst(results) > host.QUIET:
            lines += ["", f"Disturbed: others on the host took up to {host.worst(results):.0%} of a CPU in a round that counts."]
        if scenario.name.startswith("workers") and {"sluice", "sluice, 2 workers"} <= results.keys():
            lines += ["", table.workers_text(results["sluice"], results["sluice, 2 workers"]) + "."]
    return "\n".join(lines)


def more(scenario, rounds):
    if scenario.kind == "load":
        text = f"± {table.spread(rounds, 'cpu_microseconds'):.2f}, {median(rounds, 'requests_per_second'):,.0f} a second"
        return text + (f", {table.together(rounds):,.1f} with the client's" if scenario.connections else "")
    if scenario.kind == "idle":
        return f"{rounds[0]['connections']:,} connections"
    if scenario.kind == "rate":
        text = f"p50 {median(rounds, 'p50_microseconds'):,.0f}, p99.9 {median(rounds, 'p999_microseconds'):,.0f}"
        return text if table.keeps_up(rounds) else text + ", does not keep up"
    if scenario.kind == "reload":
        return (f"{median(rounds, 'quiet_max_microseconds'):,.0f} without a reload, {table.added_by_reload(rounds):+,.0f} within a"
                f" round; {table.worker_cost(rounds)}")
    return f"± {table.spread(rounds, 'start_milliseconds'):.1f}"
