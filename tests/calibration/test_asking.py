"""A what-if asked by a page: begun once, answered later, told how far it is, and never more than the server can do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from tests.calibration.white_paper_house import folder_of, run
from tests.store.white_papers import NOW, RULES

from ripeline.calibration.asking import Answer, Asking
from ripeline.rules.editing import with_points
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import read_rules
from ripeline.store.database import Connection, Database

PATIENCE = 30.0


def worth(points: int) -> Ruleset:
    return read_rules(with_points(RULES.text, "vertical", "paper-c", points * 1000))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_of(tmp_path)


@pytest.fixture
def asking(folder: Path) -> Iterator[Asking]:
    made = Asking(Database(folder / "ripeline.db"), folder / "rules.toml")
    yield made
    made.close()


def test_a_page_is_told_what_the_command_says(asking: Asking, folder: Path) -> None:
    answer = asking.ask(RULES.hash, worth(1), NOW, PATIENCE)
    assert answer.is_whole
    assert answer.finding is not None
    (folder / "new.toml").write_text(worth(1).text, encoding="utf-8")
    said: dict[str, Any] = json.loads(run("whatif", folder / "new.toml", "--data", folder, "--json").stdout)
    (model,), (found,) = said["models"], answer.finding.models
    assert found.handoffs is not None
    assert model["handoffs"]["a_week_after"] == found.handoffs.a_week(found.handoffs.calls.after)
    assert found.handoffs.more_a_week == round(
        model["handoffs"]["a_week_after"] - model["handoffs"]["a_week_before"], 1
    )
    assert found.handoffs.more_a_week < 0


def test_the_same_question_is_looked_at_once(asking: Asking) -> None:
    first = asking.ask(RULES.hash, worth(1), NOW, PATIENCE)
    assert asking.ask(RULES.hash, worth(1), NOW, PATIENCE) is first


def test_other_rules_in_force_make_it_another_question(asking: Asking) -> None:
    first = asking.ask(RULES.hash, worth(1), NOW, PATIENCE)
    assert asking.ask("others", worth(1), NOW, PATIENCE) is not first


def test_nobody_waits_longer_than_they_like_and_finds_it_later(asking: Asking) -> None:
    assert not asking.ask(RULES.hash, worth(1), NOW).is_over
    assert asking.ask(RULES.hash, worth(1), NOW, PATIENCE).is_whole


def test_of_many_questions_at_once_some_are_put_off(asking: Asking) -> None:
    for points in range(1, 12):
        asking.ask(RULES.hash, worth(points), NOW)
    late = read_rules(with_points(RULES.text, "vertical", "paper-a", 9_000))
    assert asking.ask(RULES.hash, late, NOW) == Answer()
    assert asking.ask(RULES.hash, worth(1), NOW, PATIENCE).is_whole


def test_what_is_compared_with_are_the_rules_in_force_whatever_stands_on_disk(asking: Asking, folder: Path) -> None:
    (folder / "rules.toml").write_text(worth(1).text, encoding="utf-8")
    answer = asking.ask(RULES.hash, worth(1), NOW, PATIENCE)
    assert answer.finding is not None
    assert answer.finding.models[0].moves


def test_a_server_that_stops_begins_nothing_more(folder: Path) -> None:
    made = Asking(Database(folder / "ripeline.db"), folder / "rules.toml")
    made.close()
    assert made.ask(RULES.hash, worth(1), NOW, PATIENCE) == Answer()


class Slow(Database):
    """Is not to be read before the gate is open."""

    gate: Event

    @contextmanager
    def read(self) -> Iterator[Connection]:
        assert self.gate.wait(PATIENCE)
        with super().read() as conn:
            yield conn


def test_what_is_being_answered_does_not_hold_up_a_server_that_stops(folder: Path) -> None:
    database = Slow(folder / "ripeline.db")
    database.gate = Event()
    asking = Asking(database, folder / "rules.toml")
    assert not asking.ask(RULES.hash, worth(1), NOW, 0.1).is_over
    asking.close()
    database.gate.set()
    answer = asking.ask(RULES.hash, worth(1), NOW, PATIENCE)
    assert (answer.problem, answer.is_whole) == ("the server is shutting down", False)
