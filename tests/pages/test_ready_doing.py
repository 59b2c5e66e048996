"""What sales does on Ready: each deed in one tap, said, taken back by one more; and nobody's work undone by another."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient
from tests.pages.reading_html import text_of
from tests.pages.room import Room

from ripeline.fold.keeper import Keeper
from ripeline.pages.handoff_acts import next_morning

MARC, CAPUCINE = 1, 2


@pytest.fixture
def carl(full: Room) -> TestClient:
    """A colleague's browser."""
    headers = {"sec-fetch-site": "same-origin", "accept-language": "en"}
    client = TestClient(full.app(), follow_redirects=False, headers=headers)
    client.cookies.update(full.cookie_of("carl@example.com", role="sales"))
    return client


def press(client: TestClient, id: int, button: str, **fields: str) -> str:
    """The text of the page that comes after that button."""
    answer = client.post(f"/ready/{id}", data={"do": button, **fields})
    assert answer.status_code == 303
    return text_of(client.get(answer.headers["location"]).text)


def undo(client: TestClient, id: int, button: str, **fields: str) -> str:
    """Press a button, and then the Undo that the next page offers."""
    answer = client.post(f"/ready/{id}", data={"do": button, **fields})
    html = client.get(answer.headers["location"]).text
    form = re.search(rf'class="said".*?action="(/ready/{id})".*?</form>', html, re.DOTALL)
    assert form, "there is no Undo"
    said = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form.group(0)))
    return press(client, id, said.pop("do"), **said)


def handoff(room: Room, id: int) -> tuple[object, ...]:
    """State, owner, verdict and outcome."""
    found = room.writer.execute(
        "SELECT h.state, u.email, h.verdict, h.outcome FROM handoffs h LEFT JOIN users u ON u.id = h.owner_id "
        "WHERE h.id = ?",
        (id,),
    )
    (row,) = found.fetchall()
    return tuple(row)


FREE = ("open", None, None, None)


def test_what_is_claimed_stands_under_taken(full: Room, bob: TestClient) -> None:
    text = press(bob, MARC, "claim")
    assert "marc@example.com is yours. Undo" in text
    assert text.index("White paper C") < text.index("Taken") < text.index("White paper B")
    assert handoff(full, MARC) == ("claimed", "bob@example.com", None, None)


def test_the_first_to_claim_wins_and_others_see_who(full: Room, bob: TestClient, carl: TestClient) -> None:
    press(bob, MARC, "claim")
    assert "bob@example.com has taken marc@example.com already." in press(carl, MARC, "claim")
    assert "taken by bob@example.com" in text_of(carl.get("/ready").text)
    assert handoff(full, MARC)[1] == "bob@example.com"


def test_mine_stand_before_others(full: Room, bob: TestClient, carl: TestClient) -> None:
    press(bob, MARC, "claim")
    press(carl, CAPUCINE, "claim")
    for client, mine, other in ((bob, "marc", "capucine"), (carl, "capucine", "marc")):
        text = text_of(client.get("/ready").text)
        taken = text[text.index("Taken") :]
        assert taken.index(f"{mine}@example.com") < taken.index(f"{other}@example.com")


@pytest.mark.parametrize("button", ["release", "snooze", "wake", "right_time", "off_target", "won", "lost", "reopen"])
def test_nobody_does_anything_with_what_a_colleague_has(
    full: Room, bob: TestClient, carl: TestClient, button: str
) -> None:
    press(bob, MARC, "claim")
    assert "bob@example.com has taken" in press(carl, MARC, button)
    assert handoff(full, MARC) == ("claimed", "bob@example.com", None, None)


def test_no_answer_is_again_tomorrow_in_one_tap(full: Room, bob: TestClient) -> None:
    text = press(bob, MARC, "snooze")
    assert "marc@example.com is here again tomorrow. Undo" in text
    assert "1 person" in text
    later = text[text.index("Later") :]
    assert "marc@example.com" in later
    assert re.search(r"again in (1 day|\d+ h) Now", later)
    assert handoff(full, MARC)[0] == "snoozed"


def test_who_was_put_off_comes_back_without_anybody(full: Room, bob: TestClient) -> None:
    press(bob, MARC, "snooze")
    tomorrow = full.writer.execute("SELECT snoozed_until FROM handoffs WHERE id = ?", (MARC,)).fetchone()[0]
    for now, state in ((tomorrow - 1, "snoozed"), (tomorrow, "open")):
        Keeper(full.writer, full.ruleset, lambda now=now: now).sweep()  # type: ignore[misc]
        assert handoff(full, MARC)[0] == state
    assert "2 people" in text_of(bob.get("/ready").text)


def test_tomorrow_begins_at_eight_where_the_rules_say_also_over_a_clock_change() -> None:
    evening = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
    morning = datetime.fromtimestamp(next_morning(int(evening.timestamp() * 1000), "Europe/Paris") / 1000, UTC)
    assert morning == datetime(2026, 10, 26, 7, tzinfo=UTC)


def test_one_of_mine_that_was_put_off_is_mine_again(full: Room, bob: TestClient) -> None:
    press(bob, MARC, "claim")
    press(bob, MARC, "snooze")
    press(bob, MARC, "wake")
    assert handoff(full, MARC) == ("claimed", "bob@example.com", None, None)


@pytest.mark.parametrize(
    ("verdict", "word"),
    [
        ("too_early", "too early"),
        ("right_time", "right time"),
        ("too_late", "too late"),
        ("off_target", "off target"),
    ],
)
def test_a_verdict_takes_it_off_the_list(full: Room, bob: TestClient, verdict: str, word: str) -> None:
    text = press(bob, MARC, verdict)
    assert f"marc@example.com: {word}. Undo" in text
    assert "White paper B" not in text
    assert handoff(full, MARC) == ("closed", "bob@example.com", verdict, None)


def test_who_was_called_at_the_right_time_is_asked_after(full: Room, bob: TestClient, carl: TestClient) -> None:
    text = press(bob, MARC, "right_time")
    assert text.index("How did it end?") < text.rindex("marc@example.com")
    assert "How did it end?" not in text_of(carl.get("/ready").text)
    assert "How did it end?" not in press(bob, MARC, "won")
    assert handoff(full, MARC) == ("closed", "bob@example.com", "right_time", "won")


def test_an_outcome_has_its_value(full: Room, bob: TestClient) -> None:
    press(bob, MARC, "claim")
    assert "marc@example.com: won, 12,500.50. Undo" in press(bob, MARC, "won", value="12\u202f500,50\u00a0€")
    assert full.writer.execute("SELECT outcome, value FROM outcomes").fetchall() == [("won", 12_500_500)]


def test_a_value_that_is_no_number_changes_nothing(full: Room, bob: TestClient) -> None:
    press(bob, MARC, "claim")
    assert "Write the value as a number up to a billion, such as 12,500.50." in press(bob, MARC, "won", value="a lot")
    assert handoff(full, MARC)[3] is None


def test_a_value_that_can_be_read_in_two_ways_is_asked_again(full: Room, bob: TestClient) -> None:
    press(bob, MARC, "claim")
    text = press(bob, MARC, "won", value="12.500 €")
    assert "12.500 € can be read as 12500 or as 12.5: write the one you mean." in text
    bob.headers["accept-language"] = "fr"
    text = press(bob, MARC, "won", value="12,500 €")
    assert "12,500 € peut se lire 12500 ou 12,5 : écrivez le nombre que vous voulez dire." in text
    assert handoff(full, MARC)[3] is None
    assert "marc@example.com : gagné, 12 500,50." in press(bob, MARC, "won", value="12.500,50")
    assert full.writer.execute("SELECT value FROM outcomes").fetchall() == [(12_500_500,)]


def test_an_outcome_is_said_only_of_what_is_ones_own(full: Room, bob: TestClient) -> None:
    assert "marc@example.com has moved on meanwhile" in press(bob, MARC, "won")
    assert handoff(full, MARC) == FREE


@pytest.mark.parametrize("button", ["claim", "snooze", "too_early", "right_time", "too_late", "off_target"])
def test_undo_leaves_it_as_free_as_it_was(full: Room, bob: TestClient, button: str) -> None:
    undo(bob, MARC, button)
    assert handoff(full, MARC) == FREE
    assert full.writer.execute("SELECT count(*) FROM verdicts WHERE lifted_at IS NULL").fetchone()[0] == 0


@pytest.mark.parametrize("button", ["release", "snooze", "too_early", "right_time", "won", "lost"])
def test_undo_leaves_it_as_much_ones_own_as_it_was(full: Room, bob: TestClient, button: str) -> None:
    press(bob, MARC, "claim")
    undo(bob, MARC, button)
    assert handoff(full, MARC) == ("claimed", "bob@example.com", None, None)


def test_undo_of_an_outcome_tells_nobody_anew(full: Room, bob: TestClient) -> None:
    press(bob, MARC, "right_time")
    before = full.writer.execute("SELECT count(*) FROM outbox WHERE topic = 'lead.ready'").fetchone()
    undo(bob, MARC, "won")
    assert handoff(full, MARC) == ("closed", "bob@example.com", "right_time", None)
    assert full.writer.execute("SELECT count(*) FROM outbox WHERE topic = 'lead.ready'").fetchone() == before


def test_a_button_of_an_old_page_says_that_things_moved_on(full: Room, bob: TestClient, carl: TestClient) -> None:
    press(bob, MARC, "too_late")
    for button in ("claim", "snooze", "right_time"):
        assert "Nothing was changed: marc@example.com has moved on meanwhile." in press(carl, MARC, button)
    assert handoff(full, MARC) == ("closed", "bob@example.com", "too_late", None)


def test_one_that_is_gone_is_no_error_page(full: Room, bob: TestClient) -> None:
    assert "this person is not on the list any more" in press(bob, 999, "claim")
    assert "2 people" in press(bob, MARC, "nonsense")


def test_a_form_returns_to_the_part_it_was_on_and_to_no_other_site(full: Room, bob: TestClient) -> None:
    answer = bob.post("/ready/1", data={"do": "claim", "back": "/ready?part=mine"})
    assert answer.headers["location"] == "/ready?part=mine"
    answer = bob.post("/ready/1", data={"do": "release", "back": "//evil.example"})
    assert answer.headers["location"] == "/"


def test_a_row_has_at_most_three_actions(full: Room, bob: TestClient) -> None:
    press(bob, MARC, "claim")
    html = bob.get("/ready").text
    rows = re.findall(r'<div class="acts".*?</details>', html, re.DOTALL)
    assert len(rows) == 2
    for row in rows:
        before, _, _ = row.partition("<details")
        assert before.count("<button") == 2
        assert row.count("<summary") == 1


def test_everything_is_said_in_french_too(full: Room, bob: TestClient) -> None:
    bob.headers["accept-language"] = "fr"
    assert "marc@example.com est à vous. Annuler" in press(bob, MARC, "claim")
    assert "marc@example.com : au bon moment." in press(bob, MARC, "right_time")
