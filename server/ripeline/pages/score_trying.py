"""What a new rule would change, asked of the whole history within a few seconds; a page waits no longer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

from ripeline.calibration.finding import Finding, ModelFinding
from ripeline.calibration.whatif import WhatIf, rules_in_force
from ripeline.errors import DataProblem
from ripeline.fold.folder import now_ms
from ripeline.pages.desk import Desk
from ripeline.rules.reading import read_rules

LONGEST_SECONDS: Final = 15.0


#: Looking at the whole history takes all cores: one at a time.
looking = Lock()


@dataclass(frozen=True, slots=True)
class Tried:
    """`finding`: what would change in the one model, None where nothing does, or `why` it is not known: `busy`,
    `long` (after `share` percent of the leads) or `moved`. `names`: e-mails of leads."""

    finding: ModelFinding | None = None
    names: dict[int, str | None] | None = None
    why: str = ""
    share: int = 0

    @property
    def is_quiet(self) -> bool:
        """Nobody changes band, and sales is told of the same leads on the same days."""
        found = self.finding
        if found is None:
            return not self.why
        calls = found.handoffs
        return not found.moves and not (calls and (calls.new or calls.lost or calls.earlier or calls.later))


class _TooLong(Exception):
    """The seconds are over; so many percent were looked at."""


def try_rule(desk: Desk, text: str) -> Tried:
    """What the rule file `text` would change. Looks at nothing while somebody else does, and not for ever."""
    if not looking.acquire(blocking=False):
        return Tried(why="busy")
    try:
        finding = _look(desk, text)
    except _TooLong as error:
        return Tried(why="long", share=int(error.args[0]))
    except DataProblem:
        return Tried(why="moved")
    finally:
        looking.release()
    return Tried(finding.models[0] if finding.models else None, dict(finding.names))


def _look(desk: Desk, text: str) -> Finding:
    known = rules_in_force(desk.conn, desk.running.settings.rules_file)
    what_if = WhatIf(desk.running.database, known, read_rules(text), now_ms())
    watch = _until(time.monotonic() + LONGEST_SECONDS)
    what_if.bands(watch)
    return what_if.calls(watch)


def _until(deadline: float) -> Callable[[int, int], None]:
    def watch(done: int, total: int) -> None:
        if time.monotonic() > deadline:
            raise _TooLong(100 * done // max(total, 1))

    return watch
