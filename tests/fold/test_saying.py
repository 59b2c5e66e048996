"""What people add about a lead is an event like any other: folded, replayed in order, erased with the lead."""

from __future__ import annotations

import pytest
from tests.fold.ledger_house import ADA, DAY, HOUR, PAPERS, START, House, download, form, identify, page, unsubscribe

from ripeline.errors import InvalidRequest
from ripeline.fold.saying import Points, give_points, tell_attributes

STUDENT = "[models.m]\nbands = { warm = 5 }\n[models.m.rules]\n" + (
    'paper = { points = 30, on = "download" }\nstudent = { points = -20, lead.job = "*étudiant*" }\n'
)


def test_points_by_hand_are_a_line_with_its_reason_and_count_as_engagement(house: House) -> None:
    house.fold(identify("phone", ADA, 0), download("phone", "a", 1))
    house.now = START + HOUR
    id = house.do(give_points, ADA, Points(10, "met at the fair", "vertical"))
    house.fold()
    reading = house.told()[ADA]["vertical"]
    assert (reading["score"], reading["engagement"]) == (12, 12_000)
    assert house.told()[ADA]["ledger"][-1][1:] == ("vertical", "manual", id, START + HOUR, 10_000, None)
    assert house.handoffs() == [(ADA, "vertical", "open", 12)]
    assert house.differences() == []


def test_points_by_hand_survive_every_rescore_and_a_late_event(house: House) -> None:
    house.fold(identify("phone", ADA, 0))
    house.now = START + HOUR
    house.do(give_points, ADA, Points(2.5, "nice", "general"))
    house.fold(page("phone", "/about", 1))
    house.under(PAPERS + "# changed\n")
    assert house.score(ADA, "general") == 3.5
    assert house.differences() == []


def test_the_same_points_sent_twice_are_given_once(house: House) -> None:
    house.fold(identify("phone", ADA, 0))
    for _ in range(2):
        assert house.do(give_points, ADA, Points(2, "a retry", "vertical", id="crm-17")) == "crm-17"
    house.fold()
    assert house.score(ADA) == 2


def test_points_start_no_session_and_are_no_activity(house: House) -> None:
    house.fold(identify("phone", ADA, 0))
    before = house.told()[ADA]
    house.now = START + DAY
    house.do(give_points, ADA, Points(2, "said so", "vertical"))
    house.fold()
    after = house.told()[ADA]
    assert (after["sessions"], after["seen"]) == (before["sessions"], before["seen"])


@pytest.mark.parametrize(
    ("points", "field"),
    [
        (Points(0, "x", "vertical"), "points"),
        (Points(float("nan"), "x", "vertical"), "points"),
        (Points(1e9, "x", "vertical"), "points"),
        (Points(1, " ", "vertical"), "reason"),
        (Points(1, "x" * 501, "vertical"), "reason"),
        (Points(1, "x"), "model"),
    ],
)
def test_points_need_a_number_a_reason_and_a_model(house: House, points: Points, field: str) -> None:
    house.fold(identify("phone", ADA, 0))
    with pytest.raises(InvalidRequest) as refused:
        house.do(give_points, ADA, points)
    assert refused.value.field == field
    assert house.rows("SELECT count(*) FROM events") == [(1,)]


def test_a_student_corrected_next_day_is_one_no_more(house: House) -> None:
    """And was one until then: the ledger says so, and what comes late finds it so."""
    house.under(STUDENT)
    house.fold(form("phone", "contact", 0, email=ADA, props={"email": ADA, "job": "Étudiant"}))
    house.fold(download("phone", "a", HOUR))
    assert house.score(ADA, "m") == 10
    house.now = START + DAY
    house.do(tell_attributes, ADA, {"job": "Directrice"})
    house.fold()
    assert house.score(ADA, "m") == 30
    assert [(line[2], line[4], line[5]) for line in house.told()[ADA]["ledger"]] == [
        ("student", START, -20_000),
        ("paper", START + HOUR, 30_000),
        ("student", START + DAY, 20_000),
    ]
    house.fold(download("phone", "b", 2 * HOUR))
    assert [line[2] for line in house.told()[ADA]["ledger"]] == ["student", "paper", "paper", "student"]
    assert house.differences() == []


def test_an_anonymous_lead_can_be_told_about(house: House) -> None:
    house.fold(download("phone", "c", 0))
    house.do(tell_attributes, 1, {"company": "Acme", "phone": "+33123456789"})
    house.fold()
    assert house.told()["visitor:phone"]["attributes"]["company"] == ["Acme", True, START]
    assert [model for (model,) in house.rows("SELECT model FROM handoffs ORDER BY id")] == ["vertical", "general"]
    assert house.differences() == []


def test_who_the_lead_is_is_no_attribute(house: House) -> None:
    house.fold(identify("phone", ADA, 0), unsubscribe("phone", 1))
    for attributes, field in (({"email": "x@example.com"}, "email"), ({"job": ""}, "attributes"), ({}, "attributes")):
        with pytest.raises(InvalidRequest) as refused:
            house.do(tell_attributes, ADA, attributes)
        assert refused.value.field == field
