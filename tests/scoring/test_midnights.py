"""Time alone: silence, what is in order and what is not, and when a lead is next to be looked at."""

from __future__ import annotations

import pytest
from tests.scoring.stories import DAY, HOUR, MINUTE, MONDAY, Told, event, local, one_by_one, page, scorer_of

from ripeline.domain.event import Event

FILE = """
timezone = "Europe/Paris"
[models.m]
bands = { hot = 10 }
[models.m.rules]
visit = { points = 1, on = "page", once_per = "event" }
silent = { points = -3, inactive = "2d" }
gone = { points = -10, inactive = "5d", mode = "once" }
"""

#: Local midnights after Monday morning in Paris, ms.
MIDNIGHT = [local("Europe/Paris", f"2026-03-{day:02}T00:00") for day in range(2, 20)]


def told(*events: Event, wait: int = 0, file: str = FILE) -> Told:
    return one_by_one(scorer_of(file), events, wait=wait)


def silence(story: Told) -> list[tuple[str, int, float, str]]:
    return [
        (line.rule, line.at - MONDAY, line.points / 1000, line.event) for line in story.lines if line.rule != "visit"
    ]


def test_silence_begins_at_local_midnight_and_hangs_on_the_last_activity() -> None:
    story = told(page("p", 0, seq=3), wait=9 * DAY)
    assert silence(story) == [("silent", MIDNIGHT[2], -3, "p"), ("gone", MIDNIGHT[5], -10, "p")]
    assert story.lines[-1].seq == 3
    assert story.score == -12


def test_who_is_back_loses_what_was_held_only_meanwhile() -> None:
    story = told(page("p", 0), page("q", 6 * DAY), wait=0)
    assert silence(story)[2:] == [("silent", 6 * DAY, 3, "q")]
    assert story.score == -8


def test_silence_comes_again_and_once_is_once() -> None:
    story = told(page("p", 0), page("q", 6 * DAY), wait=9 * DAY)
    assert [line[0] for line in silence(story)] == ["silent", "gone", "silent", "silent"]


def test_coming_back_at_the_very_midnight_is_coming_back_from_silence() -> None:
    story = told(page("p", 0), page("q", MIDNIGHT[2]))
    assert silence(story) == [("silent", MIDNIGHT[2], -3, "p"), ("silent", MIDNIGHT[2], 3, "q")]


def test_a_minute_before_midnight_is_in_time() -> None:
    assert silence(told(page("p", 0), page("q", MIDNIGHT[2] - MINUTE))) == []


@pytest.mark.parametrize("kind", ["email_open", "identify", "unsubscribe", "bounce", "engagement"])
def test_what_is_no_activity_ends_no_silence_and_begins_none(kind: str) -> None:
    email = {"email": "ada@acme.com"} if kind == "identify" else {}
    other = event("o", kind, 3 * DAY, **email)
    assert silence(told(page("p", 0), other)) == [("silent", MIDNIGHT[2], -3, "p")]
    assert silence(told(other, wait=9 * DAY)) == []


@pytest.mark.parametrize("kind", ["page", "download", "form", "click", "email_click", "trial"])
def test_what_is_activity_ends_silence(kind: str) -> None:
    assert silence(told(page("p", 0), event("o", kind, 3 * DAY)))[-1] == ("silent", 3 * DAY, 3, "o")


def test_a_suspect_event_is_no_activity() -> None:
    assert len(silence(told(page("p", 0), page("q", 3 * DAY, suspect="bot")))) == 1


def test_a_duplicate_is_activity() -> None:
    night = MIDNIGHT[1]
    story = told(page("p", night - 1_000), page("q", night + 1_000), wait=2 * DAY)
    assert story.reasons[:2] == [None, "duplicate"]
    assert silence(story) == [("silent", MIDNIGHT[3], -3, "q")]


def test_a_lead_is_due_at_its_next_midnight_that_matters() -> None:
    scorer = scorer_of(FILE)
    state = scorer.fresh()
    assert scorer.due(state) is None
    scorer.fold(state, page("p", 0))
    for due in (MIDNIGHT[2], MIDNIGHT[5]):
        assert scorer.due(state) == MONDAY + due
        assert len(scorer.advance(state, MONDAY + due).lines) == 1
    assert scorer.due(state) is None


def test_time_does_nothing_to_a_lead_nothing_has_happened_to() -> None:
    scorer = scorer_of(FILE)
    state = scorer.fresh()
    assert scorer.advance(state, MONDAY + 100 * DAY).lines == []
    assert state == scorer.fresh()


def test_time_never_goes_back() -> None:
    scorer = scorer_of(FILE)
    state, _ = scorer.refold([page("p", 0)])
    scorer.advance(state, MONDAY + 9 * DAY)
    assert scorer.advanced_to(state) == MONDAY + MIDNIGHT[9]
    assert scorer.advance(state, MONDAY + 3 * DAY).lines == []
    assert scorer.advanced_to(state) == MONDAY + MIDNIGHT[9]


def test_an_event_of_a_day_that_was_swept_over_is_out_of_order() -> None:
    scorer = scorer_of(FILE)
    state, _ = scorer.refold([page("p", 0)])
    scorer.advance(state, MONDAY + MIDNIGHT[3] + HOUR)
    late, today = page("q", MIDNIGHT[3] - 1), page("r", MIDNIGHT[3])
    assert [scorer.is_in_order(state, each) for each in (late, today)] == [False, True]
    with pytest.raises(ValueError, match="again"):
        scorer.fold(state, late)
    scorer.fold(state, today)


def test_where_nothing_depends_on_time_nothing_is_ever_due_or_swept_over() -> None:
    scorer = scorer_of('[models.m]\nbands = { hot = 1 }\n[models.m.rules]\nv = { points = 1, on = "page" }')
    state, _ = scorer.refold([page("p", 0)])
    before, _ = scorer.refold([page("p", 0)])
    scorer.advance(state, MONDAY + 100 * DAY)
    assert (state, scorer.due(state), scorer.advanced_to(state), scorer.shelf_life(state, 0)) == (
        before,
        None,
        None,
        None,
    )
    assert scorer.is_in_order(state, page("q", DAY))


def test_a_band_may_be_entered_by_silence() -> None:
    file = FILE.replace("points = -3", "points = 30").replace("points = -10", "points = -30")
    story = told(page("p", 0), wait=6 * DAY, file=file)
    assert story.crossings == [("hot", True, "midnight 2026-03-04"), ("hot", False, "midnight 2026-03-07")]


def test_silence_of_a_shared_rule_is_held_in_every_model() -> None:
    file = "[rules]\nsilent = { points = -1, inactive = '1d' }\n" + "".join(
        f"[models.{id}]\nbands = {{ hot = 1 }}\n[models.{id}.rules]\nv = {{ points = 1, on = 'page' }}\n" for id in "ab"
    )
    story = told(page("p", 0), wait=3 * DAY, file=file)
    assert [(line.model, line.points) for line in story.lines if line.rule == "silent"] == [("a", -1000), ("b", -1000)]
