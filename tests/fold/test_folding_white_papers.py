"""Marc, Élodie and Capucine through the database: 13, 5 and 18, however their events come."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from tests.fold.ledger_house import HOUR, House, open_house, page, white_papers

from ripeline.fold.rescore import rescore

MARC = ["A", "B", "v1", "v2", "v3", "marc@example.com"]
ELODIE = ["B", "elodie@example.com"]
CAPUCINE = ["C", "v1", "v2", "v3", "capucine@example.com"]

EXPECTED = {"marc@example.com": (13, "hot"), "elodie@example.com": (5, "warm"), "capucine@example.com": (18, "hot")}


def readings(house: House) -> dict[str, tuple[int | float, str]]:
    return {person: (story["vertical"]["score"], story["vertical"]["band"]) for person, story in house.told().items()}


@pytest.mark.parametrize("way", ["one by one", "at once", "backwards", "doubled", "after a restart", "rebuilt"])
def test_thirteen_five_and_eighteen(house: House, way: str) -> None:
    events = [
        *white_papers(MARC, "marc"),
        *white_papers(ELODIE, "elodie"),
        *white_papers(CAPUCINE, "capucine"),
    ]
    match way:
        case "one by one" | "after a restart":
            for event in events:
                house.fold(event)
                if way == "after a restart":
                    house.new_folder()
        case "backwards":
            for event in reversed(events):
                house.fold(event)
        case "doubled":
            house.append(*events)
            assert house.append(*events) == [False] * len(events)
            house.fold(limit=3)
        case _:
            house.fold(*events)
    if way == "rebuilt":
        rescore(house.conn, house.ruleset, lambda done, total: None)
    assert readings(house) == EXPECTED
    assert house.differences() == []


def test_the_ledger_says_each_step(house: House) -> None:
    house.fold(*white_papers(MARC, "marc"))
    scores, total = [], 0
    for _, model, _, _, _, points, _ in house.told()["marc@example.com"]["ledger"]:
        total += points if model == "vertical" else 0
        scores.append(total)
    assert scores == [2_000, 7_000, 9_000, 11_000, 13_000]


def test_each_has_one_handoff_at_the_score_of_the_crossing(house: House) -> None:
    """Marc crosses at his third visit with 13, Capucine at C with 12 (and in the other model too)."""
    for people in (MARC, ELODIE, CAPUCINE):
        house.fold(*white_papers(people, people[-1].split("@")[0]))
    assert house.handoffs() == [
        ("marc@example.com", "vertical", "open", 13),
        ("capucine@example.com", "vertical", "open", 12),
        ("capucine@example.com", "general", "open", 10),
    ]


def test_visits_before_the_paper_are_worth_nothing_and_say_why(house: House) -> None:
    house.fold(*white_papers(["v1", "v2", "v3", "A", "B", "marc@example.com"], "marc"))
    assert house.score("marc@example.com") == 7
    assert [line[-1] for line in house.told()["marc@example.com"]["ledger"]] == ["not_yet"] * 3 + [None] * 2


def test_five_events_in_every_order_of_arrival(tmp_path: Path) -> None:
    """A, v1, v2, v3, B by event time: 13, crossing at B."""
    events = white_papers(["A", "v1", "v2", "v3", "B"], "marc")
    for number, arriving in enumerate(list(permutations(events))[::7]):
        folder = tmp_path / str(number)
        folder.mkdir()
        house = open_house(folder)
        house.fold(*arriving, limit=2)
        story = house.told()["visitor:marc"]
        assert story["vertical"]["score"] == 13
        assert story["crossings"][-1][2:5] == ("hot", 1, events[-1].id)
        house.conn.close()


def test_a_visitor_without_points_is_listed_in_every_model(house: House) -> None:
    house.fold(page("somebody", "/", HOUR))
    story = house.told()["visitor:somebody"]
    assert {model: story[model]["score"] for model in ("vertical", "general")} == {"vertical": 0, "general": 0}
