"""A marketer reads a lead, finds what mattered, and makes a rule of it: in the browser, on the whole server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect
from tests.browser.serving import serving
from tests.store.white_papers import CAST, RULES

from ripeline.app import create_app
from ripeline.auth.logins import now_ms
from ripeline.auth.secrets import hash_of
from ripeline.settings import Settings
from ripeline.store.database import Connection, Database, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import append_events
from ripeline.store.opening import open_data
from ripeline.store.people import User, add_login, add_user

pytestmark = pytest.mark.browser


def sign_in(conn: Connection) -> None:
    id = add_user(conn, User(0, "mia@example.com", "", "marketer", "en", None, None), 0)
    add_login(conn, hash_of("key of mia"), id, now_ms(), now_ms() + 86_400_000)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A folder with the cast of the white papers in its log, and Mia signed in."""
    (tmp_path / "rules.toml").write_text(f"# kept by hand\n{RULES.text}", encoding="utf-8")
    settings = Settings(data=tmp_path, rate_limit=None)
    open_data(settings).close()
    with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
        append_events(conn, CAST, Dictionary())
        sign_in(conn)
    return settings


@pytest.fixture
def address(settings: Settings) -> Iterator[str]:
    with serving(create_app(settings)) as port:
        yield f"http://127.0.0.1:{port}"


def test_a_rule_is_drafted_from_the_line_tried_and_saved(
    context: BrowserContext, address: str, settings: Settings
) -> None:
    context.add_cookies([{"name": "ripeline", "value": "key of mia", "url": address}])
    mia = context.new_page()
    mia.set_viewport_size({"width": 390, "height": 844})
    mia.goto(f"{address}/leads?q=elodie")
    mia.get_by_role("link", name="elodie@example.com").click()
    line = mia.locator(".event", has_text="/white-papers")
    line.get_by_role("link", name="Score this").click()
    expect(mia.get_by_role("heading", level=1)).to_have_text("Score this")

    mia.get_by_label("10 means to buy").check()
    mia.get_by_label("What it is called").fill("Looked for papers")
    mia.get_by_role("button", name="See what it would change").click()
    mia.locator(".whatif summary").first.click()
    expect(mia.get_by_text("1 lead from warm to hot: elodie@example.com")).to_be_visible()
    expect(mia.get_by_label("What it is called")).to_have_value("Looked for papers")
    assert "looked-for-papers" not in settings.rules_file.read_text(encoding="utf-8")

    mia.get_by_role("button", name="Save this rule").click()
    expect(mia.get_by_role("status").filter(has_text="“Looked for papers” counts from now on")).to_be_visible()
    text = settings.rules_file.read_text(encoding="utf-8")
    assert text.startswith("# kept by hand")
    assert "looked-for-papers = { points = 10" in text
    for _ in range(50):
        if "15" in mia.locator(".receipt .sum").inner_text():
            break
        mia.wait_for_timeout(100)
        mia.reload()
    expect(mia.locator(".receipt .sum")).to_contain_text("15")
