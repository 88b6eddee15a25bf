"""A running sluice: started on a free port, watched through its log, stopped by its process id."""

import itertools
import os
import random
import re
import resource
import signal
import socket
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("SLUICE_BINARY", ROOT / "build/sluice"))
BUILD = os.environ.get("SLUICE_BUILD", "release")  # release, address or thread
EXAMPLES = ROOT / "config/examples"

# Generous: sanitizer builds are slow, and several tests share the machine.
PATIENCE = 30

# What a sanitizer's report begins with, on standard error or in its own log.
SANITIZER = re.compile(r"ERROR: \w*Sanitizer|WARNING: ThreadSanitizer|runtime error:|SUMMARY: \w*Sanitizer")


def environment():
    """Sanitizers report on standard error and make the exit status tell. ThreadSanitizer waits a second at every end for
    threads that are left, and no thread is."""
    return dict(
        os.environ,
        NO_COLOR="1",
        ASAN_OPTIONS="exitcode=99:detect_leaks=1:detect_stack_use_after_return=1",
        UBSAN_OPTIONS="print_stacktrace=1:exitcode=99",
        TSAN_OPTIONS="exitcode=99:halt_on_error=0:second_deadlock_stack=1:atexit_sleep_ms=100:suppressions=" + str(ROOT / "tests/e2e/thread.suppressions"))


def examine(status, text):
    """Fails the test if a sluice that ended with `status` and said `text` crashed, raced or leaked."""
    report = SANITIZER.search(text)
    if report:
        raise AssertionError("a sanitizer spoke:\n" + text[max(0, report.start() - 200):][:6000])
    if status is not None and (status < 0 or status == 99):
        raise AssertionError(f"exit status {status}:\n{text[-3000:]}")


def run(*arguments, cwd=None, timeout=PATIENCE, input=None):
    """Runs a sub-command to its end."""
    done = subprocess.run([BINARY, *map(str, arguments)], cwd=cwd, env=environment(), capture_output=True, text=True,
                          timeout=timeout, input=input)
    examine(done.returncode, done.stderr)
    return done


def wait_until(condition, what, within=PATIENCE):
    """Polls until `condition` gives something true, which is returned."""
    deadline = time.monotonic() + within
    while True:
        last = time.monotonic() > deadline  # known before: whoever was held up until now has a look all the same
        result = condition()
        if result:
            return result
        if last:
            raise AssertionError(f"waited {within} s in vain: {what}")
        time.sleep(0.01)


def own_ports():
    """Ports of this process of pytest alone, and none of those that the kernel chooses for others in the meantime."""
    first = 15_000 + int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "")) or 0) % 16 * 1000
    return itertools.cycle(random.sample(range(first, first + 1000), 1000))


next_ports = own_ports()


def free_port():
    """A port to listen on that is known beforehand."""
    for port in next_ports:
        try:
            socket.create_server(("127.0.0.1", port)).close()
            return port
        except OSError:
            continue


def refused(port):
    """Whether nobody listens there."""
    try:
        socket.create_connection(("127.0.0.1", port), PATIENCE).close()
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:  # a listener was closed just now, with this connection in its queue: another may be open
        pass
    return False


class Sluice:
    """`arguments` follow `sluice serve`. Standard output and error go to files in `folder`, and are read from there."""

    def __init__(self, arguments, folder: Path, descriptors=None, before=()):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.out, self.err = folder / "stdout", folder / "stderr"
        self.failed_to_start = False

        def limit():
            if descriptors:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen([*before, BINARY, "serve", *map(str, arguments)], cwd=folder,
                                            env=environment(), stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                            preexec_fn=limit)

    # Where it listens -------------------------------------------------------------------------------------------------

    def addresses(self):
        """What the log names, in order: "http://127.0.0.1:40123", "tcp://127.0.0.1:40124" …"""
        return re.findall(r"listening on (\S+)", self.stderr())

    def wait_listening(self, count=1):
        def ready():
            if self.process.poll() is not None:
                self.failed_to_start = True
                raise AssertionError(f"ended with {self.process.returncode}:\n{self.stderr()}")
            return len(self.addresses()) >= count

        wait_until(ready, f"no address in the log:\n{self.stderr()}")
        return self

    def port_of(self, scheme, index=0):
        found = [a for a in self.addresses() if a.startswith(scheme + "://")]
        return int(found[index].rsplit(":", 1)[1])

    @property
    def port(self):
        return self.port_of("http")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    # What it says -----------------------------------------------------------------------------------------------------

    def stdout(self):
        return self.out.read_text(errors="replace")

    def stderr(self):
        return self.err.read_text(errors="replace")

    def wait_for_line(self, text, stream="stderr", times=1, within=PATIENCE):
        return wait_until(lambda: getattr(self, stream)().count(text) >= times,
                          f"{text!r} on {stream}", within)

    # What it uses -----------------------------------------------------------------------------------------------------

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self):
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def threads(self):
        return len(list(Path(f"/proc/{self.process.pid}/task").iterdir()))

    def open_descriptors(self):
        """Each worker watches files by one more as soon as it has reason to: that is not counted."""
        return sum("inotify" not in link for link in self.links())

    def links(self):
        """What its descriptors stand for: names of files, "socket:[…]", "pipe:[…]" and the like."""
        found = []
        for link in Path(f"/proc/{self.process.pid}/fd").iterdir():
            try:
                found.append(os.readlink(link))
            except OSError:  # closed since the folder was read
                pass
        return found

    def open_sockets(self):
        return sum(link.startswith("socket:") for link in self.links())

    # How it ends ------------------------------------------------------------------------------------------------------

    def send_signal(self, number):
        self.process.send_signal(number)

    def wait(self, within=PATIENCE):
        """The exit status."""
        return self.process.wait(within)

    def stop(self, number=15, within=PATIENCE):
        if self.process.poll() is None:
            self.send_signal(number)
        return self.wait(within)

    def finish(self):
        """Stops it if it still runs, and proves that it ended well."""
        try:
            if self.process.poll() is None:
                self.send_signal(signal.SIGTERM)
                try:
                    self.wait(10)
                except subprocess.TimeoutExpired:
                    self.send_signal(signal.SIGTERM)  # the second one ends at once
                    self.wait()
        except subprocess.TimeoutExpired:
            pass  # it is killed, and its status tells
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
        examine(self.process.returncode, self.stderr())
        if not self.failed_to_start and self.process.returncode != 0:
            raise AssertionError(f"exit status {self.process.returncode}:\n{self.stderr()[-3000:]}")
