"""A rule drafted from an event, and written into a file without touching what stands there."""

from __future__ import annotations

import pytest

from ripeline.domain.event import Event
from ripeline.errors import InvalidRules
from ripeline.paths import EXAMPLE_RULES
from ripeline.rules.adding import with_rule
from ripeline.rules.from_events import NewRule, Reach, free_id, reaches_of
from ripeline.rules.reading import read_rules

EXAMPLE = EXAMPLE_RULES.read_text(encoding="utf-8")
TEAM = 'team = { points = 2, on = "page", where.path = "/team", label = "The team" }'


def event(on: str, url: str = "", item: str = "") -> Event:
    return Event(id="e", visitor="v", on=on, at=0, url=url, item=item)


def test_a_new_rule_stands_below_the_other_rules_of_its_model_and_nothing_else_changes() -> None:
    text = with_rule(EXAMPLE, "general", "team", TEAM)
    before, after = EXAMPLE.splitlines(), text.splitlines()
    (place,) = [n for n, line in enumerate(after) if line == TEAM]
    assert after[place - 1].startswith("demo ")
    assert [*after[:place], *after[place + 1 :]] == before
    assert "team" in [rule.id for rule in read_rules(text).model("general").rules]


@pytest.mark.parametrize(
    "rules",
    [
        '[models.m.rules.page]\npoints = 1\non = "page"\n',
        '[models.m]\nrules.page = { points = 1, on = "page" }\n',
        "[models.m]\n",
        "[models.m]",
        '[models.m.rules]\npage = { points = 1, on = "page" }   # no line break at the end',
    ],
)
def test_a_file_that_writes_its_rules_otherwise_takes_one_too(rules: str) -> None:
    heading = "" if "[models.m]" in rules else "[models.m]\nbands = { hot = 3 }\n"
    text = f"{heading}{rules.replace('[models.m]', '[models.m]' + chr(10) + 'bands = { hot = 3 }')}"
    added = with_rule(text, "m", "team", TEAM)
    assert "team" in [rule.id for rule in read_rules(added).model("m").rules]
    assert all(line in added for line in text.splitlines())


def test_windows_line_breaks_stay_windows_line_breaks() -> None:
    text = with_rule(EXAMPLE.replace("\n", "\r\n"), "general", "team", TEAM)
    assert text.count("\n") == text.count("\r\n")


def test_a_rule_that_would_not_be_right_is_told_at_its_line() -> None:
    with pytest.raises(InvalidRules) as refused:
        with_rule(EXAMPLE, "general", "team", TEAM.replace("path", "paths"))
    assert EXAMPLE.splitlines()[refused.value.line - 2].startswith("demo ")


def test_an_event_offers_itself_what_lies_beside_it_and_all_of_its_kind() -> None:
    assert reaches_of(event("page", "https://shop.example/blog/one")) == (
        Reach("this", "path", "/blog/one"),
        Reach("below", "path", "/blog/*"),
        Reach("all", "", ""),
    )
    file = reaches_of(event("download", "https://shop.example/files/a%20b.pdf"))
    assert file == (Reach("this", "file", "a b.pdf"), Reach("all", "", ""))
    assert reaches_of(event("form", "https://shop.example/contact", "demo"))[0] == Reach("this", "form", "demo")
    assert reaches_of(event("demo_asked")) == (Reach("all", "", ""),)


def test_no_rule_is_about_points_by_hand_or_time_on_a_page() -> None:
    assert reaches_of(event("points")) == reaches_of(event("engagement")) == ()


def test_a_draft_is_a_line_of_the_file_whatever_it_is_called() -> None:
    label = 'He said "yes" \\ no'
    rule = NewRule("page", Reach("this", "path", '/a"b'), 2500, label, "lead")
    text = with_rule(EXAMPLE, "general", "x", rule.line("x"))
    (made,) = [each for each in read_rules(text).model("general").rules if each.id == "x"]
    assert (made.label, made.points, made.once_per, made.where[0].globs) == (label, 2500, ("lead",), ('/a"b',))


def test_the_id_is_made_of_the_label_and_is_nobody_elses() -> None:
    assert free_id("Étude de cas", ()) == "etude-de-cas"
    assert free_id("Blog", ("blog", "blog-2")) == "blog-3"
    assert free_id("…", ()) == "rule"
