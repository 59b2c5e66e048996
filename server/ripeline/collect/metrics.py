"""`GET /metrics`: the figures of a running server, as Prometheus reads them. No figure is about a person."""

from __future__ import annotations

import os
import resource
from pathlib import Path
from typing import Final, Literal, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ripeline import __version__
from ripeline.auth.guard import require_scope
from ripeline.collect.intake import now_ms
from ripeline.collect.refusals import Drop
from ripeline.running import Running
from ripeline.store.counting import Counts, Sizes, read_counts, read_sizes
from ripeline.store.database import sqlite_version
from ripeline.store.suspects import drops_by_reason
from ripeline.tally import OUTCOMES

_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_STATM: Final = Path("/proc/self/statm")


class Metric(NamedTuple):
    """A name without its `ripeline_`, what kind it is, what it says in a few words."""

    name: str
    kind: Literal["counter", "gauge"]
    meaning: str


#: Every metric, in the order they are written; docs/operations.md has a row for each.
METRICS: Final = (
    Metric("info", "gauge", "Always 1; the versions are in its labels."),
    Metric("ready", "gauge", "1 while the server can do its work, as /readyz says."),
    Metric("start_time_seconds", "gauge", "When it started, in seconds since 1970."),
    Metric("events_received_total", "counter", "Events that came to the doors since the start."),
    Metric("events_total", "counter", "What became of them: accepted, duplicate, rejected or refused."),
    Metric("events_dropped_total", "counter", "Events left out on purpose, ever, by reason."),
    Metric("events_suspect", "gauge", "Stored events that look automatic and are worth nothing."),
    Metric("events_waiting", "gauge", "Events waiting to be written."),
    Metric("events_aside", "gauge", "Events that could not be scored."),
    Metric("score_lag_seconds", "gauge", "How far scores are behind."),
    Metric("rescore_leads_done", "gauge", "Leads rescored under new rules; 0 when nothing is rescored."),
    Metric("rescore_leads", "gauge", "Leads to rescore under new rules; 0 when nothing is rescored."),
    Metric("alerts", "gauge", "Alerts on their way, sent and given up, by state."),
    Metric("database_bytes", "gauge", "Size of the database."),
    Metric("wal_bytes", "gauge", "Size of its log file."),
    Metric("disk_free_bytes", "gauge", "Room left on its disk."),
    Metric("logins", "gauge", "Browsers that are signed in."),
    Metric("memory_bytes", "gauge", "Memory the process takes."),
)

#: A value with its label, "" for none.
Sample = tuple[str, float]


@require_scope("read")
async def metrics(request: Request) -> Response:
    """All of them, for a token that may read."""
    running: Running = request.app.state.running
    return Response(await run_in_threadpool(_text, running), media_type=_TYPE)


def _text(running: Running) -> str:
    with running.database.read() as conn:
        counts = read_counts(conn, now_ms())
        dropped = {each.reason: each.events for each in drops_by_reason(conn)}
    sizes = read_sizes(running.database.path)
    found = {**_flow(running, dropped), **_state(running, counts, sizes)}
    return "".join(_lines(metric, found[metric.name]) for metric in METRICS)


def _flow(running: Running, dropped: dict[str, int]) -> dict[str, list[Sample]]:
    """What comes in and where it is."""
    tally, rescoring = running.tally, running.rescoring()
    done, total = rescoring[1:] if rescoring is not None else (0, 0)
    outcomes: dict[str, int] = {each: getattr(tally, each) for each in OUTCOMES}
    return {
        "events_received_total": [("", tally.received)],
        "events_total": [(f'outcome="{each}"', count) for each, count in outcomes.items()],
        "events_dropped_total": [(f'reason="{each.value}"', dropped.get(each.value, 0)) for each in Drop],
        "events_waiting": [("", running.log.pending)],
        "score_lag_seconds": [("", round(running.lag(), 3))],
        "rescore_leads_done": [("", done)],
        "rescore_leads": [("", total)],
    }


def _state(running: Running, counts: Counts, sizes: Sizes) -> dict[str, list[Sample]]:
    """What is there."""
    return {
        "info": [(f'version="{__version__}",sqlite="{sqlite_version()}"', 1)],
        "ready": [("", int(not running.healthy()))],
        "start_time_seconds": [("", running.started_at / 1000)],
        "events_suspect": [("", counts.suspect)],
        "events_aside": [("", counts.aside)],
        "alerts": [(f'state="{state}"', count) for state, count in counts.deliveries.items()],
        "database_bytes": [("", sizes.database)],
        "wal_bytes": [("", sizes.wal)],
        "disk_free_bytes": [("", sizes.free)],
        "logins": [("", counts.logins)],
        "memory_bytes": [("", _memory())],
    }


def _lines(metric: Metric, samples: list[Sample]) -> str:
    name = f"ripeline_{metric.name}"
    head = f"# HELP {name} {metric.meaning}\n# TYPE {name} {metric.kind}\n"
    return head + "".join(f"{name}{f'{{{label}}}' if label else ''} {value}\n" for label, value in samples)


def _memory() -> int:
    try:
        pages = int(_STATM.read_text(encoding="ascii").split()[1])
    except OSError:
        # Not Linux: the most it ever took, in bytes on macOS.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return pages * os.sysconf("SC_PAGE_SIZE")
