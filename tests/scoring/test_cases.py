"""The numbered cases of scoring.md about rules, identity and hand-offs, each told three ways; see also test_cases_time.

Not about scoring, and elsewhere: 24 (a client's clock) in tests/domain/test_wire_time.py, 30 (consent withdrawn) with
the tracker and the door, 32 (killed between two statements) with the fold and its worker.
"""

from __future__ import annotations

import msgspec
import pytest
from tests.scoring.stories import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    WAYS,
    WHITE_PAPERS,
    Sales,
    Way,
    download,
    event,
    handed_over,
    page,
    scorer_of,
    visits,
)

from ripeline.domain.event import Event
from ripeline.scoring.handoffs import NOTHING, Handoff, Terms, decide, standing_of

MODEL = """
[models.m]
bands = { hot = 1000 }
[models.m.rules]
"""


@pytest.fixture(params=list(WAYS.values()), ids=list(WAYS))
def tell(request: pytest.FixtureRequest) -> Way:
    way: Way = request.param
    return way


def marc(*more: Event) -> list[Event]:
    """A, B, then three visits; he left his e-mail with the first download."""
    return [download("a", 0, email="marc@example.com"), download("b", 5 * MINUTE), *visits("v1", "v2", "v3"), *more]


def elodie() -> list[Event]:
    return [download("b", 0, email="elodie@example.com")]


def capucine() -> list[Event]:
    return [download("c", 0, email="capucine@example.com"), *visits("v1", "v2", "v3")]


def bands(file: str) -> str:
    return file.replace("hot = 12", "hot = { enter = 12, exit = 9 }")


def test_case_1_marc_crosses_at_the_third_visit(tell: Way) -> None:
    told = tell(scorer_of(WHITE_PAPERS), marc())
    assert told.paid == [2, 5, 2, 2, 2]
    assert told.score == 13
    assert told.crossings == [("warm", True, "b"), ("hot", True, "v3")]
    assert handed_over(told.scorer, marc()) == [("vertical", "v3")]


def test_case_2_elodie_stays_in_nurture(tell: Way) -> None:
    told = tell(scorer_of(WHITE_PAPERS), elodie())
    assert (told.score, told.reading.band) == (5, "warm")
    assert handed_over(told.scorer, elodie()) == []


def test_case_3_capucine_crosses_at_c(tell: Way) -> None:
    told = tell(scorer_of(WHITE_PAPERS), capucine())
    assert told.score == 18
    assert told.crossings == [("warm", True, "c"), ("hot", True, "c")]
    assert [crossing.score for crossing in told.all_crossings] == [12_000, 12_000]
    assert handed_over(told.scorer, capucine()) == [("vertical", "c")]


def test_case_4_visits_before_the_download_count_nothing(tell: Way) -> None:
    story = [*visits("v1", "v2", "v3"), download("a", HOUR), download("b", HOUR + MINUTE)]
    told = tell(scorer_of(WHITE_PAPERS), story)
    assert told.score == 7
    assert told.reasons == ["not_yet"] * 3 + [None] * 2
    assert told.crossings == [("warm", True, "b")]


def test_case_5_retro_pays_the_earlier_visits_when_the_download_comes(tell: Way) -> None:
    file = WHITE_PAPERS.replace('after = { on = "download" }', 'after = { on = "download" }, retro = true')
    story = [*visits("v1", "v2", "v3"), download("a", HOUR), download("b", HOUR + MINUTE)]
    told = tell(scorer_of(file), story)
    assert told.reasons == [*["not_yet"] * 3, *[None] * 5]
    assert told.paid == [0, 0, 0, 2, 2, 2, 2, 5]
    assert {line.event for line in told.lines if line.rule == "blog" and line.points} == {"a"}
    assert tell(told.scorer, story[:4]).score == 8
    assert told.score == 13
    assert told.crossings == [("warm", True, "a"), ("hot", True, "b")]


def test_case_6_the_order_of_arrival_does_not_matter(tell: Way) -> None:
    story = [download("a", 0), *visits("v1", "v2", "v3"), download("b", HOUR)]
    told = tell(scorer_of(WHITE_PAPERS), [story[4], story[1], story[3], story[0], story[2]])
    assert told.score == 13
    assert told.crossings == [("warm", True, "v2"), ("hot", True, "b")]


def test_case_7_a_reload_within_five_seconds_is_paid_once(tell: Way) -> None:
    file = MODEL + 'visit = { points = 1, on = "page", once_per = "event" }'
    told = tell(scorer_of(file), [page("p1", 0), page("p2", 5 * SECOND), page("p3", 5 * SECOND + 1)])
    assert told.paid == [1, 0, 1]
    assert told.reasons == [None, "duplicate", None]


def test_case_8_a_rolling_cap_lets_points_in_again(tell: Way) -> None:
    told = tell(scorer_of(CAPPED), hourly(9, 10, 11, 12, 13, 34))
    assert told.paid == [2, 2, 2, 0, 0, 2]
    assert told.reasons[3:5] == ["capped", "capped"]
    assert told.score == 8


CAPPED = MODEL + 'visit = { points = 2, on = "page", cap = { points = 6, per = "24h" } }'


def hourly(*hours: int) -> list[Event]:
    return [page(f"h{hour:02}", hour * HOUR, f"/{hour}") for hour in hours]


def test_case_9_a_cap_is_paid_out_to_the_last_point(tell: Way) -> None:
    file = MODEL + 'visit = { points = 4, on = "page", cap = { points = 6, per = "ever" } }'
    told = tell(scorer_of(file), hourly(1, 2, 300))
    assert told.paid == [4, 2, 0]


def test_case_10_a_bot_found_out_later_gives_its_place_under_the_cap_back(tell: Way) -> None:
    story = hourly(9, 10, 11, 12, 13, 34)
    story[0] = msgspec.structs.replace(story[0], suspect="bot")
    told = tell(scorer_of(CAPPED), story)
    assert told.paid == [0, 2, 2, 2, 0, 2]
    assert told.reasons[0] == "suspect"
    assert told.score == 8


def test_case_16_two_leads_merged_are_one_history(tell: Way) -> None:
    file = MODEL + (
        'a = { points = 2, on = "download", once_per = "lead" }\n'
        'visit = { points = 3, on = "page", cap = { points = 6, per = "day" } }'
    )
    one = [download("a", 0, visitor="phone"), *[page(f"p{n}", n * MINUTE, f"/{n}", visitor="phone") for n in (1, 2, 3)]]
    other = [msgspec.structs.replace(each, id=f"x{each.id}", visitor="laptop", at=each.at + HOUR) for each in one]
    scorer = scorer_of(file)
    assert tell(scorer, [*one, *other]).score == 8
    assert (tell(scorer, one).score, tell(scorer, other).score) == (8, 8)


def test_case_17_a_merge_soon_after_a_hand_off_tells_nobody_again(tell: Way) -> None:
    sales = Sales(scorer_of(WHITE_PAPERS))
    sales.take(*capucine())
    assert sales.told == [("vertical", "c")]
    sales.say("right_time", 2 * HOUR)
    other = [msgspec.structs.replace(each, id=f"x{each.id}", visitor="laptop") for each in marc()]
    sales.take(*other, now=3 * DAY)
    assert tell(sales.lead.scorer, [*capucine(), *other]).lines == sales.lead.told.lines
    assert len(sales.lead.state.visitors) + len(sales.lead.stored) > len(capucine())
    assert sales.told == [("vertical", "c")]


def test_case_18_a_cheaper_rule_is_another_reading_of_the_same_events(tell: Way) -> None:
    file = bands(WHITE_PAPERS).replace("points = 5", "points = 3")
    told = tell(scorer_of(file), marc())
    assert (told.score, told.reading.band) == (11, "warm")
    # The hand-off of before stays: under these rules he never was ripe, so nothing is over and nothing new.
    fact = Handoff("open", marc()[-1].at, "v3", made_at=marc()[-1].at)
    standing = standing_of(told.state.models[0], reachable=True, out_of_target=False)
    assert decide(standing, [fact], marc()[-1].at + DAY, Terms()) == NOTHING


def test_case_19_a_lower_threshold_reaches_elodie(tell: Way) -> None:
    file = WHITE_PAPERS.replace("warm = 5, hot = 12", "hot = 5")
    assert tell(scorer_of(file), elodie()).reading.band == "hot"


def test_case_21_a_gateway_opening_every_link_gives_nothing_and_spoils_nothing(tell: Way) -> None:
    file = MODEL + 'click = { points = 3, on = "email_click" }'
    links = [event(f"bot{n}", "email_click", 2 * SECOND, item="mail-1", suspect="too fast") for n in range(6)]
    told = tell(scorer_of(file), [*links, event("human", "email_click", 40 * MINUTE, item="mail-1")])
    assert told.paid == [0] * 6 + [3]


def test_case_22_each_mail_has_its_own_worth_and_pays_once(tell: Way) -> None:
    file = MODEL + (
        'opened = { values = { "workflow-*" = 3, "rss-*" = 0 }, on = "email_open" }\n'
        'clicked = { values = { "rss-*" = 4 }, on = "email_click" }'
    )
    story = [
        event("o1", "email_open", 0, item="workflow-1"),
        event("o2", "email_open", HOUR, item="rss-7"),
        event("c1", "email_click", HOUR + MINUTE, item="rss-7"),
        event("o3", "email_open", DAY, item="workflow-1"),
        event("o4", "email_open", 2 * DAY, item="rss-7"),
        event("c2", "email_click", 3 * DAY, item="rss-7"),
    ]
    told = tell(scorer_of(file), story)
    assert told.paid == [3, 0, 4, 0, 0, 0]
    assert told.reasons == [None, None, None, "repeat", "repeat", "repeat"]


def test_case_25_a_corrected_attribute_takes_its_points_back(tell: Way) -> None:
    file = MODEL + 'student = { points = -20, lead.job = ["*étudiant*", "*student*"] }'
    story = [
        event("first", "identify", 0, email="eve@example.com", traits={"job": "Étudiante"}, verified=True),
        event("next", "identify", DAY, email="eve@example.com", traits={"job": "Directrice"}, verified=True),
    ]
    told = tell(scorer_of(file), story)
    assert (told.paid, told.score) == ([-20, 20], 0)
    assert tell(told.scorer, story[:1]).score == -20


def test_case_27_without_the_download_the_visits_fall_to_nothing(tell: Way) -> None:
    told = tell(scorer_of(WHITE_PAPERS), marc()[2:])
    assert (told.score, told.reasons) == (0, ["not_yet"] * 3)


def test_case_28_ten_times_all_points_and_thresholds_changes_nothing(tell: Way) -> None:
    tenfold = WHITE_PAPERS.replace("warm = 5, hot = 12", "warm = 50, hot = 120")
    for points in ("2", "5", "12"):
        tenfold = tenfold.replace(f"points = {points},", f"points = {points}0,")
    small, large = scorer_of(WHITE_PAPERS), scorer_of(tenfold)
    for story in (marc(), elodie(), capucine()):
        assert tell(large, story).score == 10 * tell(small, story).score
        assert tell(large, story).crossings == tell(small, story).crossings
        assert handed_over(large, story) == handed_over(small, story)


def test_case_29_two_models_crossing_on_one_event_are_two_hand_offs(tell: Way) -> None:
    two = scorer_of(WHITE_PAPERS + WHITE_PAPERS.replace("vertical", "other"))
    hot = [(each.model, each.event) for each in tell(two, capucine()).all_crossings if each.band == "hot"]
    assert hot == handed_over(two, capucine()) == [("vertical", "c"), ("other", "c")]


def test_case_33_hot_while_anonymous_is_handed_over_at_identification(tell: Way) -> None:
    story = [msgspec.structs.replace(each, email=None) for each in marc()]
    scorer = scorer_of(WHITE_PAPERS)
    assert handed_over(scorer, story) == []
    named = event("hello", "identify", 3 * DAY, email="marc@example.com")
    assert handed_over(scorer, [*story, named]) == [("vertical", "hello")]
    told = tell(scorer, [*story, named])
    assert scorer.is_reachable(told.state)
    assert told.state.models[0].ripe == (story[-1].at, "v3")


def test_case_34_a_student_is_out_of_target_and_never_handed_over(tell: Way) -> None:
    file = WHITE_PAPERS.replace("[models.vertical.rules]", "min_fit = 0\n[models.vertical.rules]")
    file += 'student = { points = -10, lead.job = "*student*" }\n'
    story = [event("hello", "identify", 0, email="eve@example.com", traits={"job": "Student"})]
    story += [download("c", HOUR), *[page(f"v{n}", 2 * HOUR + n * DAY, "/blog/x") for n in range(7)]]
    told = tell(scorer_of(file), story)
    assert (told.reading.engagement, told.reading.fit) == (26_000, -10_000)
    assert told.reading.out_of_target
    assert handed_over(told.scorer, story) == []
