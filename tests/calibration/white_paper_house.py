"""A data folder in which Marc, Élodie and Capucine read white papers, and commands beside it."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result
from tests.store.white_papers import CAST, NOW, RULES

from ripeline.__main__ import main
from ripeline.domain.event import Event
from ripeline.fold.folder import Folder
from ripeline.fold.rescore import ensure_scored
from ripeline.rules.reading import load_rules
from ripeline.settings import Settings
from ripeline.store.database import transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import append_events
from ripeline.store.opening import open_data


def folder_of(folder: Path, events: list[Event] = CAST, rules: str = RULES.text, now: int = NOW) -> Path:
    """A data folder in which all this was folded, with no server on it."""
    (folder / "rules.toml").write_text(rules, encoding="utf-8")
    opened = open_data(Settings(data=folder), now)
    ruleset = load_rules(folder / "rules.toml")
    conn = opened.database.writer()
    ensure_scored(conn, ruleset, lambda done, total: None, lambda: now)
    with transaction(conn):
        append_events(conn, events, Dictionary())
    folder_ = Folder(conn, ruleset, lambda: now)
    while folder_.step():
        pass
    conn.close()
    opened.close()
    return folder


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])
