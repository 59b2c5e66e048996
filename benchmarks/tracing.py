"""What a script made the browser do, from the browser's own trace of its main thread."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

#: No more of them: each makes what is measured slower.
CATEGORIES: Final = ("devtools.timeline", "disabled-by-default-devtools.timeline")
_RUNS: Final = frozenset({"EvaluateScript", "FunctionCall", "v8.compile"})
_LAYS_OUT: Final = frozenset({"Layout", "UpdateLayoutTree"})

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Work:
    """ms of the script alone, all and its longest stretch; of the longest task it had a part in; layouts it forced."""

    script_ms: float
    longest_ms: float
    task_ms: float
    forced: int


def work_of(trace: bytes, script: str) -> Work:
    """What the script of that address did: times are of the thread, so other work on the machine is not in them."""
    events = [each for each in json.loads(trace)["traceEvents"] if each.get("ph") == "X"]
    own = outermost([each for each in events if each["name"] in _RUNS and _url(each).startswith(script)])
    threads = {_thread(each) for each in own}
    near = [each for each in events if _thread(each) in threads]
    tasks = [each for each in near if each["name"] == "RunTask" and any(_holds(each, one) for one in own)]
    layouts = [each for each in near if each["name"] in _LAYS_OUT]
    return Work(
        script_ms=sum(map(_ms, own)),
        longest_ms=max(map(_ms, own), default=0.0),
        task_ms=max(map(_ms, tasks), default=0.0),
        forced=sum(1 for each in layouts if any(_holds(one, each) for one in own)),
    )


def outermost(events: list[Event]) -> list[Event]:
    """Those that are in no other."""
    return [each for each in events if not any(other is not each and _holds(other, each) for other in events)]


def _holds(outer: Event, inner: Event) -> bool:
    is_within = outer["ts"] <= inner["ts"] and inner["ts"] + inner.get("dur", 0) <= outer["ts"] + outer.get("dur", 0)
    return _thread(outer) == _thread(inner) and is_within


def _thread(event: Event) -> tuple[int, int]:
    return event["pid"], event["tid"]


def _ms(event: Event) -> float:
    return float(event.get("tdur") or event.get("dur") or 0) / 1000


def _url(event: Event) -> str:
    args = event.get("args", {})
    return str(args.get("data", {}).get("url") or args.get("fileName") or "")
