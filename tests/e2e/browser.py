"""A headless Chromium, driven through its DevTools protocol."""

import asyncio
import base64
import json
import shutil
import subprocess
import urllib.request

import websockets

from sluice import wait_until

BINARY = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Browser:
    """One tab. `faults`: what a developer would see in red: errors of the console, exceptions, failed requests."""

    def __init__(self, folder):
        self.faults, self.loaded, self.answers, self.number = [], asyncio.Event(), {}, 0
        self.profile = folder / "chromium"
        self.process = subprocess.Popen(
            [BINARY, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0",
             f"--user-data-dir={self.profile}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    async def __aenter__(self):
        port_file = self.profile / "DevToolsActivePort"
        wait_until(lambda: port_file.exists() and port_file.read_text().count("\n"), "the port of Chromium")
        port = port_file.read_text().split("\n")[0]

        def tab():
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
                    return next((t for t in json.load(answer) if t["type"] == "page"), None)
            except OSError:
                return None

        address = wait_until(tab, "a tab of Chromium")["webSocketDebuggerUrl"]
        self.socket = await websockets.connect(address, max_size=None)
        self.reader = asyncio.create_task(self._read())
        for domain in ("Page", "Runtime", "Log", "Network"):
            await self.call(f"{domain}.enable")
        return self

    async def __aexit__(self, *_):
        self.reader.cancel()
        await self.socket.close()
        self.process.terminate()
        self.process.wait()

    async def _read(self):
        async for text in self.socket:
            message = json.loads(text)
            if "id" in message:
                self.answers[message["id"]].set_result(message)
            else:
                self._note(message["method"], message["params"])

    def _note(self, method, about):
        if method == "Page.loadEventFired":
            self.loaded.set()
        elif method == "Runtime.exceptionThrown":
            self.faults.append(about["exceptionDetails"]["text"])
        elif method == "Runtime.consoleAPICalled" and about["type"] in ("error", "warning"):
            self.faults.append(str(about["args"]))
        elif method == "Log.entryAdded" and about["entry"]["level"] in ("error", "warning"):
            self.faults.append(about["entry"]["text"] + " " + about["entry"].get("url", ""))
        elif method == "Network.responseReceived" and about["response"]["status"] >= 400:
            self.faults.append(f"{about['response']['status']} {about['response']['url']}")

    async def call(self, method, **parameters):
        self.number += 1
        answer = self.answers[self.number] = asyncio.get_running_loop().create_future()
        await self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        message = await asyncio.wait_for(answer, 30)
        assert "error" not in message, message
        return message["result"]

    async def run(self, script):
        """The value of an expression in the page."""
        result = await self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    async def _until_loaded(self, action):
        self.loaded.clear()
        await action
        await asyncio.wait_for(self.loaded.wait(), 30)

    async def go(self, url):
        await self._until_loaded(self.call("Page.navigate", url=url))

    async def click(self, selector):
        """Clicks a link, and waits for the page to which it leads."""
        await self._until_loaded(self.run(f"document.querySelector({json.dumps(selector)}).click()"))

    async def until(self, script):
        """Waits until an expression in the page is true."""
        end = asyncio.get_running_loop().time() + 20
        while not await self.run(script):
            assert asyncio.get_running_loop().time() < end, script + "\n" + await self.run("document.body.innerText")
            await asyncio.sleep(0.05)

    async def type(self, selector, text):
        """Types into a field, and presses Enter."""
        await self.run(f"document.querySelector({json.dumps(selector)}).focus()")
        await self.call("Input.insertText", text=text)
        for kind in ("keyDown", "keyUp"):
            await self.call("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r",
                            windowsVirtualKeyCode=13)

    async def screenshot(self, path, scheme="light", width=900, height=700):
        """A picture of the page as someone sees it who prefers this colour scheme; returns its octets."""
        await self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        await self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        picture = base64.b64decode((await self.call("Page.captureScreenshot", format="png"))["data"])
        path.write_bytes(picture)
        return picture
