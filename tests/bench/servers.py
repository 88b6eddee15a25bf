"""The servers that are compared: how each is configured for the scenarios, started on one CPU, measured and stopped."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# Scenarios of whoever serves files.
FILES = ("static-1k", "static-16k", "static-1m", "static-100m", "gzip-16k", "not-modified")

# Scenarios of whoever speaks WebSocket. What an idle connection costs the floor is the kernel's memory, not its own.
WEBSOCKETS = ("websocket-64", "websocket-16k", "websocket-idle", "broadcast-1k", "broadcast-10k")


class NotRunning(Exception):
    """A server that could not be started; it is left out."""


class Server:
    """One server process, with its children. `scenarios` names what it can serve; `paths` gives the path for each."""

    name = ""
    scenarios = frozenset()

    def __init__(self, folder: Path, www: Path):
        self.folder = folder / self.name
        self.folder.mkdir(parents=True)
        self.www = www
        self.port = free_port()
        self.process = None

    def command(self, scenario):
        raise NotImplementedError

    def start(self, scenario, cpu):
        log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(
            self.command(scenario), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            preexec_fn=lambda: os.sched_setaffinity(0, {cpu}))
        log.close()
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise NotRunning("it did not start: " + (self.folder / "log").read_text()[-800:])
                time.sleep(0.02)

    def stop(self):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                for pid in self.pids():
                    os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def pids(self):
        """The process and all its descendants."""
        children = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                except OSError:
                    continue
                children.setdefault(int(fields[1]), []).append(int(entry.name))
        found = [self.process.pid]
        for pid in found:
            found += children.get(pid, [])
        return found

    def cpu_seconds(self):
        """CPU time used so far by every thread, in seconds, with the scheduler's precision (nanoseconds)."""
        total = 0
        for pid in self.pids():
            for task in Path(f"/proc/{pid}/task").iterdir():
                total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9

    def resident_bytes(self):
        """Resident memory of the process and its descendants."""
        pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.pids())
        return pages * os.sysconf("SC_PAGE_SIZE")


class Floor(Server):
    """tests/bench/floor.c, with the answer that the scenario asks for."""

    name = "floor"
    scenarios = frozenset(
        ("plain", "pipelined", "static-1k", "static-16k", "not-modified", "connection", *WEBSOCKETS)) - {"websocket-idle"}

    def __init__(self, folder, www, binary):
        super().__init__(folder, www)
        self.binary = binary

    def command(self, scenario):
        if scenario.startswith("websocket"):
            return [self.binary, str(self.port), "websocket"]
        if scenario.startswith("broadcast"):
            return [self.binary, str(self.port), "room"]
        body = {"static-1k": (self.www / "1k.bin"), "static-16k": (self.www / "16k.bin")}.get(scenario)
        body = body.read_bytes() if body else b"" if scenario == "not-modified" else b"Hello, World!"
        head = "HTTP/1.1 304 Not Modified\r\n" if scenario == "not-modified" else (
            f"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n")
        if scenario == "connection":
            head += "Connection: close\r\n"
        head += "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n"
        (self.folder / "head").write_bytes(head.encode())
        (self.folder / "body").write_bytes(body)
        mode = "close" if scenario == "connection" else "http"
        return [self.binary, str(self.port), mode, self.folder / "head", self.folder / "body"]


class Sluice(Server):
    name = "sluice"
    scenarios = frozenset(
        ("plain", "pipelined", "template", "connection", *WEBSOCKETS, *FILES))

    def __init__(self, folder, www, binary):
        super().__init__(folder, www)
        self.binary = binary

    def command(self, scenario):
        (self.folder / "sluice.toml").write_text(f'''
[server]
listen = ["127.0.0.1:{self.port}"]
workers = 1

[[route]]
path = "/plain"
text = "Hello, World!"

[[route]]
path = "/{{name}}"
text = "Hello, {{name}}!"

[[static]]
path = "/files"
root = "{self.www}"

[[websocket]]
path = "/ws"

[[websocket]]
path = "/room"
room = "all"
ping = "0s"
''')
        return [self.binary, "serve", "-c", self.folder / "sluice.toml"]


class Nginx(Server):
    name = "nginx"
    scenarios = frozenset(("plain", "pipelined", "template", "connection", *FILES))

    def command(self, scenario):
        # The open file cache is on and the log off: nginx at its best.
        (self.folder / "nginx.conf").write_text(f'''
daemon off; worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; sendfile on; tcp_nodelay on; server_tokens off;
  open_file_cache max=100 inactive=600s; open_file_cache_valid 600s;
  client_body_temp_path {self.folder}/b; proxy_temp_path {self.folder}/p; fastcgi_temp_path {self.folder}/f;
  uwsgi_temp_path {self.folder}/u; scgi_temp_path {self.folder}/s;
  default_type application/octet-stream;
  server {{
    listen 127.0.0.1:{self.port};
    location = /plain {{ default_type "text/plain; charset=utf-8"; return 200 "Hello, World!"; }}
    location /files/ {{ alias {self.www}/; gzip_static on; }}
    location ~ ^/(?<name>[^/]+)$ {{ default_type "text/plain; charset=utf-8"; return 200 "Hello, $name!"; }}
  }}
}}
''')
        return ["nginx", "-p", self.folder, "-c", self.folder / "nginx.conf"]


class H2o(Server):
    name = "h2o"
    scenarios = frozenset(FILES)

    def command(self, scenario):
        (self.folder / "h2o.conf").write_text(f'''
num-threads: 1
access-log: /dev/null
listen: {{host: 127.0.0.1, port: {self.port}}}
hosts:
  default:
    paths:
      /files: {{file.dir: "{self.www}", file.send-compressed: ON}}
''')
        return ["h2o", "-c", self.folder / "h2o.conf"]


class Lighttpd(Server):
    name = "lighttpd"
    scenarios = frozenset(FILES)

    def command(self, scenario):
        (self.folder / "cache").mkdir(exist_ok=True)
        (self.folder / "lighttpd.conf").write_text(f'''
server.bind = "127.0.0.1"
server.port = {self.port}
server.document-root = "{self.www.parent}"
server.max-keep-alive-requests = 1000000000
server.modules += ("mod_deflate")
deflate.cache-dir = "{self.folder}/cache"
deflate.mimetypes = ("text/plain")
deflate.allowed-encodings = ("gzip")
mimetype.assign = (".txt" => "text/plain", "" => "application/octet-stream")
''')
        return ["lighttpd", "-D", "-f", self.folder / "lighttpd.conf"]


class PythonPeer(Server):
    """A library for WebSockets in Python, with the server of python_peer.py."""

    scenarios = frozenset(WEBSOCKETS)

    def command(self, scenario):
        return ["/usr/bin/python3", Path(__file__).with_name("python_peer.py"), self.name, str(self.port)]


class Websockets(PythonPeer):
    name = "websockets"


class Aiohttp(PythonPeer):
    name = "aiohttp"


class Tornado(PythonPeer):
    name = "tornado"


def installed_peers():
    """The peers whose programs and libraries this machine has."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    os.environ["PATH"] = path
    return [kind for kind in (Nginx, H2o, Lighttpd) if shutil.which(kind.name, path=path)] + [
        kind for kind in (Websockets, Aiohttp, Tornado) if has_library(kind.name)]


def has_library(name):
    return subprocess.run(["/usr/bin/python3", "-c", f"import {name}"], capture_output=True).returncode == 0
