"""Sites in Chromium. Left out where there is none: it is too large a package to install for the tests alone."""

import asyncio
import os
from pathlib import Path

import pytest

import browser

pytestmark = pytest.mark.skipif(not browser.BINARY, reason="there is no Chromium")

SITE = {
    "www/index.html": '<!doctype html><title>Home</title><link rel="icon" href="icon.svg"><link rel="stylesheet" href="style.css">'
                      '<link rel="manifest" href="site.webmanifest"><script type="module" src="app.mjs"></script>'
                      '<a id="about" href="/about">about</a>',
    "www/about.html": '<!doctype html><title>About</title><link rel="icon" href="icon.svg"><a id="home" href="/">home</a>',
    "www/style.css": "@font-face{font-family:x;src:local(serif)} body{color:rgb(1, 2, 3)}" + "/* padding */" * 200,
    "www/app.mjs": "const data = await (await fetch('data.json')).json(); document.body.dataset.state = data.state;",
    "www/data.json": '{"state": "ready"}',
    "www/icon.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>',
    "www/site.webmanifest": '{"name": "site", "icons": []}',
}
# SLUICE_BUILT_SITE names a directory to click through; else the documentation of Python is, if that is installed.
BUILT_SITE = Path(os.environ.get("SLUICE_BUILT_SITE", "/usr/share/doc/python3.11/html"))


def visit(folder, journey):
    """Runs the coroutine `journey(browser)`; afterwards nothing may be red in the console."""
    async def run():
        async with browser.Browser(folder) as tab:
            await journey(tab)
            assert tab.faults == []

    asyncio.run(run())


@pytest.mark.parametrize("headers", ["off", "strict"])
def test_a_site_works_without_an_error_in_the_console(serve, tmp_path, headers):
    server = serve(f'[[static]]\nroot = "www"\nclean_urls = true\nsecurity_headers = "{headers}"\n', files=SITE)

    async def journey(tab):
        await tab.go(server.url + "/")
        ready = "new Promise(r => { const f = () => document.body.dataset.state ? r(document.body.dataset.state) : setTimeout(f, 10); f() })"
        assert await tab.run(ready) == "ready"
        assert await tab.run("getComputedStyle(document.body).color") == "rgb(1, 2, 3)"
        await tab.click("#about")
        assert await tab.run("[document.title, location.pathname].join()") == "About,/about"
        await tab.click("#home")
        assert await tab.run("document.title") == "Home"

    visit(tmp_path, journey)


def test_an_application_takes_its_own_paths(serve, tmp_path):
    page = '<!doctype html><title>App</title><link rel="icon" href="/icon.svg"><p id="where"></p><script>where.textContent = location.pathname</script>'
    server = serve('[[static]]\nroot = "www"\nspa = true\n', files=dict(SITE, **{"www/index.html": page}))

    async def journey(tab):
        for path in ("/", "/users/7", "/a/b.c/d"):
            await tab.go(server.url + path)
            assert await tab.run("where.textContent") == path

    visit(tmp_path, journey)


def test_a_listing_can_be_sorted_and_walked_in_light_and_dark(serve, tmp_path):
    files = {"www/small.txt": "x", "www/large.bin": "x" * 3_000_000, "www/empty": "", "www/a folder/inside.txt": "i",
             "www/<b>&\"quoted\".html": "q", "www/ünïcode 100%.txt": "u" * 2000, "www/icon.svg": SITE["www/icon.svg"]}
    files.update({f"www/photos/picture-{number:04}.jpg": "x" * number for number in range(1500)})
    server = serve('[[static]]\nroot = "www"\nlisting = true\nsecurity_headers = "strict"\n', files=files)
    names = "[...document.querySelectorAll('tbody th')].map(cell => cell.textContent.trim()).join('|')"

    async def journey(tab):
        await tab.go(server.url + "/")
        light = await tab.screenshot(tmp_path / "listing-light.png")
        dark = await tab.screenshot(tmp_path / "listing-dark.png", "dark")
        assert light != dark
        assert await tab.run("getComputedStyle(document.body).backgroundColor") == "rgb(22, 24, 29)"
        assert (await tab.run(names)).startswith("a folder/|photos/|")
        await tab.click("thead th.size a")
        first = await tab.run(names)
        await tab.click("thead th.size a")
        assert first.split("|")[2:] == (await tab.run(names)).split("|")[:1:-1]
        assert await tab.run("document.querySelector('[aria-sort]').textContent.trim()") == "Size"
        await tab.click('tbody a[href="./a%20folder/"]')
        assert await tab.run("document.querySelector('h1').textContent") == "Index of /a folder/"
        await tab.click("nav a")
        await tab.click('tbody a[href="./photos/"]')
        assert await tab.run("document.querySelectorAll('tbody tr').length") == 1000
        await tab.click("a[rel=next]")
        assert await tab.run("document.querySelectorAll('tbody tr').length") == 500
        narrow = await tab.screenshot(tmp_path / "listing-narrow.png", width=360)
        assert narrow and await tab.run("document.documentElement.scrollWidth") <= 360

    visit(tmp_path, journey)


def test_a_site_that_others_have_built_can_be_clicked_through(serve, tmp_path):
    if not (BUILT_SITE / "index.html").exists():
        pytest.skip(f"{BUILT_SITE} is not installed")
    server = serve(f'[[static]]\nroot = "{BUILT_SITE}"\nsymlinks = "follow"\n')
    local_links = ("[...document.querySelectorAll('a[href]')].filter(a => a.origin == location.origin && "
                   "a.protocol == 'http:').map(a => a.href.split('#')[0])")

    async def journey(tab):
        seen, waiting = set(), [server.url + "/"]
        while waiting and len(seen) < 40:
            address = waiting.pop(0)
            seen.add(address)
            if address.endswith((".html", "/")):
                await tab.go(address)
                waiting += sorted(set(await tab.run(local_links)) - seen - set(waiting))
        assert len(seen) >= 10
        # Browsers ask for an icon that the site may not have.
        tab.faults = [fault for fault in tab.faults if "favicon.ico" not in fault]

    visit(tmp_path, journey)
