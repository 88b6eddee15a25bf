"""Rounds in which the machine was ours: on a virtual machine others take its CPUs away at times (steal), and the scheduler
counts that as time of whoever was running."""

import os
import time

QUIET = 0.02  # share of the time of one CPU that others may take from all of them in a round that counts


def stolen_seconds():
    """CPU time that this machine wanted and the host gave to others, of all CPUs. 0 on a machine of its own."""
    with open("/proc/stat") as stat:
        fields = stat.readline().split()
    return int(fields[8]) / os.sysconf("SC_CLK_TCK") if len(fields) > 8 else 0.0


def quiet_round(measure, attempts, stolen=stolen_seconds, clock=time.monotonic, pause=time.sleep):
    """Calls `measure` until the host left the machine alone meanwhile, `attempts` times at most, and returns the result of
    the quietest one. Its "stolen" is the share that others took."""
    best = None
    for attempt in range(attempts):
        if attempt:
            pause(1)
        before, begin = stolen(), clock()
        result = measure()
        result["stolen"] = (stolen() - before) / max(clock() - begin, 1e-9)
        if best is None or result["stolen"] < best["stolen"]:
            best = result
        if best["stolen"] <= QUIET:
            break
    return best


def worst(results):
    """The largest share that others took of a round: results are {server: [measurement]}."""
    return max((one.get("stolen", 0) for rounds in results.values() for one in rounds), default=0)
