"""The fold itself: order, repeats, what it counts, and a state that stays small."""

from __future__ import annotations

import msgspec
import pytest
from tests.scoring.stories import DAY, HOUR, MINUTE, WHITE_PAPERS, download, event, one_by_one, page, scorer_of, visits

from ripeline.paths import EXAMPLE_RULES
from ripeline.rules.reading import load_rules
from ripeline.scoring.fold import Scorer
from ripeline.scoring.reading import Reading, Tally, tallies_of
from ripeline.scoring.state import decode_state, encode_state


def test_an_event_out_of_order_is_refused() -> None:
    scorer = scorer_of(WHITE_PAPERS)
    state = scorer.fresh()
    scorer.fold(state, page("b", HOUR))
    for late in (page("a", 0), page("a", HOUR), page("b", HOUR), event("z", "form", HOUR)):
        with pytest.raises(ValueError, match="again"):
            scorer.fold(state, late)
    scorer.fold(state, page("c", HOUR))


def test_a_retried_event_scores_once() -> None:
    scorer = scorer_of(WHITE_PAPERS)
    state, changes = scorer.refold([download("a", 0)] * 3)
    assert (len(changes), state.models[0].score) == (1, 2000)


def test_one_id_on_two_sites_is_two_events() -> None:
    file = '[models.m]\nbands = { hot = 9 }\n[models.m.rules]\nr = { points = 1, on = "trial" }\n'
    one = event("same", "trial", 0)
    state, changes = scorer_of(file).refold([one, msgspec.structs.replace(one, site=2, visitor="laptop")])
    assert (len(changes), state.models[0].score) == (2, 2000)


def test_the_state_says_when_the_lead_was_first_and_last_seen_and_how_much_was_written() -> None:
    told = one_by_one(scorer_of(WHITE_PAPERS), [download("b", 0), page("v", DAY, "/blog/1")])
    assert (told.state.first_at, told.state.last_at) == (page("", 0).at, page("", DAY).at)
    assert (told.state.lines, told.state.crossings) == (2, 1)


def test_a_state_survives_being_stored() -> None:
    told = one_by_one(scorer_of(WHITE_PAPERS), [download("a", 0, email="ada@acme.com"), *visits("v1", "v2")])
    assert decode_state(encode_state(told.state)) == told.state


def test_bytes_that_are_no_state_are_refused() -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_state(b"\x93\x01\x02")


def test_a_state_does_not_grow_with_the_events() -> None:
    scorer = Scorer(load_rules(EXAMPLE_RULES))
    paths = ["/pricing", "/about", "/blog/1", "/blog/2", "/case-studies/acme", "/"]

    def stored_after(events: int) -> int:
        history = [page(f"p{n:05}", n * 3 * MINUTE if n % 50 else n * HOUR, paths[n % 6]) for n in range(events)]
        state, _ = scorer.refold(history)
        return len(encode_state(state))

    assert stored_after(2_000) <= stored_after(200) + 32 <= 700


def test_readings_are_one_a_model_in_the_order_of_the_file() -> None:
    two = WHITE_PAPERS + WHITE_PAPERS.replace("vertical", "another").replace("points = 5", "points = 1")
    told = one_by_one(scorer_of(two), [download("b", 0)])
    assert told.scorer.readings(told.state) == (
        Reading("vertical", 5000, 5000, 0, "warm", False),
        Reading("another", 1000, 1000, 0, "cold", False),
    )


def test_a_tally_says_how_often_a_rule_paid_and_why_not() -> None:
    told = one_by_one(
        scorer_of(WHITE_PAPERS), [*visits("v1"), download("a", HOUR), *visits("v2", "v3", start=2 * HOUR)]
    )
    assert tallies_of(told.lines, "vertical") == {
        "blog": Tally(times=2, points=4000, refused={"not_yet": 1}),
        "a": Tally(times=1, points=2000),
    }
    assert tallies_of(told.lines, "other") == {}
