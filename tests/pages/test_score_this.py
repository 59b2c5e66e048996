"""*Score this*: from a line of a lead to a rule in the file, tried on the whole history before."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.pages.reading_html import text_of
from tests.store.white_papers import CAST, RULES

from ripeline.app import create_app
from ripeline.auth.logins import cookie_name, now_ms
from ripeline.auth.secrets import hash_of
from ripeline.settings import Settings
from ripeline.store.database import Connection, Database, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import append_events
from ripeline.store.people import User, add_login, add_user

TEXT = f"# kept by hand\n{RULES.text}"
DAY = 86_400_000


def sign_in(conn: Connection, role: str) -> None:
    id = add_user(conn, User(0, f"{role}@example.com", "", role, "en", None, None), 0)
    add_login(conn, hash_of(f"key of {role}"), id, now_ms(), now_ms() + DAY)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "rules.toml").write_text(TEXT, encoding="utf-8")
    return Settings(data=tmp_path, base_url="http://testserver", rate_limit=None)


@pytest.fixture
def marketer(settings: Settings) -> Iterator[TestClient]:
    """A marketer's browser at the whole server, with the cast of the white papers on it."""
    headers = {"sec-fetch-site": "same-origin"}
    with TestClient(create_app(settings), follow_redirects=False, headers=headers) as client:
        with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
            append_events(conn, CAST, Dictionary())
            for role in ("marketer", "sales"):
                sign_in(conn, role)
        become(client, "marketer")
        wait(client, "marc@example.com")
        yield client


def become(client: TestClient, role: str) -> None:
    client.cookies.clear()
    client.cookies.set(cookie_name(client.app.state.running), f"key of {role}")  # type: ignore[attr-defined]


def wait(client: TestClient, text: str, path: str = "/leads") -> str:
    """The page once it says so."""
    deadline = time.monotonic() + 10
    while text not in (page := text_of(client.get(path).text)):
        assert time.monotonic() < deadline, page
        time.sleep(0.02)
    return page


def line_of(client: TestClient, lead: str, what: str) -> str:
    """The address of *score this* beside the line that says so, on the page of that lead."""
    html = client.get(lead_of(client, lead)).text
    line = next(each for each in re.findall(r'(?s)<li class="event.*?</span>\s*</li>', html) if what in each)
    found = re.search(r'href="(\d+/score/\d+)', line)
    assert found is not None
    return f"/leads/{found[1]}"


def lead_of(client: TestClient, email: str) -> str:
    found = re.search(rf'href="(/leads/\d+)[^"]*"[^>]*>\s*{email}', client.get("/leads").text)
    assert found is not None
    return found[1]


def test_the_line_becomes_a_rule_in_plain_words_and_as_it_is_written(marketer: TestClient) -> None:
    text = text_of(marketer.get(line_of(marketer, "elodie@example.com", "/white-papers")).text)
    assert "/white-papers 1 point, once per page and session" in text
    assert 'white-papers = { points = 1, on = "page", where.path = "/white-papers", label = "/white-papers" }' in text


def test_what_the_line_counts_already_is_said(marketer: TestClient) -> None:
    at = line_of(marketer, "elodie@example.com", "white-paper-b.pdf")
    assert "Counts already: White paper B +5" in text_of(marketer.get(f"{at}?model=vertical").text)
    assert "Counts already" not in marketer.get(f"{at}?model=other").text


def test_what_if_says_who_would_move_before_anything_is_saved(marketer: TestClient, settings: Settings) -> None:
    at = line_of(marketer, "elodie@example.com", "/white-papers")
    text = wait(marketer, "1 lead from warm to hot: elodie@example.com", f"{at}?try=1&packet=10&model=vertical")
    assert re.search(r"\+[\d.]+ calls? a week: elodie@example.com", text)
    part = marketer.get(f"{at}/whatif?packet=10&model=vertical")
    assert "1 lead from warm to hot: elodie@example.com" in text_of(part.text)
    assert settings.rules_file.read_text(encoding="utf-8") == TEXT


def test_a_rule_that_moves_nobody_says_so(marketer: TestClient) -> None:
    at = line_of(marketer, "elodie@example.com", "/white-papers")
    wait(marketer, "Nobody would change band", f"{at}?try=1&packet=1&model=vertical")


def test_saving_keeps_every_comment_and_the_new_score_comes(marketer: TestClient, settings: Settings) -> None:
    at = line_of(marketer, "elodie@example.com", "/white-papers")
    fields = {"model": "vertical", "packet": "10", "label": "Looked for papers", "once_per": "lead"}
    answer = marketer.post(at, data=fields)
    assert answer.status_code == 303
    assert "“Looked for papers” counts from now on" in text_of(marketer.get(answer.headers["location"]).text)
    text = settings.rules_file.read_text(encoding="utf-8")
    new = 'looked-for-papers = { points = 10, on = "page", where.path = "/white-papers", once_per = "lead", '
    (line,) = [each for each in text.splitlines() if each.startswith(new)]
    assert text.replace(line + "\n", "") == TEXT
    wait(marketer, "Score 15", answer.headers["location"])


def test_the_rule_can_be_taken_back_at_once(marketer: TestClient, settings: Settings) -> None:
    at = line_of(marketer, "elodie@example.com", "/white-papers")
    answer = marketer.post(at, data={"model": "vertical", "packet": "10"})
    html = marketer.get(answer.headers["location"]).text
    undo = re.search(r'(?s)<form method="post" action="(/leads/\d+/unscore)".*?name="line" value="([^"]*)"', html)
    assert undo is not None
    line = undo[2].replace("&#34;", '"')
    assert marketer.post(undo[1], data={"line": line}).status_code == 303
    assert settings.rules_file.read_text(encoding="utf-8") == TEXT
    marketer.post(undo[1], data={"line": line})
    assert "the rule has been changed since" in text_of(marketer.get(answer.headers["location"]).text)


def test_a_scenario_that_would_end_otherwise_is_told_at_its_line(marketer: TestClient, settings: Settings) -> None:
    steps = 'steps = [ { on = "page", path = "/white-papers" } ]\nexpect = { score = 0 }\n'
    text = f'{TEXT}\n[[scenarios]]\nname = "Just looks"\nmodel = "vertical"\n{steps}'
    settings.rules_file.write_text(text, encoding="utf-8")
    at = line_of(marketer, "elodie@example.com", "/white-papers")
    answer = marketer.post(at, data={"model": "vertical", "packet": "2"})
    line = text[: text.index("[[scenarios]]")].count("\n") + 2
    assert f'Line {line}: scenario "Just looks": the score is 2, not 0' in text_of(answer.text)
    assert settings.rules_file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("points", ["", "0", "many", "nan", "1e400", "10000000"])
def test_points_that_are_no_number_are_told_and_nothing_is_saved(
    marketer: TestClient, settings: Settings, points: str
) -> None:
    at = line_of(marketer, "elodie@example.com", "/white-papers")
    answer = marketer.post(at, data={"packet": "other", "other": points})
    assert "Points are a number other than 0" in text_of(answer.text)
    assert settings.rules_file.read_text(encoding="utf-8") == TEXT


def test_points_may_be_written_as_the_french_do(marketer: TestClient) -> None:
    at = line_of(marketer, "elodie@example.com", "/white-papers")
    assert "points = -2.5," in text_of(marketer.get(f"{at}?packet=other&other=-2,5").text)


def test_sales_see_no_way_to_it_and_are_not_let_in(marketer: TestClient) -> None:
    at = line_of(marketer, "elodie@example.com", "/white-papers")
    become(marketer, "sales")
    assert "/score/" not in marketer.get(at.partition("/score")[0]).text
    assert marketer.get(at).status_code == 403
    assert marketer.post(at, data={}).status_code == 403


def test_another_persons_line_is_nobodys(marketer: TestClient) -> None:
    lead = lead_of(marketer, "elodie@example.com")
    for event in (1, 9_999, 2**70):
        assert marketer.get(f"{lead}/score/{event}").status_code == 404
        assert marketer.post(f"{lead}/score/{event}", data={}).status_code == 404
