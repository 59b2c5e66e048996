"""Who objects to being scored is not, whatever they did before and do after; the objection stays a fact."""

from __future__ import annotations

import pytest
from tests.fold.ledger_house import (
    ADA,
    DAY,
    HOUR,
    MARC,
    START,
    House,
    download,
    event,
    form,
    identify,
    page,
)

from ripeline.errors import Conflict, InvalidRequest
from ripeline.fold.erasing import erase_lead
from ripeline.fold.forgetting import forget_visits
from ripeline.fold.merging import merge
from ripeline.fold.objecting import note_objection
from ripeline.fold.saying import Points, give_points, take_back
from ripeline.fold.selling import claim
from ripeline.store.retention import idle_leads, old_visits

YEAR = 365 * DAY


@pytest.fixture
def ripe(house: House) -> House:
    """Ada, hot in both models and with sales."""
    house.fold(download("phone", "c", 0), identify("phone", ADA, HOUR, traits={"company": "Engines"}))
    house.now = START + DAY
    assert (house.score(ADA), house.band(ADA)) == (12, "hot")
    return house


def object_(house: House, stands: bool = True, note: str = "") -> str:
    event_id: str = house.do(note_objection, ADA, stands, note)
    house.fold()
    return event_id


def states(house: House) -> list[str]:
    return [state for _, _, state, _ in house.handoffs()]


def test_what_was_scored_is_no_more_and_nothing_is_scored_from_then_on(ripe: House) -> None:
    object_(ripe)
    assert (ripe.score(ADA), ripe.score(ADA, "general"), ripe.band(ADA)) == (0, 0, "cold")
    ripe.fold(download("phone", "b", 2 * DAY), page("phone", "/pricing", 3 * DAY))
    ripe.sweep()
    told = ripe.told()[ADA]
    assert (ripe.score(ADA), told["ledger"], told["crossings"]) == (0, [], [])
    assert len(told["sessions"]) == 4, "what happened stays to be read"
    assert told["attributes"]["company"][0] == "Engines"
    assert ripe.differences() == []
    ripe.new_folder()
    assert ripe.differences() == []


def test_who_objects_is_with_sales_no_more_not_even_when_somebody_had_claimed_them(ripe: House) -> None:
    ((first,), _) = ripe.rows("SELECT id FROM handoffs ORDER BY id")
    ripe.do(claim, first, 1)
    object_(ripe)
    assert states(ripe) == ["expired", "expired"]
    before = len(ripe.outbox())
    ripe.fold(download("phone", "c", 60 * DAY), form("phone", "demo", 61 * DAY))
    ripe.now = START + 90 * DAY
    ripe.sweep()
    assert states(ripe) == ["expired", "expired"]
    assert [each for each in ripe.outbox()[before:] if each["type"] == "lead.ready"] == []


def test_who_objects_no_longer_is_scored_with_all_they_did(ripe: House) -> None:
    object_(ripe)
    ripe.fold(download("phone", "b", 2 * DAY))
    ripe.now = START + 3 * DAY
    object_(ripe, False)
    assert ripe.score(ADA) == 17
    assert ripe.differences() == []


def test_a_slip_is_taken_back(ripe: House) -> None:
    said = object_(ripe)
    ripe.do(take_back, ADA, said)
    ripe.fold()
    assert ripe.score(ADA) == 12
    assert ripe.rows("SELECT count(*) FROM events WHERE event_id = ?", said) == [(0,)]


def test_it_is_said_once_and_points_by_hand_are_refused(ripe: House) -> None:
    with pytest.raises(Conflict):
        ripe.do(note_objection, ADA, False)
    with pytest.raises(InvalidRequest):
        ripe.do(note_objection, ADA, True, "x" * 501)
    object_(ripe, note="by telephone")
    with pytest.raises(Conflict):
        ripe.do(note_objection, ADA, True)
    with pytest.raises(Conflict):
        ripe.do(give_points, ADA, Points(5, "in spite of it", "vertical"))
    lines = ripe.rows("SELECT what, author FROM audit ORDER BY id")
    assert lines == [("objection_noted", "sales")], "the audit log names the lead by its number alone"


def test_only_who_is_trusted_says_it(ripe: House) -> None:
    ripe.fold(event("objection", "phone", 2 * DAY, props={"objects": True}))
    assert ripe.score(ADA) == 12
    ripe.fold(event("objection", "phone", 3 * DAY, props={"objects": True}, verified=True))
    assert ripe.score(ADA) == 0


@pytest.mark.parametrize("at", [0, 90 * DAY])
def test_a_late_or_mixed_batch_comes_to_the_same(house: House, at: int) -> None:
    """The objection first, last or in the middle of what arrives at once."""
    said = event("objection", "phone", at, email=ADA, verified=True)
    house.fold(page("phone", "/about", 1), said, download("phone", "c", 2), identify("phone", ADA, 3))
    assert house.score(ADA) == 0
    house.fold(download("phone", "b", HOUR))
    assert house.score(ADA) == 0
    assert house.handoffs() == []
    assert house.differences() == []


def test_another_browser_and_a_merged_lead_fall_under_it(ripe: House) -> None:
    object_(ripe)
    ripe.fold(download("tablet", "c", 2 * DAY), identify("tablet", ADA, 3 * DAY), form("work", "demo", 0, email=MARC))
    assert ripe.score(ADA) == 0
    ripe.do(merge, ADA, MARC)
    assert ripe.score(ADA) == 0
    assert set(states(ripe)) == {"expired"}
    assert ripe.differences() == []


def test_it_is_kept_with_the_lead_and_counts_as_their_own_action(ripe: House) -> None:
    object_(ripe)
    ripe.now = START + 2 * YEAR
    while seqs := old_visits(ripe.conn, START + YEAR, 0, 100):
        ripe.do(forget_visits, seqs)
    assert ripe.rows("SELECT t.text FROM events e JOIN texts t ON t.id = e.kind_id ORDER BY seq") == [
        ("identify",),
        ("objection",),
    ]
    ripe.fold(page("phone", "/pricing", 2 * YEAR))
    assert ripe.score(ADA, "general") == 0
    ripe.conn.execute("UPDATE leads SET created_at = ?", (START,))
    assert idle_leads(ripe.conn, START + HOUR * 2, 0, 10) == []


def test_an_erasure_takes_it_too(ripe: House) -> None:
    object_(ripe, note="canary")
    ripe.do(erase_lead, ADA)
    assert ripe.rows("SELECT count(*) FROM events") == [(0,)]
    ripe.fold(download("phone", "c", 2 * DAY, id="again"), identify("phone", ADA, 2 * DAY, id="anew"))
    assert ripe.score(ADA) == 12, "who is forgotten is not known to object either"


def test_another_rule_file_scores_nothing_either(ripe: House) -> None:
    object_(ripe)
    ripe.under('[rules]\ndown = { points = 9, on = "download" }\n[models.m]\nbands = { hot = 5 }\nhandoff = "hot"\n')
    assert ripe.score(ADA, "m") == 0
    assert ripe.differences() == []
