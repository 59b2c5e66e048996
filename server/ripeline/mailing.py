"""Every way a running server has to send alerts; e-mails by its settings, with verdict links its pages will know."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ripeline.auth.secrets import derived_key
from ripeline.outbox.email_sender import EmailSender, Outgoing
from ripeline.outbox.senders import senders_of
from ripeline.outbox.sending import Sender
from ripeline.outbox.verdict_links import PURPOSE, VerdictSigner
from ripeline.running import Running
from ripeline.store.destinations import Kind


def all_senders(running: Running, now: Callable[[], int]) -> Mapping[Kind, Sender]:
    """One a kind of destination; `now` gives ms."""
    return {**senders_of(running.settings, now), "email": email_sender(running)}


def email_sender(running: Running) -> EmailSender:
    """In the zone of the rules in force."""
    settings = running.settings
    outgoing = Outgoing(
        settings.smtp, settings.mail_from, settings.public_url, zone=lambda: running.rules.ruleset.timezone
    )
    return EmailSender(outgoing, VerdictSigner(derived_key(running.secret, PURPOSE)), running.database)
