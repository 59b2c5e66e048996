"""The Truth page as it is read: empty, with one lead, with too few outcomes, with enough, with models that differ."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.pages.room import Room
from tests.pages.test_lead_doing import CAPUCINE
from tests.truth.many import PLAIN, fill

from ripeline.pages.truth_tab import short_titles
from ripeline.settings import Settings
from ripeline.truth.keeping import Truths

HERE = "/tuning/truth"


def plain(client: TestClient, path: str = HERE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text)))


def test_with_nobody_it_says_who_will_appear(room: Room, alice: TestClient) -> None:
    assert "Nobody can be called yet." in plain(alice)


def test_few_outcomes_give_no_rate_anywhere_and_say_how_to_record_one(full: Room, alice: TestClient) -> None:
    table = "email,outcome,date\ncapucine@example.com,won,2026-11-20\nmarc@example.com,lost,2026-11-20\n"
    alice.post("/tuning/outcomes", data={"text": table, "do": "take"}, files={"file": ("", b"")})
    shown = plain(alice)
    assert "2 outcomes known, 1 won." in shown
    assert shown.count("Not enough yet: 2 of the 20 outcomes") >= 5
    assert shown.count("How to record one") >= 5
    assert "Too few people have been here to place a threshold by them." in shown
    assert "the threshold would be" not in shown
    for never in ("buy (", "% of them buy", "of them bought", "Bought, of those called", "Bought, of its readers"):
        assert never not in shown


def test_a_model_that_hands_nobody_over_says_so(full: Room, alice: TestClient) -> None:
    assert "This model hands nobody over, so there is no threshold to place." in plain(alice, f"{HERE}?model=other")


def test_the_rate_before_is_typed_once_as_people_write_it(full: Room, alice: TestClient) -> None:
    alice.post(f"{HERE}/before", data={"rate": "2,5 %"})
    assert 'value="2.5"' in alice.get(HERE).text
    alice.post(f"{HERE}/before", data={"rate": "250"})
    assert 'value="2.5"' in alice.get(HERE).text
    alice.post(f"{HERE}/before", data={"rate": ""})
    assert 'name="rate" inputmode="decimal" size="5" value=""' in alice.get(HERE).text


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Alice before six hundred leads, some of whom bought."""
    folder: Path = tmp_path_factory.mktemp("crowd")
    settings = Settings(data=folder, base_url="http://testserver")
    fill(settings.database_file, PLAIN, leads=600).close()
    made = Room(settings, ruleset=PLAIN)
    headers = {"sec-fetch-site": "same-origin", "accept-language": "en"}
    with TestClient(made.app(), follow_redirects=False, headers=headers) as client:
        client.cookies.update(made.cookie_of("alice@example.com"))
        yield client
    made.writer.close()


def test_every_number_leads_to_its_list(crowd: TestClient) -> None:
    text = crowd.get(HERE).text
    for link in ("/leads?model=offer&band=hot&identified=yes", "/tuning/outcomes", "/tuning/review?model=offer"):
        assert f'href="{link}"' in text
    links = re.findall(r'href="(/leads[?][^"]*)"', text)
    assert any("page=/pricing" in link for link in links)
    for link in set(links):
        assert crowd.get(unescape(link)).status_code == 200, link


def test_every_share_says_of_how_many(crowd: TestClient) -> None:
    shares = re.findall(r'<span class="share">(.*?)</span></span>', crowd.get(HERE).text)
    assert len(shares) > 15
    assert all(re.search(r"\d of \d", each) for each in shares)


def test_the_calls_one_can_make_stay_in_the_address(crowd: TestClient) -> None:
    shown = crowd.get(f"{HERE}?model=offer&calls=7").text
    assert 'name="calls" inputmode="numeric" size="4" value="7"' in shown
    assert "You can call 7 a week" in unescape(shown)
    for odd in ("0", "-3", "x", "9" * 40, "²"):
        assert crowd.get(f"{HERE}?calls={odd}").status_code == 200


def test_an_unproven_difference_is_never_told_as_one(crowd: TestClient) -> None:
    shown = crowd.get(HERE).text
    rows = re.findall(r'<tr><th scope="row">r\d</th>.*?</tr>', shown, re.S)
    assert len(rows) == 5
    assert any("not proven" in row for row in rows)
    assert not any("not proven" in row and "/tuning/rules/points" in row for row in rows)


def test_the_page_is_light(crowd: TestClient) -> None:
    assert len(crowd.get(HERE).content) < 150_000


def top_ten(page: str) -> list[str]:
    return re.findall(r"<li><strong[^>]*>[^<]*</strong> <span><a [^>]*>([^<]*)</a>", page)


def counted(room: Room, alice: TestClient) -> str:
    """The page of a crowd too large to be counted at once, when it has been counted beside the server."""
    room.truths = Truths(room.settings.database_file, few=0)
    assert "data-again" in alice.get(HERE).text
    until = time.monotonic() + 30
    while "data-again" in (part := alice.get(f"{HERE}/coming").text) and time.monotonic() < until:
        time.sleep(0.05)
    assert "They are counted: show them" in part
    return alice.get(HERE).text


def test_a_crowd_is_counted_beside_the_server_and_who_was_erased_since_is_not_shown(
    full: Room, alice: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ripeline.pages.truth_tab._PATIENCE", 0.0)
    assert top_ten(counted(full, alice)) == ["capucine@example.com", "marc@example.com", "elodie@example.com"]
    alice.post(f"/leads/{CAPUCINE}/erase", data={"name": "capucine@example.com"})
    assert top_ten(alice.get(HERE).text) == ["marc@example.com", "elodie@example.com"]
    full.truths.close()


def test_titles_lose_the_name_of_the_site_where_most_have_it() -> None:
    titles = {"/a": "Prices | Verger", "/b": "Jobs | Verger", "/c": "About us | Verger", "/d": "Pears - and apples"}
    assert short_titles(titles) == {"/a": "Prices", "/b": "Jobs", "/c": "About us", "/d": "Pears - and apples"}
    assert short_titles({"/a": "Prices | Verger"}) == {"/a": "Prices | Verger"}
