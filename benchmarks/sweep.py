"""`python benchmarks/sweep.py [--leads N]`: one night over N leads, when all of them fade and when 1 % do.

One JSON line a figure. The leads are made by copying one that was really folded, so that making them is not measured.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Final

from ripeline.domain.event import Event
from ripeline.fold.keeper import Keeper
from ripeline.fold.rescore import ensure_scored
from ripeline.rules.reading import read_rules
from ripeline.store.database import Connection, Database, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import append_events
from ripeline.store.upgrading import create_schema

DAY: Final = 86_400_000
START: Final = 1_793_610_000_000

RULES: Final = read_rules("""
[models.general]
bands = { warm = 5, hot = { enter = 12, exit = 10 } }
decay = { half_life = "30d" }
[models.general.rules]
paper = { points = 12, on = "download" }
visit = { points = 1, on = "page" }
[models.other]
bands = { warm = 5, hot = 10 }
[models.other.rules]
silent = { points = -10, inactive = "30d" }
paper = { points = 8, on = "download", decay = { expire = "90d" } }
""")


def make_leads(conn: Connection, leads: int, fading: int) -> None:
    """`fading` leads that took a paper two days ago, and others that never did anything worth a point."""
    one = [
        Event(id=f"e{n}", visitor="v", on=on, at=START + n, received_at=START, url=f"https://shop.example/{n}")
        for n, on in enumerate(("download", "page", "page"))
    ]
    with transaction(conn):
        append_events(conn, one, Dictionary())
    Keeper(conn, RULES, lambda: START + DAY).step()
    with transaction(conn):
        conn.execute(
            "INSERT INTO leads (id, created_at) SELECT value + 1, 1 FROM generate_series(1, ?)"
            if _has_series(conn)
            else "WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ?) "
            "INSERT INTO leads (id, created_at) SELECT value + 1, 1 FROM n",
            (leads - 1,),
        )
        bound = {"fading": fading}
        conn.execute(
            "INSERT INTO lead_states SELECT l.id, s.state, iif(l.id <= :fading, s.due_at, NULL) FROM leads AS l "
            "CROSS JOIN lead_states AS s ON s.lead_id = 1 WHERE l.id > 1",
            bound,
        )
        conn.execute(
            "INSERT INTO scores SELECT model_id, l.id, score, engagement, fit, band, out_of_target FROM leads AS l "
            "CROSS JOIN scores AS s ON s.lead_id = 1 WHERE l.id > 1"
        )
        conn.execute(
            "INSERT INTO ledger SELECT l.id, n, model_id, rule_id, event_seq, at, points, reason FROM leads AS l "
            "CROSS JOIN ledger AS g ON g.lead_id = 1 WHERE l.id > 1"
        )
        conn.execute(
            "INSERT INTO crossings SELECT l.id, n, model_id, band, entered, event_seq, at, score FROM leads AS l "
            "CROSS JOIN crossings AS c ON c.lead_id = 1 WHERE l.id > 1"
        )


def _has_series(conn: Connection) -> bool:
    try:
        conn.execute("SELECT 1 FROM generate_series(1, 1)").fetchone()
    except Exception:
        return False
    return True


def one_night(leads: int, fading: int) -> dict[str, float]:
    """Sweep one midnight; seconds, leads changed, and the longest single step (events wait that long at most)."""
    with tempfile.TemporaryDirectory() as folder:
        conn = Database(Path(folder) / "ripeline.db").writer()
        create_schema(conn)
        ensure_scored(conn, RULES, lambda *_: None)
        make_leads(conn, leads, fading)
        keeper = Keeper(conn, RULES, lambda: START + 3 * DAY)
        changed, longest, begin, busy = 0, 0.0, time.perf_counter(), time.process_time()
        while True:
            step = time.perf_counter()
            done = keeper.sweep()
            longest = max(longest, time.perf_counter() - step)
            if not done:
                break
            changed += done
        took, busy = time.perf_counter() - begin, time.process_time() - busy
        conn.close()
    return {"seconds": took, "busy": busy, "changed": changed, "longest_ms": longest * 1000}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    leads = parser.parse_args().leads
    for name, fading in (("all fade", leads), ("1 % fade", leads // 100)):
        figures = one_night(leads, fading)
        print(
            json.dumps(
                {
                    "figure": f"sweep of {leads} leads, {name}: seconds for a million",
                    "value": round(figures["seconds"] * 1_000_000 / leads, 2),
                    "cpu_s": round(figures["busy"] * 1_000_000 / leads, 2),
                    "changed": figures["changed"],
                    "longest_step_ms": round(figures["longest_ms"], 1),
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
