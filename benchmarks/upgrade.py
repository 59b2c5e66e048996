"""`python -m benchmarks.upgrade [--leads N] [--events N]`: the first start of a version that scores otherwise.

A visitor comes by fifty times a second, from the start until all scores are made anew. One JSON line a figure.
"""

from __future__ import annotations

import argparse
import http.client
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from benchmarks.scale_data import build
from benchmarks.scale_server import Grown
from benchmarks.subject import read_one
from ripeline.fold.form import FORM, FORM_KEY
from ripeline.store.database import Database, transaction
from ripeline.store.meta import write_meta

_EVERY: Final = 0.02
_LONGEST: Final = 3_600.0
_FORM: Final = f"SELECT value FROM meta WHERE key = '{FORM_KEY}'"
_STORED: Final = "SELECT count(*) FROM events WHERE event_id LIKE 'came-by-%'"
_FOLDED: Final = "SELECT (SELECT max(seq) FROM events) = CAST(value AS INTEGER) FROM meta WHERE key = 'cursor'"
_HEADERS: Final = {"content-type": "text/plain", "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/140"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=15_000)
    parser.add_argument("--events", type=int, default=300_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        build(folder / "data", options.leads, options.events)
        with Grown(folder) as server:
            say("ready in seconds, no upgrade", server.started)
        with closing(Database(server.file).writer()) as conn, transaction(conn):
            write_meta(conn, FORM_KEY, "before")
        with Grown(folder) as server:
            say("ready in seconds, after an upgrade that scores otherwise", server.started)
            begin, times = time.perf_counter(), sorted(come_by(server))
            say("all scores made anew after seconds", time.perf_counter() - begin)
            say("events accepted meanwhile", len(times))
            say("p50 ms", times[len(times) // 2] * 1_000)
            say("p99 ms", times[int(0.99 * len(times))] * 1_000)
            while not read_one(server.file, _FOLDED):
                time.sleep(_EVERY)
            say("those of them that are stored", read_one(server.file, _STORED))
            say("all of them scored after seconds", time.perf_counter() - begin)


def come_by(server: Grown) -> Iterator[float]:
    """Seconds each event took, until the scores are this version's. Raises when one is not accepted."""
    until, number = time.perf_counter() + _LONGEST, 0
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as link:
        while time.perf_counter() < until and read_one(server.file, _FORM) != FORM:
            now = time.time_ns() // 1_000_000
            event = {"i": f"came-by-{number}", "n": "page", "u": "https://shop.example/", "a": now}
            body = json.dumps({"s": server.site, "v": f"somebody{number % 50}", "t": now, "e": [event]})
            began = time.perf_counter()
            link.request("POST", "/e", body, _HEADERS)
            answer = link.getresponse()
            if answer.status != 202:
                raise RuntimeError(f"{answer.status}: {answer.read()!r}")
            answer.read()
            yield time.perf_counter() - began
            number += 1
            time.sleep(_EVERY)


def say(figure: str, value: float) -> None:
    print(json.dumps({"figure": figure, "value": round(value, 2)}), flush=True)


if __name__ == "__main__":
    main()
