"""Who carries what: one sender a kind of destination."""

from __future__ import annotations

import time
from collections.abc import Mapping

from ripeline.outbox.sending import Sender
from ripeline.outbox.slack import SlackSender
from ripeline.outbox.teams import TeamsSender
from ripeline.outbox.web import Web
from ripeline.outbox.webhook import WebhookSender
from ripeline.settings import Settings
from ripeline.store.destinations import Kind


def senders_of(settings: Settings) -> Mapping[Kind, Sender]:
    """Every way there is on this server."""
    web = Web(private=settings.private_hooks)
    return {"webhook": WebhookSender(web, _now_ms), "slack": SlackSender(web), "teams": TeamsSender(web)}


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
