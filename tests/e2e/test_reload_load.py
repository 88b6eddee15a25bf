"""A hundred reloads under load, half of them of files with mistakes: nobody notices."""

import asyncio
import itertools
import signal
import threading
import time

import pytest
import websockets

from raw import Connection
from sluice import wait_until

SITE = """
[server]
workers = 2
limits.keep_alive_requests = 0
[[route]]
path = "/"
text = "good {number}"
[[websocket]]
path = "/ws"
[[static]]
path = "/files"
root = "files"
"""
BAD = ["this is not TOML [", SITE + "unknown = 1\n", SITE + '[[route]]\npath = "/"\ntext = "twice"\n',
       SITE + '[[static]]\npath = "/x"\nroot = "missing"\n']
DOWNLOAD = 48 << 20


class Visitors:
    """Threads that ask until they are told to stop. What goes wrong is kept."""

    def __init__(self, port):
        self.port, self.wrong, self.answered, self.stopped = port, [], 0, threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(visit,)) for visit in
                        (self.keep_alive, self.keep_alive, self.anew, self.anew, self.download, self.talk)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def run(self, visit):
        try:
            visit()
        except Exception as error:  # any failure of a visitor is what the test is about
            self.wrong.append(f"{visit.__name__}: {error!r}")

    def expect(self, response):
        self.answered += 1
        if response.status != 200 or not response.text.startswith("good"):
            self.wrong.append(f"{response.status} {response.text}")

    def keep_alive(self):
        with Connection(self.port) as connection:
            while not self.stopped.is_set():
                self.expect(connection.get())
                time.sleep(0.002)

    def anew(self):
        while not self.stopped.is_set():
            with Connection(self.port) as connection:
                self.expect(connection.get())
            time.sleep(0.002)

    def download(self):
        while not self.stopped.is_set():
            with Connection(self.port) as connection:
                connection.send("GET /files/large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                received = 0
                while data := connection.socket.recv(1 << 18):
                    received += len(data)
                    time.sleep(0.005)  # so that many reloads pass meanwhile
                if not DOWNLOAD < received < DOWNLOAD + 1000:
                    self.wrong.append(f"a download of {received} octets")

    def talk(self):
        async def conversation():
            sockets = [await websockets.connect(f"ws://127.0.0.1:{self.port}/ws") for _ in range(8)]
            for number in itertools.count():
                for socket in sockets:
                    await socket.send(str(number))
                for socket in sockets:
                    if await asyncio.wait_for(socket.recv(), 20) != str(number):
                        self.wrong.append("a WebSocket got another message")
                if self.stopped.is_set():
                    break
                await asyncio.sleep(0.005)
            for socket in sockets:
                await socket.close()

        asyncio.run(conversation())


@pytest.mark.release
def test_a_hundred_reloads_under_load_are_not_noticed(serve):
    server = serve(SITE.replace("{number}", "0"), files={"files/large": b"x" * DOWNLOAD})
    config = server.folder / "sluice.toml"

    def reload(number):
        good = number % 2 == 0
        line = "reloaded:" if good else "reload failed"
        before = server.stderr().count(line)
        config.write_text(SITE.replace("{number}", str(number)) if good else BAD[number // 2 % len(BAD)])
        server.send_signal(signal.SIGHUP)
        server.wait_for_line(line, times=before + 1)

    descriptors = server.open_descriptors()
    with Visitors(server.port) as visitors:
        wait_until(lambda: visitors.answered > 50, "load")
        for number in range(20):
            reload(number)
        memory = server.resident_bytes()
        for number in range(20, 100):
            reload(number)
        grown = server.resident_bytes() - memory
    assert visitors.wrong == []
    assert grown < 8 << 20
    reload(100)  # a file that was asked for often is kept open until then
    wait_until(lambda: server.open_descriptors() <= descriptors, "all descriptors are closed")
