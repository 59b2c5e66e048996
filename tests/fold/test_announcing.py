"""What is told besides hand-offs: bands entered and left, verdicts, outcomes; once each, never of the past."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.fold.ledger_house import (
    ADA,
    DAY,
    HOUR,
    MINUTE,
    START,
    House,
    download,
    form,
    identify,
    open_house,
    page,
    unsubscribe,
    white_papers,
)

from ripeline.fold.desk import Desk
from ripeline.fold.erasing import erase_lead
from ripeline.fold.rescore import rescore
from ripeline.fold.selling import Outcome, Word, end_with, judge_lead
from ripeline.store.authors import Said
from ripeline.store.database import transaction
from ripeline.store.destinations import Destination, add_destination, topics_wanted, turn_off
from ripeline.store.outbox_rows import TOPICS


def listen(house: House, *topics: str) -> int:
    with transaction(house.conn):
        wanted = Destination(0, "webhook", "n8n", "https://n8n.example/hook", topics or TOPICS)
        return add_destination(house.conn, wanted)


def told(house: House, topic: str) -> list[dict[str, Any]]:
    rows = house.rows("SELECT payload FROM outbox WHERE topic = ? ORDER BY rowid", topic)
    return [json.loads(payload) for (payload,) in rows]


def bands(house: House) -> list[tuple[str, str, str]]:
    return [(each["model"]["id"], each["before"], each["band"]) for each in told(house, "lead.band")]


def test_nothing_but_handoffs_is_written_while_nobody_listens(house: House) -> None:
    house.fold(*white_papers(["A", "B", "v1", "v2", ADA, "v3"], "phone"))
    house.fold(unsubscribe("phone", DAY))
    house.do(judge_lead, ADA, "vertical", Word("right_time"))
    house.do(end_with, ADA, None, Outcome("won", house.now))
    assert house.rows("SELECT DISTINCT topic FROM outbox") == [("lead.ready",)]


def test_a_band_entered_is_told_once_with_the_one_of_before(house: House) -> None:
    listen(house)
    house.fold(identify("phone", ADA, 0), download("phone", "b", HOUR))
    assert bands(house) == [("vertical", "cold", "warm")]
    (message,) = told(house, "lead.band")
    assert message["score"] == 5
    assert message["reasons"] == [{"rule": "livre-b", "label": "White paper B", "points": 5, "times": 1}]
    house.fold(page("phone", "/blog/1", 2 * HOUR))
    house.fold(page("phone", "/blog/2", 3 * HOUR))
    assert bands(house) == [("vertical", "cold", "warm")]


def test_anonymous_leads_change_bands_too(house: House) -> None:
    listen(house, "lead.band")
    house.fold(download("phone", "b", HOUR))
    assert bands(house) == [("vertical", "cold", "warm")]


def test_a_late_event_that_folds_a_lead_again_tells_no_band_twice(house: House) -> None:
    listen(house)
    house.fold(identify("phone", ADA, 0), download("phone", "b", 2 * HOUR))
    house.fold(page("phone", "/blog/early", HOUR))
    assert bands(house) == [("vertical", "cold", "warm")]


def test_what_was_crossed_more_than_a_day_ago_is_history(house: House) -> None:
    listen(house)
    house.now = START + 30 * DAY
    house.fold(identify("phone", ADA, 0), download("phone", "b", HOUR))
    assert house.band(ADA) == "warm"
    assert bands(house) == []


def test_new_rules_tell_nobody(house: House) -> None:
    listen(house)
    house.fold(identify("phone", ADA, 0), download("phone", "a", HOUR))
    before = house.rows("SELECT id FROM outbox")
    house.under(
        "[models.vertical]\nbands = { warm = 1, hot = 2 }\n[models.vertical.rules]\n"
        'livre = { points = 5, on = "download" }\n'
    )
    assert house.band(ADA) == "hot"
    assert house.rows("SELECT id FROM outbox") == before


def test_a_rescore_tells_nobody(house: House) -> None:
    listen(house)
    house.fold(identify("phone", ADA, 0), download("phone", "c", HOUR))
    before = house.rows("SELECT id FROM outbox")
    rescore(house.conn, house.ruleset, lambda done, total: None, lambda: house.now)
    assert house.rows("SELECT id FROM outbox") == before


def test_who_was_ripe_and_leaves_the_band_has_cooled(house: House) -> None:
    listen(house)
    house.fold(identify("phone", ADA, 0), download("phone", "c", HOUR))
    house.now = START + DAY
    house.fold(unsubscribe("phone", DAY))
    (message,) = told(house, "lead.cooled")
    assert (message["model"]["id"], message["before"], message["band"], message["score"]) == (
        "vertical",
        "hot",
        "cold",
        -8,
    )


def test_of_somebody_sales_never_heard_of_nobody_hears_that_they_cooled(house: House) -> None:
    listen(house)
    house.fold(download("phone", "c", HOUR), unsubscribe("phone", 2 * HOUR))
    house.fold(unsubscribe("phone", 3 * HOUR))
    assert told(house, "lead.cooled") == []


def test_time_alone_cools_a_lead_down_and_is_told(tmp_path: Any) -> None:
    rules = (
        '[models.vertical]\nbands = { warm = 5, hot = 12 }\nhandoff = "hot"\n[models.vertical.rules]\n'
        'livre-c = { points = 12, on = "download" }\n'
        'silent = { points = -10, inactive = "7d" }\n'
    )
    house = open_house(tmp_path, rules)
    listen(house)
    house.fold(identify("phone", ADA, 0), download("phone", "c", HOUR))
    for day in range(1, 10):
        house.now = START + day * DAY
        house.sweep()
    assert [each["before"] for each in told(house, "lead.cooled")] == ["hot"]
    house.conn.close()


def test_a_verdict_is_told_with_who_said_it_and_how_the_lead_stood(house: House) -> None:
    listen(house)
    house.fold(identify("phone", ADA, 0), download("phone", "c", HOUR))
    house.do(judge_lead, ADA, "vertical", Word("right_time", "meeting on Monday"))
    (message,) = told(house, "handoff.verdict")
    said = {name: message[name] for name in ("verdict", "note", "by", "handoff", "score", "band")}
    assert said == {
        "verdict": "right_time",
        "note": "meeting on Monday",
        "by": "sales",
        "handoff": 1,
        "score": 12,
        "band": "hot",
    }


def test_an_outcome_is_told_once_and_said_again_it_is_no_news(house: House) -> None:
    listen(house)
    house.fold(identify("phone", ADA, 0), download("phone", "c", HOUR))
    won = Outcome("won", house.now, 4_900_000)
    assert house.do(end_with, ADA, "vertical", won)
    assert not house.do(end_with, ADA, "vertical", won)
    (message,) = told(house, "lead.outcome")
    assert (message["outcome"], message["value"], message["model"]["id"]) == ("won", 4900, "vertical")


def test_an_imported_outcome_is_told_nobody(house: House) -> None:
    listen(house)
    house.fold(identify("phone", ADA, 0), download("phone", "c", HOUR))
    with transaction(house.conn):
        desk = Desk(house.conn, house.folder, Said("import", house.now), house.forget, is_quiet=True)
        assert end_with(desk, ADA, "vertical", Outcome("won", START))
    assert told(house, "lead.outcome") == []


def test_a_deed_that_fails_leaves_no_message(house: House) -> None:
    listen(house)
    house.fold(identify("phone", ADA, 0), download("phone", "c", HOUR))

    def judge_and_fall(desk: Desk) -> None:
        judge_lead(desk, ADA, "vertical", Word("too_early"))
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        house.do(judge_and_fall)
    assert told(house, "handoff.verdict") == []


def test_an_erased_lead_leaves_no_message_and_no_delivery(house: House) -> None:
    hook = listen(house)
    house.fold(form("phone", "demo", MINUTE, email=ADA, props={"email": ADA}), download("phone", "c", HOUR))
    assert house.rows("SELECT count(*) > 0 FROM outbox") == [(1,)]
    with transaction(house.conn):
        house.conn.execute(
            "INSERT INTO deliveries (message_id, destination_id, lead_id, topic, created_at, due_at) "
            "SELECT id, ?, lead_id, topic, 0, 0 FROM outbox",
            (hook,),
        )
    house.do(erase_lead, ADA)
    assert house.rows("SELECT count(*) FROM outbox") == house.rows("SELECT count(*) FROM deliveries") == [(0,)]


def test_a_destination_that_is_off_wants_nothing(house: House) -> None:
    hook = listen(house, "lead.band")
    assert topics_wanted(house.conn) == {"lead.band"}
    with transaction(house.conn):
        turn_off(house.conn, hook, house.now)
    assert topics_wanted(house.conn) == frozenset()
