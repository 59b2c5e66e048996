"""Where each hand-off stands in the list of sales is kept as its lead changes, and always what its state says."""

from __future__ import annotations

import pytest
from tests.fold.ledger_house import ADA, DAY, EVE, HOUR, MARC, MINUTE, START, House, download, identify, page

from ripeline.errors import Conflict
from ripeline.fold.merging import merge, undo_merge
from ripeline.fold.selling import Outcome, Word, claim, end_with, judge_handoff, take_back_end, take_back_verdict
from ripeline.scoring.fold import Scorer
from ripeline.scoring.state import decode_state
from ripeline.store.projection import Projection
from ripeline.store.reading_shelf import open_on_shelf, taken_on_shelf

FADING = """
timezone = "Europe/Paris"
[models.m]
bands = { warm = 5, hot = { enter = 12, exit = 9 }, boiling = 40 }
handoff = "hot"
[models.m.rules]
paper = { points = 13, on = "download", decay = { half_life = "30d" } }
visit = { points = 0, on = "page" }
silent = { points = -100, inactive = "60d" }
"""
STEADY = """
[models.m]
bands = { hot = 12 }
[models.m.rules]
paper = { points = 13, on = "download" }
"""


@pytest.fixture
def two(house: House) -> House:
    """Ada took a paper, Marc one two days later."""
    house.under(FADING)
    house.folder.shelve_all()
    house.fold(identify("phone", ADA, 0), download("phone", "c", MINUTE))
    house.fold(identify("laptop", MARC, 0), download("laptop", "c", 2 * DAY))
    return house


def on_shelf(house: House) -> list[str | None]:
    with house.database.read() as conn:
        return [each.email for each in open_on_shelf(conn, house.ruleset, 50, None)[0]]


def stale(house: House) -> list[object]:
    """Hand-offs that do not stand where their leads' states, read anew, say they should."""
    scorer = Scorer(house.ruleset)
    found: list[object] = []
    for lead, model, cools_at in house.rows(
        "SELECT lead_id, model, cools_at FROM handoffs WHERE state IN ('open', 'claimed', 'snoozed')"
    ):
        ((_, blob, _),) = Projection(house.conn).states([lead])
        place = [each.id for each in house.ruleset.models].index(model)
        lasts = scorer.shelf_life(decode_state(blob), place)
        if lasts != cools_at:
            found.append((lead, cools_at, lasts))
    return found


def test_who_cools_down_first_stands_first(two: House) -> None:
    assert on_shelf(two) == [ADA, MARC]
    assert stale(two) == []


def test_who_comes_again_cools_down_later(two: House) -> None:
    two.fold(download("phone", "b", 3 * DAY))
    assert on_shelf(two) == [MARC, ADA]
    assert stale(two) == []


def test_a_visit_worth_nothing_puts_silence_off(two: House) -> None:
    for day in (10, 20, 30):
        two.fold(download("phone", f"{day}", day * DAY), download("laptop", f"{day}", day * DAY))
    (before,) = two.rows("SELECT cools_at FROM handoffs WHERE lead_id = 1")
    two.fold(page("phone", "/", 31 * DAY))
    assert stale(two) == []
    assert two.rows("SELECT cools_at FROM handoffs WHERE lead_id = 1") > [before]


def test_a_higher_band_stands_first(two: House) -> None:
    two.fold(*(download("laptop", f"{n}", 2 * DAY + n * HOUR) for n in range(1, 4)))
    assert on_shelf(two) == [MARC, ADA]
    assert two.rows("SELECT rank FROM handoffs ORDER BY id") == [(0,), (1,)]
    two.now = START + 25 * DAY
    two.sweep()
    assert two.band(MARC, "m") == "hot"
    assert two.rows("SELECT rank FROM handoffs ORDER BY id")[1] == (0,)


def test_of_those_who_stay_the_newest_stands_first(house: House) -> None:
    house.under(STEADY)
    for at, email in ((0, ADA), (DAY, MARC), (2 * DAY, EVE)):
        house.fold(identify(email, email, at), download(email, "c", at + MINUTE))
    assert on_shelf(house) == [EVE, MARC, ADA]
    assert house.rows("SELECT DISTINCT cools_at FROM handoffs") == [(None,)]


def test_new_rules_put_what_sales_has_in_order_again_a_little_at_a_time(two: House) -> None:
    two.under(FADING.replace("30d", "10d"))
    assert stale(two) != []
    assert [two.folder.shelve_all(1) for _ in range(4)] == [1, 1, 0, 0]
    assert stale(two) == []


def test_a_handoff_whose_model_is_gone_stands_last(two: House) -> None:
    two.under(STEADY.replace("models.m", "models.other"))
    two.fold(identify("tablet", EVE, 4 * DAY), download("tablet", "c", 5 * DAY))
    two.folder.shelve_all()
    assert on_shelf(two) == [EVE, MARC, ADA]


def test_a_verdict_taken_back_stands_where_the_lead_is_by_now(two: House) -> None:
    two.do(judge_handoff, 1, Word("right_time"))
    two.fold(download("phone", "b", 3 * DAY))
    two.do(take_back_verdict, 1)
    assert on_shelf(two) == [MARC, ADA]
    assert stale(two) == []


def test_a_merge_and_its_undo_leave_everything_in_place(two: House) -> None:
    two.do(merge, ADA, MARC)
    assert on_shelf(two) == [ADA]
    assert stale(two)[1:] == []
    two.do(undo_merge, ADA, MARC)
    assert on_shelf(two) == [ADA, MARC]
    assert stale(two) == []


def test_every_one_is_on_one_page_once(two: House) -> None:
    for n in range(9):
        two.fold(identify(f"v{n}", f"lead{n}@example.com", n * HOUR), download(f"v{n}", "c", n * DAY))
    seen: list[str | None] = []
    cursor: str | None = None
    with two.database.read() as conn:
        while True:
            found, cursor = open_on_shelf(conn, two.ruleset, 2, cursor)
            seen += [each.email for each in found]
            if cursor is None:
                break
    assert len(seen) == len({*seen}) == 11
    assert seen == on_shelf(two)


def test_the_list_is_read_off_an_index(two: House) -> None:
    with two.database.read() as conn:
        asked: list[str] = []
        conn.set_trace_callback(asked.append)
        open_on_shelf(conn, two.ruleset, 2, None)
        taken_on_shelf(conn, two.ruleset, 1, 2)
        conn.set_trace_callback(None)
        for sql in [each for each in asked if "_shelf" in each or "taken_by" in each]:
            plan = " ".join(str(row[3]) for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall())
            assert "TEMP B-TREE" not in plan
            assert "rank" in plan
            assert "SCAN h" not in plan


def test_an_outcome_taken_back_leaves_the_handoff_as_it_was(two: House) -> None:
    two.do(claim, 1, 7)
    two.do(end_with, ADA, "m", Outcome("won", START))
    two.do(take_back_end, 1)
    assert two.rows("SELECT state, owner_id, outcome, outcome_at, closed_at FROM handoffs WHERE id = 1") == [
        ("claimed", 7, None, None, None)
    ]
    assert two.rows("SELECT count(*) FROM outcomes WHERE lifted_at IS NULL") == [(0,)]
    assert len(two.outbox()) == 2
    with pytest.raises(Conflict):
        two.do(take_back_end, 1)


def test_an_outcome_taken_back_leaves_the_verdict_of_before(two: House) -> None:
    two.do(judge_handoff, 1, Word("right_time"))
    two.do(end_with, ADA, "m", Outcome("lost", START))
    two.do(take_back_end, 1)
    assert two.rows("SELECT state, verdict, outcome FROM handoffs WHERE id = 1") == [("closed", "right_time", None)]
