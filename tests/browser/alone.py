"""A Chromium that nobody drives: some of what browsers do by themselves (prerendering) is off in a driven one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: What any Chromium of ours is told. Pages have names of their own: the tracker leaves localhost out.
ARGS = [
    *"--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split(),
    *"--disable-component-update --disable-sync".split(),
    "--host-resolver-rules=MAP *.test 127.0.0.1",
]

NAMES = ("chromium", "chromium-browser", "google-chrome")
#: The same without all that belongs to a window: it takes half the time, and does nothing by itself.
SHELL = "chromium-headless-shell"


def chromium() -> str | None:
    """The distribution's."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def driven() -> str | None:
    """The one to be driven: the shell where there is one."""
    return shutil.which(SHELL) or chromium()


@contextmanager
def browsing(address: str, profile: Path) -> Iterator[None]:
    """The page open in a browser of its own until the block ends; what happens there, its scripts have to do."""
    own = [f"--user-data-dir={profile}", "--remote-debugging-port=0", address]
    browser = subprocess.Popen(
        [chromium() or "chromium", *ARGS, *own],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        # All its processes are in the session it leads.
        os.killpg(browser.pid, signal.SIGTERM)
        browser.wait(10)
