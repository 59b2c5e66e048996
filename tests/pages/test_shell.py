"""What every page shares: language, weight, our own files, who may see it."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient
from tests.pages.reading_html import links_of, text_of
from tests.pages.room import Room
from tests.store.white_papers import fold, form, made, page, paper

from ripeline.auth.access import access_table
from ripeline.pages.leads import A_PAGE
from ripeline.pages.routes import ROUTES
from ripeline.store.people import user_by_email

LIMIT = 60 * 1024


def test_the_language_is_the_browsers(full: Room, bob: TestClient) -> None:
    html = bob.get("/ready", headers={"accept-language": "fr-FR,fr;q=0.9,en;q=0.5"}).text
    assert '<html lang="fr">' in html
    assert "Blog after a paper trois fois" in text_of(html)


def test_the_switch_leads_to_the_same_list(full: Room, bob: TestClient) -> None:
    html = bob.get("/leads?band=hot&q=marc").text
    assert links_of(html)["Français"] == "/leads?band=hot&q=marc&lang=fr"


def test_the_switch_is_remembered_for_the_person_and_the_browser(room: Room, bob: TestClient) -> None:
    answer = bob.get("/leads?lang=fr")
    assert "lang=fr" in answer.headers["set-cookie"]
    with room.database.read() as conn:
        user = user_by_email(conn, "bob@example.com")
    assert user is not None
    assert user.locale == "fr"
    assert '<html lang="fr">' in bob.get("/leads").text


def test_the_doors_speak_both_languages_too(room: Room, nobody: TestClient) -> None:
    assert "Mot de passe" in nobody.get("/signin?lang=fr").text
    assert "Mot de passe" in nobody.get("/signin").text


def test_no_page_weighs_more_than_sixty_kilobytes(room: Room, alice: TestClient) -> None:
    for n in range(A_PAGE + 5):
        who = form(
            f"somebody.with-a-long-name-{n}@company-with-a-long-name.example",
            name="Anne-Sophie " * 3,
            job="Responsable " * 3,
        )
        visits = [(24.0 * day, page(f"/blog/an-article-with-a-long-name-{day}")) for day in range(12)]
        fold(room.writer, made(f"v{n}", [(0, paper("c")), *visits, (300, who)]))
    for path in ("/ready", "/leads", "/leads/1", "/install"):
        html = alice.get(path)
        ours = sum(len(alice.get(path).content) for path in own_files(html.text))
        assert len(html.content) + ours <= LIMIT, path


def own_files(html: str) -> list[str]:
    found = re.findall(r'(?:src|href)="(/static/[^"]+)"', html)
    assert len(found) >= 3
    return found


def test_our_files_are_kept_a_year_under_the_address_of_their_content(nobody: TestClient) -> None:
    for path in own_files(nobody.get("/signin").text):
        assert nobody.get(path).headers["cache-control"] == "public, max-age=31536000, immutable"
        assert nobody.get(path.split("?")[0]).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["nope.css", "..%2Ftemplates%2Fbase.html", ".", "%2Fetc%2Fpasswd"])
def test_nothing_else_is_served_as_ours(nobody: TestClient, name: str) -> None:
    assert nobody.get(f"/static/{name}").status_code == 404


def test_no_markup_needs_more_than_our_own_style_and_script(full: Room, alice: TestClient) -> None:
    for path in ("/ready", "/leads", "/leads/1", "/install"):
        # What there is to copy is text.
        html = re.sub(r"(?s)<code.*?</code>", "", alice.get(path).text)
        found = re.search(
            r"\sstyle=|\son\w+=|<style|javascript:|https?://(?!shop\.|testserver|www\.example\.com)", html
        )
        assert not found, path
        assert html.count("<script") == 1


def test_every_route_says_who_may_call_it() -> None:
    decided = {path: access for _, path, access in access_table(ROUTES)}
    assert None not in decided.values()
    assert {path for path, access in decided.items() if access == "public"} == {"/", "/static/{name}", "/v/{token}"}
