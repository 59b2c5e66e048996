"""The Alerts page: who is told, how it fares, what was sent; added, tried, changed, turned off and sent again here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook
from starlette.testclient import TestClient
from tests.outbox.listener import Listener, listening
from tests.pages.reading_html import links_of, text_of
from tests.pages.room import DAY, Room

from ripeline.auth.logins import now_ms
from ripeline.outbox.sorting import sort_messages
from ripeline.settings import Settings
from ripeline.store.audit import AuditQuery, read_audit
from ripeline.store.database import Connection
from ripeline.store.deliveries import Ended, claim_delivery, end_delivery
from ripeline.store.destinations import Destination, add_destination, all_destinations, turn_off
from ripeline.store.reading_deliveries import failing_destinations

HERE = "/settings/alerts"
PUBLIC = "https://93.184.215.14/hook"
WEBHOOK = {"kind": "webhook", "name": "n8n", "address": PUBLIC, "lead.ready": "yes", "locale": "en"}


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as made:
        yield made


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[Room]:
    """A room whose alerts may go to loopback."""
    settings = Settings(data=tmp_path, base_url="http://testserver", private_hooks=True)
    made = Room(settings)
    yield made
    made.writer.close()


@pytest.fixture
def mary(inside: Room) -> Iterator[TestClient]:
    """The marketer's browser, there."""
    headers = {"sec-fetch-site": "same-origin", "accept-language": "en"}
    with TestClient(inside.app(), follow_redirects=False, headers=headers) as client:
        client.cookies.update(inside.cookie_of("mary@example.com", role="marketer"))
        yield client


def said(client: TestClient, path: str, **fields: str) -> str:
    """Post a form, and what the next page says of it."""
    answer = client.post(path, data=fields)
    assert answer.status_code == 303, answer.text[:300]
    html = client.get(answer.headers["location"].partition("#")[0]).text
    found = re.search(r'<div class="said.*?<p>(.*?)</p>', html, re.DOTALL)
    assert found is not None
    return text_of(found[1])


def places(room: Room) -> tuple[Destination, ...]:
    with room.database.read() as conn:
        return all_destinations(conn)


def place(room: Room, **more: Any) -> Destination:
    """A webhook that is there already."""
    new = replace(Destination(0, "webhook", "n8n", PUBLIC, ("lead.ready",), secret="whsec_c2VjcmV0"), **more)
    room.now(lambda conn: add_destination(conn, new))
    return places(room)[-1]


def letters(room: Room, state: Any = "sent", answer: str = "thanks") -> None:
    """The hand-offs of the cast are told to everybody, and this is what came of it."""
    ended = Ended(200 if state == "sent" else 500, answer)

    def bring(conn: Connection) -> None:
        # The cast lives some weeks from now.
        sort_messages(conn, now_ms() + 90 * DAY)
        for (id,) in conn.execute("SELECT id FROM deliveries").fetchall():
            claim_delivery(conn, id, now_ms())
            end_delivery(conn, id, state, ended, now_ms())

    room.now(bring)


def test_with_nobody_to_tell_it_teaches_the_four_ways(alice: TestClient) -> None:
    html = alice.get(HERE).text
    assert "Nobody is told yet" in text_of(html)
    links = links_of(html)
    for way in ("by e-mail", "by Slack message", "by Teams message", "by webhook"):
        assert links[way].startswith(f"{HERE}?add=")
    assert "What was sent" not in html


def test_sales_do_not_see_it(bob: TestClient) -> None:
    assert bob.get(HERE).status_code == 403
    assert bob.post(HERE, data=WEBHOOK).status_code == 403


def test_a_webhook_is_added_and_its_secret_shown_once(room: Room, alice: TestClient) -> None:
    answer = alice.post(HERE, data=WEBHOOK)
    assert answer.status_code == 200
    (key,) = re.findall(r'<code id="key">(whsec_[^<]+)</code>', answer.text)
    (made,) = places(room)
    assert (made.secret, made.name, made.topics) == (key, "n8n", ("lead.ready",))
    assert "whsec_" not in alice.get(HERE).text
    assert "whsec_" not in alice.get(f"{HERE}?change={made.id}").text
    with room.database.read() as conn:
        (line,) = read_audit(conn, AuditQuery(), 5)
    assert (line.what, line.about) == ("alerts_changed", "+ n8n")


def test_the_same_place_is_not_added_twice(room: Room, alice: TestClient) -> None:
    place(room)
    assert "Nothing changed" in said(alice, HERE, **WEBHOOK)
    assert len(places(room)) == 1


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"address": "http://hooks.example/"}, "This address must begin with https://."),
        ({"address": "https://127.0.0.1/"}, "This address leads into a private network, where nothing is sent."),
        ({"address": "https://localhost/"}, "This address leads into a private network, where nothing is sent."),
        ({"address": "https://a:b@hooks.example/"}, "This address must not hold a name and a password."),
        ({"address": "nonsense"}, "This is not an address to send to, like https://example.com/hook."),
        ({"name": " "}, "Nothing changed: it needs a name."),
        ({"lead.ready": ""}, "Nothing changed: choose at least one thing to be told."),
        ({"kind": "email", "address": "nobody"}, "This is not an e-mail address; it should look like ada@example.com."),
    ],
)
def test_a_slip_is_told_in_a_sentence_and_adds_nothing(
    room: Room, alice: TestClient, changed: dict[str, str], says: str
) -> None:
    assert said(alice, HERE, **{**WEBHOOK, **changed}) == says
    assert places(room) == ()


def test_a_test_reaches_the_place_signed_and_says_what_came_back(
    inside: Room, mary: TestClient, listener: Listener
) -> None:
    made = place(inside, address=listener.url)
    assert said(mary, f"{HERE}/{made.id}/test") == "The test reached n8n, which answered 200 taken."
    ((headers, body),) = listener.got
    told = Webhook(made.secret).verify(body, headers)
    assert told["data"]["test"] is True
    assert headers["webhook-id"].startswith("msg_test_")


@pytest.mark.parametrize("kind", ["slack", "teams"])
def test_a_test_to_people_says_that_it_is_one(inside: Room, mary: TestClient, listener: Listener, kind: Any) -> None:
    made = place(inside, kind=kind, address=listener.url, locale="fr")
    said(mary, f"{HERE}/{made.id}/test")
    ((_, body),) = listener.got
    assert "Test\u202f: Ada Lovelace (Analytical Engines) est à point" in json.dumps(
        json.loads(body), ensure_ascii=False
    )


def test_a_test_that_fails_says_why(inside: Room, mary: TestClient, listener: Listener) -> None:
    listener.status, listener.answer = 500, b"the database is asleep"
    made = place(inside, address=listener.url)
    assert said(mary, f"{HERE}/{made.id}/test") == "n8n was not reached: it answered 500: the database is asleep"


def test_a_test_checks_the_address_again(room: Room, alice: TestClient) -> None:
    """It may have been saved while private addresses were allowed, or its name leads elsewhere by now."""
    made = place(room, address="https://127.0.0.1:9/")
    assert said(alice, f"{HERE}/{made.id}/test") == "n8n was not reached: the address leads into a private network"


def test_a_place_is_changed_in_place(room: Room, alice: TestClient) -> None:
    made = place(room)
    fields = {"name": "Zapier", "address": PUBLIC + "2", "lead.band": "yes", "model": "vertical", "locale": "fr"}
    assert said(alice, f"{HERE}/{made.id}/change", **fields) == "Zapier was changed."
    (now,) = places(room)
    assert (now.name, now.address, now.topics, now.model, now.locale) == (
        "Zapier",
        PUBLIC + "2",
        ("lead.band",),
        "vertical",
        "fr",
    )
    assert now.secret == made.secret
    assert "every change of band · White papers" in text_of(alice.get(HERE).text)


def test_an_address_that_is_a_secret_is_not_shown_and_stays_unless_typed_anew(room: Room, alice: TestClient) -> None:
    address = "https://93.184.215.14/services/T0/B0/verysecret"
    made = place(room, kind="slack", name="#sales", address=address)
    html = alice.get(f"{HERE}?change={made.id}").text
    assert "verysecret" not in html
    assert "93.184.215.14/…cret" in text_of(html)
    said(alice, f"{HERE}/{made.id}/change", **{"name": "#sales", "address": "", "lead.ready": "yes"})
    assert places(room)[0].address == address


def test_turned_off_it_is_told_nothing_and_undo_turns_it_on(room: Room, alice: TestClient) -> None:
    made = place(room)
    assert said(alice, f"{HERE}/{made.id}/off") == "n8n is told nothing from now on."
    assert places(room)[0].disabled_at is not None
    alice.post(f"{HERE}/{made.id}/off")
    html = alice.get(HERE).text
    assert f'action="{HERE}/{made.id}/on"' in html
    assert "turned off" in text_of(html)
    assert said(alice, f"{HERE}/{made.id}/on") == "n8n is told again."
    assert places(room)[0].disabled_at is None


def test_only_what_is_off_can_be_removed_and_its_log_goes_too(full: Room, alice: TestClient) -> None:
    made = place(full)
    letters(full)
    assert "Nothing changed" in said(alice, f"{HERE}/{made.id}/remove")
    alice.post(f"{HERE}/{made.id}/off")
    assert said(alice, f"{HERE}/{made.id}/remove") == "n8n was removed, with its log."
    assert places(full) == ()
    assert full.writer.execute("SELECT count(*) FROM deliveries").fetchone() == (0,)


def test_a_new_secret_is_shown_once_and_one_can_go_back_to_the_old_one(room: Room, alice: TestClient) -> None:
    made = place(room)
    answer = alice.post(f"{HERE}/{made.id}/secret")
    (key,) = re.findall(r'<code id="key">(whsec_[^<]+)</code>', answer.text)
    (now,) = places(room)
    assert (now.secret, now.old_secret) == (key, made.secret)
    assert "The secret of before signs too, for" in text_of(alice.get(f"{HERE}?change={made.id}").text)
    assert "secret of before again" in said(alice, f"{HERE}/{made.id}/secret/back")
    assert places(room)[0].secret == made.secret
    assert "Nothing changed" in said(alice, f"{HERE}/{made.id}/secret/back")


def test_only_webhooks_have_a_secret(room: Room, alice: TestClient) -> None:
    made = place(room, kind="slack", secret="")
    assert "Nothing changed" in said(alice, f"{HERE}/{made.id}/secret")


def test_the_log_names_whom_it_was_about_and_what_came_of_it(full: Room, alice: TestClient) -> None:
    place(full)
    letters(full)
    text = text_of(alice.get(HERE).text)
    assert "last arrived just now" in text
    assert "is ripe → n8n arrived just now send again" in text


def test_what_was_given_up_says_why_and_all_of_it_can_be_sent_again(full: Room, alice: TestClient) -> None:
    place(full)
    letters(full, "dead", "it answered 500: the database is asleep")
    html = alice.get(f"{HERE}?shown=dead").text
    dead = len(full.writer.execute("SELECT id FROM deliveries").fetchall())
    assert f"given up ({dead})" in text_of(html)
    assert "it answered 500: the database is asleep" in text_of(html)
    assert said(alice, f"{HERE}/again").startswith(f"{dead} message")
    assert full.writer.execute("SELECT DISTINCT state, attempts FROM deliveries").fetchall() == [("waiting", 0)]
    assert "Nothing was given up." in text_of(alice.get(f"{HERE}?shown=dead").text)


def test_one_message_can_be_sent_again(full: Room, alice: TestClient) -> None:
    place(full)
    letters(full)
    assert said(alice, f"{HERE}/again", id="1") == "1 message is on its way again."
    assert "Nothing changed" in said(alice, f"{HERE}/again", id="1")
    for odd in ("9" * 30, "1.5", "²"):
        assert "Nothing changed" in said(alice, f"{HERE}/again", id=odd), "one that cannot be is not all of them"
    assert said(alice, f"{HERE}/again", to="9" * 30).startswith("0 messages")


def test_the_log_of_one_place_is_a_link_away(full: Room, alice: TestClient) -> None:
    place(full)
    place(full, name="CRM", address=PUBLIC + "/crm")
    letters(full, "dead", "no whole answer within 15 s")
    html = alice.get(f"{HERE}?shown=dead&to=2").text
    assert "→ CRM" in text_of(html)
    assert "→ n8n" not in text_of(html)
    assert f'href="{HERE}?shown=dead#log" aria-label="not only to CRM"' in html


def test_a_long_log_has_pages(full: Room, alice: TestClient) -> None:
    for number in range(30):
        place(full, name=f"hook {number}", address=f"{PUBLIC}/{number}")
    letters(full)
    html = alice.get(HERE).text
    earlier = links_of(html)["Earlier"].partition("#")[0]
    first, second = (re.findall(r'name="id" value="(\d+)"', each) for each in (html, alice.get(earlier).text))
    assert len(first) == 25
    assert max(map(int, second)) < min(map(int, first))


def test_failures_are_told_in_french_too(full: Room, alice: TestClient) -> None:
    place(full)
    letters(full, "dead", "no whole answer within 15 s")
    text = text_of(alice.get(f"{HERE}?lang=fr").text)
    assert "pas de réponse complète en 15 secondes" in text
    assert "abandonné" in text


def test_without_a_mail_server_it_says_how_to_get_one(alice: TestClient) -> None:
    html = alice.get(f"{HERE}?add=email").text
    assert "RIPELINE_SMTP" in html
    assert 'name="address"' not in html


def test_names_that_hold_markup_are_shown_as_they_are(room: Room, alice: TestClient) -> None:
    place(room, name="<script>alert(1)</script>", address=f"{PUBLIC}?a=<b>")
    html = alice.get(f"{HERE}?change=1").text
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_the_page_with_many_places_and_a_long_log_weighs_less_than_sixty_kilobytes(
    full: Room, alice: TestClient
) -> None:
    for number in range(8):
        place(full, name=f"hook {number} " + "of a long name " * 4, address=f"{PUBLIC}/{'long/' * 20}{number}")
    letters(full, "dead", "it answered 500: " + "what went wrong, at length " * 18)
    html = alice.get(f"{HERE}?change=1")
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', html.text)
    assert len(html.content) + sum(len(alice.get(path).content) for path in files) <= 60 * 1024


def test_a_destination_fails_once_nothing_reaches_it_until_something_arrives(full: Room) -> None:
    def failing() -> list[str]:
        with full.database.read() as conn:
            return failing_destinations(conn)

    place(full)
    letters(full)
    assert failing() == []
    last = full.now(lambda conn: int(conn.execute("SELECT max(id) FROM deliveries").fetchone()[0]))
    change = f"UPDATE deliveries SET state = ?, done_at = ?, attempts = ? WHERE id = {last}"
    for row, expected in (
        (("dead", 1, 8), ["n8n"]),
        (("waiting", None, 1), []),
        (("waiting", None, 3), ["n8n"]),
        (("sent", 1, 4), []),
    ):
        full.now(lambda conn, row=row: conn.execute(change, row))  # type: ignore[misc]
        assert failing() == expected
    full.now(lambda conn: conn.execute("UPDATE deliveries SET state = 'dead'"))
    assert failing() == ["n8n"]
    full.now(lambda conn: turn_off(conn, places(full)[-1].id, 1))
    assert failing() == []
