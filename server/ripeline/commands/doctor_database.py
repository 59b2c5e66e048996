"""The doctor's look into the database: whole, of this version, up to date, and in use."""

from __future__ import annotations

import time
from typing import Final

from ripeline.commands.doctor_finding import Finding, ok, problem, warning
from ripeline.commands.saying import counted
from ripeline.errors import DataProblem, InvalidRules
from ripeline.fold.folder import CURSOR, RULES_HASH
from ripeline.fold.form import is_of_this_form
from ripeline.rules.reading import load_rules
from ripeline.settings import Settings
from ripeline.store.backlog import waiting_events
from ripeline.store.copies import problems_of
from ripeline.store.database import Connection, DatabaseError
from ripeline.store.install import latest_event
from ripeline.store.lock import holder_of
from ripeline.store.meta import read_meta
from ripeline.store.opening import open_beside
from ripeline.store.people import has_users
from ripeline.store.projection_aside import all_aside

#: Bytes up to which a database is read whole (about 0.2 s).
_READ_WHOLE: Final = 64 * 1024 * 1024
_LATE_SECONDS: Final = 60
_AHEAD_MS: Final = 60_000


def findings_of_database(settings: Settings) -> list[Finding]:
    """Read on one connection beside whoever writes; one sentence when it cannot be opened at all."""
    try:
        with open_beside(settings).read() as conn:
            return _findings(conn, settings)
    except DataProblem as error:
        return [problem("database", str(error), "")]
    except DatabaseError as error:
        file = settings.database_file
        return [problem("database", f"{file} cannot be read ({error})", "`ripeline serve` says how to restore it")]


def _findings(conn: Connection, settings: Settings) -> list[Finding]:
    damage = problems_of(conn, quick=True) if settings.database_file.stat().st_size <= _READ_WHOLE else ""
    if damage:
        return [problem("database", f"is damaged ({damage})", "Stop the server and restore a backup")]
    now = time.time_ns() // 1_000_000
    return [
        ok("database", "whole, and of this version"),
        _version_in_force(conn, settings),
        _lag(conn, now),
        _quarantine(conn),
        _people(conn),
        _events(conn, now),
    ]


def _version_in_force(conn: Connection, settings: Settings) -> Finding:
    in_force = read_meta(conn, RULES_HASH)
    if in_force is None:
        return ok("in force", "no rules yet: the first start takes the file")
    if not is_of_this_form(conn):
        advice = "`/readyz` says how far it is" if holder_of(settings.data) else "The next start makes them anew"
        return warning("in force", "scores of a version that scored otherwise", advice)
    try:
        on_disk = load_rules(settings.rules_file).hash
    except InvalidRules:
        return warning("in force", f"rules {in_force[:12]}, not those of the file", "Mend the file")
    if on_disk == in_force:
        return ok("in force", f"rules {in_force[:12]}, as the file has them")
    advice = "`/readyz` says what is in the way" if holder_of(settings.data) else "The next start takes them"
    return warning("in force", f"rules {in_force[:12]}, the file has {on_disk[:12]}", advice)


def _lag(conn: Connection, now: int) -> Finding:
    count, oldest = waiting_events(conn, int(read_meta(conn, CURSOR) or 0))
    late = max(0, now - oldest) // 1000 if count else 0
    if late > _LATE_SECONDS:
        said = f"{_waiting(count)}, the oldest for {late} s"
        return warning("lag", said, "A running server makes up for it; `/readyz` says when it cannot")
    return ok("lag", _waiting(count) if count else "every event has been scored")


def _waiting(count: int) -> str:
    return "1 event waits for its score" if count == 1 else f"{count} events wait for their score"


def _quarantine(conn: Connection) -> Finding:
    aside = len(all_aside(conn))
    if aside:
        said = f"{counted(aside, 'event')} could not be scored and {'is' if aside == 1 else 'are'} set aside"
        return warning("quarantine", said, "`ripeline rescore` tries them again, and the log says why")
    return ok("quarantine", "nothing is set aside")


def _people(conn: Connection) -> Finding:
    if has_users(conn):
        return ok("people", "somebody may sign in")
    return warning("people", "nobody may sign in yet", "Open the link that the server prints when it starts")


def _events(conn: Connection, now: int) -> Finding:
    latest = latest_event(conn)
    if latest is None:
        return warning("events", "none has arrived yet", "`ripeline doctor URL` looks at a page of your site")
    ahead = latest.received_at - now
    if ahead > _AHEAD_MS:
        at = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(latest.received_at / 1000))
        said = f"the latest came in at {at}, which is still to come: the clock was ahead then, or is behind now"
        return problem("events", said, "If the clock is not right now, set it, and keep it set (NTP)")
    return ok("events", f"the latest came in {-ahead // 1000} s ago")
