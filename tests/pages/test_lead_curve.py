"""Lead: how the score went, drawn on the server, from what the fold itself says."""

from __future__ import annotations

import re
from pathlib import Path

import anyio
from starlette.testclient import TestClient
from tests.pages.reading_html import text_of
from tests.pages.room import Room
from tests.pages.test_lead_over_time import paper_rule, rules_with
from tests.store.white_papers import NOW, START, made, page, paper

from ripeline.fold.explaining import Explained, explain_lead
from ripeline.fold.folder import Folder
from ripeline.fold.selling import Word, judge_lead
from ripeline.pages.score_curve import Curve, curve_of
from ripeline.rules.model import Ruleset
from ripeline.settings import Settings
from ripeline.store.database import transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import append_events
from ripeline.store.reading_deeds import DeedView

DAY = 86_400_000
STEPS = [(0.0, paper("c")), (240.0, page("/back"))]


def explained(tmp_path: Path, ruleset: Ruleset, until: int) -> Explained:
    room = Room(Settings(data=tmp_path, base_url="http://testserver"), ruleset)
    with transaction(room.writer):
        append_events(room.writer, made("v", STEPS), Dictionary())
    folder = Folder(room.writer, ruleset, lambda: NOW)
    while folder.step():
        pass
    with room.database.read() as conn:
        found = explain_lead(conn, ruleset, 1, until, nightly=True)
    room.writer.close()
    return found


def curve(tmp_path: Path, ruleset: Ruleset, days: float, deeds: tuple[DeedView, ...] = ()) -> Curve | None:
    until = START + round(days * DAY)
    return curve_of(ruleset.models[0], 0, explained(tmp_path, ruleset, until), deeds, until)


def test_the_course_between_events_is_what_explaining_says_of_each_night(tmp_path: Path) -> None:
    ruleset = rules_with("", paper_rule('decay = { linear = "50% per 10d" }'))
    course = explained(tmp_path, ruleset, START + 5 * DAY).course
    assert [scores[0] for _, scores in course] == [12_000, 11_400, 10_800, 10_200, 9_600, 9_000]
    assert [at for at, _ in course[1:]] == sorted(at for at, _ in course[1:])


def test_looking_at_each_night_changes_nothing_of_the_ledger(tmp_path: Path) -> None:
    silent = 'silent = { points = -10, inactive = "3d", label = "Silent" }'
    ruleset = rules_with("", paper_rule('decay = { half_life = "5d" }') + silent)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    nightly = explained(tmp_path / "a", ruleset, NOW)
    room_at_once = explained(tmp_path / "b", ruleset, NOW)
    assert nightly.receipts == room_at_once.receipts


def test_the_line_ends_at_the_score_of_now_and_crossings_lie_on_it(tmp_path: Path) -> None:
    made_of = curve(tmp_path, rules_with("", paper_rule('decay = { expire = "5d" }')), 20)
    assert made_of is not None
    assert made_of.line.endswith("H1000")
    assert made_of.end == (100.0, made_of.zero)
    crossed = [(mark.what, mark.entered, mark.score) for mark in made_of.marks]
    assert crossed == [("warm", True, 12_000), ("hot", True, 12_000), ("warm", False, 0), ("hot", False, 0)]
    assert [mark.x for mark in made_of.marks] == [0, 0, 22.92, 22.92]


def test_a_first_day_has_no_curve_and_neither_has_who_never_had_a_point(tmp_path: Path) -> None:
    (tmp_path / "short").mkdir()
    (tmp_path / "none").mkdir()
    assert curve(tmp_path / "short", rules_with("", paper_rule()), 0.9) is None
    assert curve(tmp_path / "none", rules_with("", 'x = { points = 1, on = "nothing" }'), 9) is None


def test_deeds_of_people_are_marks_of_their_own(tmp_path: Path) -> None:
    deeds = (DeedView("handoff", START + DAY, "papers", ""), DeedView("won", START + 2 * DAY, "", "bob"))
    elsewhere = DeedView("lost", START + DAY, "another", "bob")
    made_of = curve(tmp_path, rules_with("", paper_rule()), 10, (*deeds, elsewhere))
    assert made_of is not None
    assert [(mark.what, mark.x) for mark in made_of.marks if not mark.is_band] == [("handoff", 10.0), ("won", 20.0)]


def test_a_long_story_stays_a_short_line(tmp_path: Path) -> None:
    ruleset = rules_with("", paper_rule('decay = { half_life = "300d" }'))
    made_of = curve(tmp_path, ruleset, 3000)
    assert made_of is not None
    assert len(made_of.line) < 3_000


def figure(html: str) -> str:
    found = re.search(r'(?s)<figure class="curve">.*?</figure>', html)
    assert found is not None
    return found[0]


def test_the_page_draws_it_with_the_band_lines_and_tells_it_as_a_table(full: Room, bob: TestClient) -> None:
    drawn = figure(bob.get("/leads/1?model=vertical").text)
    assert len(drawn.encode()) < 6 * 1024
    assert "warm 5" in text_of(drawn)
    assert "becomes hot 13" in text_of(drawn)
    assert "style=" not in drawn


def test_the_curve_speaks_the_readers_language(full: Room, bob: TestClient) -> None:
    drawn = text_of(figure(bob.get("/leads/1?model=vertical&lang=fr").text))
    assert "2 novembre" in drawn
    assert "tiède 5" in drawn


def test_a_crossing_leads_to_the_line_that_did_it(full: Room, bob: TestClient) -> None:
    html = bob.get("/leads/1?model=vertical").text
    (to,) = set(re.findall(r'<td><a href="#(e\d+)">becomes hot', html))
    assert f'id="{to}"' in html


async def judge(room: Room) -> None:
    await room.do(lambda desk: judge_lead(desk, 1, "vertical", Word("right_time", "")), "bob@example.com")


def test_hand_off_and_verdict_stand_on_the_curve(full: Room, bob: TestClient) -> None:
    anyio.run(judge, full)
    drawn = text_of(figure(bob.get("/leads/1?model=vertical").text))
    assert "handed to sales" in drawn
    assert "sales: right time" in drawn
    assert "by bob@example.com" in drawn
