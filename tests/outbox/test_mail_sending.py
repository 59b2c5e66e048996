"""E-mails on their way: handed in safely, and what the mail server says decides whether to try again."""

from __future__ import annotations

import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.fold.ledger_house import ADA
from tests.outbox.mail_host import DROP, HANG, MailHost
from tests.outbox.post_house import PostHouse, run

from ripeline.mail_server import MailServer
from ripeline.mailing import all_senders, email_sender
from ripeline.outbox import email_sender as sending
from ripeline.outbox import email_smtp
from ripeline.outbox.sample import sample_alert, sample_delivery
from ripeline.outbox.sending import Sent
from ripeline.store.destinations import Destination

BOB = "bob@example.com"
TAKEN = "250 2.0.0 taken"


@contextmanager
def by(post_house: PostHouse, host: MailHost, **more: object) -> Iterator[MailHost]:
    """The house sends by that host."""
    with host:
        server = MailServer("127.0.0.1", host.port, **{"security": "none", **more})  # type: ignore[arg-type]
        connect(post_house, server)
        yield host


def connect(post_house: PostHouse, server: MailServer | None) -> None:
    settings = replace(post_house.settings, smtp=server, mail_from="Ripeline <alerts@example.com>")
    post_house.settings = post_house.running.settings = settings


def deliver(post_house: PostHouse, rounds: int = 1) -> None:
    """Bob is to hear of Ada, who becomes ripe."""
    post_house.add(BOB, "email", "lead.ready", model="vertical")
    post_house.ada_is_ripe()
    post = post_house.post({"email": email_sender(post_house.running)})
    run(post_house.rounds(post, rounds))


def test_an_alert_is_handed_in_once(post_house: PostHouse) -> None:
    with by(post_house, MailHost()) as host:
        deliver(post_house, 3)
    (message,) = host.messages
    assert (message["From"], message["To"]) == ("Ripeline <alerts@example.com>", BOB)
    assert ADA in message["Subject"]
    assert host.recipients == [BOB]
    assert any(said.startswith("mail FROM:<alerts@example.com>") for said, _ in host.said)
    assert post_house.log() == [("sent", 1, None, TAKEN)]


def test_the_same_message_id_over_all_tries(post_house: PostHouse) -> None:
    with by(post_house, MailHost({"TAKE": b"451 4.3.0 later"})) as host:
        deliver(post_house)
        host.moods.clear()
        (due,) = post_house.house.rows("SELECT due_at FROM deliveries")[0]
        post_house.house.now = due
        run(post_house.rounds(post_house.post({"email": email_sender(post_house.running)})))
    (message,) = host.messages
    (id,) = post_house.house.rows("SELECT message_id FROM deliveries")[0]
    assert message["Message-ID"] == f"<{id}.1@example.com>"
    assert post_house.log() == [("sent", 2, None, TAKEN)]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("RCPT", b"550 5.1.1 There is no Bob here"),
        ("DATA", b"554 5.6.0 Not this one"),
        ("TAKE", b"552 5.2.2 The mailbox is full"),
    ],
)
def test_what_is_refused_for_good_is_given_up_with_the_servers_sentence(
    post_house: PostHouse, word: str, said: bytes
) -> None:
    with by(post_house, MailHost({word: said})):
        deliver(post_house, 3)
    assert post_house.log() == [("dead", 1, int(said[:3]), f"the mail server refuses this e-mail: {said.decode()}")]


@pytest.mark.parametrize(
    ("word", "said", "reason"),
    [
        ("RCPT", b"450 4.2.1 Not now", "the mail server refuses this e-mail: 450 4.2.1 Not now"),
        ("TAKE", b"451 4.3.0 later", "the mail server refuses this e-mail: 451 4.3.0 later"),
        ("MAIL", b"530 5.7.0 Sign in first", "the mail server refuses us: 530 5.7.0 Sign in first"),
        ("HELLO", b"421 4.3.2 Too many", "the mail server refuses us: 421 4.3.2 Too many"),
        ("RCPT", DROP, "the mail server cannot be reached: Connection unexpectedly closed"),
        ("HELLO", b"what?", "the mail server refuses us: -1 "),
    ],
)
def test_what_may_pass_is_tried_again(post_house: PostHouse, word: str, said: bytes, reason: str) -> None:
    with by(post_house, MailHost({word: said})):
        deliver(post_house)
    ((state, attempts, _, answer),) = post_house.log()
    assert (state, attempts) == ("waiting", 1)
    assert answer.startswith(reason)


@pytest.mark.parametrize("word", ["HELLO", "EHLO", "RCPT", "TAKE"])
def test_a_server_that_hangs_is_not_waited_for(
    post_house: PostHouse, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(email_smtp, "PATIENCE_SECONDS", 0.3)
    started = time.monotonic()
    with by(post_house, MailHost({word: HANG})):
        deliver(post_house)
        assert time.monotonic() - started < 5
    assert post_house.log() == [("waiting", 1, None, "the mail server is too slow: no answer within 0.3 s")]


def test_one_that_answers_each_time_at_the_last_moment_is_not_waited_for_either(
    post_house: PostHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_LONGEST_SECONDS", 0.3)
    with by(post_house, MailHost({"RCPT": HANG})):
        deliver(post_house)
    assert post_house.log() == [("waiting", 1, None, "the mail server is too slow: more than 0.3 s in all")]


def test_a_parting_that_fails_changes_nothing(post_house: PostHouse) -> None:
    with by(post_house, MailHost({"QUIT": DROP})) as host:
        deliver(post_house, 2)
    assert len(host.got) == 1
    assert post_house.log() == [("sent", 1, None, TAKEN)]


def test_nobody_listens(post_house: PostHouse) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        connect(post_house, MailServer("127.0.0.1", closed.getsockname()[1], "none"))
        deliver(post_house)
    assert "the mail server cannot be reached: [Errno 111]" in post_house.log()[0][3]


def test_without_a_mail_server_alerts_wait_for_one(post_house: PostHouse) -> None:
    connect(post_house, None)
    deliver(post_house)
    assert post_house.log() == [("waiting", 1, None, "no mail server is set: see RIPELINE_SMTP")]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 and its key, in one file."""
    folder = tmp_path_factory.mktemp("certificate")
    made = [
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30000",
        f"-keyout {folder}/key.pem -out {folder}/cert.pem -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1",
    ]
    subprocess.run(" ".join(made).split(), check=True, capture_output=True, timeout=30)
    both = folder / "both.pem"
    both.write_bytes((folder / "cert.pem").read_bytes() + (folder / "key.pem").read_bytes())
    return both


def with_certificate(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_the_password_and_the_alert_travel_encrypted(
    post_house: PostHouse, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    host = MailHost(tls=with_certificate(certificate), users={"alerts": "s3cret"})
    with by(post_house, host, security="starttls", user="alerts", password="s3cret"):
        deliver(post_house)
    assert post_house.log() == [("sent", 1, None, TAKEN)]
    assert [said.split()[0].upper() for said, is_safe in host.said if not is_safe] == ["EHLO", "STARTTLS"]


def test_smtps_is_encrypted_from_the_first_byte(
    post_house: PostHouse, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with by(post_house, MailHost(tls=with_certificate(certificate), is_tls_first=True), security="tls") as host:
        deliver(post_house)
    assert len(host.got) == 1
    assert all(is_safe for _, is_safe in host.said)


def test_a_server_without_starttls_gets_neither_password_nor_alert(post_house: PostHouse) -> None:
    with by(
        post_house, MailHost(users={"alerts": "s3cret"}), security="starttls", user="alerts", password="s3cret"
    ) as host:
        deliver(post_house)
    assert [said.split()[0].upper() for said, _ in host.said] == ["EHLO"]
    assert "cannot do what is needed: STARTTLS extension not supported" in post_house.log()[0][3]


def test_a_certificate_nobody_vouches_for_is_not_trusted(post_house: PostHouse, certificate: Path) -> None:
    with by(post_house, MailHost(tls=with_certificate(certificate)), security="starttls") as host:
        deliver(post_house)
    assert host.got == []
    assert "certificate verify failed" in post_house.log()[0][3]


def test_a_wrong_password_is_said_without_the_password(post_house: PostHouse) -> None:
    with by(post_house, MailHost(users={"alerts": "right"}), user="alerts", password="s3cret") as host:
        deliver(post_house)
    assert host.got == []
    ((state, _, status, answer),) = post_house.log()
    assert (state, status) == ("waiting", 535)
    assert answer == "the mail server refuses us: 535 5.7.8 wrong user or password"


def test_a_test_reaches_the_mailbox_and_says_that_it_is_one(post_house: PostHouse) -> None:
    bob = Destination(1, "email", "Bob", BOB, ("lead.ready",))
    alert = sample_alert(post_house.house.ruleset.models[0], "https://leads.example", post_house.now())
    with by(post_house, MailHost()) as host:
        senders = all_senders(post_house.running, post_house.now)
        sent = run(senders["email"].send(sample_delivery(bob, alert), bob, alert))
    assert sent == Sent(answer=TAKEN)
    (message,) = host.messages
    assert message["Subject"].startswith("Test: Ada Lovelace")
    assert "/v/" not in str(message)
