"""A live rival in the same run: runlight, a counter in Python on SQLite, from an environment of its own.

`make bench PEER=runlight` installs the version pinned in peer-runlight.txt under .venv/peer-runlight and measures its
own server beside the floors and Ripeline: the same connections, one event a request in its format, visitors in the
same mix (it tells them apart by address, so each has one). It counts and keeps visits; it scores nothing. Its answer
is 202 whatever becomes of an event, so what counts is what its database holds afterwards.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks.subject import Subject, read_one, size_after_checkpoint

_SITE: Final = {"name": "shop.example", "hostnames": ["shop.example"], "timezone": "UTC"}
_TOKEN: Final = "bench"


class Runlight(Subject):
    """Its standalone server, with no lookup of places; limits by address stay on and are not reached."""

    load = "peer-runlight.lua"

    def __init__(self) -> None:
        super().__init__("runlight")
        self._database = self.folder / "runlight.db"

    def command(self) -> list[str]:
        programs = Path(sys.prefix) / "peer-runlight" / "bin"
        if not (programs / "runlight").exists():
            raise SystemExit(f"{programs} has no runlight: make bench PEER=runlight")
        settings = {"DATA_DIR": self.folder, "PORT": self.port, "HOST": "127.0.0.1", "RUNLIGHT_GEO": "off"}
        given = [f"{name}={value}" for name, value in {**settings, "RUNLIGHT_TOKEN": _TOKEN}.items()]
        return ["env", "-i", f"PATH={os.environ['PATH']}", *given, str(programs / "python"), str(programs / "runlight")]

    def __enter__(self) -> Runlight:
        super().__enter__()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/sites",
            json.dumps(_SITE).encode(),
            {"Authorization": f"Bearer {_TOKEN}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 201
        return self

    def stored(self) -> int | None:
        return int(read_one(self._database, "SELECT count(*) FROM rl_events"))

    def bytes_per_event(self) -> float | None:
        return size_after_checkpoint(self._database) / max(1, self.stored() or 0)


PEERS: Final[dict[str, Callable[[], Subject]]] = {"runlight": Runlight}
