"""Messages as Slack's incoming webhooks take them, and Mattermost, Rocket.Chat, Zulip and Discord (…/slack) with it.

https://docs.slack.dev/messaging/formatting-message-text · https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments
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

#: The fruit: leaf, straw, plum (see admin/static/ripeline.css).
_COLOURS: Final = {"cold": "#3f6f33", "warm": "#835b00", "hot": "#86235f"}
_OTHER_COLOUR: Final = "#6b6b6b"
#: Side by side where there is room; longer ones get a line of their own.
_SHORT: Final = 40

# What Slack's look-alikes read although Slack does not: names that call everybody (`@all`, Zulip's `@**all**`), people
# and groups in angle brackets, links and pictures of Markdown.
_READ: Final = re.compile(r"@(?=\*|(?:channel|here|all|everyone|group)\b)|&lt;(?=[@#!&:])|\](?=[(\[])", re.IGNORECASE)
_NOTHING: Final = "\u200b"


class SlackSender:
    """Sends to incoming webhooks; their address is the secret."""

    def __init__(self, web: Web) -> None:
        self._web = web

    async def send(self, _: Delivery, destination: Destination, alert: Alert) -> Sent | Failed:
        body = msgspec.json.encode(slack_body(alert, locale_for(destination.locale)))
        return await self._web.post(destination.address, body, {"Content-Type": "application/json"})


def slack_body(alert: Alert, locale: Locale) -> dict[str, Any]:
    """`text` is what a phone shows of it; the attachment has the facts. Nothing in it is read as formatting."""
    told = facts(alert, locale)
    return {
        "text": escaped(headline(alert, locale)),
        "mrkdwn": False,
        # An address in a title or a name is nothing anybody here wished to show.
        "unfurl_links": False,
        "unfurl_media": False,
        "attachments": [
            {
                "fallback": escaped(", ".join(f"{label}: {text}" for label, text in told)) or escaped(alert.link),
                "color": _COLOURS.get(alert.band, _OTHER_COLOUR),
                "title": escaped(open_lead(locale)),
                "title_link": alert.link,
                "mrkdwn_in": [],
                "fields": [
                    {"title": escaped(label), "value": escaped(text), "short": len(text) <= _SHORT}
                    for label, text in told
                ],
                "ts": alert.at // 1000,
            }
        ],
    }


def escaped(text: str) -> str:
    """As it is, for Slack: no `<!channel>`, no links of a visitor's making, nobody called."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _READ.sub(rf"\g<0>{_NOTHING}", safe)
