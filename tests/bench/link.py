"""Two hosts on one machine: a network namespace for the server, and a link (veth) between it and the load generator.

On the loopback interface the kernel does most of the receiver's work in the time of the sender, or the reverse, depending on
who woke whom, and whoever sends large bodies is charged for it. Over a link whose packets are handled by the CPU of the
host that gets them (receive packet steering) each side has its own work, as with two machines."""

import contextlib
import subprocess
from pathlib import Path

NAMESPACE, NEAR, FAR = "sluice-bench", "sluice-near", "sluice-far"  # an interface's name has 15 octets at most
LOAD_ADDRESS, SERVER_ADDRESS = "198.18.0.1", "198.18.0.2"  # of a network that is reserved for measuring (RFC 2544)


class NoLink(Exception):
    """This machine does not let us make one."""


def _run(*command):
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    except FileNotFoundError as missing:
        raise NoLink(f"{missing.filename} is not installed") from None
    if done.returncode != 0:
        raise NoLink(f"`{' '.join(map(str, command))}`: {done.stderr.strip()}")


def inside(command):
    """The command, to be run where the server is."""
    return ["ip", "netns", "exec", NAMESPACE, *command]


def _handled_by(interface, cpu):
    """A command that lets this CPU handle what the interface receives."""
    return ["sh", "-c", f"printf %x {1 << cpu} > /sys/class/net/{interface}/queues/rx-0/rps_cpus"]


@contextlib.contextmanager
def made(server_cpu, load_cpu):
    """The link exists within this context. Needs root. Raises NoLink."""
    remove()
    try:
        _run("ip", "netns", "add", NAMESPACE)
        _run("ip", "link", "add", NEAR, "type", "veth", "peer", "name", FAR, "netns", NAMESPACE)
        _run("ip", "address", "add", LOAD_ADDRESS + "/30", "dev", NEAR)
        _run("ip", "-n", NAMESPACE, "address", "add", SERVER_ADDRESS + "/30", "dev", FAR)
        _run("ip", "link", "set", NEAR, "up")
        _run("ip", "-n", NAMESPACE, "link", "set", FAR, "up")
        _run("ip", "-n", NAMESPACE, "link", "set", "lo", "up")
        _run(*_handled_by(NEAR, load_cpu))
        _run(*inside(_handled_by(FAR, server_cpu)))
        yield SERVER_ADDRESS
    finally:
        remove()


def remove():
    """Also what a run left that was killed."""
    with contextlib.suppress(NoLink):
        _run("ip", "netns", "delete", NAMESPACE)
    if Path(f"/sys/class/net/{NEAR}").exists():
        with contextlib.suppress(NoLink):
            _run("ip", "link", "delete", NEAR)
