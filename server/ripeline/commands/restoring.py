"""A backup made ready to be used: checked, brought to this version, and rid of whoever was erased since it was made."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from ripeline.calibration.whatif import rules_in_force
from ripeline.commands.progress import Progress
from ripeline.commands.saying import counted
from ripeline.errors import DataProblem
from ripeline.fold.desk import Desk
from ripeline.fold.erasing import erase_unused, find_unused
from ripeline.fold.erasing_again import Again, erase_again, missing_lines
from ripeline.fold.keeper import Keeper
from ripeline.fold.rescore import ensure_scored
from ripeline.store.audit import add_audit
from ripeline.store.authors import Said
from ripeline.store.backup_file import DATABASE
from ripeline.store.copies import problems_of
from ripeline.store.database import Connection, Database, DatabaseError, rewrite_file, transaction
from ripeline.store.erasures import FILE, Erased, append_list, read_erased
from ripeline.store.leads import count_living_leads
from ripeline.store.reading_events import count_events
from ripeline.store.staff import end_all_logins
from ripeline.store.upgrading import apply_steps, pending_steps


def make_ready(folder: Path, file: Path, lines: Sequence[Erased], now: int, made_at: str) -> list[str]:
    """Make what was unpacked of a backup `file` fit for use, in its folder; what was done, in sentences.

    Raises `DataProblem` that names the file.
    """
    try:
        with closing(Database(folder / DATABASE).writer()) as conn:
            if problems := problems_of(conn):
                raise DataProblem(f"{file}: the database in the backup is damaged ({problems}). Nothing was changed.")
            pending = pending_steps(conn)
            apply_steps(conn)
            again = _without_erased(conn, folder, lines, now)
            with transaction(conn):
                end_all_logins(conn)
                done = f"of {made_at}; erased again: leads {again.leads}, events {again.events}"
                add_audit(conn, Said("", now), "backup_restored", done)
            append_list(folder / FILE, read_erased(conn))
            counts = f"{counted(count_events(conn), 'event')}, {counted(count_living_leads(conn), 'lead')}"
    except DatabaseError as error:
        said = f"{file}: the database in the backup cannot be used: {error}. Nothing was changed."
        raise DataProblem(said) from error
    return [
        f"{counts}; everybody signs in anew",
        *(["it was brought to this version"] if pending else []),
        *_told(again),
        "whoever was shut out, and tokens that were withdrawn since, are in again: look at People and Tokens",
    ]


def _told(again: Again) -> list[str]:
    told = []
    if again.leads or again.events:
        again_said = f"{counted(again.leads, 'lead')}, {counted(again.events, 'event')} besides"
        told.append(f"erased again, as they were since: {again_said}")
    if again.foreign:
        made = (
            "was made with another key: whom it names"
            if again.foreign == 1
            else ("were made with another key: whom they name")
        )
        told.append(f"{counted(again.foreign, 'line')} of the list of erasures {made} is unknown")
    return told


def _without_erased(conn: Connection, folder: Path, lines: Sequence[Erased], now: int) -> Again:
    missing = missing_lines(conn, lines)
    if not missing:
        return Again()
    rules, progress = rules_in_force(conn, folder / "rules.toml").rules, Progress("Leads rescored")
    ensure_scored(conn, rules, progress)
    keeper = Keeper(conn, rules)
    # Who somebody is is known once all is folded.
    while keeper.step():
        pass
    progress.done()
    desk = Desk(conn, keeper, Said("", now), keeper.forget)
    with transaction(conn):
        again = erase_again(desk, missing)
    if (unused := find_unused(conn)) is not None:
        with transaction(conn):
            erase_unused(desk, unused)
    rewrite_file(conn)
    return again
