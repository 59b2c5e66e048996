"""E-mail tools: their words for what happens to an e-mail, and what one of their reports says; pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from ripeline.domain.event import BOUNCE, EMAIL_CLICK, EMAIL_OPEN, UNSUBSCRIBE

Report = Mapping[str, Any]


class Reported(NamedTuple):
    """What a report says: the tool's word for it, when (ms, 0: unsaid), whose, and of which e-mail.

    `id` "": the tool has none. `by_machine`: the tool itself says that a machine opened it.
    """

    word: str
    at: float
    email: object
    email_id: str
    message: str
    id: str = ""
    category: str = ""
    url: str = ""
    agent: str = ""
    by_machine: bool = False


class Tool(NamedTuple):
    """An e-mail tool: its words for what we have a name for (letters only), and how its reports are read."""

    words: Mapping[str, str]
    read: Callable[[Report], Reported]


def _brevo(report: Report) -> Reported:
    """https://developers.brevo.com/docs/marketing-webhooks and …/transactional-webhooks."""
    template = report.get("template_id")
    email_id = _first(report, "campaign name") or (f"template-{template}" if template else "")
    return Reported(
        word=_text(report, "event"),
        at=_seconds(report.get("ts_event")) or _number(report.get("ts_epoch")) or _seconds(report.get("ts")),
        email=report.get("email"),
        email_id=email_id or _first(report, "subject", "message-id"),
        message=_first(report, "message-id", "camp_id"),
        category=_tag(report.get("tags")) or _tag(report.get("tag")),
        url=_text(report, "link") or _text(report, "URL"),
        agent=_text(report, "user_agent"),
    )


def _mailjet(report: Report) -> Reported:
    """https://dev.mailjet.com/email/guides/webhooks/"""
    return Reported(
        word=_text(report, "event"),
        at=_seconds(report.get("time")),
        email=report.get("email"),
        email_id=_first(report, "customcampaign", "mj_campaign_id", "CustomID", "MessageID"),
        message=_first(report, "Message_GUID", "MessageID", "mj_message_id"),
        url=_text(report, "url"),
        agent=_text(report, "agent"),
    )


def _mailgun(report: Report) -> Reported:
    """https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads, its `event-data`."""
    headers = _inside(_inside(report, "message"), "headers")
    client = _inside(report, "client-info")
    return Reported(
        word=_text(report, "event"),
        at=_seconds(report.get("timestamp")),
        email=report.get("recipient"),
        email_id=_campaign(report) or _first(headers, "subject", "message-id"),
        message=_first(headers, "message-id"),
        id=_first(report, "id"),
        category=_tag(report.get("tags")),
        url=_text(report, "url"),
        agent=_text(client, "user-agent"),
        by_machine=bool(client.get("bot")),
    )


def _campaign(report: Report) -> str:
    """Its campaign, or the template it was made of."""
    campaigns = report.get("campaigns")
    first = campaigns[0] if isinstance(campaigns, list) and campaigns else None
    named = _first(first, "name", "id") if isinstance(first, dict) else ""
    return named or _first(_inside(report, "template"), "name")


def _inside(report: Report, key: str) -> Report:
    found = report.get(key)
    return found if isinstance(found, dict) else {}


def _text(report: Report, key: str) -> str:
    found = report.get(key)
    return found if isinstance(found, str) else ""


def _first(report: Report, *keys: str) -> str:
    """The first of these keys that says something."""
    return next((str(report[key]) for key in keys if isinstance(report.get(key), str | int) and report[key]), "")


def _tag(tags: object) -> str:
    """The first of some tags, which may be a list, or a list written as text."""
    if isinstance(tags, str) and tags.startswith("["):
        try:
            tags = json.loads(tags)
        except (ValueError, RecursionError):
            return tags if isinstance(tags, str) else ""
    if isinstance(tags, list):
        tags = tags[0] if tags else ""
    return tags if isinstance(tags, str) else ""


def _number(value: object) -> float:
    try:
        return float(value) if isinstance(value, int | float | str) else 0.0
    except (ValueError, OverflowError):
        return 0.0


def _seconds(value: object) -> float:
    return _number(value) * 1000


#: By the name in `/hooks/{tool}`.
TOOLS: Final[Mapping[str, Tool]] = {
    "brevo": Tool(
        {
            **dict.fromkeys(("opened", "uniqueopened", "proxyopen", "uniqueproxyopen"), EMAIL_OPEN),
            **dict.fromkeys(("click", "clicked"), EMAIL_CLICK),
            **dict.fromkeys(("unsubscribe", "unsubscribed", "spam", "complaint"), UNSUBSCRIBE),
            **dict.fromkeys(("hardbounce", "softbounce", "blocked", "invalid", "invalidemail"), BOUNCE),
        },
        _brevo,
    ),
    "mailjet": Tool(
        {
            "open": EMAIL_OPEN,
            "click": EMAIL_CLICK,
            "unsub": UNSUBSCRIBE,
            "spam": UNSUBSCRIBE,
            "bounce": BOUNCE,
            "blocked": BOUNCE,
        },
        _mailjet,
    ),
    "mailgun": Tool(
        {
            "opened": EMAIL_OPEN,
            "clicked": EMAIL_CLICK,
            "unsubscribed": UNSUBSCRIBE,
            "complained": UNSUBSCRIBE,
            "failed": BOUNCE,
        },
        _mailgun,
    ),
}
