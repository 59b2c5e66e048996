"""What browsers pay: the tag on a customer's page, and every page of ours, measured by Chromium itself.

`make browsercost` (`python -m benchmarks.browser`), one JSON line a figure, each with `met`. The server is the demo's,
started for it on ports of its own, with its ninety days of history.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
from playwright.sync_api import sync_playwright
from tests.browser.alone import ARGS, chromium
from tests.browser.serving import free_port

from benchmarks.browser_pages import pages
from benchmarks.browser_tag import tag


@contextmanager
def demo() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The demo on a new folder: its address, and the cookies of the person its link signs in."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        command = [sys.executable, "-m", "ripeline", "demo", "--data", f"{folder}/demo"]
        command += ["--port", str(port), "--shop-port", str(free_port())]
        settings = {**os.environ, "RIPELINE_RATE_LIMIT": "off"}
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=settings)
        try:
            assert server.stdout
            link = next(line.split()[1] for line in server.stdout if line.startswith("Open"))
            base = f"http://127.0.0.1:{port}"
            with httpx2.Client() as client:
                client.get(link)
                yield base, [{"name": name, "value": value, "url": base} for name, value in client.cookies.items()]
        finally:
            server.terminate()
            server.wait(15)


def main() -> None:
    missed = 0
    with demo() as (base, cookies), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGS)
        for figure in (*tag(base, browser), *pages(browser, base, cookies)):
            print(json.dumps(figure), flush=True)
            missed += not figure["met"]
        browser.close()
    sys.exit(f"{missed} marks missed" if missed else 0)


if __name__ == "__main__":
    main()
