"""Bad input at every door: no 5xx, no answer later than a second, a clear code, and a town that stays as it was."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest
from starlette.routing import Route
from tests.faults import corpus
from tests.faults.doors import Door, doors_of, header_names
from tests.faults.house import THOROUGH, Record, chance, many, tell
from tests.faults.town import Town, build, copy_of, opened
from tests.faults.walks import Attack, attacks_on, strike

from ripeline.fold.verify import verify
from ripeline.rules.reading import load_rules
from ripeline.store.copies import problems_of

#: Last of each walk, since little is left to walk through afterwards.
_SPOILS: Final = ("remove", "erase", "withdraw", "disable", "signout", "discard", "leave", "drop", "role", "password")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a town, to be copied."""
    data = tmp_path_factory.mktemp("whole") / "data"
    build(data)
    return data


@pytest.fixture(scope="module")
def doors(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Door]:
    with opened(copy_of(whole, tmp_path_factory.mktemp("doors") / "data")) as town:
        return doors_of(town)


@pytest.fixture
def town(whole: Path, tmp_path: Path) -> Iterator[Town]:
    with opened(copy_of(whole, tmp_path / "data")) as town:
        yield town


def streets(doors: list[Door]) -> Mapping[str, list[Door]]:
    """The doors by the first part of their address; in a short walk there is one street."""
    found: dict[str, list[Door]] = {}
    for door in sorted(doors, key=_spoils):
        found.setdefault(door.path.split("/")[1] if THOROUGH else "all", []).append(door)
    return found


def _spoils(door: Door) -> tuple[bool, bool]:
    return door.method == "DELETE" or any(word in door.path for word in _SPOILS), door.method != "GET"


def chosen(attacks: list[Attack], dice: random.Random, most: int) -> list[Attack]:
    """Some of each kind: headers are many, and mostly alike."""
    headers = [each for each in attacks if each.name.startswith("header ")]
    others = [each for each in attacks if not each.name.startswith("header ")]
    few = most // 6 or 1
    return dice.sample(others, min(most, len(others))) + dice.sample(headers, min(few, len(headers)))


def unharmed(town: Town) -> None:
    """Whole, with the columns it had, nothing put aside as unreadable, and every score what its events give."""
    with town.database.read() as conn:
        assert problems_of(conn) == ""
        assert [str(each) for each in verify(conn, load_rules(town.settings.rules_file))] == []
    assert town.rows("SELECT problem FROM quarantine") == []
    assert town.faults == []


@pytest.mark.row
def test_nothing_anybody_sends_breaks_a_door(
    whole: Path, doors: list[Door], tmp_path: Path, record_property: Record
) -> None:
    dice, names, texts = chance("every door"), header_names(), corpus.TEXTS | corpus.SQL
    wrong: list[str] = []
    asked, slowest = 0, (0.0, "")
    for street, along in streets(doors).items():
        with opened(copy_of(whole, tmp_path / f"data-{street}")) as town:
            shape = town.shape()
            for door in along:
                for attack in chosen(list(attacks_on(door, texts, names)), dice, many(2, 50)):
                    wrong += strike(town, attack)
                    asked += 1
                town.sign_in_again()
            slowest = max(slowest, town.slowest)
            assert town.ask("GET", "/api/settled").json() == {"lag": 0}
            assert town.shape() == shape
            unharmed(town)
    assert wrong == [], f"{len(wrong)} answers are wrong: {tmp_path}"
    tell(record_property, doors=len(doors), requests=asked, broken=len(wrong), slowest_s=slowest[0])


def test_every_route_is_walked_to_something_that_is_there(town: Town, doors: list[Door]) -> None:
    routes = {(method, route.path) for route in town.app.routes if isinstance(route, Route)
              for method in (route.methods or {"GET", "POST"}) - {"HEAD"}}  # fmt: skip
    assert {(door.method, door.route) for door in doors} == routes
    nowhere = [
        str(door)
        for door in doors
        if door.method == "GET" and town.ask("GET", door.path).status_code == 404 and door.route not in NOT_HERE
    ]
    assert nowhere == [], "say in doors.STANDS or doors.ROWS where they lead"


#: What there is only at other times: before anybody was there, and in a demo.
NOT_HERE: Final = ("/setup/{key}", "/demo/{key}")


def test_every_form_has_its_fields(doors: list[Door]) -> None:
    bare = {door.route for door in doors if door.method == "POST" and not door.fields and door.body is None}
    assert bare <= {
        *("/account/elsewhere", "/u/{token}", "/api/proposals/{id:int}/accept"),
        *(route for route in bare if route.startswith("/settings/alerts/{id:int}/")),
    }


def test_another_method_is_a_405_that_says_which(town: Town, doors: list[Door]) -> None:
    routes = [route for route in town.app.routes if isinstance(route, Route)]
    for path in {door.path for door in doors}:
        here = [route for route in routes if route.path_regex.match(path)]
        # The doors for events say themselves that they take POST.
        taken = {method for route in here for method in route.methods or {"POST", "OPTIONS"}}
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"} - taken:
            answer = town.ask(method, path, {"sec-fetch-site": b"same-origin"})
            assert answer.status_code == 405, (method, path, answer.text)
            assert set(answer.headers["allow"].split(", ")) == taken, (method, path)
