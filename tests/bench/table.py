"""How measurements become lines: medians, their spread, and ratios to the floor and the best peer."""

import statistics

import host


def median(rounds, key):
    return statistics.median(one[key] for one in rounds)


def spread(rounds, key):
    """Half the distance between the best and the worst round."""
    values = [one[key] for one in rounds]
    return (max(values) - min(values)) / 2


def together(rounds):
    """Microseconds of CPU of server and load generator for a request."""
    return statistics.median(one["cpu_microseconds"] + one["generator_share"] * 1e6 / one["requests_per_second"] for one in rounds)


def base_of(name):
    """The server of which this is a variant, or itself."""
    return name.split(",")[0]


def cost_of(kind, rounds):
    """What the kind of scenario is about, the less the better: a number, its key and unit."""
    if kind == "idle":
        return median(rounds, "resident_open") / rounds[0]["connections"]
    return median(rounds, KEYS[kind])


KEYS = {"load": "cpu_microseconds", "rate": "p99_microseconds", "start": "start_milliseconds", "reload": "reload_max_microseconds"}


def ratio(kind, rounds, others):
    """What one server costs in terms of another one. Under load it is the median of the ratios of each round: what is
    measured within seconds of each other has met the same machine, whose speed goes up and down by a fifth."""
    if kind == "load" and len(rounds) == len(others):
        return statistics.median(one[KEYS[kind]] / other[KEYS[kind]] for one, other in zip(rounds, others))
    return cost_of(kind, rounds) / cost_of(kind, others)


UNITS = {"load": "µs CPU", "idle": "B", "rate": "µs p99", "start": "ms", "reload": "µs at most"}


def ratios(name, kind, results):
    """What `name` costs in terms of the floor, of the cheapest of the peers and of what it is a variant of: [(ratio,
    name)]."""
    costs = {other: cost_of(kind, rounds) for other, rounds in results.items()}
    peers = (other for other in costs if base_of(other) not in ("floor", "sluice") and other == base_of(other))
    best = min(peers, key=costs.get, default=None)
    others = dict.fromkeys(("floor", best, base_of(name)))
    if name != base_of(name):
        others = {base_of(name): None}
    return [(ratio(kind, results[name], results[other]), other) for other in others if other != name and costs.get(other, 0) > 0]


def show(scenario, results):
    """One line a server, and more where there is more to say."""
    results = {name: rounds for name, rounds in results.items() if rounds}
    line = {"load": load_line, "idle": memory_line, "rate": rate_line, "start": start_line, "reload": reload_line}[scenario.kind]
    width = max((len(name) for name in results), default=0)
    for name, rounds in results.items():
        compared = "  ".join(f"{ratio:.2f} × {other}" for ratio, other in ratios(name, scenario.kind, results))
        print(f"  {name:{width}} {line(scenario, rounds)}  {compared}".rstrip())
    if host.worst(results) > host.QUIET:
        print(f"  disturbed: others on the host took up to {host.worst(results):.0%} of a CPU in a round that counts")
    if scenario.name.startswith("workers"):
        show_workers(results)


def load_line(scenario, rounds):
    what = "message" if scenario.members else "request"  # of a broadcast each member's copy counts
    text = (f"{median(rounds, 'requests_per_second'):12,.0f} {what}s/s {median(rounds, 'cpu_microseconds'):8.2f} µs CPU/{what}"
            f" (± {spread(rounds, 'cpu_microseconds'):.2f})")
    if scenario.connections:
        text += f", {together(rounds):,.2f} µs with the load generator's"
    if scenario.message:
        text += f"  latency p50 {median(rounds, 'p50_microseconds'):,.0f} µs, p99 {median(rounds, 'p99_microseconds'):,.0f} µs"
    if scenario.members:
        text += (f"; {rounds[0]['connections']:,} members; {median(rounds, 'resident_load') / 1024:,.0f} KiB more than before"
                 " the load")
    return text


def memory_line(scenario, rounds):
    count = rounds[0]["connections"]
    opened = median(rounds, "resident_open") / count
    after = opened + median(rounds, "resident_load") / count
    return f"{count:12,} connections {opened:8,.0f} B of memory each, {after:,.0f} B after one more answer each"


def keeps_up(rounds):
    return median(rounds, "requests_per_second") >= 0.98 * rounds[0]["asked_per_second"]


def rate_line(scenario, rounds):
    times = ", ".join(f"{label} {median(rounds, key + '_microseconds'):,.0f}"
                      for label, key in (("p50", "p50"), ("p90", "p90"), ("p99", "p99"), ("p99.9", "p999")))
    text = f"{median(rounds, 'requests_per_second'):12,.0f} requests/s  {times} µs (p99 ± {spread(rounds, 'p99_microseconds'):,.0f})"
    return text if keeps_up(rounds) else f"{text}; does not keep up with {rounds[0]['asked_per_second']:,.0f}"


def start_line(scenario, rounds):
    return f"{median(rounds, 'start_milliseconds'):10.1f} ms (± {spread(rounds, 'start_milliseconds'):.1f})"


def reload_line(scenario, rounds):
    worst = max(one["reload_max_microseconds"] for one in rounds)
    return (f"{median(rounds, 'reload_max_microseconds'):10,.0f} µs with a reload (worst round {worst:,.0f}),"
            f" {median(rounds, 'quiet_max_microseconds'):,.0f} without, {added_by_reload(rounds):+,.0f}; p99 {median(rounds, 'reload_p99_microseconds'):,.0f} and"
            f" {median(rounds, 'quiet_p99_microseconds'):,.0f}; {worker_cost(rounds)}")


def added_by_reload(rounds):
    """By how much the longest request was longer than without a reload, in µs. On a small machine others make a request wait
    for milliseconds at times, with a reload and without."""
    return statistics.median(one["reload_max_microseconds"] - one["quiet_max_microseconds"] for one in rounds)


def worker_cost(rounds):
    return f"a worker computes {median(rounds, 'worker_microseconds'):,.0f} µs for a reload"


def show_workers(results):
    one, two = results.get("sluice"), results.get("sluice, 2 workers")
    if one and two:
        print("  " + workers_text(one, two))


def workers_text(one, two):
    """What two workers bring, and what bounds it."""
    gained = median(two, "requests_per_second") / median(one, "requests_per_second")
    possible = 2 * median(one, "cpu_microseconds") / median(two, "cpu_microseconds")
    busy = median(two, "generator_share")
    bound = f"the load generator computes {busy:.0%} of the time"
    if busy > 0.9:
        bound += " and is the bound"
    elif two[0].get("shared_cpu"):
        bound += " on a CPU that the second worker needs, which is the bound"
    return f"{gained:.2f} × the requests of one worker; the CPU time of a request would allow {possible:.2f} ×; {bound}"


def show_growth(few, many):
    """What a delivery costs among 10,000 members in terms of one among 1,000: a linear server has about 1."""
    both = [name for name in few if few[name] and many.get(name)]
    if both:
        print("\nCPU of a delivery to one of 10,000 members, compared with 1,000")
    for name in both:
        print(f"  {name:10}{median(many[name], 'cpu_microseconds') / median(few[name], 'cpu_microseconds'):8.2f} ×")
