"""Handing one e-mail to a mail server (RFC 5321), and what came of it in words; it blocks, so it runs in a thread."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from typing import Any, Final

from ripeline.mail_server import MailServer
from ripeline.outbox.sending import Failed, Sent

#: How long the mail server may think about one answer.
PATIENCE_SECONDS: Final = 10.0

_LONGEST_ANSWER: Final = 500


def hand_in(server: MailServer, message: EmailMessage, sender: str, to: str) -> Sent | Failed:
    """Hand it in for one recipient; `sender` and `to` are bare addresses.

    Permanent is only what the server says for good of this e-mail or its recipient: anything else somebody can mend.
    """
    try:
        talk = _connected(server, sender)
        try:
            talk.send_message(message, sender, [to])
        finally:
            _leave(talk)
    except smtplib.SMTPRecipientsRefused as error:
        return _refused(*error.recipients[to])
    except smtplib.SMTPDataError as error:
        return _refused(error.smtp_code, error.smtp_error)
    except smtplib.SMTPResponseException as error:
        return Failed(f"the mail server refuses us: {_said(error.smtp_code, error.smtp_error)}", status=error.smtp_code)
    except smtplib.SMTPNotSupportedError as error:
        return Failed(f"the mail server cannot do what is needed: {error}")
    except OSError as error:  # the errors of smtplib are of this kind, too
        is_slow = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
        slow = f"the mail server is too slow: no answer within {PATIENCE_SECONDS:g} s"
        return Failed(slow if is_slow else f"the mail server cannot be reached: {error}")
    return Sent(answer=_said(*talk.taken))


class _Open(smtplib.SMTP):
    """Remembers what was said when the e-mail was taken: often the number to ask the mail server about."""

    taken: tuple[int, bytes] = (250, b"")

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.taken = super().data(msg)
        return self.taken


class _Safe(_Open, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


def _connected(server: MailServer, sender: str) -> _Open:
    """A server that has let us in; whatever goes wrong, the connection is closed."""
    ours, trusted = sender.rpartition("@")[2], ssl.create_default_context()
    if server.security == "tls":
        talk: _Open = _Safe(server.host, server.port, ours, timeout=PATIENCE_SECONDS, context=trusted)
    else:
        talk = _Open(server.host, server.port, ours, timeout=PATIENCE_SECONDS)
    try:
        if server.security == "starttls":
            talk.starttls(context=trusted)
        if server.user:
            talk.login(server.user, server.password)
    except BaseException:
        talk.close()
        raise
    return talk


def _leave(talk: smtplib.SMTP) -> None:
    """Whether it was taken is known by now: how the parting goes changes nothing."""
    try:
        talk.quit()
    except OSError:
        talk.close()


def _refused(code: int, text: bytes | str) -> Failed:
    return Failed(f"the mail server refuses this e-mail: {_said(code, text)}", permanent=code >= 500, status=code)


def _said(code: int, text: bytes | str) -> str:
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(plain.split())}"[:_LONGEST_ANSWER]
