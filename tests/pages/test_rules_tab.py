"""The Rules tab without a script: each step is a draft of one person, and only saving puts it in force."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.browser.serving import serving
from tests.pages.reading_html import text_of
from tests.store.white_papers import CAST, RULES, form, made, paper

from ripeline.app import create_app
from ripeline.auth.logins import cookie_name, now_ms
from ripeline.auth.secrets import hash_of
from ripeline.demo.shop import create_shop
from ripeline.rules.retyping import MARK
from ripeline.settings import Settings
from ripeline.store.database import Database, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.install import own_origin
from ripeline.store.log_rows import append_events
from ripeline.store.people import User, add_login, add_user
from ripeline.templating.languages import Locale

TEXT = f"""# kept by hand
{RULES.text}
[[scenarios]]
name = "Reads C"
model = "vertical"
steps = [ {{ on = "download", file = "white-paper-c.pdf" }} ]
expect = {{ score = 12, handoff = true }}
"""
HOME = "/tuning/rules"
DAY = 86_400_000
PEOPLE: tuple[tuple[str, Locale], ...] = (("mona", "en"), ("maud", "fr"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "rules.toml").write_text(TEXT, encoding="utf-8", newline="")
    return Settings(data=tmp_path, base_url="http://testserver", rate_limit=None, private_hooks=True)


@pytest.fixture
def mona(settings: Settings) -> Iterator[TestClient]:
    """A marketer's browser at the whole server; Maud is another, who reads French."""
    with TestClient(create_app(settings), headers={"sec-fetch-site": "same-origin"}) as client:
        with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
            append_events(conn, CAST, Dictionary())
            for name, locale in PEOPLE:
                id = add_user(conn, User(0, f"{name}@example.com", "", "marketer", locale, None, None), 0)
                add_login(conn, hash_of(f"key of {name}"), id, now_ms(), now_ms() + DAY)
        become(client, "mona")
        wait(client, "marc@example.com", "/leads")
        yield client


def become(client: TestClient, name: str) -> None:
    client.cookies.clear()
    client.cookies.set(cookie_name(client.app.state.running), f"key of {name}")  # type: ignore[attr-defined]


def wait(client: TestClient, text: str, path: str = HOME) -> str:
    """The page once it says so."""
    deadline = time.monotonic() + 15
    while text not in (page := text_of(client.get(path).text)):
        assert time.monotonic() < deadline, page
        time.sleep(0.02)
    return page


def do(client: TestClient, form: str, **fields: str) -> str:
    """Send one form of the page; what the page says then."""
    return text_of(client.post(f"{HOME}/{form}", data=fields).text)


def draft(client: TestClient) -> str:
    """The text in the editor."""
    found = re.search(r"(?s)<textarea[^>]*>\n(.*?)</textarea>", client.get(HOME).text)
    assert found is not None
    return unescape(found[1])


def on_disk(settings: Settings) -> str:
    return settings.rules_file.read_bytes().decode()


def step(client: TestClient, rule: str, points: int) -> str:
    return do(client, "points", model="vertical", rule=rule, points=str(points))


def test_rules_stand_in_plain_words_by_packet(mona: TestClient) -> None:
    text = text_of(mona.get(HOME).text)
    assert re.search(r"10 means to buy White paper C.*5 comparing White paper B.*2 interested White paper A", text)
    assert "hot from 12 points, goes to sales" in text
    assert "Director when" not in text
    assert "Director when" in text_of(mona.get(f"{HOME}?model=other").text)


def test_a_step_changes_one_number_of_the_draft_and_nothing_in_force(mona: TestClient, settings: Settings) -> None:
    assert "Not saved yet" in step(mona, "paper-c", 11)
    assert draft(mona) == TEXT.replace("points = 12,", "points = 11,")
    assert on_disk(settings) == TEXT
    do(mona, "undo")
    step(mona, "paper-c", 12)
    assert "Not saved yet" not in text_of(mona.get(HOME).text)


def test_what_it_would_do_is_told_by_name_before_it_is_saved(mona: TestClient) -> None:
    step(mona, "paper-c", 1)
    text = wait(mona, "a week: capucine@example.com")
    assert re.search(r"−[\d.]+ calls? a week: capucine@example.com \([\d.]+ instead of [\d.]+\)", text)
    part = mona.get(f"{HOME}/whatif")
    assert "capucine@example.com" in part.text
    assert re.findall(r"<h3>(.*?)</h3>", part.text) == ["White papers"], "there is another one it could speak of"
    assert "data-again" not in part.text
    do(mona, "discard")
    assert mona.get(f"{HOME}/whatif").status_code == 204


def test_a_band_moves_with_where_it_is_left(mona: TestClient) -> None:
    text = do(mona, "band", model="vertical", band="hot", points="14")
    assert "hot from 14 points" in text
    assert "hot = 14" in draft(mona)


def test_scenarios_that_end_otherwise_are_offered_with_their_new_ends(mona: TestClient, settings: Settings) -> None:
    assert "1 scenario ends otherwise now: Reads C now 11, warm" in step(mona, "paper-c", 11)
    assert "This cannot be saved yet" in do(mona, "save")
    assert on_disk(settings) == TEXT
    assert "ends otherwise" not in do(mona, "ends")
    assert "expect = { score = 11, handoff = false }" in draft(mona)
    assert "Saved." in do(mona, "save")


def test_something_seen_becomes_a_rule(mona: TestClient) -> None:
    do(mona, "add", model="vertical", on="page", item="https://shop.example/visit", points="5")
    assert 'visit = { points = 5, on = "page", where.path = "/visit", label = "visit" }' in draft(mona)


def test_saving_writes_the_file_keeps_a_version_and_rescores(mona: TestClient, settings: Settings) -> None:
    step(mona, "paper-a", 9)
    page = mona.post(f"{HOME}/save").text
    assert "Saved. All scores are being made anew." in text_of(page)
    assert on_disk(settings) == TEXT.replace('points = 2, on = "download"', 'points = 9, on = "download"')
    text = wait(mona, "in force")
    assert "Not saved yet" not in text
    assert "mona@example.com" in text
    versions = re.findall(r"/tuning/rules/versions/(\d+)", mona.get(HOME).text)
    compared = text_of(mona.get(f"{HOME}/versions/{versions[0]}").text)
    assert "− paper-a = { points = 2" in compared
    assert "+ paper-a = { points = 9" in compared
    assert mona.get(f"{HOME}/versions/999").status_code == 404


def test_a_version_comes_back_as_a_draft(mona: TestClient, settings: Settings) -> None:
    step(mona, "paper-a", 9)
    do(mona, "save")
    wait(mona, "in force")
    undo = re.search(r'name="hash" value="(\w+)"', mona.get(HOME).text)
    assert undo is not None
    assert "Not saved yet" in do(mona, "restore", hash=undo[1])
    assert draft(mona) == TEXT
    assert "points = 9" in on_disk(settings)
    assert "That version is not known any more." in do(mona, "restore", hash="0" * 64)


def test_what_was_saved_is_the_ground_of_the_next_step_at_once(mona: TestClient, settings: Settings) -> None:
    step(mona, "paper-a", 9)
    mona.post(f"{HOME}/save", follow_redirects=False)
    step(mona, "paper-b", 6)
    assert "points = 9, on" in draft(mona)
    do(mona, "save")
    assert "points = 9, on" in on_disk(settings)
    assert "points = 6, on" in on_disk(settings)


def test_mistakes_stand_at_their_lines_and_keep_the_text(mona: TestClient, settings: Settings) -> None:
    wrong = TEXT.replace('points = 5, on = "download"', 'pionts = 5, on = "download"')
    line = wrong[: wrong.index("pionts")].count("\n") + 1
    page = mona.post(f"{HOME}/text", data={"text": wrong})
    assert re.search(rf"Line {line} paper-b ?: ", text_of(page.text))
    assert f'data-line="{line}"' in page.text
    assert draft(mona) == wrong
    assert "This cannot be saved yet" in do(mona, "save")
    assert on_disk(settings) == TEXT


def test_what_is_wrong_with_the_whole_file_stands_at_no_line(mona: TestClient) -> None:
    page = text_of(mona.post(f"{HOME}/text", data={"text": "\n"}).text)
    assert "This cannot be saved yet. there is no model: " in page
    assert "Line 0" not in page


@pytest.mark.parametrize("mark", ["", MARK])
def test_line_ends_and_mark_survive_the_editor(settings: Settings, mona: TestClient, mark: str) -> None:
    windows = mark + TEXT.replace("\n", "\r\n")
    settings.rules_file.write_bytes(windows.encode())
    wait(mona, "in force")
    deadline = time.monotonic() + 10
    while mona.app.state.running.rules.latest.text != windows:  # type: ignore[attr-defined]
        assert time.monotonic() < deadline
        time.sleep(0.02)
    typed = draft(mona).replace("points = 12,", "points = 13,").replace("score = 12", "score = 13")
    do(mona, "text", text=typed.replace("\n", "\r\n"))
    do(mona, "save")
    assert on_disk(settings) == windows.replace("points = 12,", "points = 13,").replace("score = 12", "score = 13")


@pytest.mark.parametrize("text", ["x" * (1024 * 1024 + 1), "é" * (600 * 1024), "%" * (4 * 1024 * 1024)])
def test_too_long_a_text_is_refused_in_a_sentence(mona: TestClient, text: str) -> None:
    assert "1 MB at most. Nothing was changed." in do(mona, "text", text=text)
    assert "Not saved yet" not in text_of(mona.get(HOME).text)


def test_two_people_draft_at_once_and_the_second_is_warned(mona: TestClient, settings: Settings) -> None:
    step(mona, "paper-a", 9)
    seen = re.search(r'name="seen" value="(\w+)"', mona.get(HOME).text)
    assert seen is not None
    become(mona, "maud")
    assert "Pas encore enregistré" not in text_of(mona.get(HOME).text)
    step(mona, "paper-b", 6)
    do(mona, "save")
    become(mona, "mona")
    assert "Other rules came into force meanwhile." in do(mona, "save", seen=seen[1])
    assert "points = 9" not in on_disk(settings)
    text = text_of(mona.get(HOME).text)
    assert "Other rules came into force since you began." in text
    assert "− paper-b = { points = 6" in text
    do(mona, "save")
    assert "points = 9" in on_disk(settings)


def test_a_file_changed_on_disk_meanwhile_is_told(mona: TestClient, settings: Settings) -> None:
    step(mona, "paper-a", 9)
    settings.rules_file.write_text(TEXT + "# more\n", encoding="utf-8")
    wait(mona, "Other rules came into force since you began.")
    wait(mona, "the file on disk")


def test_a_read_only_file_is_said_to_be_and_shows_no_buttons(mona: TestClient, settings: Settings) -> None:
    step(mona, "paper-a", 9)
    settings.rules_file.chmod(0o444)
    page = mona.get(HOME).text
    assert "The rule file is read-only here" in page
    assert "/tuning/rules/points" not in re.sub(r'<form class="step".*?</form>', "", page, flags=re.DOTALL)
    assert '<button id="more-' not in page
    assert "read-only" in do(mona, "save")
    assert settings.rules_file.stat().st_mode & 0o222 == 0
    assert on_disk(settings) == TEXT


def test_a_lead_is_tried_on_the_draft(mona: TestClient) -> None:
    step(mona, "paper-c", 8)
    text = text_of(mona.get(f"{HOME}?lead=capucine@example.com").text)
    assert "White paper C +12 +8" in text
    assert "Nobody is called nobody@example.com" in text_of(mona.get(f"{HOME}?lead=nobody@example.com").text)


def test_whom_only_new_rules_made_ripe_is_proposed_and_one_accepts(mona: TestClient) -> None:
    step(mona, "paper-b", 12)
    do(mona, "save")
    assert "elodie@example.com" in wait(mona, "Ripe under the new rules; nobody was told")
    assert "on the sales list now." in do(mona, "proposals", proposal="all")
    assert "Ripe under the new rules" not in text_of(mona.get(HOME).text)


def test_all_of_them_are_all_that_are_shown(mona: TestClient, settings: Settings) -> None:
    step(mona, "paper-b", 12)
    readers = [
        event for n in range(51) for event in made(f"reader-{n}", [(1, paper("b")), (2, form(f"r{n}@example.com"))])
    ]
    with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
        append_events(conn, readers, Dictionary())
    wait(mona, "55 people", "/leads")
    do(mona, "save")
    wait(mona, "More follow once these are sent.")
    assert mona.get(HOME).text.count('name="proposal" value="') == 51
    assert "50 leads are on the sales list now." in do(mona, "proposals", proposal="all")
    assert "Ripe under the new rules" in mona.get(HOME).text


def test_only_a_site_of_ours_is_read(mona: TestClient) -> None:
    assert "Draft from your site" not in text_of(mona.get(HOME).text)
    assert "That is no site of yours" in do(mona, "site", site="http://127.0.0.1:1")


@pytest.fixture
def shop(mona: TestClient) -> Iterator[str]:
    with serving(create_shop("http://127.0.0.1:1", "key")) as port:
        origin = f"http://127.0.0.1:{port}"
        with closing(mona.app.state.running.database.writer()) as conn, transaction(conn):  # type: ignore[attr-defined]
            own_origin(conn, origin, now_ms())
        yield origin


def test_our_site_is_read_in_the_background_and_becomes_a_draft(
    mona: TestClient, shop: str, settings: Settings
) -> None:
    become(mona, "maud")
    do(mona, "site", site=shop)
    wait(mona, "Brouillon tiré de")
    assert 'label = "Tarifs"' in draft(mona)
    assert 'timezone = "Europe/Paris"' in draft(mona)
    assert on_disk(settings) == TEXT
    do(mona, "site/leave")
    assert "Brouillon tiré de" not in text_of(mona.get(HOME).text)


def test_a_draft_of_the_site_never_goes_over_ones_own_unasked(mona: TestClient, shop: str) -> None:
    step(mona, "paper-a", 9)
    do(mona, "site", site=shop)
    assert "You have changes of your own that are not saved." in wait(mona, "Look at it instead")
    assert "points = 9" in draft(mona)
    do(mona, "site/take")
    assert 'label = "Pricing"' in draft(mona)
    do(mona, "undo")
    assert "points = 9" in draft(mona)


def test_asked_for_instead_it_takes_the_place_of_ones_own(mona: TestClient, shop: str) -> None:
    step(mona, "paper-a", 9)
    do(mona, "site", site=shop, instead="1")
    wait(mona, "Drafted from")
    assert 'label = "Pricing"' in draft(mona)


def test_numbers_that_are_none_are_refused_in_a_sentence(mona: TestClient) -> None:
    for points in ("", "x", "nan", "inf", "1e9"):
        assert "Points are a number" in do(mona, "points", model="vertical", rule="paper-a", points=points)
        assert "Points are a number" in do(mona, "band", model="vertical", band="hot", points=points)
        assert "Points are a number" in do(mona, "add", model="vertical", on="page", item="/x", points=points)
    assert "no rule with points" in do(mona, "points", model="vertical", rule="nobody", points="1")
    assert "no band" in do(mona, "band", model="vertical", band="nobody", points="1")
    assert "There is nothing to save." in do(mona, "save")


def test_while_scores_are_made_anew_the_page_says_how_far_and_goes_on(mona: TestClient) -> None:
    step(mona, "paper-a", 9)
    running = mona.app.state.running  # type: ignore[attr-defined]
    settled, running.rescoring = running.rescoring, lambda: ("hash", 3, 10)
    html = mona.get(HOME).text
    assert "Scores are being made anew: 3 of 10 leads" in text_of(html)
    assert '<progress max="10" value="3">' in html
    assert "data-poll-page" in html
    assert "What it would do is counted once the scores are made anew." in text_of(html)
    running.rescoring = settled
    assert "data-poll-page" not in mona.get(HOME).text
