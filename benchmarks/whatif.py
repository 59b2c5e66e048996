"""How soon a what-if says who is in which band, on a million leads: one JSON line a kind of change.

`python -m benchmarks.whatif [LEADS]`. The ledger (eight lines a lead, the shipped rules) is made with SQL; leads have
no events, as a change of points, bands and limits needs none. `busy` adds up the time of all processors, `floor` is
SQLite reading the ledger from end to end.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from sqlite_utils import Database as Migrated

from ripeline.calibration.whatif import WhatIf, rules_in_force
from ripeline.paths import EXAMPLE_RULES
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import load_rules, read_rules
from ripeline.store.database import Connection, Database, transaction
from ripeline.store.migrations import migrations

ROUNDS = 3
NOW = 1_795_000_000_000
LINES_A_LEAD = 8

#: What is changed: in the text of the shipped rules, from and to, any number of times.
EDITS = {
    "one band": [("hot = { enter = 10, exit = 8 }", "hot = { enter = 12, exit = 8 }")],
    "one rule's points": [("demo        = { points = 10", "demo        = { points = 8")],
    "points of a capped rule": [("pricing     = { points = 5", "pricing     = { points = 6")],
    "five rules' points and a band": [
        ("about       = { points = 1", "about       = { points = 2"),
        ("brochure    = { points = 2", "brochure    = { points = 3"),
        ("contact     = { points = 10", "contact     = { points = 8"),
        ("demo        = { points = 10", "demo        = { points = 12"),
        ("decides     = { points = 2", "decides     = { points = 4"),
        ("warm = 5, hot = { enter = 10, exit = 8 }", "warm = 4, hot = { enter = 12, exit = 10 }"),
    ],
    "a group with a limit": [
        ("[models.general]", "[models.general]\ngroups = { reading = { max = 4 } }"),
        ("brochure    = { points = 2,", 'brochure    = { points = 2, group = "reading",'),
        ("blog        = { points = 1,", 'blog        = { points = 1, group = "reading",'),
    ],
}

#: Pseudo-random and the same every time: a number below 1000 for every line.
_CHANCE = "((l.id * 7919 + n.value * 104729 + (l.id * n.value) % 613) % 1000)"


def fill(conn: Connection, rules: Ruleset, leads: int) -> None:
    """Leads, ledger and scores as the fold would have left them."""
    model = rules.model("general")
    awards = [(rule.id, rule.points or 0) for rule in model.rules]
    names = [name for each in rules.models for name in (each.id, *(rule.id for rule in each.rules))]
    warm, hot = (band.enter for band in model.bands)
    with transaction(conn):
        conn.execute("INSERT OR IGNORE INTO texts (text) SELECT value FROM json_each(?)", (json.dumps(names),))
        conn.execute("INSERT INTO meta (key, value) VALUES ('rules_hash', ?), ('cursor', '0')", (rules.hash,))
        conn.execute("INSERT INTO rule_versions VALUES (?, ?, 0, '')", (rules.hash, rules.text))
        conn.execute(
            """WITH RECURSIVE l (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM l WHERE id < ?)
            INSERT INTO leads (id, email, created_at, reachable)
            SELECT id, 'lead' || id || '@example.com', 0, 1 FROM l""",
            (leads,),
        )
        conn.execute("INSERT INTO lead_states (lead_id, state) SELECT id, zeroblob(200) FROM leads")
        conn.execute("CREATE TEMP TABLE awards (n INTEGER PRIMARY KEY, rule_id INTEGER, points INTEGER)")
        conn.executemany("INSERT INTO awards SELECT ?, id, ? FROM texts WHERE text = ?", _spread(awards))
        conn.execute(
            f"""INSERT INTO ledger
            SELECT l.id, n.value, (SELECT id FROM texts WHERE text = 'general'), a.rule_id, l.id * 20 + n.value,
              1790000000000 + n.value * 3600000, iif({_CHANCE} % 4, 0, a.points), iif({_CHANCE} % 4, 'repeat', NULL)
            FROM leads AS l CROSS JOIN json_each(?) AS n CROSS JOIN awards AS a ON a.n = {_CHANCE}
            ORDER BY l.id, n.value""",
            (json.dumps(list(range(LINES_A_LEAD))),),
        )
        conn.execute(
            """INSERT INTO scores SELECT model_id, lead_id, sum(points), sum(points), 0,
            CASE WHEN sum(points) >= ? THEN 'hot' WHEN sum(points) >= ? THEN 'warm' ELSE 'cold' END, 0
            FROM ledger GROUP BY lead_id""",
            (hot, warm),
        )
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _spread(awards: list[tuple[str, int]]) -> list[tuple[int, int, str]]:
    """Most matches give nothing or a point, a few mean to buy."""
    common = [(rule, points) for rule, points in awards if 0 < points <= 2000] * 20
    every = common + [(rule, points) for rule, points in awards if points < 10_000] + awards
    return [(number, every[number % len(every)][1], every[number % len(every)][0]) for number in range(1000)]


class Took(NamedTuple):
    """How long one change took to answer, how long processors were busy with it, and leads folded again."""

    seconds: float
    busy: float
    folded_again: int


def answer(database: Database, old: Ruleset, edit: list[tuple[str, str]]) -> Took:
    """Ask what one change would do."""
    text = old.text
    for before, after in edit:
        assert before in text, before
        text = text.replace(before, after)
    begin, busy = time.perf_counter(), sum(os.times()[:4])
    with database.read() as conn:
        known = rules_in_force(conn, EXAMPLE_RULES)
    finding = WhatIf(database, known, read_rules(text), NOW).bands(lambda *_: None)
    return Took(time.perf_counter() - begin, sum(os.times()[:4]) - busy, finding.folded_again)


def floor(database: Database) -> float:
    begin = time.perf_counter()
    with database.read() as conn:
        conn.execute("SELECT sum(points) FROM ledger").fetchall()
    return time.perf_counter() - begin


def main() -> None:
    leads = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rules = load_rules(EXAMPLE_RULES)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "ripeline.db")
        with closing(database.writer()) as conn:
            migrations.apply(Migrated(conn))
            fill(conn, rules, leads)
        for change, edit in EDITS.items():
            rounds = sorted((answer(database, rules, edit), floor(database)) for _ in range(ROUNDS))
            took, least = rounds[ROUNDS // 2]
            figure = {"figure": f"what-if: {change}", "leads": leads, "seconds": round(took.seconds, 2)}
            spread = {"min": round(rounds[0][0].seconds, 2), "max": round(rounds[-1][0].seconds, 2)}
            beside = {"busy": round(took.busy, 2), "floor": round(least, 2), "folded_again": took.folded_again}
            print(json.dumps(figure | spread | beside), flush=True)
        database.close()


if __name__ == "__main__":
    main()
