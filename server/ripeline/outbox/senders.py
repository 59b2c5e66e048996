"""Who carries what: one sender a kind of destination."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ripeline.outbox.sending import Sender
from ripeline.outbox.slack import SlackSender
from ripeline.outbox.teams import TeamsSender
from ripeline.outbox.web import Web
from ripeline.outbox.webhook import WebhookSender
from ripeline.settings import Settings
from ripeline.store.destinations import Kind


def senders_of(settings: Settings, now: Callable[[], int]) -> Mapping[Kind, Sender]:
    """Every way there is on this server; `now` gives ms."""
    web = Web(private=settings.private_hooks)
    return {"webhook": WebhookSender(web, now), "slack": SlackSender(web), "teams": TeamsSender(web)}
