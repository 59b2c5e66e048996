"""The numbered cases of scoring.md in which time takes part, each told three ways and swept at any time between."""

from __future__ import annotations

import pytest
from tests.scoring.stories import (
    DAY,
    HOUR,
    MINUTE,
    WAYS,
    WHITE_PAPERS,
    Lead,
    Sales,
    Way,
    download,
    event,
    local,
    page,
    scorer_of,
    visits,
)

MODEL = """
[models.m]
bands = { hot = 1000 }
[models.m.rules]
"""


@pytest.fixture(params=list(WAYS.values()), ids=list(WAYS))
def tell(request: pytest.FixtureRequest) -> Way:
    way: Way = request.param
    return way


@pytest.mark.parametrize(("days", "score"), [(0, 12), (15, 8.485), (30, 6), (60, 3)])
def test_case_11_points_halve_every_half_life(tell: Way, days: int, score: float) -> None:
    file = MODEL + 'c = { points = 12, on = "download", decay = { half_life = "30d" } }'
    assert tell(scorer_of(file), [download("c", 0)], wait=days * DAY).score == score


@pytest.mark.parametrize(("days", "score"), [(0, 10), (15, 7.5), (30, 5), (60, 0), (61, 0), (400, 0)])
def test_case_12_points_shrink_by_a_share(tell: Way, days: int, score: float) -> None:
    file = MODEL + 'c = { points = 10, on = "download", decay = { linear = "50% per 30d" } }'
    assert tell(scorer_of(file), [download("c", 0)], wait=days * DAY).score == score


COOLING = """
[models.m]
bands = { hot = { enter = 12, exit = 9 } }
decay = { half_life = "30d" }
[models.m.rules]
c = { points = 13, on = "download" }
visit = { points = 5, on = "page" }
"""


def test_case_13_a_lead_cools_leaves_and_comes_back(tell: Way) -> None:
    scorer, story = scorer_of(COOLING), [download("c", 0, email="ada@acme.com")]
    on_day_15, on_day_16 = tell(scorer, story, wait=15 * DAY), tell(scorer, story, wait=16 * DAY)
    assert (on_day_15.score, on_day_15.reading.band) == (9.192, "hot")
    assert (on_day_16.score, on_day_16.reading.band) == (8.982, "cold")
    back = tell(scorer, [*story, page("p", 20 * DAY)])
    assert back.score == 13.189
    assert back.crossings == [("hot", True, "c"), ("hot", False, "midnight 2026-03-18"), ("hot", True, "p")]
    assert [crossing.score for crossing in back.all_crossings] == [13_000, 8_982, 13_189]
    assert back.all_crossings[1].at == page("", 15 * DAY + 15 * HOUR).at


def test_case_13_he_who_is_back_is_told_only_when_the_cool_down_is_over() -> None:
    sales = Sales(scorer_of(COOLING))
    sales.take(download("c", 0, email="ada@acme.com"), page("p", 20 * DAY))
    # Nobody claimed it, so it expired as she left; thirty days after it was made she is still in, and told.
    assert [fact.state for fact in sales.facts["m"]] == ["expired"]
    sales.take(page("q", 29 * DAY))
    assert sales.told == [("m", "c")]
    sales.wait(31 * DAY)
    assert sales.told == [("m", "c"), ("m", "day 30")]


SILENT = """
[models.m]
bands = { hot = 30 }
[models.m.rules]
c = { points = 40, on = "download" }
visit = { points = 2, on = "page" }
silent = { points = -100, inactive = "21d"MODE }
"""


@pytest.mark.parametrize(("mode", "back"), [("", 42), (', mode = "while"', 42), (', mode = "once"', -58)])
def test_case_14_silence_is_held_until_the_lead_is_back(tell: Way, mode: str, back: int) -> None:
    scorer = scorer_of(SILENT.replace("MODE", mode))
    assert tell(scorer, [download("c", 0)], wait=20 * DAY + 14 * HOUR + 59 * MINUTE).score == 40
    on_day_21 = tell(scorer, [download("c", 0)], wait=20 * DAY + 15 * HOUR)
    assert (on_day_21.score, on_day_21.lines[-1].event) == (-60, "c")
    assert on_day_21.lines[-1].at == page("", 20 * DAY + 15 * HOUR).at
    assert tell(scorer, [download("c", 0), page("p", 22 * DAY)]).score == back


def test_case_15_a_sweep_that_did_not_run_for_days_writes_the_same_ledger(tell: Way) -> None:
    scorer = scorer_of(SILENT.replace("MODE", "") + 'old = { points = 9, on = "trial", decay = { half_life = "3d" } }')
    story = [download("c", 0), event("t", "trial", HOUR), page("p", 30 * DAY)]
    nightly, late = Lead(scorer), Lead(scorer)
    for lead, nights in ((nightly, range(30)), (late, [25])):
        lead.take(*story[:2])
        for night in nights:
            lead.sweep(page("", night * DAY + 16 * HOUR).at)
        lead.take(story[2])
    assert nightly.told.lines == late.told.lines == tell(scorer, story).lines
    assert nightly.told.all_crossings == late.told.all_crossings == tell(scorer, story).all_crossings
    assert nightly.state == late.state


def test_case_20_a_crossing_that_is_over_when_it_is_learnt_tells_nobody(tell: Way) -> None:
    file = WHITE_PAPERS.replace("[models.vertical.rules]", 'decay = { half_life = "3d" }\n[models.vertical.rules]')
    sales = Sales(scorer_of(file))
    a, b, (v1, v2, v3) = download("a", 0, email="marc@x.fr"), download("b", 2 * HOUR), visits("v1", "v2", "v3")
    sales.take(a, v1, v2, b)
    sales.take(v3, now=DAY)
    assert sales.told == []
    assert [(fact.state, fact.crossing_event) for fact in sales.facts["vertical"]] == [("late", "b")]
    for told in (sales.lead.told, tell(sales.lead.scorer, [a, v1, v2, b, v3], wait=DAY)):
        assert [each[2] for each in told.crossings if each[0] == "hot"] == ["b", "midnight 2026-03-03"]


@pytest.mark.parametrize("day", [2, 28, 29])
@pytest.mark.parametrize("month", ["03", "10"])
def test_case_23_half_past_eleven_and_half_past_midnight_are_two_days(tell: Way, month: str, day: int) -> None:
    zone = "Europe/Paris"
    day -= 4 if month == "10" and day > 2 else 0  # clocks change on 29 March and 25 October 2026
    story = [
        page("late", local(zone, f"2026-{month}-{day:02}T23:30"), "/1"),
        page("early", local(zone, f"2026-{month}-{day + 1:02}T00:30"), "/2"),
        page("again", local(zone, f"2026-{month}-{day + 1:02}T23:29"), "/3"),
    ]
    capped = MODEL + 'visit = { points = 2, on = "page", cap = { points = 2, per = "day" } }'
    daily = MODEL + 'visit = { points = 2, on = "page", once_per = "day" }'
    assert tell(scorer_of(f'timezone = "{zone}"\n{capped}'), story).reasons == [None, None, "capped"]
    assert tell(scorer_of(f'timezone = "{zone}"\n{daily}'), story).reasons == [None, None, "repeat"]


@pytest.mark.parametrize("change", ["2026-03-29", "2026-10-25"])
def test_case_23_a_day_of_23_or_25_hours_is_one_day_of_decay_and_silence(tell: Way, change: str) -> None:
    file = 'timezone = "Europe/Paris"\n' + MODEL
    file += 'c = { points = 8, on = "download", decay = { half_life = "1d" } }\n'
    file += 'silent = { points = -1, inactive = "2d" }'
    eve = int(change[-2:]) - 1
    story = [download("c", local("Europe/Paris", f"{change[:-2]}{eve:02}T23:59"))]
    midnights = [local("Europe/Paris", f"{change[:-2]}{eve + days:02}T00:00") for days in (1, 2, 3)]
    begin = story[0].at - page("", 0).at
    before = [tell(scorer_of(file), story, wait=midnight - begin - 1).score for midnight in midnights]
    after = [tell(scorer_of(file), story, wait=midnight - begin).score for midnight in midnights]
    assert (before, after) == ([8, 4, 1], [4, 1, 0])


GROUPED = """
[models.m]
bands = { hot = 1000 }
groups = { content = { min = 0 } }
[models.m.rules]
bad = { points = -30, on = "form", group = "content" }
good = { points = 10, on = "page", group = "content" }
"""


def test_case_26_a_floor_swallows_no_later_points(tell: Way) -> None:
    story = [event("f", "form", 0), page("p", HOUR)]
    first, both = tell(scorer_of(GROUPED), story[:1]), tell(scorer_of(GROUPED), story)
    assert (first.score, both.score) == (0, 0)
    assert both.paid == [-30, 10]


@pytest.mark.parametrize(("at_14", "told"), [("d", [("vertical", "c")]), ("e", [("vertical", "c"), ("vertical", "e")])])
def test_case_31_too_early_is_told_again_at_re_enter(tell: Way, at_14: str, told: list[tuple[str, str]]) -> None:
    sales = Sales(scorer_of(WHITE_PAPERS))
    sales.take(download("c", 0, email="capucine@example.com"))
    sales.say("too_early", HOUR)
    more = {id: page(id, (2 + n) * HOUR, f"/blog/{id}") for n, id in enumerate("de")}
    sales.take(*[each for id, each in more.items() if id <= at_14])
    assert sales.lead.state.models[0].ripe_until is None
    assert sales.told == told
    again = tell(sales.lead.scorer, list(sales.lead.stored.values())).state.models[0].again
    assert again == sales.lead.state.models[0].again == (more["e"].order[::2] if at_14 == "e" else None)


def test_case_35_three_sessions_within_a_week() -> None:
    file = MODEL + 'regular = { points = 5, on = "session", count = { n = 3, within = "7d" } }'
    story = [page(f"d{day:02}", day * DAY) for day in (0, 3, 6, 7, 14)]
    for tell in WAYS.values():
        told = tell(scorer_of(file), story)
        assert told.reasons == ["counting", "counting", None, "counting", "counting"]
        assert told.score == 5
