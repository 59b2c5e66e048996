"""How a running server sends alerts by e-mail."""

from __future__ import annotations

from ripeline.auth.secrets import derived_key
from ripeline.outbox.email_sender import EmailSender, Outgoing
from ripeline.outbox.verdict_links import PURPOSE, VerdictSigner
from ripeline.running import Running


def email_sender(running: Running) -> EmailSender:
    """By its settings, in the zone of the rules in force, with verdict links its pages will know."""
    settings = running.settings
    outgoing = Outgoing(
        settings.smtp, settings.mail_from, settings.public_url, zone=lambda: running.rules.ruleset.timezone
    )
    return EmailSender(outgoing, VerdictSigner(derived_key(running.secret, PURPOSE)), running.database)
