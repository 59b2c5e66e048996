"""What every import does: events into the log, a transaction a batch, and scored when no server does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from ripeline.commands.progress import Progress
from ripeline.domain.event import Event
from ripeline.errors import DataProblem
from ripeline.fold.folder import Folder
from ripeline.fold.rescore import ensure_scored
from ripeline.rules.reading import load_rules
from ripeline.settings import Settings
from ripeline.store.database import Connection, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.lock import FolderLock
from ripeline.store.log_rows import append_events
from ripeline.store.reading_events import last_seq

#: Events a transaction.
BATCH: Final = 500


@dataclass(slots=True)
class Appending:
    """Events of one import on their way into the log, and how many of them were new."""

    conn: Connection
    new: int = 0
    duplicate: int = 0
    _batch: list[Event] = field(default_factory=list)
    _dictionary: Dictionary = field(default_factory=Dictionary)

    @property
    def is_full(self) -> bool:
        return len(self._batch) >= BATCH

    def add(self, event: Event) -> None:
        """To be stored with the next batch."""
        self._batch.append(event)

    def write(self, beside: Callable[[Connection], None] | None = None) -> None:
        """Store what was added in one transaction, and whatever else is to be written in the same."""
        with transaction(self.conn):
            new = sum(append_events(self.conn, self._batch, self._dictionary))
            self.new, self.duplicate = self.new + new, self.duplicate + len(self._batch) - new
            if beside is not None:
                beside(self.conn)
        self._batch.clear()


def fold_unless_served(settings: Settings, conn: Connection) -> None:
    """Score what was added; a server on the same data does it by itself, within a second."""
    try:
        lock = FolderLock(settings.data)
    except DataProblem:
        return
    try:
        fold_all(settings, conn)
    finally:
        lock.release()


def fold_all(settings: Settings, conn: Connection) -> None:
    """Fold every event of the log under the rule file of these settings; the caller holds the lock."""
    ruleset = load_rules(settings.rules_file)
    rescored = Progress("Leads rescored")
    ensure_scored(conn, ruleset, rescored)
    rescored.done()
    folder, progress = Folder(conn, ruleset), Progress("Events scored")
    done, total = 0, last_seq(conn)
    while folded := folder.step():
        done += folded
        progress(done, total)
    progress.done()
