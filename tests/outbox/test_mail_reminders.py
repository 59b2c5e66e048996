"""A reminder, two days after an alert by e-mail: once, to who was told, and only while it is of use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage

import pytest
from tests.fold.ledger_house import ADA, DAY, HOUR, MINUTE
from tests.outbox.mail_host import MailHost
from tests.outbox.post_house import PostHouse, run

from ripeline.fold.erasing import erase_lead
from ripeline.fold.selling import Word, judge_handoff, snooze
from ripeline.mail_server import MailServer
from ripeline.mailing import email_sender
from ripeline.outbox.reminders import AFTER_MS, Reminders
from ripeline.store.database import transaction
from ripeline.store.deliveries import prune_outbox
from ripeline.store.destinations import turn_off

BOB = "bob@example.com"


class Office:
    """Ada is ripe, and Bob was told by e-mail; `later` lets time pass."""

    def __init__(self, post_house: PostHouse, host: MailHost) -> None:
        self.host, self.post_house, self.house = host, post_house, post_house.house
        server = MailServer("127.0.0.1", host.port, "none")
        settings = replace(post_house.settings, smtp=server, mail_from="alerts@example.com")
        post_house.settings = post_house.running.settings = settings
        self.bob = post_house.add(BOB, "email", "lead.ready", model="vertical")
        post_house.ada_is_ripe()
        self.post()
        assert len(self.mail) == 1

    @property
    def mail(self) -> list[EmailMessage]:
        return self.host.messages

    def post(self) -> None:
        run(self.post_house.rounds(self.post_house.post({"email": email_sender(self.post_house.running)}), 2))

    def later(self, pause: int, reminders: Reminders | None = None) -> None:
        """The server may have been started anew meanwhile: nothing is remembered outside the database."""
        self.house.now += pause
        (reminders or Reminders(self.house.conn, self.post_house.now)).step()
        self.post()


@pytest.fixture
def office(post_house: PostHouse) -> Iterator[Office]:
    with MailHost() as host:
        yield Office(post_house, host)


def test_after_two_days_who_was_told_is_reminded_once(office: Office) -> None:
    office.later(AFTER_MS - MINUTE)
    assert len(office.mail) == 1
    office.later(2 * MINUTE)
    for _ in range(5):
        office.later(DAY)
    first, second = office.mail
    assert second["Subject"] == f"Still open: {first['Subject']}"
    assert second["To"] == BOB
    assert AFTER_MS == 2 * DAY


def test_a_reminder_stands_below_the_alert_it_is_about(office: Office) -> None:
    office.later(AFTER_MS + MINUTE)
    first, second = office.mail
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"] != second["Message-ID"]


def test_one_look_in_five_minutes_is_enough(office: Office) -> None:
    reminders = Reminders(office.house.conn, office.post_house.now)
    office.later(AFTER_MS - MINUTE, reminders)
    office.later(2 * MINUTE, reminders)
    assert len(office.mail) == 1
    office.later(5 * MINUTE, reminders)
    assert len(office.mail) == 2


def test_who_has_taken_it_or_said_a_word_is_left_in_peace(office: Office) -> None:
    office.house.do(judge_handoff, handoff=1, word=Word("right_time"))
    office.later(AFTER_MS + MINUTE)
    assert len(office.mail) == 1


def test_what_is_put_off_is_not_reminded_of(office: Office) -> None:
    office.house.do(snooze, handoff=1, until=office.house.now + 9 * DAY)
    office.later(AFTER_MS + MINUTE)
    assert len(office.mail) == 1


def test_what_was_taken_while_the_reminder_waited_is_not_sent(office: Office) -> None:
    office.host.moods["TAKE"] = b"451 4.3.0 later"
    office.later(AFTER_MS + MINUTE)
    office.host.moods.clear()
    office.house.do(judge_handoff, handoff=1, word=Word("right_time"))
    office.later(HOUR)
    assert len(office.mail) == 1
    assert office.post_house.log()[-1][3] == "not needed any more: somebody has taken it"


def test_a_destination_that_was_turned_off_hears_nothing(office: Office) -> None:
    with transaction(office.house.conn):
        turn_off(office.house.conn, office.bob, office.house.now)
    office.later(AFTER_MS + MINUTE)
    assert len(office.mail) == 1


def test_who_was_erased_is_not_reminded_of(office: Office) -> None:
    office.house.do(erase_lead, key=ADA)
    office.later(AFTER_MS + MINUTE)
    assert len(office.mail) == 1


def test_a_server_that_was_down_for_a_week_tells_no_old_stories(office: Office) -> None:
    office.later(7 * DAY)
    assert len(office.mail) == 1


def test_a_log_that_was_pruned_brings_no_second_reminder(office: Office) -> None:
    office.later(AFTER_MS + MINUTE)
    with transaction(office.house.conn):
        prune_outbox(office.house.conn, office.house.now + 40 * DAY)
    office.later(MINUTE)
    assert len(office.mail) == 2


def test_only_e_mails_are_reminders(post_house: PostHouse) -> None:
    post_house.add("http://127.0.0.1:1/hook", "webhook", "lead.ready", model="vertical")
    post_house.ada_is_ripe()
    with transaction(post_house.house.conn):
        post_house.house.conn.execute("UPDATE deliveries SET state = 'sent', done_at = 1")
    post_house.house.now += AFTER_MS + MINUTE
    assert Reminders(post_house.house.conn, post_house.now).step() == 0
