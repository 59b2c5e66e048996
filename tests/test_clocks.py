"""A clock that is wrong is said: by the clocks of visitors, and by the time that has passed since the start."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
import time_machine
from starlette.testclient import TestClient
from tests.collect.doorstep import SHOP, Doorstep, batch, visit

from ripeline.app import create_app
from ripeline.clocks import Clocks
from ripeline.sentences import Sentence
from ripeline.settings import Settings
from ripeline.templating.languages import catalog

NOW: Final = 1_795_284_000_000
HOUR: Final = 3_600_000


def seen(*behind: int) -> str:
    clocks = Clocks()
    for n, each in enumerate(behind):
        clocks.saw(f"v{n}", NOW + each, NOW)
    return clocks.problem()


@pytest.mark.parametrize(
    ("behind", "said", "in_french"),
    [
        (HOUR, "is 60 min behind those of visitors", "retarde de 60 min"),
        (-24 * HOUR, "is 1440 min ahead of those of visitors", "avance de 1440 min"),
    ],
)
def test_visitors_clocks_tell_that_ours_is_wrong(behind: int, said: str, in_french: str) -> None:
    told = seen(*[behind] * 18, 0, -HOUR)
    assert said in told
    assert isinstance(told, Sentence)
    assert in_french in told.said(catalog("fr").gettext)


@pytest.mark.parametrize(
    "behind",
    [[HOUR] * 19, [0] * 50, [HOUR] * 10 + [0] * 10, [9 * 60_000] * 30],
    ids=["too few", "right", "they do not agree", "by minutes"],
)
def test_else_nothing_is_said(behind: list[int]) -> None:
    assert seen(*behind) == ""


def test_one_visitor_has_one_word_and_memory_is_bounded() -> None:
    clocks = Clocks()
    for _ in range(500):
        clocks.saw("eve", NOW + HOUR, NOW)
    assert clocks.problem() == ""
    for n in range(500):
        clocks.saw(f"v{n}", NOW, NOW)
    assert len(clocks._behind) == 100


@pytest.mark.parametrize(("by", "said"), [(-3600, "put back by 60 min"), (86_400, "put on by 1440 min"), (300, "")])
def test_a_clock_that_was_moved_is_said_until_visitors_say_that_it_is_right(by: int, said: str) -> None:
    with time_machine.travel(NOW / 1000, tick=True) as moved:
        clocks = Clocks()
        assert clocks.problem() == ""
        moved.shift(by)
        told = clocks.problem()
        assert said in told
        assert bool(told) == bool(said)
        for n in range(20):
            clocks.saw(f"v{n}", NOW, NOW)
        assert clocks.problem() == ""


def test_what_browsers_send_is_held_against_it(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, rate_limit=None)
    with time_machine.travel(NOW / 1000 + 86_400, tick=True), TestClient(create_app(settings)) as client:
        door = Doorstep(client, settings)
        for n in range(20):
            assert door.send(batch(visit(f"e{n}"), v=f"ada{n}"), origin=SHOP).status_code == 202
        [said] = client.get("/readyz").json()["warnings"]
    assert said.startswith("this server's clock is 1440 min ahead")
