"""An alert about nobody, to try a destination with."""

from __future__ import annotations

import secrets

from ripeline.outbox.alert import Alert, LastPage, Person, Reason
from ripeline.rules.model import Model
from ripeline.store.deliveries import Delivery
from ripeline.store.destinations import Destination

_MINUTE_MS = 60_000


def sample_alert(model: Model, public_url: str, now: int) -> Alert:
    """Ada is ripe in that model; everything in it is made up, and it says that it is a test."""
    return Alert(
        id=f"msg_test_{secrets.token_hex(12)}",
        topic="lead.ready",
        at=now,
        lead=0,
        who=Person("Ada Lovelace", "ada@example.com", "Analytical Engines", "Director", "+33 1 23 45 67 89"),
        model=model.id,
        model_label=model.label,
        score=model.handoff_band.enter if model.handoff_band else 0,
        band=model.handoff or "hot",
        link=f"{public_url}/ready",
        reasons=tuple(Reason(rule.id, rule.label, 0, 1) for rule in model.rules[:3]),
        last_page=LastPage("", f"{public_url}/", now - _MINUTE_MS),
        source="direct",
        next_step=model.next_step.get(model.handoff or "", ""),
        is_test=True,
    )


def sample_delivery(destination: Destination, alert: Alert) -> Delivery:
    """Its way there, which is written down nowhere."""
    return Delivery(0, alert.id, destination.id, alert.lead, alert.topic, 1, alert.at, "{}")
