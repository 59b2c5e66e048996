"""Strangers write long addresses: of what is only compared a lead's state holds a fingerprint."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.scoring.stories import HOUR, MINUTE, event, page, scorer_of

from ripeline.domain.event import Event
from ripeline.scoring import brief
from ripeline.scoring.state import decode_state, encode_state

#: All that remembers an item: what was paid, is counted, or waits.
FILE = """
[models.m]
bands = { hot = 9000 }
[models.m.rules]
seen = { points = 1, on = "page" }
daily = { points = 4, on = "page", once_per = "item day" }
ever = { points = 8, on = "page", once_per = "item" }
ninth = { points = 16, on = "page", count = { n = 9, within = "7d", distinct = "item" } }
later = { points = 32, on = "page", after = { on = "form" }, retro = true }
did = { points = 64, on = "tried" }
"""


def story(length: int, times: int = 1) -> list[Event]:
    """Twelve pages in one visit, and what was tried on one of them, each so many times."""
    filling = "x" * length
    views = [page(f"p{n:02}", n * MINUTE, f"/{filling}{n}") for n in range(12)]
    tried = [event(f"t{n:02}", "tried", 12 * MINUTE + n, props={"what": f"{filling}{n}"}) for n in range(12)]
    once = [*views, *tried]
    # Again so soon after that it only repeats, and once more in the same visit.
    again = [replace(each, id=f"{each.id}-{k}", at=each.at + k * 2_000) for k in range(times) for each in once]
    return sorted(again, key=lambda each: each.order)


def test_a_state_does_not_grow_with_the_length_of_addresses() -> None:
    scorer = scorer_of(FILE)
    short, long = (len(encode_state(scorer.refold(story(length))[0])) for length in (30, 1_900))
    # The page the visit began with is shown, and so stays whole.
    assert long <= short + 1_900 + 12 * 50


def test_all_that_remembers_items_adds_to_the_size_of_a_state() -> None:
    state, _ = scorer_of(FILE).refold(story(30)[:12])
    # Twelve pages paid for once today, once for ever and, by two rules, once in the visit; three counted anew since the
    # ninth; twelve that wait for a form; the visit itself, and what was done in the last seconds.
    assert state.size == 12 + 12 + 2 * 12 + 3 + 12 + 1 + 1


def test_a_long_address_is_paid_for_as_often_as_a_short_one() -> None:
    scorer = scorer_of(FILE)
    asked = event("f", "form", HOUR)
    (short, of_short), (long, of_long) = (scorer.refold([*story(length, 3), asked]) for length in (30, 1_900))
    assert short.models[0].score > 12 * 45_000
    assert [[(line.rule, line.points, line.reason) for line in each.lines] for each in of_long] == [
        [(line.rule, line.points, line.reason) for line in each.lines] for each in of_short
    ]
    assert long.models == short.models


def test_what_earlier_versions_stored_whole_is_read_as_it_is_stored_now(monkeypatch: pytest.MonkeyPatch) -> None:
    scorer = scorer_of(FILE)
    now, _ = scorer.refold(story(1_900))
    with monkeypatch.context() as earlier:
        earlier.setattr(brief, "LONGEST", 10_000)
        then = encode_state(scorer.refold(story(1_900))[0])
    assert len(then) > len(encode_state(now)) + 12 * 1_800
    assert decode_state(then) == now
