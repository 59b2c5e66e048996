"""Decay and groups together: how a model reads, when it changes, and that bands follow at midnight."""

from __future__ import annotations

import pytest
from tests.scoring.stories import DAY, HOUR, Told, event, one_by_one, page, rebuilt, scorer_of

from ripeline.domain.event import Event


def told(file: str, *events: Event, days: int = 0) -> Told:
    return one_by_one(scorer_of(file), events, wait=days * DAY)


def model(rules: str, keys: str = "") -> str:
    return f"[models.m]\nbands = {{ hot = 10 }}\n{keys}\n[models.m.rules]\n{rules}"


STEPS = 'step = { values = { "/+8" = 8, "/+5" = 5, "/+3" = 3, "/-6" = -6 }, on = "page", once_per = "event"MORE }'


def steps(*names: str) -> list[Event]:
    return [page(f"p{n}", n * HOUR, f"/{name}") for n, name in enumerate(names)]


def test_every_line_is_rounded_by_itself() -> None:
    """Three times 0.125 after a half-life: 3 x 0.063, not 0.188."""
    rule = 'trial = { points = 0.125, on = "trial", decay = { half_life = "1d" } }'
    events = [event(f"t{n}", "trial", n * HOUR) for n in range(3)]
    assert told(model(rule), *events, days=1).score == 0.189


def test_lines_of_different_worth_on_one_day_fade_each_by_itself() -> None:
    file = model(STEPS.replace("MORE", ', decay = { half_life = "1d" }'))
    story = told(file, *steps("+5", "+3", "+5", "-6"), days=2)
    assert story.score == (5 + 3 + 5 - 6) / 4
    assert story.state.models[0].fading[0] == [(739677, 5_000, 2), (739677, 3_000, 1), (739677, -6_000, 1)]


def test_the_decay_of_a_model_is_that_of_its_behaviour_rules_that_say_none() -> None:
    rules = (
        'fades = { points = 4, on = "page" }\n'
        'stays = { points = 4, on = "page", decay = false }\n'
        'own = { points = 4, on = "page", decay = { expire = "1d" } }\n'
        'fit = { points = 4, lead.job = "*" }\n'
        'silent = { points = -1, inactive = "1d" }'
    )
    who = event("i", "identify", 0, email="ada@acme.com", traits={"job": "CTO"})
    reading = told(model(rules, 'decay = { half_life = "1d" }'), who, page("p", 0), days=1).reading
    assert (reading.engagement, reading.fit) == (2_000 + 4_000 + 0 - 1_000, 4_000)


def test_a_cap_counts_what_was_paid_not_what_is_left() -> None:
    rule = 'r = { points = 4, on = "trial", cap = { points = 6, per = "7d" }, decay = { half_life = "1d" } }'
    story = told(model(rule), event("a", "trial", 0), event("b", "trial", DAY), event("c", "trial", 2 * DAY))
    assert story.paid == [4, 2, 0]
    assert story.score == 2


GROUP = model(STEPS.replace("MORE", ', group = "web"'), "groups = { web = { max = 6, min = -4 } }")


@pytest.mark.parametrize(
    ("names", "score"), [(["+5"], 5), (["+5", "+3"], 6), (["+5", "+3", "-6"], 2), (["-6"], -4), (["-6", "+3"], -3)]
)
def test_a_group_limits_what_is_read_and_forgets_nothing(names: list[str], score: int) -> None:
    assert told(GROUP, *steps(*names)).score == score


@pytest.mark.parametrize(("limit", "score"), [("min = 2", 3), ("max = -2", -1)])
def test_a_limit_holds_also_for_who_did_nothing_of_what_is_in_the_group(limit: str, score: int) -> None:
    rules = 'there = { points = 1, on = "page" }\nform = { points = 3, on = "form", group = "web" }'
    assert told(model(rules, f"groups = {{ web = {{ {limit} }} }}"), page("p", 0)).score == score


def test_a_group_of_fit_rules_limits_fit_and_any_other_engagement() -> None:
    rules = (
        'job = { points = 9, lead.job = "*", group = "person" }\n'
        'size = { points = 9, lead.size = { min = 5 }, group = "person" }\n'
        'both = { points = -9, lead.job = "*", group = "mixed" }\n'
        'page = { points = 1, on = "page", group = "mixed" }'
    )
    who = event("i", "identify", 0, email="ada@acme.com", traits={"job": "CTO", "size": 9})
    story = told(model(rules, "groups = { person = { max = 10 }, mixed = { min = -2 } }"), who, page("p", 0))
    # Fit: 9 + 9, limited to 10, and -9; the six that `mixed` gives back are engagement, as is the page.
    assert (story.reading.fit, story.reading.engagement) == (10_000 - 9_000, 1_000 + 6_000)


def test_a_group_is_limited_after_its_points_have_faded() -> None:
    file = model(
        STEPS.replace("MORE", ', group = "web"'), 'groups = { web = { max = 6 } }\ndecay = { half_life = "1d" }'
    )
    assert [told(file, *steps("+8", "+8"), days=days).score for days in (0, 1, 2)] == [6, 6, 4]


def test_points_hidden_by_a_group_are_due_when_they_show() -> None:
    file = model(
        STEPS.replace("MORE", ', group = "web"'), 'groups = { web = { max = 6 } }\ndecay = { half_life = "2d" }'
    )
    story = told(file, *steps("+8", "+8"))
    # 16, 11.314, 8, 5.657 on the third day: Thursday's midnight, fifteen hours short of three days.
    assert story.scorer.due(story.state) == page("", 3 * DAY - 9 * HOUR).at


def test_a_score_that_falls_and_rises_again_crosses_twice_without_anybody_doing_anything() -> None:
    rules = (
        'good = { points = 11, on = "form", decay = { expire = "30d" } }\n'
        'soon = { points = 3, on = "page", decay = { expire = "2d" } }\n'
        'bad = { points = -3, on = "click", decay = { expire = "4d" } }'
    )
    events = [event("f", "form", 0), page("p", 1), event("c", "click", 2, item="mailto:a@b.c")]
    for tell in (one_by_one, rebuilt):
        story = tell(scorer_of(model(rules)), events, wait=40 * DAY)
        assert story.crossings == [
            ("hot", True, "f"),
            ("hot", False, "midnight 2026-03-04"),
            ("hot", True, "midnight 2026-03-06"),
            ("hot", False, "midnight 2026-04-01"),
        ]
        assert [crossing.score for crossing in story.all_crossings] == [11_000, 8_000, 11_000, 0]
    again = story.state.models[0]
    assert again.ripe == (page("", 4 * DAY - 9 * HOUR).at, "midnight 2026-03-06")
    assert again.fading == {}


def test_a_crossing_at_midnight_has_no_event() -> None:
    story = told(model('c = { points = 10, on = "page", decay = { expire = "1d" } }'), page("p", 0, seq=7), days=1)
    entered, left = story.all_crossings
    assert (entered.event, entered.seq, left.event, left.seq) == ("p", 7, "midnight 2026-03-03", 0)


@pytest.mark.parametrize(("half_life", "days"), [("30d", 30), ("1d", 1), ("365d", 365)])
def test_the_shelf_life_of_a_hot_lead(half_life: str, days: int) -> None:
    file = model('c = { points = 19.99, on = "page" }', f'decay = {{ half_life = "{half_life}" }}')
    story = told(file, page("p", 0))
    assert story.scorer.shelf_life(story.state, 0) == page("", days * DAY - 9 * HOUR).at
    assert story.reading.band == "hot"


def test_silence_ends_a_shelf_life_too() -> None:
    file = model('c = { points = 12, on = "page" }\nsilent = { points = -5, inactive = "21d" }')
    story = told(file, page("p", 0))
    assert story.scorer.shelf_life(story.state, 0) == page("", 21 * DAY - 9 * HOUR).at


def test_what_does_not_fade_keeps_for_ever() -> None:
    story = told(
        model('c = { points = 12, on = "page" }\nd = { points = 1, on = "form", decay = { expire = "3d" } }'),
        page("p", 0),
    )
    assert story.scorer.shelf_life(story.state, 0) is None
    assert story.scorer.due(story.state) is None


def test_a_cold_lead_has_no_shelf_life() -> None:
    story = told(model('c = { points = 2, on = "page", decay = { expire = "3d" } }'), page("p", 0))
    assert story.scorer.shelf_life(story.state, 0) is None
    assert story.scorer.due(story.state) == page("", 3 * DAY - 9 * HOUR).at
