"""Tabs of a headless Chromium, by the Chrome DevTools Protocol."""

import asyncio
import base64
import contextlib
import itertools
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest
import websockets

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser")
needed = pytest.mark.skipif(not PROGRAM, reason="Chromium is not installed")


class Tab:
    def __init__(self, socket):
        self.socket, self.numbers = socket, itertools.count(1)

    async def call(self, method, **parameters):
        number = next(self.numbers)
        await self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(await asyncio.wait_for(self.socket.recv(), 30))
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return answer["result"]

    async def run(self, script):
        """The value of a JavaScript expression."""
        answer = await self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def until(self, script, within=20):
        """Waits until an expression is true."""
        end = time.monotonic() + within
        while not await self.run(script):
            assert time.monotonic() < end, f"{script} within {within} s\n" + await self.run("document.body.innerText")
            await asyncio.sleep(0.05)

    async def type(self, selector, text):
        """Types as a person does, and presses Enter."""
        await self.run(f"document.querySelector({json.dumps(selector)}).focus()")
        await self.call("Input.insertText", text=text)
        for kind in ("keyDown", "keyUp"):
            await self.call("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r",
                            windowsVirtualKeyCode=13)

    async def screenshot(self, file):
        Path(file).write_bytes(base64.b64decode((await self.call("Page.captureScreenshot"))["data"]))


class Browser:
    def __init__(self, port):
        self.port = port

    @contextlib.asynccontextmanager
    async def tab(self, url):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/json/new?about:blank", method="PUT")
        target = await asyncio.to_thread(lambda: json.load(urllib.request.urlopen(request)))
        async with websockets.connect(target["webSocketDebuggerUrl"], max_size=None, ping_interval=None) as socket:
            tab = Tab(socket)
            await tab.call("Page.navigate", url=url)
            await tab.until("document.readyState === 'complete' && location.href !== 'about:blank'")
            yield tab
        closing = f"http://127.0.0.1:{self.port}/json/close/{target['id']}"
        await asyncio.to_thread(lambda: urllib.request.urlopen(closing).read())


@contextlib.contextmanager
def browser():
    """A browser with a profile of its own, ended at the end."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [PROGRAM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--window-size=640,560", "--remote-debugging-port=0",
             f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield Browser(wait_for_port(Path(profile) / "DevToolsActivePort", process))
        finally:
            process.terminate()
            process.wait(20)


def wait_for_port(file, process):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None, f"Chromium ended with {process.returncode}"
        if file.exists() and "\n" in (text := file.read_text()):
            return int(text.split("\n")[0])
        time.sleep(0.05)
    raise AssertionError("Chromium does not start")
