"""The receipt: rules, decay, limits, and they add up; grades, and where the lead's interest is."""

from __future__ import annotations

import pytest
from tests.scoring.stories import DAY, HOUR, Told, download, event, one_by_one, page, scorer_of, visits

from ripeline.scoring.fold import Scorer
from ripeline.scoring.receipt import LimitRow, RuleRow, contributions_of, grade_of, interest_of, receipt_of

FILE = """
[models.m]
bands = { warm = 5, hot = 12 }
groups = { content = { max = 6 } }
grades = { A = 20, B = 10, C = 0 }
[models.m.rules]
a = { points = 8, on = "download", decay = { half_life = "2d" }, label = "White paper" }
blog = { points = 3, on = "page", where.path = "/blog/*", after = "a", group = "content", label = "Article" }
job = { points = 10, lead.job = "*", label = "Has a job" }
never = { points = 1, on = "trial", after = { on = "bounce" }, label = "Never" }
[models.other]
bands = { hot = 4 }
shared = false
[models.other.rules]
visit = { points = 1, on = "page", once_per = "event" }
"""

STORY = [
    *visits("v0", start=0),
    download("a", HOUR, email="ada@acme.com", traits={"job": "CTO"}),
    *visits("v1", "v2", "v3", start=2 * HOUR),
    event("t", "trial", 4 * HOUR),
    event("g", "points", 5 * HOUR, url="", props={"model": "m", "points": 1.5}, verified=True),
]


def told(days: int = 0, scorer: Scorer | None = None) -> Told:
    return one_by_one(scorer or scorer_of(FILE), STORY, wait=days * DAY)


def test_rules_then_decay_then_limits_make_the_score() -> None:
    story = told(days=2)
    receipt = receipt_of(story.scorer, story.state, 0, story.lines)
    assert receipt.rows == (
        RuleRow("job", "Has a job", True, times=1, points=10_000),
        RuleRow("blog", "Article", False, times=3, points=9_000, group="content", refused={"not_yet": 1}),
        RuleRow("a", "White paper", False, times=1, points=8_000, faded=-4_000),
        RuleRow("manual", "manual", False, times=1, points=1_500),
        RuleRow("never", "Never", False, times=0, points=0, refused={"not_yet": 1}),
    )
    assert receipt.limits == (LimitRow("content", -3_000),)
    assert receipt.faded == -4_000
    assert receipt.score == 10_000 + 9_000 + 8_000 + 1_500 - 4_000 - 3_000
    assert (receipt.engagement, receipt.fit, receipt.band, receipt.grade) == (11_500, 10_000, "hot", "B")


def test_as_of_a_day_is_the_events_by_then_and_time_up_to_it() -> None:
    scorer = scorer_of(FILE)
    until = page("", 3 * HOUR).at
    state, changes = scorer.refold(each for each in STORY if each.at <= until)
    changes.append(scorer.advance(state, until))
    receipt = receipt_of(scorer, state, 0, [line for change in changes for line in change.lines])
    assert receipt.score == 8_000 + 6_000 + 10_000


def test_a_hot_lead_says_when_it_will_have_cooled() -> None:
    file = FILE.replace("job = { points = 10,", "job = { points = 1,")
    story = told(scorer=scorer_of(file))
    receipt = receipt_of(story.scorer, story.state, 0, story.lines)
    # 8 fading + 6 + 1 + 1.5 = 16.5 leaves 12 when less than 3.5 of the eight are left: on the third day.
    assert receipt.shelf_life == page("", 3 * DAY - 9 * HOUR).at


@pytest.mark.parametrize(("fit", "grade"), [(20_000, "A"), (19_999, "B"), (10_000, "B"), (0, "C"), (-1, "D")])
def test_fit_has_a_grade(fit: int, grade: str) -> None:
    model, other = scorer_of(FILE).ruleset.models
    assert grade_of(model, fit) == grade
    assert grade_of(other, fit) is None


def test_interest_is_the_model_with_the_highest_score_for_its_threshold() -> None:
    story = told()
    assert interest_of(story.scorer, story.state) == "m"
    pages = one_by_one(story.scorer, visits("v1", "v2", "v3"))
    assert interest_of(pages.scorer, pages.state) == "other"
    nobody = scorer_of(FILE.replace("bands", 'handoff = "none"\nbands'))
    assert interest_of(nobody, nobody.fresh()) is None


def test_contributions_leave_out_what_gave_nothing() -> None:
    story = told(days=2)
    assert contributions_of(story.scorer, story.state, story.lines) == {
        "m": {"blog": 9_000, "a": 4_000, "job": 10_000, "manual": 1_500},
        "other": {"visit": 4_000},
    }
