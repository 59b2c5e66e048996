"""Leads: who is warming up?"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.testclient import TestClient
from tests.pages.reading_html import links_of, text_of
from tests.pages.room import Room
from tests.store.white_papers import RULES, fold, form, made, page, paper

from ripeline.pages.leads import A_PAGE
from ripeline.pages.names_of_leads import names_of_leads

_VERTICAL, _OTHER = RULES.models
#: The same models, both with a band that is handed over: 12 points in one, 10 in the other.
TWO_GOALS: Final = replace(
    RULES,
    models=(_VERTICAL, replace(_OTHER, bands=(replace(_OTHER.bands[0], enter=10_000, leave=10_000),), handoff="warm")),
)


def test_leads_are_ranked_with_band_number_and_what_is_missing(full: Room, bob: TestClient) -> None:
    text = text_of(bob.get("/leads").text)
    places = [text.index(each) for each in ("18 hot", "13 hot", "5 warm 7 to hot", "0 cold 5 to warm")]
    assert places == sorted(places)
    assert "4 people" in text


def test_a_lead_is_listed_with_its_best_rule_and_its_channel(full: Room, bob: TestClient) -> None:
    text = text_of(bob.get("/leads").text)
    assert re.search(r"capucine@example.com White paper C (new this \w+ )?direct", text)


def test_a_reason_that_paid_more_than_once_says_how_often(full: Room, bob: TestClient) -> None:
    assert "marc@example.com Directeur Blog after a paper three times" in text_of(bob.get("/leads").text)


def test_a_line_carries_its_lead_and_five_columns(full: Room, bob: TestClient) -> None:
    html = bob.get("/leads").text
    assert html.count("<th ") == 5
    assert sorted(re.findall(r'data-lead="(\d+)"', html)) == ["1", "2", "3", "4"]


def test_a_lead_links_to_its_page_with_the_list_it_is_in(full: Room, bob: TestClient) -> None:
    link = links_of(bob.get("/leads?band=hot&sort=seen").text)["marc@example.com"]
    assert dict(parse_qsl(urlsplit(link).query)) == {
        "model": "vertical",
        "from": "model=vertical&band=hot&sort=seen",
    }


def test_whoever_is_riper_in_another_model_says_so(room: Room, bob: TestClient) -> None:
    room.rules.taken(TWO_GOALS, is_in_force=True)
    fold(room.writer, made("v-a", [(0, page("/pricing")), (1, paper("a"))]))
    html = bob.get("/leads").text
    assert links_of(html)["riper in Other"] == "/leads?model=other"
    assert "riper in" not in text_of(bob.get("/leads?model=other").text)


def test_a_visitor_without_a_name_is_called_by_its_key(full: Room, bob: TestClient) -> None:
    assert "Visitor v-ada" in text_of(bob.get("/leads").text)


def test_another_model_is_one_link_away(full: Room, bob: TestClient) -> None:
    links = links_of(bob.get("/leads").text)
    assert links["Other"] == "/leads?model=other"
    assert "8 cold" not in text_of(bob.get("/leads").text)


def test_a_filter_stands_in_the_address_and_its_chip_takes_it_off(full: Room, bob: TestClient) -> None:
    answer = bob.get("/leads?band=warm&identified=yes")
    assert "1 person" in text_of(answer.text)
    assert links_of(answer.text)["warm"] == "/leads?identified=yes"
    assert links_of(answer.text)["identified"] == "/leads?band=warm"


def test_the_search_keeps_the_filters(full: Room, bob: TestClient) -> None:
    html = bob.get("/leads?band=hot&q=marc").text
    assert '<input type="hidden" name="band" value="hot">' in html
    assert "“marc”" in text_of(html)
    assert "capucine" not in html


def test_when_nobody_fits_everybody_is_one_link_away(full: Room, bob: TestClient) -> None:
    html = bob.get("/leads?q=zebra&band=warm&model=other").text
    assert "Nobody fits these filters." in text_of(html)
    assert links_of(html)["Show everybody"] == "/leads?model=other"


@pytest.mark.parametrize(
    "query",
    [
        "model=nope",
        "cursor=nope",
        "band=nope",
        "sort=nope",
        "owner=eve",
        "seen=nope",
        "seen=0",
        "silent=99999",
        "seen=²",
    ],
)
def test_an_old_address_begins_the_list_again(full: Room, bob: TestClient, query: str) -> None:
    answer = bob.get(f"/leads?{query}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/leads")


def test_more_than_a_page_is_walked_by_cursor(room: Room, bob: TestClient) -> None:
    for n in range(A_PAGE + 1):
        fold(room.writer, made(f"v{n:02}", [(n, page("/about"))]))
    first = bob.get("/leads?identified=no").text
    second = bob.get(links_of(first)["More"]).text
    assert "More" not in links_of(second)
    assert links_of(second)["Back to the top"] == "/leads?identified=no"
    assert text_of(second).count("Visitor") == 1


def test_an_empty_server_says_what_will_be_here(room: Room, bob: TestClient) -> None:
    assert "No visit has arrived yet." in text_of(bob.get("/leads").text)


@pytest.mark.parametrize("text", ['"><script>alert(1)</script>', "{{ 7 * 7 }}", "'onfocus='alert(1)"])
def test_what_a_visitor_typed_is_only_text(room: Room, bob: TestClient, text: str) -> None:
    fold(room.writer, made("v", [(0, paper("c")), (0.1, form("eve@example.com", name=text, company=text, job=text))]))
    for path in ("/ready", "/leads", "/leads/1", f"/leads?q={text}"):
        html = bob.get(path).text
        assert text not in html.replace("&#39;", "’").replace("&#34;", "”") or text == "{{ 7 * 7 }}"
        assert "49" not in text_of(html)


def test_who_is_named_in_a_line_is_called_as_in_the_lists(room: Room) -> None:
    room.receive_the_cast()
    with room.database.read() as conn:
        leads = [id for (id,) in conn.execute("SELECT id FROM leads").fetchall()]
        english, french = names_of_leads(conn, leads, "en"), names_of_leads(conn, leads, "fr")
    assert "marc@example.com" in english.values()
    assert {each for each in english.values() if each.startswith("Visitor v-")}
    assert {each.replace("Visitor", "Visiteur") for each in english.values()} == set(french.values())
    assert "" not in english.values()
