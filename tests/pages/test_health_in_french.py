"""What the server says of itself is said on Health in the reader's language: each warning, and why it is not ready."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ripeline.sentences import Sentence
from ripeline.settings import read_settings
from ripeline.store import database
from ripeline.store.database import Database, DatabaseError, require_sound_sqlite, transaction
from ripeline.store.failures import refusal_of
from ripeline.store.meta import write_meta
from ripeline.store.opening import open_data
from ripeline.store.swept import SWEPT
from ripeline.templating.languages import catalog
from ripeline.worker.chores import Chores

NOW = 1_795_284_000_000


def failed(code: int) -> DatabaseError:
    error = DatabaseError("disk I/O error")
    error.sqlite_errorcode = code
    return error


def warnings_of(folder: Path, harm: Callable[[Path], object]) -> list[object]:
    settings = read_settings({"data": str(folder)}, {})
    open_data(settings, NOW).close()
    harm(folder)
    opened = open_data(settings, NOW)
    opened.close()
    return list(opened.warnings)


def be_ahead(folder: Path) -> None:
    conn = Database(folder / "ripeline.db").writer()
    with transaction(conn):
        write_meta(conn, SWEPT, str(NOW + 90_000_000_000))
    conn.close()


def sentences(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    slips = {"RIPELINE_BASEURL": "x", "RIPELINE_BASE_URL": "http://leads.example.com"}
    chores = Chores([lambda: 1 // 0])
    chores.step(0.0)
    monkeypatch.setattr(database, "SOUND_SQLITE", (99, 0, 0))
    old = require_sound_sqlite(old_accepted=True)
    monkeypatch.undo()
    return [
        old,
        chores.problem,
        *read_settings({}, slips).warnings,
        *[refusal_of(failed(code)).args[0] for code in (13, 10)],
        *warnings_of(folder / "a", lambda each: (each / "secret").unlink()),
        *warnings_of(folder / "b", lambda each: (each / "secret").write_bytes(b"short")),
        *warnings_of(folder / "c", be_ahead),
    ]


def test_every_one_has_its_french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = sentences(tmp_path, monkeypatch)
    assert len(said) == 9
    for each in said:
        assert isinstance(each, Sentence), each
        assert each.said(catalog("fr").gettext) != str(each)
    assert "était manquant ; avec un nouveau" in [
        each.said(catalog("fr").gettext) for each in said if isinstance(each, Sentence)
    ][6].replace("\u202f", " ")
