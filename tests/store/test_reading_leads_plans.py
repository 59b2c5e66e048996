"""No list reads a whole table, whatever it is narrowed by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any, cast

import pytest
from tests.store.white_papers import CAST, RULES, fold, open_database

from ripeline.store import reading_leads_walks
from ripeline.store.database import Connection, transaction
from ripeline.store.reading import cursor_after
from ripeline.store.reading_handoffs import HandoffQuery, list_handoffs
from ripeline.store.reading_leads import LeadQuery, list_leads, neighbours
from ripeline.store.reading_leads_query import SORTS
from ripeline.store.seen_items import index_seen


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    connection = open_database(tmp_path / "ripeline.db")
    fold(connection, CAST)
    with transaction(connection):
        index_seen(connection)
    yield connection
    connection.close()


class Explained:
    """A connection that keeps the plan of every query asked through it; `placed` are those that begin at a place."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self.plans: list[tuple[str, str]] = []
        self.placed: list[str] = []

    def execute(self, sql: str, values: Any = ()) -> object:
        name = sql.splitlines()[0]
        assert re.fullmatch(r"-- \w+", name), "every query starts with its name"
        for row in self.conn.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall():
            self.plans.append((name, row[3]))
            self.placed += [row[3]] if ":place" in sql else []
        return self.conn.execute(sql, values)


FAR = cursor_after(0, -1000, 3)

#: One chip at most.
NARROW: tuple[dict[str, Any], ...] = (
    {},
    {"out_of_target": True},
    {"cursor": cursor_after(0, 5000, 3)},
    {"band": "warm"},
    {"identified": True},
    {"identified": False},
    {"channel": "email"},
    {"channel": "direct"},
    {"page": "/blog"},
    {"file": "white-paper-a.pdf"},
    {"form": "contact"},
    {"seen_since": 5},
    {"silent_since": 5},
    {"owner": 1},
    {"owner": "somebody"},
    {"owner": "nobody"},
    {"q": "acme"},
    {"q": "ac"},
)
#: Tables that have a row for each lead, event, session or ledger line; only leads may be walked, along an index.
LARGE = re.compile(
    r"SCAN ((e|g|i|n|p|h|x|events|sessions|ledger|epochs|handoffs|seen_items)\b|(s|l|scores|leads)\b(?! USING))"
)


@pytest.mark.parametrize("few", [0, reading_leads_walks.FEW], ids=["walked", "found"])
@pytest.mark.parametrize(("sort", "asked"), list(product(SORTS, NARROW)), ids=str)
def test_no_list_reads_a_whole_table(
    conn: Connection, monkeypatch: pytest.MonkeyPatch, few: int, sort: str, asked: dict[str, Any]
) -> None:
    monkeypatch.setattr(reading_leads_walks, "FEW", few - 1)
    explained = Explained(conn)
    query = LeadQuery("vertical", sort=sort, **asked)
    list_leads(cast(Connection, explained), RULES, query)
    neighbours(cast(Connection, explained), RULES, query, 1)
    assert explained.plans
    bounded = [("-- leads_counted", "CO-ROUTINE s"), ("-- leads_counted", "SCAN s")]
    for name, step in explained.plans:
        assert not LARGE.match(step) or ((name, step) in bounded and bounded[0] in explained.plans), (name, step)
        # Only small sets are sorted; everybody else comes out of an index in order.
        begins_small = few or query.q or (query.out_of_target and sort == "seen")
        assert name != "-- leads_ranked" or "FOR ORDER BY" not in step or begins_small, (name, step)


def test_no_list_of_hand_offs_reads_a_whole_table(conn: Connection) -> None:
    explained = Explained(conn)
    list_handoffs(cast(Connection, explained), RULES, HandoffQuery())
    list_handoffs(cast(Connection, explained), RULES, HandoffQuery(state=None))
    list_handoffs(cast(Connection, explained), RULES, HandoffQuery(model="vertical", after=7))
    for name, step in explained.plans:
        assert not step.startswith("SCAN") or "json_each" in step, (name, step)
        assert "TEMP B-TREE" not in step, (name, step)


@pytest.mark.parametrize("sort", ["score", "missing"])
@pytest.mark.parametrize("narrow", [{}, {"band": "cold"}, {"band": "warm"}])
@pytest.mark.parametrize("step", [list_leads, neighbours])
def test_a_page_far_down_begins_at_its_place(
    conn: Connection, sort: str, narrow: dict[str, Any], step: Callable[..., object]
) -> None:
    """Not at the first lead of its band, nor of its score: there may be a hundred thousand of either before it."""
    explained = Explained(conn)
    if step is list_leads:
        list_leads(cast(Connection, explained), RULES, LeadQuery("vertical", sort=sort, cursor=FAR, **narrow))
    else:
        neighbours(cast(Connection, explained), RULES, LeadQuery("vertical", sort=sort, **narrow), 2)
    walks = [plan for plan in explained.placed if "scores_ranked" in plan]
    assert walks
    assert [plan for plan in walks if "(score,lead_id)" not in plan] == []
