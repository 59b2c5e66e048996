"""A letter as an e-mail on its way: headers that cannot be broken into, text and HTML (RFC 5322, RFC 3834)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from ripeline.outbox.email_letters import Letter, html_of, text_of

#: Names may be of any length, and mailboxes show some eighty characters of a subject.
_LONGEST_SUBJECT: Final = 150


@dataclass(frozen=True, slots=True)
class Envelope:
    """From whom (a header) to whom (an address), when (ms); `id`: the Message-ID, `answers`: that of an earlier one."""

    sender: str
    to: str
    at: int
    id: str
    answers: str = ""


def message_of(letter: Letter, envelope: Envelope) -> EmailMessage:
    """The whole of it, ready to be handed in."""
    message = EmailMessage(policy=SMTP)
    message["From"] = envelope.sender
    message["To"] = envelope.to
    message["Subject"] = _harmless(letter.subject)
    message["Date"] = format_datetime(datetime.fromtimestamp(envelope.at / 1000, UTC))
    message["Message-ID"] = envelope.id
    if envelope.answers:
        message["In-Reply-To"] = envelope.answers
        message["References"] = envelope.answers
    # No holiday notice comes back, neither from those who follow the standard nor from Exchange.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(text_of(letter), cte="quoted-printable")
    message.add_alternative(html_of(letter), subtype="html", cte="quoted-printable")
    return message


def _harmless(subject: str) -> str:
    """Short, and never to be decoded: an encoded word in somebody's name may hold a line break, and Python 3.11 lets
    that one out as the beginning of another header."""
    plain = subject.replace("=?", "= ?")
    return plain if len(plain) <= _LONGEST_SUBJECT else plain[: _LONGEST_SUBJECT - 1].rstrip() + "…"
