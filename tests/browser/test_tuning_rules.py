"""The rules under a marketer's hand, in French and in English: a draft, a step and what it would do, saved, back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.live import Live, running
from tests.browser.serving import serving
from tests.browser.test_pages_access import TOLD_IN, VARIANTS, Variant, faults_of
from tests.pages.test_rules_tab import HOME, TEXT
from tests.store.white_papers import CAST

from ripeline.auth.passwords import hash_password
from ripeline.auth.people import add_person
from ripeline.demo.shop import create_shop
from ripeline.store.database import Database, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import append_events

pytestmark = pytest.mark.browser

PASSWORD = "une poire mûre en juin"
LIMIT = 60 * 1024
SAVED = {"en": "Saved. All scores are being made anew.", "fr": "Enregistré. Tous les scores sont recalculés."}
#: What the story says, in both languages.
WORDS = {
    "en": ("Draft from your site", "Drafted from http", "Not saved yet", "Save", "Begin from this one", "Pricing"),
    "fr": ("Partir de votre site", "Brouillon tiré de http", "Pas encore enregistré", "Enregistrer",
           "Repartir de celle-ci", "Tarifs"),
}  # fmt: skip


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    with serving(create_shop("http://127.0.0.1:1", "key")) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, shop: str) -> Iterator[Live]:
    """The real server beside our shop, with the cast of the white papers and a marketer a language."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "rules.toml").write_text(TEXT, encoding="utf-8")
    with running(folder, origins=shop, private_hooks="1", rate_limit="off") as live:
        with closing(Database(folder / "ripeline.db").writer()) as conn, transaction(conn):
            append_events(conn, CAST, Dictionary())
            for language in ("en", "fr"):
                add_person(conn, f"{language}@example.com", "marketer", hash_password(PASSWORD), 1)
        live.settled()
        yield live


def enter(context: BrowserContext, server: Live, language: str) -> Page:
    """That marketer's browser, on the rules, with nothing drafted."""
    context.set_extra_http_headers({"Accept-Language": language})
    page = context.new_page()
    page.goto(f"{server.url}/signin")
    page.locator("[name=email]").fill(f"{language}@example.com")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(re.compile("/(ready|leads|install)"))
    page.goto(f"{server.url}{HOME}?lang={language}")
    discard = page.locator("form[action$=discard] button")
    if discard.count():
        discard.click()
        expect(discard).to_have_count(0)
    return page


@pytest.fixture
def mona(context: BrowserContext, server: Live) -> Page:
    return enter(context, server, "en")


def worth(page: Page, rule: str) -> str:
    return page.locator(f"form:has(#more-rule-{rule}) output").inner_text()


def restored(page: Page, server: Live) -> None:
    """The rules of the beginning, for the next test."""
    answer = server.api.put("/api/rules", content=TEXT.encode())
    assert answer.status_code == 200, answer.text
    page.goto(f"{server.url}{HOME}")
    expect(page.locator("#going-on")).to_have_count(0, timeout=10_000)


@pytest.mark.parametrize("language", TOLD_IN)
def test_from_a_draft_to_saved_rules_and_back(context: BrowserContext, server: Live, language: str) -> None:
    draft, drafted, unsaved, save, begin, pricing = WORDS[language]
    page = enter(context, server, language)
    # A draft of one's own site, read while the page shows it.
    page.get_by_role("button", name=draft).click()
    expect(page.get_by_text(drafted)).to_be_visible(timeout=20_000)
    expect(page.get_by_text(pricing, exact=True)).to_be_visible()
    page.locator("form[action$=discard] button").click()
    # − and +, with what that would do.
    page.locator("#less-rule-paper-a").click()
    expect(page.get_by_role("heading", name=unsaved)).to_be_in_viewport()
    page.locator("#more-rule-paper-c").click()
    expect(page.locator("form:has(#more-rule-paper-c) output")).to_have_text("13")
    expect(page.locator(".whatif")).not_to_contain_text("…", timeout=15_000)
    # A scenario that ends otherwise.
    expect(page.locator(".ended")).to_contain_text("Reads C")
    expect(page.get_by_role("button", name=save)).to_be_disabled()
    page.locator(".ended button").click()
    expect(page.locator(".ended")).to_have_count(0)
    # Saved, and everything is scored anew.
    page.get_by_role("button", name=save).click()
    expect(page.get_by_text(SAVED[language])).to_be_visible()
    expect(page.locator(".drafted")).to_have_count(0)
    expect(page.locator("#going-on")).to_have_count(0, timeout=15_000)
    assert "points = 13," in (server.folder / "rules.toml").read_text(encoding="utf-8")
    # The version of before, compared and begun from.
    page.locator("#versions summary").click()
    page.locator("#versions a").first.click()
    expect(page.locator(".diff ins").first).to_be_visible()
    page.get_by_role("button", name=begin).click()
    expect(page.get_by_role("heading", name=unsaved)).to_be_visible()
    assert worth(page, "paper-c") == "12"
    restored(page, server)


def test_a_step_leaves_the_eye_and_the_focus_where_they_were(mona: Page) -> None:
    button = mona.locator("#more-rule-blog")
    button.scroll_into_view_if_needed()
    before = button.bounding_box()
    button.click()
    expect(mona.locator("form:has(#more-rule-blog) output")).to_have_text("3")
    after = mona.locator("#more-rule-blog").bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 3
    expect(mona.locator("#more-rule-blog")).to_be_focused()
    expect(mona.locator(".drafted")).to_be_in_viewport()


def test_the_what_if_names_people_and_leads_to_them(mona: Page) -> None:
    mona.locator("#more-band-hot").click()
    expect(mona.locator("form:has(#more-band-hot) output")).to_have_text("13")
    mona.locator("#more-band-hot").click()
    expect(mona.locator(".calls-a-week")).to_contain_text("marc@example.com", timeout=15_000)
    expect(mona.locator(".calls-a-week a").first).to_have_attribute("href", re.compile(r"^/leads/\d+$"))
    mona.get_by_text("Who moves").click()
    expect(mona.get_by_text("lead from hot to warm")).to_be_visible()


def test_a_mistake_is_found_at_its_line(mona: Page) -> None:
    mona.get_by_role("heading", name="The file as text").click()
    editor = mona.locator("#editor")
    wrong = editor.input_value().replace("points = 5,", "pionts = 5,", 1)
    editor.fill(wrong)
    mona.get_by_role("button", name="Check this text").click()
    link = mona.locator(".mistakes a").first
    expect(link).to_be_visible()
    link.click()
    chosen = mona.evaluate("(e => e.value.slice(e.selectionStart, e.selectionEnd))(document.activeElement)")
    assert "pionts" in chosen


def test_tab_completes_a_key_and_leaves_the_editor_where_there_is_none(mona: Page) -> None:
    mona.get_by_role("heading", name="The file as text").click()
    editor = mona.locator("#editor")
    editor.fill("")
    editor.press_sequentially("timez")
    expect(mona.locator(".complete")).to_contain_text("Tab ↹")
    editor.press("Tab")
    assert re.fullmatch(r"[a-z_.]+ = ", editor.input_value())
    editor.press("Tab")
    expect(editor).not_to_be_focused()


def test_typed_text_is_not_lost_to_another_button(mona: Page) -> None:
    mona.get_by_role("heading", name="The file as text").click()
    mona.locator("#editor").press("Control+Home")
    mona.keyboard.type("# mine\n")
    mona.locator("#more-rule-blog").click()
    expect(mona.get_by_text("This text is not checked yet: check it first.")).to_be_visible()
    assert mona.locator("#editor").input_value().startswith("# mine")


def test_everything_works_without_a_script(browser: Browser, server: Live) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = enter(context, server, "en")
        page.locator("#more-rule-blog").click()
        expect(page.get_by_role("heading", name="Not saved yet")).to_be_visible()
        assert worth(page, "blog") == "3"
        page.locator("form[action$=discard] button").click()
        assert worth(page, "blog") == "2"


def test_something_seen_is_picked_with_one_press(mona: Page) -> None:
    mona.get_by_role("button", name="/pricing: +5").click()
    expect(mona.locator("li.changed").filter(has_text="pricing")).to_contain_text("new")


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_the_rules_keep_nobody_out(browser: Browser, server: Live, variant: Variant) -> None:
    width, scheme, language = variant
    with browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme) as context:
        page = enter(context, server, language)
        page.locator("#less-rule-paper-c").click()
        expect(page.locator(".drafted")).to_be_visible()
        wide = "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth)"
        assert page.evaluate(f"{wide}.map(e => e.outerHTML.slice(0, 150))") == []
        assert faults_of(context, f"{server.url}{HOME}") == []


def test_the_page_is_light(server: Live, mona: Page) -> None:
    sizes: list[int] = []
    mona.on("response", lambda answer: sizes.append(len(answer.body())))
    mona.reload()
    mona.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) < LIMIT
