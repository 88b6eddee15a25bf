"""Gives the cases of http1_cases to nginx, HAProxy and h2o, as proxies of an origin that takes everything, and compares what
they do with what is noted beside the cases. By hand: http1_peers.py [--write] [ID…]; scripts/bootstrap --bench
installs them.

Prints every case that such a server takes and Sluice refuses, or the reverse, and says where the notes differ (status 1);
--write makes the notes right.
"""

import re
import select
import socket
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from http1_case import read_cases
from sluice import free_port, wait_until

NGINX = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://127.0.0.1:{origin}; }}
  }}
}}
"""

HAPROXY = """
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend all
  bind 127.0.0.1:{port}
  default_backend origin
backend origin
  server origin 127.0.0.1:{origin}
"""

H2O = """
error-log: {folder}/error.log
num-threads: 1
hosts:
  default:
    listen: {{ host: 127.0.0.1, port: {port} }}
    paths:
      /:
        proxy.reverse.url: http://127.0.0.1:{origin}/
"""

PEERS = {
    "nginx": (NGINX, ["/usr/sbin/nginx", "-p", "{folder}", "-c", "{config}"]),
    "HAProxy": (HAPROXY, ["/usr/sbin/haproxy", "-db", "-q", "-f", "{config}"]),
    "h2o": (H2O, ["/usr/bin/h2o", "-m", "worker", "-c", "{config}"]),
}
NOTE = re.compile(r"(?P<who>(?:nginx|HAProxy|h2o)(?:(?:, | and )(?:nginx|HAProxy|h2o))*) (?P<what>takes? it|answers? \d+)")
CASES = Path(__file__).with_name("http1_cases")
OURS = (404, 405, 406, 426)  # answers of whoever was asked, not refusals


class Origin:
    """Answers 200 to whatever looks like a request."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=500)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            threading.Thread(target=self.answer, args=(self.socket.accept()[0],), daemon=True).start()

    def answer(self, connection):
        with connection:
            connection.settimeout(2)
            try:
                head = b""
                while b"\r\n\r\n" not in head:
                    data = connection.recv(65536)
                    if not data:
                        return
                    head += data
                # First what follows: a proxy may find fault with it.
                while select.select([connection], [], [], 0.2)[0]:
                    if not connection.recv(65536):
                        return
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
            except OSError:
                pass


def start(name, origin, folder):
    text, command = PEERS[name]
    folder = folder / name
    folder.mkdir()
    values = {"folder": folder, "port": free_port(), "origin": origin.port, "config": folder / "config"}
    (folder / "config").write_text(text.format(**values))
    process = subprocess.Popen([word.format(**values) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def listens():
        assert process.poll() is None, f"{name} does not start"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", values["port"])) == 0

    wait_until(listens, f"{name} listens")
    return process, values["port"]


def statuses(port, data):
    """Of the final answers to these octets, until the peer ends or is silent for a while."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), 2) as connection:
        try:
            connection.sendall(data)
            while True:
                piece = connection.recv(65536)
                if not piece:
                    break
                received += piece
                connection.settimeout(0.7)
        except OSError:
            pass
    found = [int(status) for status in re.findall(rb"^HTTP/1\.[01] (\d{3})", received, re.M)]
    return [status for status in found if status >= 200]


def ours(case):
    """Whether Sluice refuses the last request of the case, and how many answers it gives."""
    words = max(case.answers, key=len)
    finals = [int(word.split("/")[0]) for word in words if word != "100"]
    return bool(finals) and finals[-1] >= 400 and finals[-1] not in OURS, len(finals)


def difference(case, found):
    """ "takes it", "answers 400", or nothing where the peer does as Sluice."""
    refused, count = ours(case)
    errors = [status for status in found if status >= 400 and status not in OURS]
    if refused:
        return "takes it" if len(found) >= count and not errors else None
    return f"answers {errors[0]}" if errors else None


def noted(case):
    """What the notes say: {name: "takes it"}."""
    result = {}
    for note in case.notes:
        match = NOTE.fullmatch(note)
        if match:
            for name in re.split(", | and ", match["who"]):
                result[name] = re.sub(r"^(take|answer)s? ", r"\1s ", match["what"])
    return result


def notes(seen):
    """The lines that say so."""
    for what in sorted(set(seen.values()), reverse=True):
        who = [name for name in PEERS if seen.get(name) == what]
        names = " and ".join(filter(None, (", ".join(who[:-1]), who[-1])))
        verb, rest = what.split(" ")
        yield f"~ {names} {verb if len(who) == 1 else verb[:-1]} {rest}"


def write(path, seen):
    """Puts these notes, {id: {name: what}}, in the place of those that the file has."""
    blocks = []
    for block in re.split(r"(\n{2,})", path.read_text().rstrip("\n")):
        header = re.search(r"^\[(\S+)\]", block, re.M)
        if header and header[1] in seen:
            lines = [line for line in block.split("\n") if not (line.startswith("~ ") and NOTE.fullmatch(line[2:]))]
            block = "\n".join([*lines, *notes(seen[header[1]])])
        blocks.append(block)
    path.write_text("".join(blocks) + "\n")


def main(writing, ids):
    cases = [case for case in read_cases() if not ids or case.id in ids]
    origin, wrong, running, all_seen = Origin(), 0, [], {}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(24) as pool:
        try:
            ports = {}
            for name in PEERS:
                process, ports[name] = start(name, origin, Path(folder))
                running.append(process)
            found = {(case.id, name): pool.submit(statuses, port, case.data) for case in cases for name, port in ports.items()}
            for case in cases:
                seen = {name: difference(case, found[case.id, name].result()) for name in PEERS}
                seen = {name: what for name, what in seen.items() if what}
                all_seen[case.id] = seen
                told = noted(case)
                if seen:
                    print(f"[{case.id}] " + ", ".join(f"{name} {what}" for name, what in seen.items()))
                if seen != told:
                    wrong += 1
                    print(f"  noted: {told or 'nothing'}; statuses: " +
                          str({name: found[case.id, name].result() for name in PEERS}))
        finally:
            for process in running:
                process.terminate()
                process.wait()
    print(f"{len(cases)} cases, {wrong} with other notes")
    if writing:
        write(CASES, all_seen)
    return 1 if wrong and not writing else 0


if __name__ == "__main__":
    sys.exit(main("--write" in sys.argv, [word for word in sys.argv[1:] if word != "--write"]))
