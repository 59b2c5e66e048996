"""Signed webhooks: the whole alert as JSON, with flat `lead_*` keys for tools that cannot look inside objects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import msgspec

from ripeline.domain.points import as_number
from ripeline.outbox.alert import Alert
from ripeline.outbox.sending import Failed, Sent
from ripeline.outbox.signing import signed_headers
from ripeline.outbox.web import Web
from ripeline.outbox.wording import locale_for, reasons
from ripeline.store.deliveries import Delivery
from ripeline.store.destinations import Destination
from ripeline.templating.languages import Locale


class WebhookSender:
    """Sends to addresses that check our signature; `now` gives ms."""

    def __init__(self, web: Web, now: Callable[[], int]) -> None:
        self._web = web
        self._now = now

    async def send(self, delivery: Delivery, destination: Destination, alert: Alert) -> Sent | Failed:
        """Sign anew at every try, as of its own moment, under the same id."""
        now = self._now()
        body = msgspec.json.encode(webhook_body(alert, locale_for(destination.locale)))
        keys = [destination.secret]
        if destination.old_secret and now < destination.old_until:
            keys.append(destination.old_secret)
        headers = signed_headers(delivery.message, now, body, keys)
        return await self._web.post(destination.address, body, {"Content-Type": "application/json", **headers})


def webhook_body(alert: Alert, locale: Locale) -> dict[str, Any]:
    """See docs/alerts.md, which a test compares."""
    why = reasons(alert, locale)
    page = alert.last_page
    return {
        "type": alert.topic,
        "timestamp": _iso(alert.at),
        "data": _data(alert, why),
        "lead_id": alert.lead,
        "lead_email": alert.who.email,
        "lead_name": alert.who.name,
        "lead_company": alert.who.company,
        "lead_job": alert.who.job,
        "lead_phone": alert.who.phone,
        "lead_model": alert.model or "",
        "lead_score": as_number(alert.score),
        "lead_band": alert.band,
        "lead_band_before": alert.before,
        "lead_reasons": ", ".join(why),
        "lead_last_page": page.url if page else "",
        "lead_source": alert.source,
        "lead_next_step": alert.next_step,
        "lead_verdict": alert.verdict,
        "lead_outcome": alert.outcome,
        "lead_url": alert.link,
    }


def _data(alert: Alert, why: list[str]) -> dict[str, Any]:
    page = alert.last_page
    return {
        "lead": {"id": alert.lead, **asdict(alert.who), "url": alert.link},
        "model": {"id": alert.model, "label": alert.model_label} if alert.model else None,
        "score": as_number(alert.score),
        "band": alert.band,
        "band_before": alert.before or None,
        "reasons": [
            {
                "rule": each.rule,
                "label": each.label,
                "points": as_number(each.points),
                "times": each.times,
                "text": text,
            }
            for each, text in zip(alert.reasons, why, strict=True)
        ],
        "last_page": {"title": page.title, "url": page.url, "at": _iso(page.at)} if page else None,
        "source": alert.source,
        "next_step": alert.next_step,
        "handoff": alert.handoff,
        "verdict": {"verdict": alert.verdict, "note": alert.note, "by": alert.by} if alert.verdict else None,
        "outcome": {"outcome": alert.outcome, "value": _value(alert), "by": alert.by} if alert.outcome else None,
        "test": alert.is_test,
    }


def _value(alert: Alert) -> int | float | None:
    return None if alert.value is None else as_number(alert.value)


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
