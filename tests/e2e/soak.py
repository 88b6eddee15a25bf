"""What scripts/soak runs: clients of every kind against one server until the time is over, while its config, its files and
its logs change under it. Ends with status 1 unless every answer was right and everything is given back."""

import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from attackers import BUSY_CONFIG, HEAVY, Attackers, raise_descriptors
from attackers import KINDS as ATTACKS
from raw import fetch
from sluice import BUILD, Sluice, wait_until
from soak_clients import BIG, KINDS, Visit

CONFIG = """
[server]
workers = 2
[server.timeouts]
header = "3s"
body_idle = "3s"
write_idle = "5s"
keep_alive = "5s"
[server.limits]
body_rate = "1KiB"
keep_alive_requests = 200
room_history = "4MiB"
[log.access]
to = "access.log"

[[route]]
path = "/"
text = "version {number}"
[[route]]
path = "/name/{name}"
json = { name = "{name}" }
[[route]]
path = "/slow"
delay = "300ms"
text = "slow"
[[route]]
method = "POST"
path = "/echo"
text = "{body}"
[[route]]
method = "POST"
path = "/publish/{room}"
publish = { room = "{room}", text = "{body}" }
status = 204
[[route]]
path = "/events/{room}"
events = { room = "{room}" }
[[static]]
path = "/files"
root = "www"
listing = true
[[websocket]]
path = "/ws"
[[websocket]]
path = "/room/{room}"
room = "{room}"
[[websocket]]
path = "/kept/{room}"
room = "kept/{room}"
history = 1000
ping = "3s"
pong_timeout = "2s"
[[route]]
path = "/kept/{room}/events"
events = { room = "kept/{room}", history = 1000 }
[[route]]
method = "POST"
path = "/kept/{room}"
publish = { room = "kept/{room}", text = "{body}" }
[[echo]]
listen = "tcp://127.0.0.1:0"
""" + BUSY_CONFIG
GARBAGE = ["[[route]\n", CONFIG + "unknown = 1\n", "\0\xff" * 1000]

ATTACKERS = 300
BUSY = ["member", "packed-member"] * 50 + ["flood", "inflate", "burst"]  # who asks for more than its share of the work
PERIOD = 5.0  # seconds between two changes round the server
MEBI = 1 << 20
LISTENERS = 2 * 2  # HTTP and echo, for each worker


def config(number):
    """Each version has a text and a route of its own."""
    return CONFIG.replace("{number}", str(number)) + f'[[route]]\npath = "/only/{number}"\ntext = "here"\n'


class Clients:
    """Threads, two for each kind of conversation, until they are told to stop."""

    def __init__(self, server):
        self.stopped = threading.Event()
        self.conversations, self.faults = Counter(), Counter()
        self.visits, self.threads = [], []
        for kind in KINDS * 2:
            visit = Visit(server.port, server.port_of("tcp"))
            self.visits.append(visit)
            self.threads.append(threading.Thread(target=self.run, args=(kind, visit)))

    def run(self, kind, visit):
        while not self.stopped.is_set():
            self.once(kind, visit)

    def once(self, kind, visit):
        try:
            kind(visit)
            visit.counts[kind.__name__] += 1
        except Exception as fault:  # whatever it is, it is the result
            self.faults[f"{kind.__name__}: {type(fault).__name__} {str(fault)[:200]}"] += 1

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def counts(self):
        total = Counter()
        for visit in self.visits:
            total.update(visit.counts)
        return total


class Operator:
    """Reloads good and bad configs, replaces a file, rotates the access log and counts its lines."""

    def __init__(self, server, clients):
        self.server, self.faults = server, clients.faults
        self.version = self.good = self.bad = self.rotations = self.lines = 0
        self.rotated = []

    def act(self):
        self.version += 1
        self.replace_file()
        if self.version % 4 == 0:
            self.reload_garbage()
        else:
            self.reload()
        if self.version % 2 == 0:
            self.rotate()

    def replace_file(self):
        fresh = self.server.folder / "www/.fresh"
        fresh.write_text("abcdefgh"[self.version % 8] * 1000)
        fresh.rename(self.server.folder / "www/changing")

    def write_config(self, text):
        (self.server.folder / "sluice.toml").write_bytes(text.encode("latin-1"))
        self.server.send_signal(signal.SIGHUP)

    def reload(self):
        self.write_config(config(self.version))
        self.good += 1
        self.expect(lambda: fetch(self.server.port).text == f"version {self.version}", "a reload takes effect")
        self.expect(lambda: fetch(self.server.port, f"/only/{self.version}").status == 200, "a new route is there")

    def reload_garbage(self):
        self.write_config(random.choice(GARBAGE))
        self.bad += 1
        self.server.wait_for_line("reload failed", times=self.bad)
        self.expect(lambda: fetch(self.server.port).text.startswith("version"), "a bad reload changes nothing")

    def rotate(self):
        """Moves the log away; every second time the server has to notice that by itself."""
        log = self.server.folder / "access.log"
        moved = self.server.folder / f"access.log.{self.version}"
        log.rename(moved)
        if self.rotations % 2:
            self.server.send_signal(signal.SIGUSR1)
        self.rotations += 1
        self.expect(log.exists, "a new access log is begun")
        self.rotated.append(moved)
        self.count(keep=1)  # a worker may still be writing to the last one

    def count(self, keep):
        while len(self.rotated) > keep:
            self.lines += count_lines(self.rotated.pop(0))

    def expect(self, condition, what):
        try:
            wait_until(condition, what)
        except (AssertionError, OSError, EOFError) as fault:
            self.faults[f"{type(fault).__name__} {fault}"] += 1


def count_lines(log):
    """The lines of a log, which then is in nobody's way."""
    with open(log, "rb") as file:
        lines = sum(1 for _ in file)
    log.unlink()
    return lines


def mebibytes(octets):
    return f"{octets / MEBI:.1f} MiB"


def soak(server, clients, operator, attackers, end):
    """Returns the resident memory at each look."""
    memory = []
    while time.monotonic() < end:
        operator.act()
        time.sleep(min(PERIOD, max(0.0, end - time.monotonic())))
        memory.append(server.resident_bytes())
        counts = clients.counts()
        print(f"{mebibytes(memory[-1])}, {server.open_descriptors()} descriptors, {attackers.open} attackers, "
              f"{counts.pop('answers', 0):,} answers, {sum(counts.values()):,} conversations, "
              f"{sum(clients.faults.values())} faults", flush=True)
    return memory


def grew(memory, idle, end):
    """Whether memory did not settle. Of a sanitizer's build only leaks can be told, and it tells them itself."""
    third = max(1, len(memory) // 3)
    if BUILD != "release" or len(memory) < 6:
        return False
    return max(memory[-third:]) > max(memory[:2 * third]) * 1.2 + 8 * MEBI or end > idle + max(32 * MEBI, idle)


def check_end(server, before, clients, operator, memory):
    """With all clients gone: descriptors, threads, memory and the CPU are as they were, and no line of the log is missing."""
    faults = clients.faults
    operator.reload()  # files that were kept open are let go
    operator.expect(lambda: server.open_descriptors() <= before["descriptors"], "all descriptors are given back")
    operator.expect(lambda: server.threads() <= before["threads"], "no thread is left over")
    used = server.cpu_seconds()
    time.sleep(3)
    after = {"descriptors": server.open_descriptors(), "threads": server.threads(), "resident": server.resident_bytes(),
             "idle CPU": (server.cpu_seconds() - used) / 3}
    if after["idle CPU"] > 0.2:
        faults[f"an idle server uses {after['idle CPU']:.0%} of a CPU"] += 1
    if grew(memory, before["resident"], after["resident"]):
        faults["memory grows"] += 1
    return after


def prepare():
    folder = Path(tempfile.mkdtemp(prefix="sluice-soak-"))
    (folder / "www").mkdir()
    (folder / "www/big").write_bytes(BIG)
    (folder / "www/small").write_text("small")
    (folder / "www/changing").write_text("a" * 1000)
    (folder / "sluice.toml").write_text(config(0))
    server = Sluice(["-c", folder / "sluice.toml", "--listen", "127.0.0.1:0"], folder)
    return server.wait_listening(2)


def warm_up(server, clients, operator):
    """What is made once is made before anything is counted."""
    for _ in range(3):
        for kind, visit in zip(KINDS, clients.visits):
            clients.once(kind, visit)
    wait_until(lambda: server.open_sockets() <= LISTENERS, "the first connections end")
    operator.reload()
    wait_until(lambda: server.open_sockets() <= LISTENERS, "the connections that saw the reload end")


def main(minutes):
    raise_descriptors(4096)
    server = prepare()
    clients = Clients(server)
    operator = Operator(server, clients)
    warm_up(server, clients, operator)
    before = {"descriptors": server.open_descriptors(), "threads": server.threads(), "resident": server.resident_bytes()}
    begun = time.monotonic()
    with Attackers(server.port, ATTACKERS, [*ATTACKS, *HEAVY]) as attackers, Attackers(server.port, len(BUSY), BUSY) as busy:
        clients.start()
        memory = soak(server, clients, operator, attackers, begun + minutes * 60)
        clients.stop()
        busy.close()
        attackers.hold_back()
        operator.expect(lambda: attackers.open == 0, "every attacker is gone after its deadline")
    after = check_end(server, before, clients, operator, memory)
    cpu = server.cpu_seconds()
    server.finish()
    operator.count(keep=0)
    counts = clients.counts()
    answers = counts.pop("answers")
    operator.lines += count_lines(server.folder / "access.log")
    if operator.lines < answers or "lines were lost" in server.stderr():
        clients.faults[f"{operator.lines} lines in the access log for {answers} answers"] += 1
    report(minutes, before, after, memory, cpu, counts, answers, operator, attackers)
    if not clients.faults:
        shutil.rmtree(server.folder)
    return verdict(clients.faults)


def report(minutes, before, after, memory, cpu, counts, answers, operator, attackers):
    third = max(1, len(memory) // 3)
    print(f"\n{minutes:g} minutes of the {BUILD} build, {cpu:.0f} s of CPU")
    print(f"requests:      {answers:,} answers checked, {operator.lines:,} lines in the access log")
    print("conversations: " + ", ".join(f"{count:,} {kind}" for kind, count in sorted(counts.items())))
    print(f"attackers:     {attackers.ended:,} ended by the server; longest lives "
          + ", ".join(f"{kind} {seconds} s" for kind, seconds in sorted(attackers.longest.items())))
    print(f"operations:    {operator.good} reloads, {operator.bad} refused reloads, {operator.rotations} rotations of the log")
    print(f"memory:        {mebibytes(before['resident'])} before, {mebibytes(max(memory))} at most "
          f"({', '.join(mebibytes(max(part)) for part in (memory[:third], memory[third:-third] or memory, memory[-third:]))} "
          f"in the thirds), {mebibytes(after['resident'])} after")
    print(f"descriptors:   {before['descriptors']} before, {after['descriptors']} after")
    print(f"threads:       {before['threads']} before, {after['threads']} after; {after['idle CPU']:.1%} of a CPU when idle")


def verdict(faults):
    for fault, count in faults.most_common(20):
        print(f"  {count} × {fault}")
    print(f"soak: {'PASS' if not faults else 'FAIL'}, {sum(faults.values())} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 5))
