"""Messages as a Microsoft Teams workflow takes them: one Adaptive Card.

What a visitor typed stands only in text runs, which know no Markdown.
https://adaptivecards.io/explorer/ · https://learn.microsoft.com/power-automate/teams/send-a-message-in-teams
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from ripeline.outbox.alert import Alert
from ripeline.outbox.sending import Failed, Sent
from ripeline.outbox.web import Web
from ripeline.outbox.wording import facts, headline, locale_for, open_lead
from ripeline.store.deliveries import Delivery
from ripeline.store.destinations import Destination
from ripeline.templating.languages import Locale

_CARD: Final = "application/vnd.microsoft.card.adaptive"
_VERSION: Final = "1.4"
# {{DATE(…)}} would be worked out by the card, ${…} by what fills cards in.
_WORKED_OUT: Final = re.compile(r"[{$](?=\{)")


class TeamsSender:
    """Sends to the address of a workflow; that address is the secret."""

    def __init__(self, web: Web) -> None:
        self._web = web

    async def send(self, _: Delivery, destination: Destination, alert: Alert) -> Sent | Failed:
        body = msgspec.json.encode(teams_body(alert, locale_for(destination.locale)))
        return await self._web.post(destination.address, body, {"Content-Type": "application/json"})


def teams_body(alert: Alert, locale: Locale) -> dict[str, Any]:
    """A message with a card: the headline, one line a fact, and a button that leads to the lead."""
    head = {"size": "Medium", "weight": "Bolder"}
    lines = [_text([_run(headline(alert, locale), **head)])]
    lines += [_text([_run(f"{label}: ", isSubtle=True), _run(text)]) for label, text in facts(alert, locale)]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": _VERSION,
        "lang": locale,
        "msteams": {"width": "Full"},
        "body": lines,
        "actions": [{"type": "Action.OpenUrl", "title": open_lead(locale), "url": alert.link}],
    }
    return {"type": "message", "attachments": [{"contentType": _CARD, "contentUrl": None, "content": card}]}


def _text(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": runs}


def _run(text: str, **look: Any) -> dict[str, Any]:
    return {"type": "TextRun", "text": _WORKED_OUT.sub(r"\g<0> ", text), **look}
