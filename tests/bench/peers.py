"""The servers that Sluice is compared with, each configured as well as it can be."""

import os
import re
import resource
import shutil
import subprocess
from pathlib import Path

from servers import FILES, TEMPLATES, TEXT, WEBSOCKETS, Server, lines_of
from table import base_of


class Nginx(Server):
    name = "nginx"
    scenarios = frozenset((*TEXT, *TEMPLATES, "access-log", "start", *FILES))
    log = "off"

    def command(self, scenario):
        # The open file cache is on and the log off: nginx at its best.
        (self.folder / "nginx.conf").write_text(f'''
daemon off; worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/error.log;
worker_rlimit_nofile 16384;
events {{ worker_connections 16384; }}
http {{
  access_log {self.log}; keepalive_requests 1000000000; keepalive_timeout 600; sendfile on; tcp_nodelay on;
  server_tokens off; open_file_cache max=100 inactive=600s; open_file_cache_valid 600s;
  client_body_temp_path {self.folder}/b; proxy_temp_path {self.folder}/p; fastcgi_temp_path {self.folder}/f;
  uwsgi_temp_path {self.folder}/u; scgi_temp_path {self.folder}/s;
  default_type application/octet-stream;
  server {{
    listen {self.address}:{self.port};
    location = /plain {{ default_type "text/plain; charset=utf-8"; return 200 "Hello, World!"; }}
    location /files/ {{ alias {self.www}/; gzip_static on; }}
    location ~ ^/items/(?<item>[0-9]+)$ {{
      default_type application/json; return 200 '{{"item_id":$item,"q":"$arg_q"}}';
    }}
    location ~ ^/(?<name>[^/]+)$ {{ default_type "text/plain; charset=utf-8"; return 200 "Hello, $name!"; }}
  }}
}}
''')
        return ["nginx", "-p", self.folder, "-c", self.folder / "nginx.conf"]


class NginxAccessLog(Nginx):
    """With the buffer that its documentation recommends for busy servers: without, it writes once a request."""

    name = "nginx, access log"
    scenarios = frozenset(("access-log",))

    @property
    def log(self):
        return f"{self.folder}/access.log combined buffer=64k flush=1s"

    def logged_lines(self):
        return lines_of(self.folder / "access.log")


class H2o(Server):
    name = "h2o"
    scenarios = frozenset((*TEXT, *TEMPLATES, "start", *FILES))

    def command(self, scenario):
        (self.folder / "h2o.conf").write_text(f'''
num-threads: 1
access-log: /dev/null
max-connections: 16384
http1-request-timeout: 600
listen: {{host: {self.address}, port: {self.port}}}
hosts:
  default:
    paths:
      /files: {{file.dir: "{self.www}", file.send-compressed: ON}}
      /:
        mruby.handler: |
          Proc.new do |env|
            text = {{"content-type" => "text/plain; charset=utf-8"}}
            path = env["PATH_INFO"]
            if path == "/plain"
              [200, text, ["Hello, World!"]]
            elsif path.start_with?("/items/")
              json = {{"content-type" => "application/json"}}
              [200, json, ["{{\\"item_id\\":#{{path[7..-1].to_i}},\\"q\\":\\"#{{env["QUERY_STRING"][2..-1]}}\\"}}"]]
            else
              [200, text, ["Hello, #{{path[1..-1]}}!"]]
            end
          end
''')
        return ["h2o", "-c", self.folder / "h2o.conf"]


class Lighttpd(Server):
    """Has no answers but files without a language of its own; a text is a file for it."""

    name = "lighttpd"
    scenarios = frozenset((*TEXT, "start", *FILES))

    def command(self, scenario):
        (self.folder / "cache").mkdir(exist_ok=True)
        descriptors = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 65536)
        (self.folder / "lighttpd.conf").write_text(f'''
server.bind = "{self.address}"
server.port = {self.port}
server.document-root = "{self.www.parent}"
server.max-keep-alive-requests = 1000000000
server.max-keep-alive-idle = 600
server.max-fds = {descriptors}
server.max-connections = {descriptors // 2}
server.modules += ("mod_deflate")
deflate.cache-dir = "{self.folder}/cache"
deflate.mimetypes = ("text/plain")
deflate.allowed-encodings = ("gzip")
mimetype.assign = (".txt" => "text/plain", "" => "application/octet-stream")
''')
        return ["lighttpd", "-D", "-f", self.folder / "lighttpd.conf"]


class Caddy(Server):
    name = "caddy"
    scenarios = frozenset((*TEXT, *TEMPLATES, "start", *FILES))

    def environment(self):
        return {"HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}

    def command(self, scenario):
        (self.folder / "Caddyfile").write_text(f'''
{{
	admin off
	auto_https off
	log default {{
		level ERROR
	}}
	servers {{
		timeouts {{
			idle 10m
		}}
	}}
}}
http://{self.address}:{self.port} {{
	bind {self.address}
	respond /plain "Hello, World!"
	handle_path /files/* {{
		root * {self.www}
		file_server {{
			precompressed gzip
		}}
	}}
	@item path_regexp item ^/items/(\\d+)$
	handle @item {{
		header Content-Type application/json
		respond `{{"item_id":{{re.item.1}},"q":"{{query.q}}"}}`
	}}
	@name path_regexp name ^/([^/]+)$
	respond @name "Hello, {{re.name.1}}!"
}}
''')
        return ["caddy", "run", "--adapter", "caddyfile", "--config", self.folder / "Caddyfile"]


class PythonPeer(Server):
    """A library for WebSockets in Python, with the server of python_peer.py."""

    scenarios = frozenset(WEBSOCKETS)

    def command(self, scenario):
        return ["/usr/bin/python3", Path(__file__).with_name("python_peer.py"), self.name, self.port]


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
    programs = (Nginx, NginxAccessLog, H2o, Lighttpd, Caddy)
    return [kind for kind in programs if shutil.which(base_of(kind.name), path=path)] + [
        kind for kind in (Websockets, Aiohttp, Tornado) if has_library(kind.name)]


def versions():
    """{peer: version} of those that are installed."""
    commands = {"nginx": ["nginx", "-v"], "h2o": ["h2o", "--version"], "lighttpd": ["lighttpd", "-v"],
                "caddy": ["caddy", "version"]}
    library = "from importlib.metadata import version; print(version({!r}))"
    found = {}
    for name in dict.fromkeys(base_of(kind.name) for kind in installed_peers()):
        command = commands.get(name, ["/usr/bin/python3", "-c", library.format(name)])
        done = subprocess.run(command, capture_output=True, text=True)
        version = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
        found[name] = version[0] if version else "of unknown version"
    return found


def has_library(name):
    return subprocess.run(["/usr/bin/python3", "-c", f"import {name}"], capture_output=True).returncode == 0
