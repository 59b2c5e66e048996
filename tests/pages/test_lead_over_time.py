"""Lead: what time did to the score stands on the receipt and between the sessions."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient
from tests.pages.reading_html import text_of
from tests.pages.room import Room
from tests.store.white_papers import NOW, form, made, page, paper

from ripeline.fold.folder import Folder
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import read_rules
from ripeline.settings import Settings
from ripeline.store.database import transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import append_events


def rules_with(model: str, rules: str) -> Ruleset:
    return read_rules(f"""
timezone = "Europe/Paris"

[models.papers]
bands = {{ warm = 5, hot = 12 }}
{model}

[models.papers.rules]
{rules}
""")


def paper_rule(key: str = 'once_per = "lead"') -> str:
    return f'paper = {{ points = 12, on = "download", label = "Paper", {key} }}\n'


def page_of_ada(tmp_path: Path, ruleset: Ruleset, query: str = "") -> str:
    """The page of Ada, who took a paper, came back after ten days, and left her e-mail; as text."""
    room = Room(Settings(data=tmp_path, base_url="http://testserver"), ruleset)
    events = made("v", [(0, paper("c")), (240, page("/back")), (240.1, form("ada@example.com"))])
    with transaction(room.writer):
        append_events(room.writer, events, Dictionary())
    folder = Folder(room.writer, ruleset, lambda: NOW)
    while folder.step():
        pass
    headers = {"sec-fetch-site": "same-origin", "accept-language": "en"}
    with TestClient(room.app(), headers=headers) as client:
        client.cookies.update(room.cookie_of("bob@example.com", role="sales"))
        answer = client.get(f"/leads/1{query}")
    room.writer.close()
    assert answer.status_code == 200
    return text_of(answer.text)


def test_what_has_faded_is_a_line_of_its_own_and_the_receipt_adds_up(tmp_path: Path) -> None:
    text = page_of_ada(tmp_path, rules_with("", paper_rule('decay = { expire = "5d" }')))
    assert "Paper 12 points, once per file, ends after 5 days; 0 left +12 Faded with time −12 Score 0" in text


def test_the_limit_of_a_group_is_a_line_of_its_own(tmp_path: Path) -> None:
    text = page_of_ada(tmp_path, rules_with("groups = { content = { max = 7 } }", paper_rule('group = "content"')))
    assert "Paper 12 points, once per file, in the group “content” +12 Limit of the group content −5 Score 7" in text


def test_a_silence_stands_between_the_sessions_with_what_it_did(tmp_path: Path) -> None:
    silent = 'silent = { points = -10, inactive = "3d", label = "Silent" }'
    text = page_of_ada(tmp_path, rules_with("", paper_rule() + silent))
    assert "Paper +12 Silent −10 Score 2" in text
    # 2 November, at midnight of the third day: 5 November; ended by the page of 12 November.
    assert "10 days later Thursday 5 November , Silent −10 no longer warm no longer hot" in text
    sessions = text[text.index("Sessions ") :]
    assert sessions.index("becomes hot") > sessions.index("no longer hot")
    assert "Download white-paper-c.pdf Paper +12 score 12 becomes warm becomes hot" in text
    assert "/back 6 min Silent +10 score 12 becomes warm becomes hot" in text


def test_points_that_fade_lower_the_running_score(tmp_path: Path) -> None:
    late = 'late = { points = 1, on = "page", label = "Back" }'
    text = page_of_ada(tmp_path, rules_with("", paper_rule('decay = { linear = "50% per 10d" }') + late))
    assert "/back 6 min Back +1 score 7 " in text


def test_a_ripe_lead_says_when_it_will_cool_down(tmp_path: Path) -> None:
    silent = 'silent = { points = -10, inactive = "3650d", label = "Silent" }'
    text = page_of_ada(tmp_path, rules_with("", paper_rule() + silent))
    assert "Cools down on Sunday 9 November 2036 if nothing happens" in text


def test_grades_and_fit_still_missing_are_said(tmp_path: Path) -> None:
    model = 'grades = { A = 20, B = 2 }\nnext = { hot = "Call" }'
    fit = 'known = { points = 2, lead.email = "*@example.com", label = "Known" }'
    rules = rules_with(model, paper_rule() + fit)
    text = page_of_ada(tmp_path, rules)
    assert "Fit grade B 2 Score 14" in text
    stricter = read_rules(rules.text.replace("hot = 12", "hot = { enter = 12, fit = 10 }"))
    (tmp_path / "stricter").mkdir()
    assert "8 points of fit missing to hot" in page_of_ada(tmp_path / "stricter", stricter)


def test_a_lead_can_be_seen_as_of_an_earlier_day(tmp_path: Path) -> None:
    late = 'late = { points = 1, on = "page", label = "Back" }'
    text = page_of_ada(tmp_path, rules_with("", paper_rule() + late), "?as_of=2026-11-03")
    assert "As it was on Tuesday 3 November 2026 , at its end Back to today" in text
    assert "Paper +12 Score 12" in text
    assert "/back" not in text
    assert "ripe for" not in text


def test_before_everything_nothing_had_happened(tmp_path: Path) -> None:
    text = page_of_ada(tmp_path, rules_with("", paper_rule()), "?as_of=2026-11-01")
    assert "Nothing has counted so far. 0 Score 0" in text
    assert "Nothing had happened by then." in text


def test_no_day_at_all_leads_back_to_today(tmp_path: Path) -> None:
    assert "Score 12" in page_of_ada(tmp_path, rules_with("", paper_rule()), "?as_of=yesterday")


def test_a_rule_that_still_counts_says_how_far_it_is(tmp_path: Path) -> None:
    often = 'often = { points = 5, on = "page", count = { n = 3, within = "3650d" }, label = "Reads a lot" }'
    text = page_of_ada(tmp_path, rules_with("", paper_rule() + often))
    assert "Reads a lot, 0: 1 of 3 within 121 months" in text
    often = often.replace("3650d", "2d")
    (tmp_path / "later").mkdir()
    assert "Reads a lot, 0: needs 3 within 2 days" in page_of_ada(tmp_path / "later", rules_with("", often))


def test_what_caps_a_rule_stands_beside_it(tmp_path: Path) -> None:
    text = page_of_ada(tmp_path, rules_with("", paper_rule('cap = { points = 5, per = "ever" }')))
    assert "Paper 12 points, once per file, at most 5 points in all +5 Score 5" in text
