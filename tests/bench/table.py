"""How measurements become lines: medians, their spread, and ratios to the floor and the best peer."""

import statistics


def measurement(measured):
    """One round of one server, from what scenarios.measure gives."""
    result = {"requests_per_second": measured["requests"] / measured["seconds"],
              "cpu_microseconds": measured["cpu"] * 1e6 / measured["requests"]}
    if "connections" in measured:
        result.update(connections=measured["connections"],
                      p50_microseconds=measured["p50"], p99_microseconds=measured["p99"],
                      resident_open=measured["resident_open"], resident_load=measured["resident_load"])
    return result


def median(rounds, key):
    return statistics.median(one[key] for one in rounds)


def ratios(name, cost):
    """What `name` costs in terms of the floor and the cheapest of the peers."""
    best = min((other for other in cost if other not in ("floor", "sluice")), key=cost.get, default=None)
    return "  ".join(f"{cost[name] / cost[other]:.2f} × {other}"
                     for other in ("floor", best) if other != name and cost.get(other, 0) > 0)


def show(scenario, results):
    """One line a server."""
    results = {name: rounds for name, rounds in results.items() if rounds}
    if scenario.idle:
        show_memory(results)
        return
    cost = {name: median(rounds, "cpu_microseconds") for name, rounds in results.items()}
    what = "message" if scenario.members else "request"  # of a broadcast each member's copy counts
    for name, rounds in results.items():
        spread = [one["cpu_microseconds"] for one in rounds]
        print(f"  {name:10}{median(rounds, 'requests_per_second'):12,.0f} {what}s/s "
              f"{cost[name]:8.2f} µs CPU/{what} (± {(max(spread) - min(spread)) / 2:.2f})  {ratios(name, cost)}")
        if scenario.message:
            print(f"{'':12}{latency(rounds)}{growth(rounds) if scenario.members else ''}")


def latency(rounds):
    return f"latency p50 {median(rounds, 'p50_microseconds'):,.0f} µs, p99 {median(rounds, 'p99_microseconds'):,.0f} µs"


def growth(rounds):
    return f"; {rounds[0]['connections']:,} members; {median(rounds, 'resident_load') / 1024:,.0f} KiB more than before the load"


def show_memory(results):
    cost = {name: median(rounds, "resident_open") / rounds[0]["connections"] for name, rounds in results.items()}
    for name, rounds in results.items():
        count = rounds[0]["connections"]
        after = cost[name] + median(rounds, "resident_load") / count
        print(f"  {name:10}{count:12,} connections {cost[name]:8,.0f} B of memory each, {after:,.0f} B after a message each"
              f"  {ratios(name, cost)}")


def show_growth(few, many):
    """What a delivery costs among 10,000 members in terms of one among 1,000: a linear server has about 1."""
    both = [name for name in few if few[name] and many.get(name)]
    if both:
        print("\nCPU of a delivery to one of 10,000 members, compared with 1,000")
    for name in both:
        print(f"  {name:10}{median(many[name], 'cpu_microseconds') / median(few[name], 'cpu_microseconds'):8.2f} ×")
