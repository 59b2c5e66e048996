"""Between `exit` and `enter` of a band only the past of a lead tells: its ledger lines are read, nothing folded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.calibration.plain_whatif import as_plain, plain_whatif
from tests.calibration.test_whatif_agrees import asked
from tests.fold.ledger_house import DAY, HOUR, PAPERS, START, House, download, form, open_house, page

from ripeline.domain.event import Event
from ripeline.rules.reading import read_rules

HOT = "hot = { enter = 10, exit = 8 }"
FADING = PAPERS.replace(HOT + " }\n", HOT + ' }\ndecay = { half_life = "10d" }\n')
GROUPED = PAPERS.replace("[models.general]\n", "[models.general]\ngroups = { reading = { max = 6 } }\n").replace(
    'once_per = "day", cap', 'group = "reading", once_per = "day", cap'
)
EDITS = [
    (HOT, "hot = { enter = 12, exit = 5 }"),
    (HOT, "hot = { enter = 9, exit = 2 }"),
    (HOT, "hot = { enter = 6, exit = 0.5 }"),
    ("cap = { points = 10", "cap = { points = 20"),
    ("pricing = { points = 5", "pricing = { points = 4"),
    ("about = { points = 1", "about = { points = 3"),
    ("max = 6", "max = 9"),
]
UNTIL = START + 9 * DAY


def story(name: str, *paths: str) -> list[Event]:
    """A page a day."""
    return [page(name, path, day * DAY + HOUR) for day, path in enumerate(paths)]


LEADS = {
    # 10, then a white paper: 20.
    "far": [*story("far", "/pricing", "/pricing"), download("far", "c", 3 * DAY)],
    # 10 and no more.
    "there": story("there", "/pricing", "/pricing"),
    # 9: never there.
    "near": [*story("near", "/pricing", "/about"), form("near", "demo", 2 * DAY)],
    # The third day is beyond the cap of a week.
    "capped": story("capped", "/pricing", "/pricing", "/pricing", "/about"),
    # No line at all.
    "nobody": story("nobody", "/elsewhere"),
}


@contextmanager
def scored(folder: Path, rules: str) -> Iterator[House]:
    """Those leads under that file, up to the last night."""
    house = open_house(folder, rules)
    house.now = UNTIL
    house.under(rules)
    house.fold(*(each for events in LEADS.values() for each in events))
    house.sweep()
    yield house
    house.conn.close()
    house.database.close()


def replayed(house: House, new: str) -> int:
    """How many leads a what-if folds again; its bands and points are those of a plain recomputation."""
    what_if = asked(house, read_rules(new), UNTIL)
    what_if.bands(lambda done, total: None)
    plain = plain_whatif(house.ruleset, read_rules(new), LEADS, UNTIL)
    for model, (bands, points, *_) in as_plain(what_if.report, what_if.plan.models).items():
        assert (bands, points) == plain[model][:2], new
    assert what_if.plan.models
    return what_if.report.replayed


@pytest.mark.parametrize("file", [PAPERS, FADING, GROUPED], ids=["plain", "fading", "grouped"])
def test_the_past_is_read_from_the_ledger(tmp_path: Path, file: str) -> None:
    with scored(tmp_path, file) as house:
        assert [replayed(house, file.replace(*edit)) for edit in EDITS if edit[0] in file] == [0] * (
            6 + ("max" in file)
        )


def test_who_has_no_lines_is_folded_again_only_where_that_would_lift_them(tmp_path: Path) -> None:
    """They may object to being scored, which only the log tells."""
    with scored(tmp_path, PAPERS) as house:
        assert replayed(house, PAPERS.replace("curious = 1", "curious = { enter = -1, exit = -30 }")) == 1
        assert replayed(house, PAPERS.replace("curious = 1", "curious = { enter = 6, exit = 0 }")) == 0
