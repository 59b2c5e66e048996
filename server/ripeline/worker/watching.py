"""The rule file on disk is the truth: a change there is taken, or said to be wrong."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Final

from ripeline.errors import InvalidRules, RipelineError
from ripeline.fold.folder import now_ms
from ripeline.fold.rule_file import load_checked
from ripeline.running import Running
from ripeline.sentences import N_
from ripeline.store.authors import Said

log = logging.getLogger(__name__)

#: Who changed the rules, when the file says no name.
BY_FILE: Final = "file"

_EVERY: Final = 1.0

_Stamp = tuple[int, int, int] | None


async def watch_rules(running: Running) -> None:
    """Look at the rule file every second, for as long as the server runs."""
    seen: _Stamp = (0, 0, 0)
    while True:
        stamp = _stamp(running.settings.rules_file)
        if stamp != seen:
            try:
                await look_at_rules(running)
                seen = stamp
            except RipelineError as error:
                # The writer takes nothing now: the next look finds the same change.
                log.warning("the rule file is looked at again: %s", error)
        await asyncio.sleep(_EVERY)


async def look_at_rules(running: Running) -> None:
    """Take the file if it is right and new; if it is wrong, go on with the rules in force and say why."""
    rules = running.rules
    try:
        ruleset = await asyncio.to_thread(load_checked, running.settings.rules_file)
    except InvalidRules as error:
        rules.problem = N_("the rule file is not in force: %(why)s", why=error.args[0])
        log.warning("%s", rules.problem)
        return
    rules.problem = ""
    if ruleset.hash != rules.wanted:
        rules.wanted = ruleset.hash
        await running.take(ruleset, Said(BY_FILE, now_ms()))


def _stamp(path: Path) -> _Stamp:
    """What changes whenever the file is written or replaced; None while there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
