"""The demo's shop: every page is there, carries the tag, and leads to the others."""

from __future__ import annotations

import re
from typing import cast

import pytest
from starlette.testclient import TestClient

from ripeline.demo.history_site import BLOG, BROCHURE, CASES, TITLES, white_paper
from ripeline.demo.shop import FORMS, PAGES, create_shop
from ripeline.paths import SHOP
from ripeline.templating.languages import LOCALES, Locale

#: What a page is made of, but for the words on it.
_NOT_WORDS = r'(?:href|src|name|id|type|action|data-[a-z-]+)="[^"]*"|required'


@pytest.fixture(params=LOCALES)
def language(request: pytest.FixtureRequest) -> Locale:
    return cast("Locale", request.param)


@pytest.fixture
def shop(language: Locale) -> TestClient:
    return TestClient(create_shop("http://leads.example", "<KEY>", language))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_carries_the_tag_once_and_the_banner(shop: TestClient, path: str) -> None:
    answer = shop.get(path)
    assert answer.status_code == 200
    assert answer.text.count('src="http://leads.example/t.js" data-site="&lt;KEY&gt;" data-dev>') == 1
    assert 'id="accept"' in answer.text
    assert 'id="refuse"' in answer.text
    assert "data-consent" not in answer.text, "consent is asked"


def test_every_link_leads_somewhere(shop: TestClient) -> None:
    links = {link for path in PAGES for link in re.findall(r'(?:href|src)="(/[^"#]*)', shop.get(path).text)}
    for link in links:
        assert shop.get(link).status_code == 200, link


def test_the_history_happened_here(shop: TestClient) -> None:
    for path in (*TITLES["en"], *BLOG, *CASES, BROCHURE, *(white_paper(letter) for letter in "abc")):
        assert shop.get(path).status_code == 200, path


@pytest.mark.parametrize("letter", "abc")
def test_a_white_paper_is_a_real_pdf(shop: TestClient, letter: str) -> None:
    answer = shop.get(white_paper(letter))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert answer.content.rstrip().endswith(b"%%EOF")


@pytest.mark.parametrize("path", FORMS)
def test_a_form_says_thanks(shop: TestClient, path: str) -> None:
    answer = shop.post(path, data={"email": "ada@example.com"})
    assert (answer.status_code, answer.url.path) == (200, "/thanks")


def test_a_page_that_is_not_there_says_so(shop: TestClient, language: Locale) -> None:
    answer = shop.get("/nowhere")
    assert answer.status_code == 404
    assert {"en": "rolled off the belt", "fr": "tombée du tapis"}[language] in answer.text


def test_the_picture_of_a_page_speaks_its_language(shop: TestClient, language: Locale) -> None:
    picture = re.search(r'src="(/static/line.svg)#(\w+)"', shop.get("/").text)
    assert picture is not None
    assert picture[2] == language
    drawn = shop.get(picture[1]).text
    assert all(f'id="{each}"' in drawn for each in LOCALES)


def test_both_languages_ask_and_lead_the_same() -> None:
    """Only words differ: the fields of forms, where links go, and what is told to the tag."""
    for path in PAGES.values():
        one, other = (re.findall(_NOT_WORDS, (SHOP / folder / path).read_text("utf-8")) for folder in ("", "fr"))
        assert one == other, path
