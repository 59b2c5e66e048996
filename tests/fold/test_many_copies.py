"""The large database of the benchmarks is true: every row of it is what the product makes of its events."""

from __future__ import annotations

from pathlib import Path

from benchmarks.scale_data import build

from ripeline.fold.verify import verify
from ripeline.paths import EXAMPLE_RULES
from ripeline.rules.reading import load_rules
from ripeline.settings import Settings
from ripeline.store.database import Database

LEADS, EVENTS, LIVED = 240, 3_000, 80


def test_copied_lives_are_what_their_events_say(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    build(settings.data, LEADS, EVENTS, LIVED)
    with Database(settings.database_file).read() as conn:
        assert verify(conn, load_rules(EXAMPLE_RULES)) == []
        assert conn.execute("SELECT count(*) FROM leads").fetchone() == (LEADS,)
        assert conn.execute("SELECT count(*) FROM events").fetchone()[0] >= EVENTS
        (known,) = conn.execute("SELECT count(DISTINCT email) FROM leads").fetchone()
        assert known > 0
        assert known % (LEADS // LIVED) == 0, "everybody who said their name did so in each copy, as somebody else"
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []
        (seen,) = conn.execute("SELECT count(*) FROM seen_items").fetchone()
        assert conn.execute("SELECT sum(visitors) FROM items").fetchone() == (seen,)
