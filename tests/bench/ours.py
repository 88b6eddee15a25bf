"""Sluice and the floor, as they are measured."""

import re
import signal
import time

from load import WrongAnswer
from servers import FILES, IDLE, MANY, TEMPLATES, TEXT, WEBSOCKETS, Server, lines_of


class Floor(Server):
    """tests/bench/floor.c, with the answer that the scenario asks for."""

    name = "floor"
    scenarios = frozenset((*TEXT, "static-1k", "static-16k", "not-modified", *WEBSOCKETS)) - IDLE

    def __init__(self, folder, www, binary):
        super().__init__(folder, www)
        self.binary = binary

    def command(self, scenario):
        if scenario.startswith("websocket"):
            return [self.binary, self.port, "websocket"]
        if scenario.startswith("broadcast"):
            return [self.binary, self.port, "room"]
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
        return [self.binary, self.port, mode, self.folder / "head", self.folder / "body"]


CONFIG = '''
[server]
listen = ["{address}:{port}"]
workers = {workers}
limits.keep_alive_requests = 0
{log}
[[route]]
path = "/plain"
text = "Hello, World!"

[[route]]
path = "/{{name}}"
text = "Hello, {{name}}!"

[[route]]
path = "/items/{{item_id}}"
params.item_id = "int"
query.q = "string?"
json = {{ item_id = "{{item_id}}", q = "{{q}}" }}

[[static]]
path = "/files"
root = "{www}"

[[websocket]]
path = "/ws"

[[websocket]]
path = "/deflated"
compression = true

[[websocket]]
path = "/room"
room = "all"
ping = "0s"
'''

ROUTE = '''
[[route]]
path = "/r{number}/{{id}}"
params.id = "int"
text = "{word} {number}: {{id}}"
'''


class Sluice(Server):
    name = "sluice"
    scenarios = frozenset(
        (*TEXT, *TEMPLATES, "routes", "access-log", "workers", "workers-deflate", "start", "reload", *WEBSOCKETS, *FILES))
    routes = 10  # with parameters, where the scenario is about their number
    access_log = False
    generations = ("Route 7: 42", "Way 7: 42")  # what /r7/42 gives in turn, from reload to reload

    def __init__(self, folder, www, binary):
        super().__init__(folder, www)
        self.binary = binary
        self.generation = 0

    def write_config(self, scenario):
        word = self.generations[self.generation].split()[0]
        log = f'[log.access]\nto = "{self.folder}/access.log"\n' if self.access_log else ""
        text = CONFIG.format(address=self.address, port=self.port, workers=self.workers, log=log, www=self.www)
        if scenario in ("routes", "start", "reload"):
            text += "".join(ROUTE.format(number=i, word=word) for i in range(self.routes))
        (self.folder / "sluice.toml").write_text(text)

    def command(self, scenario):
        self.generation = 0
        self.write_config(scenario)
        return [self.binary, "serve", "-c", self.folder / "sluice.toml"]

    def write_other_config(self):
        """Another configuration, which the next reload will take."""
        self.generation = 1 - self.generation
        self.write_config("reload")

    def begin_reload(self):
        self.process.send_signal(signal.SIGHUP)

    def logged_lines(self):
        return lines_of(self.folder / "access.log") if self.access_log else None


class ManyRoutes(Sluice):
    name = f"sluice, {MANY:,} routes"
    scenarios = frozenset(("routes", "start", "reload"))
    routes = MANY


class AccessLog(Sluice):
    name = "sluice, access log"
    scenarios = frozenset(("access-log",))
    access_log = True


class TwoWorkers(Sluice):
    name = "sluice, 2 workers"
    scenarios = frozenset(("workers", "workers-deflate"))
    workers = 2


ALL = (Sluice, ManyRoutes, AccessLog, TwoWorkers)
