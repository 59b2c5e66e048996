"""What sales does on the Lead page, by plain forms: each says what it did, and takes it back."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.pages.reading_html import text_of
from tests.pages.room import DAY, Room
from tests.store.white_papers import START, fold, form, made, page

MARC, ELODIE, CAPUCINE, NOBODY = 1, 2, 3, 4

Fields = dict[str, str]


@pytest.fixture(autouse=True)
def cast(room: Room) -> None:
    """Marc 13 and Capucine 18 with sales, Élodie 5, somebody anonymous."""
    room.receive_the_cast()


def send(client: TestClient, path: str, **fields: str) -> str:
    """Send a form as the page has it, and read the page it leads to."""
    answer = client.post(path, data={"model": "vertical", **fields})
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"]).text


def said(html: str) -> str:
    """What the page says the form did."""
    found = re.search(r'<div class="said[^>]*>(.*?)</div>', html, re.DOTALL)
    assert found is not None, text_of(html)
    return text_of(found[1]).removesuffix(" Undo")


def undo(client: TestClient, html: str) -> str:
    """Press the undo of the page, and read the next."""
    (block,) = re.findall(r'<div class="said.*?</div>', html, re.DOTALL)
    (path,) = re.findall(r'action="([^"]+)"', block)
    fields = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', block)}
    answer = client.post(path, data=fields)
    return client.get(answer.headers["location"]).text


def rows(room: Room, sql: str) -> list[Any]:
    with room.database.read() as conn:
        return list(conn.execute(sql).fetchall())


def score(room: Room, lead: int) -> int:
    sql = "SELECT s.score FROM scores s JOIN texts t ON t.id = s.model_id WHERE t.text = 'vertical' AND s.lead_id = "
    ((found,),) = rows(room, sql + str(lead))
    return int(found) // 1000


def handoffs(room: Room, lead: int) -> list[Any]:
    return rows(room, f"SELECT state, verdict, outcome, owner_id FROM handoffs WHERE lead_id = {lead}")


# Verdict and outcome


def test_a_verdict_on_an_open_handoff_is_its_sayers_and_goes_back_whole(room: Room, bob: TestClient) -> None:
    html = send(bob, f"/leads/{MARC}/verdict", verdict="right_time", note="Budget in January")
    assert said(html) == "Your verdict is noted: right time."
    assert "right time , says bob@example.com" in text_of(html)
    assert "Budget in January" in text_of(html)
    ((state, verdict, _, owner),) = handoffs(room, MARC)
    assert (state, verdict, owner is not None) == ("closed", "right_time", True)
    assert said(undo(bob, html)) == "The verdict is taken back."
    assert handoffs(room, MARC) == [("open", None, None, None)]


def test_a_verdict_without_a_handoff(room: Room, bob: TestClient) -> None:
    assert "Would this be the moment to call?" in text_of(bob.get(f"/leads/{ELODIE}").text)
    html = send(bob, f"/leads/{ELODIE}/verdict", verdict="too_early")
    assert "too early , says bob@example.com" in text_of(html)
    assert rows(room, "SELECT lead_id, verdict, handoff_id, score FROM verdicts") == [(ELODIE, "too_early", None, 5000)]
    assert "says bob@example.com" not in text_of(undo(bob, html))
    assert rows(room, "SELECT count(*) FROM verdicts WHERE lifted_at IS NULL") == [(0,)]


def test_a_verdict_on_a_colleagues_handoff_is_refused(room: Room, bob: TestClient) -> None:
    ((id,),) = rows(room, f"SELECT id FROM handoffs WHERE lead_id = {MARC}")
    bob.post(f"/ready/{id}", data={"do": "claim"})
    bob.cookies.clear()
    bob.cookies.update(room.cookie_of("eve@example.com", role="sales"))
    html = send(bob, f"/leads/{MARC}/verdict", verdict="too_late")
    assert said(html) == "The verdict was not noted: a colleague has taken this lead."
    assert "bob@example.com has taken this one." in text_of(html)
    assert "How was the moment?" not in text_of(html)
    assert handoffs(room, MARC)[0][:2] == ("claimed", None)


def test_no_answer_on_the_lead_page_puts_it_off(room: Room, bob: TestClient) -> None:
    ((id,),) = rows(room, f"SELECT id FROM handoffs WHERE lead_id = {MARC}")
    html = send(bob, f"/ready/{id}", do="snooze", back=f"/leads/{MARC}?model=vertical")
    assert "No answer so far: again in" in text_of(html)
    assert handoffs(room, MARC)[0][0] == "snoozed"
    undo(bob, html)
    assert handoffs(room, MARC)[0][0] == "open"


def test_an_outcome_has_its_day_and_value_and_goes_back_whole(room: Room, bob: TestClient) -> None:
    day = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    html = send(bob, f"/leads/{MARC}/outcome", outcome="won", day=day, value="12.500,50 EUR")
    assert said(html) == "Noted as won."
    assert "Won , 12,500.50, says bob@example.com" in text_of(html)
    ((at, value),) = rows(room, "SELECT at, value FROM outcomes")
    assert (at > time.time() * 1000 - 3 * DAY, value) == (True, 12_500_500)
    assert handoffs(room, MARC)[0][:3] == ("closed", None, "won")
    assert said(undo(bob, html)) == "The outcome is taken back."
    assert handoffs(room, MARC) == [("open", None, None, None)]


def test_an_outcome_of_somebody_never_handed_over(room: Room, bob: TestClient) -> None:
    html = send(bob, f"/leads/{ELODIE}/outcome", outcome="lost")
    assert "Lost , says bob@example.com" in text_of(html)
    undo(bob, html)
    assert rows(room, "SELECT count(*) FROM outcomes WHERE lifted_at IS NULL") == [(0,)]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("verdict", {"verdict": "lovely"}),
        ("verdict", {"verdict": "too_early", "note": "x" * 1_001}),
        ("verdict", {"verdict": "too_early", "model": "none"}),
        ("verdict/undo", {}),
        ("outcome", {"outcome": "drawn"}),
        ("outcome", {"outcome": "won", "day": "2099-01-01"}),
        ("outcome", {"outcome": "won", "day": "yesterday"}),
        ("outcome", {"outcome": "won", "value": "a lot"}),
        ("outcome", {"outcome": "won", "value": "12.500"}),
        ("outcome", {"outcome": "won", "value": "9" * 400}),
        ("outcome/undo", {}),
        ("notes", {"kind": "call", "text": ""}),
        ("notes", {"kind": "fax", "text": "x"}),
        ("notes", {"kind": "call", "text": "x" * 5_001}),
        ("notes/7", {"text": "x"}),
        ("notes/7/unchange", {}),
        ("notes/99999999999999999999/remove", {}),
        ("notes/7/restore", {}),
        ("points", {"points": "0", "reason": "x"}),
        ("points", {"points": "1001", "reason": "x"}),
        ("points", {"points": "nan", "reason": "x"}),
        ("points", {"points": "5", "reason": ""}),
        ("points", {"points": "5", "reason": "x", "model": "none"}),
        ("known", {"name": "", "company": ""}),
        ("known", {"name": "x" * 201}),
        ("said/undo", {"event": "v-elodie-0"}),
        ("detach", {"visitor": "v-marc"}),
        ("attach", {"visitor": "v-marc"}),
        ("merge", {"other": str(ELODIE)}),
        ("merge", {"other": "99999999999999999999"}),
        ("part", {"other": str(MARC)}),
        ("erase", {"name": "marc@example.com"}),
    ],
)
def test_what_cannot_be_is_a_sentence_on_the_page_and_changes_nothing(
    room: Room, alice: TestClient, path: str, fields: Fields
) -> None:
    tables = ("verdicts", "outcomes", "notes", "events", "merges", "detachments", "leads", "handoffs")
    before = [rows(room, f"SELECT * FROM {table}") for table in tables]
    html = send(alice, f"/leads/{ELODIE}/{path}", **fields)
    assert 'class="said bad" role="alert"' in html
    assert len(said(html)) > 20
    assert [rows(room, f"SELECT * FROM {table}") for table in tables] == before


@pytest.mark.parametrize("lead", [999, 99999999999999999999])
@pytest.mark.parametrize("path", ["verdict", "outcome", "notes", "points", "known", "detach", "merge", "part", "erase"])
def test_a_form_about_nobody_is_no_error(alice: TestClient, lead: int, path: str) -> None:
    fields = {"verdict": "too_early", "outcome": "won", "text": "x", "points": "1", "reason": "x", "name": "x"}
    answer = alice.post(f"/leads/{lead}/{path}", data=fields | {"model": "vertical", "other": "1"})
    assert answer.status_code == 303


# Notes


def test_notes_are_listed_newest_first_with_kind_time_and_author(bob: TestClient) -> None:
    send(bob, f"/leads/{MARC}/notes", kind="call", text="Asked for an offer.")
    html = send(bob, f"/leads/{MARC}/notes", kind="meeting", text="<b>Met</b> at the fair.\nWants two.")
    assert said(html) == "The note is kept."
    found = re.findall(r'<li class="note">(.*?)</li>', html, re.DOTALL)
    assert [text_of(each).split(" ,")[0] for each in found] == ["Meeting Today", "Phone call Today"]
    assert "bob@example.com" in text_of(found[0])
    assert "&lt;b&gt;Met&lt;/b&gt; at the fair.\nWants two." in found[0]
    assert "Met" not in text_of(undo(bob, html))


def test_one_changes_and_deletes_ones_own_note_and_takes_it_back(room: Room, bob: TestClient) -> None:
    send(bob, f"/leads/{MARC}/notes", kind="call", text="Asked for an offer.")
    html = send(bob, f"/leads/{MARC}/notes/1", text="Asked for two offers.")
    assert (said(html), "Asked for two offers." in html) == ("The note is changed.", True)
    assert "Asked for an offer." in undo(bob, html)
    html = send(bob, f"/leads/{MARC}/notes/1/remove")
    assert (said(html), "Asked for" in html) == ("The note is deleted.", False)
    assert "Asked for an offer." in undo(bob, html)


def test_a_note_of_somebody_else_is_only_read(room: Room, bob: TestClient) -> None:
    send(bob, f"/leads/{MARC}/notes", kind="call", text="Asked for an offer.")
    bob.cookies.clear()
    bob.cookies.update(room.cookie_of("eve@example.com", role="sales"))
    assert f"/leads/{MARC}/notes/1" not in bob.get(f"/leads/{MARC}").text
    assert said(send(bob, f"/leads/{MARC}/notes/1/remove")) == "That note is gone, or somebody else’s."
    assert "Asked for an offer." in bob.get(f"/leads/{MARC}").text


def test_only_the_newest_notes_are_open(bob: TestClient) -> None:
    for n in range(5):
        html = send(bob, f"/leads/{MARC}/notes", kind="call", text=f"Call {n}")
    assert "2 older notes" in text_of(html)
    assert html.index("Call 2") < html.index("2 older notes") < html.index("Call 1")


# Points, what is known, browsers


@pytest.mark.parametrize(("written", "points"), [("2.5", 7), ("2,5", 7), ("−3", 2), ("+ 1 000", 1005)])
def test_points_by_hand_are_a_line_with_its_reason(room: Room, bob: TestClient, written: str, points: int) -> None:
    html = send(bob, f"/leads/{ELODIE}/points", points=written, reason="Met at the fair")
    assert said(html) == "The points are given."
    assert "Met at the fair" in text_of(html)
    assert score(room, ELODIE) == points
    html = undo(bob, html)
    assert said(html) == "It is as if it had never been said."
    assert (score(room, ELODIE), "Met at the fair" in html) == (5, False)


def test_what_is_known_is_corrected_from_now_on_and_only_those_fields(room: Room, bob: TestClient) -> None:
    before = rows(room, f"SELECT attributes FROM leads WHERE id = {MARC}")
    html = send(bob, f"/leads/{MARC}/known", name="Marc Petit", job="Directeur", email="eve@x.example", score="99")
    assert said(html) == "What is known is corrected."
    assert "<h1>Marc Petit</h1>" in html
    ((props,),) = rows(room, "SELECT extra -> '$.t' FROM events ORDER BY seq DESC LIMIT 1")
    assert props == '{"name":"Marc Petit"}'
    undo(bob, html)
    assert rows(room, f"SELECT attributes FROM leads WHERE id = {MARC}") == before


def test_a_browser_is_taken_out_and_put_back(room: Room, bob: TestClient) -> None:
    library = made("v-library", [(80, form("marc@example.com")), (80.1, page("/blog/9"))])
    fold(room.writer, library)
    assert score(room, MARC) == 15
    html = send(bob, f"/leads/{MARC}/detach", visitor="v-library")
    assert said(html).startswith("That browser is a lead of its own now")
    assert score(room, MARC) == 13
    assert rows(room, "SELECT what, lead_id, author FROM audit") == [("visitor_detached", MARC, "bob@example.com")]
    undo(bob, html)
    assert score(room, MARC) == 15


# Merge


def test_the_other_lead_is_found_by_name_email_or_company(room: Room, bob: TestClient) -> None:
    fold(room.writer, made("v-eve", [(1, form("eve@orchard.example", name="Ève Poirier", company="Verger"))]))
    for asked in ("poirier", "orchard", "verger"):
        assert "Ève Poirier" in text_of(bob.get(f"/leads/{MARC}/merge?q={asked}").text)
    html = bob.get(f"/leads/{MARC}/merge?q=marc").text
    assert "Nobody else has that" in text_of(html)


def test_both_are_shown_with_what_they_would_read_together(room: Room, bob: TestClient) -> None:
    html = text_of(bob.get(f"/leads/{MARC}/merge?with={CAPUCINE}").text)
    assert re.search(r"White papers 13 hot 18 hot (\S+) hot", html)
    send(bob, f"/leads/{MARC}/merge", other=str(CAPUCINE))
    found = re.search(r"White papers 13 hot 18 hot (\d+) hot", html)
    assert found is not None
    assert int(found[1]) == score(room, MARC)


@pytest.mark.parametrize("other", [MARC, 999])
def test_there_is_no_page_of_a_lead_beside_itself_or_nobody(bob: TestClient, other: object) -> None:
    assert bob.get(f"/leads/{MARC}/merge?with={other}").status_code == 404


@pytest.mark.parametrize("other", ["9" * 20, "9" * 5_000, "²"])
def test_with_whom_makes_no_sense_is_asked_again(bob: TestClient, other: str) -> None:
    asked = bob.get(f"/leads/{MARC}/merge?with={other}")
    assert (asked.status_code, 'name="q"' in asked.text) == (200, True)


def test_a_merge_is_taken_apart_from_the_page_long_after(room: Room, bob: TestClient) -> None:
    send(bob, f"/leads/{ELODIE}/notes", kind="note", text="Same as Marc?")
    html = send(bob, f"/leads/{MARC}/merge", other=str(ELODIE))
    assert said(html) == "The two are one lead now."
    assert "Same as Marc?" in html
    html = bob.get(f"/leads/{MARC}").text
    assert "elodie@example.com put together by bob@example.com" in text_of(html)
    html = send(bob, f"/leads/{MARC}/part", other=str(ELODIE))
    assert said(html) == "They are two leads again."
    assert (score(room, MARC), score(room, ELODIE)) == (13, 5)
    assert "Same as Marc?" in bob.get(f"/leads/{ELODIE}").text
    assert [what for (what,) in rows(room, "SELECT what FROM audit ORDER BY id")] == ["leads_merged", "merge_undone"]


# Erasing


def test_erasing_needs_the_name_typed_and_leaves_nothing(room: Room, alice: TestClient) -> None:
    send(alice, f"/leads/{MARC}/notes", kind="call", text="canary-4711")
    assert said(send(alice, f"/leads/{MARC}/erase", name="elodie@example.com")).startswith("Nobody was erased")
    answer = alice.post(f"/leads/{MARC}/erase", data={"name": "Marc@Example.com ", "back": f"/leads/{MARC}"})
    assert answer.headers["location"] == "/leads"
    html = alice.get("/leads").text
    assert said(html) == "Erased for good: marc@example.com, with everything that was known (events: 6)."
    assert "Undo" not in html[: html.index("<h1")]
    assert alice.get(f"/leads/{MARC}").status_code == 404
    assert rows(room, "SELECT count(*) FROM notes") == [(0,)]
    assert rows(room, "SELECT what, about, lead_id FROM audit") == [("lead_erased", "", MARC)]


def test_somebody_anonymous_is_erased_by_what_the_page_calls_them(room: Room, alice: TestClient) -> None:
    assert "type v-ada" in text_of(alice.get(f"/leads/{NOBODY}").text)
    send(alice, f"/leads/{NOBODY}/erase", name="v-ada")
    assert alice.get(f"/leads/{NOBODY}").status_code == 404


def test_only_the_owner_erases(room: Room, bob: TestClient) -> None:
    assert "Erase this person" not in bob.get(f"/leads/{MARC}").text
    assert bob.post(f"/leads/{MARC}/erase", data={"name": "marc@example.com"}).status_code == 403


def test_a_page_of_an_earlier_day_has_nothing_to_do(bob: TestClient) -> None:
    day = datetime.fromtimestamp(START / 1000, UTC).date().isoformat()
    html = bob.get(f"/leads/{MARC}?as_of={day}").text
    assert "I take this one" not in html
    assert "Set right" not in html


def test_a_form_returns_to_the_model_it_was_seen_through(bob: TestClient) -> None:
    answer = bob.post(f"/leads/{MARC}/notes", data={"text": "x", "back": f"/leads/{MARC}?model=other"})
    assert answer.headers["location"] == f"/leads/{MARC}?model=other"
    answer = bob.post(f"/leads/{MARC}/notes", data={"text": "x", "back": "https://evil.example/"})
    assert answer.headers["location"].startswith("/")
