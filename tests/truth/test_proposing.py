"""What a review proposes: the threshold that agrees with most words, and points for what sets good calls apart."""

from __future__ import annotations

from ripeline.rules.reading import read_rules
from ripeline.truth.lives import Life
from ripeline.truth.proposing import Judged, propose_points, propose_threshold

MODEL = read_rules("""
[models.offer]
bands = { warm = 5, hot = 12 }
[models.offer.rules]
pricing = { points = 2, on = "page", where.path = "/pricing" }
jobs = { points = 2, on = "page", where.path = "/jobs" }
blog = { points = 1, on = "page", where.path = "/blog" }
""").models[0]
SILENT = read_rules('[models.m]\nbands = { a = 1 }\nhandoff = "none"\n[models.m.rules]\nr = { points = 1, on = "x" }')


def said(verdict: str, score: int, *rules: str) -> Judged:
    times = dict.fromkeys(rules, 1)
    return Judged(Life(1, None, 0, 0, 0, score * 1_000, (), {}, times, {}), verdict)


def cards(good: int, bad: int) -> list[Judged]:
    """Four calls worth making at one score, four that were not at another."""
    return [said(word, good, "pricing", "blog") for word in ("right_time", "too_late") * 2] + [
        said(word, bad, "jobs", "blog") for word in ("too_early", "off_target") * 2
    ]


def test_a_threshold_that_agrees_with_more_words_is_proposed() -> None:
    found = propose_threshold(MODEL, cards(good=8, bad=3))
    assert found is not None
    assert (found.at, found.now, found.right, found.right_now, found.of) == (8_000, 12_000, 8, 4, 8)


def test_a_threshold_that_agrees_already_stays() -> None:
    assert propose_threshold(MODEL, cards(good=15, bad=3)) is None


def test_of_thresholds_that_agree_alike_the_nearest_is_proposed() -> None:
    found = propose_threshold(MODEL, [*cards(good=20, bad=13), said("too_early", 15)])
    assert found is not None
    assert found.at == 20_000


def test_what_sets_good_calls_apart_gets_the_next_packet() -> None:
    found = {each.rule.id: each for each in propose_points(MODEL, cards(8, 3))}
    assert {id: each.points for id, each in found.items()} == {"pricing": 5, "jobs": 1}
    assert (found["pricing"].worth.part, found["pricing"].other.part) == (4, 0)
    assert "blog" not in found, "both sides have it: it says nothing"


def test_few_cards_prove_nothing_and_say_so() -> None:
    assert not any(each.is_proven for each in propose_points(MODEL, cards(8, 3)))
    assert all(each.is_proven for each in propose_points(MODEL, cards(8, 3) * 5))


def test_two_words_on_one_side_are_too_few() -> None:
    few = cards(8, 3)[:6]
    assert propose_threshold(MODEL, few) is None
    assert propose_points(MODEL, few) == ()


def test_a_model_that_hands_nobody_over_has_no_threshold() -> None:
    assert propose_threshold(SILENT.models[0], cards(8, 3)) is None
