"""An alert: who, how ripe and why, for whoever is told of it; nothing in it depends on how it is sent."""

from __future__ import annotations

from dataclasses import dataclass

from ripeline.store.outbox_rows import Topic


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that gave the score: its id and label, thousandths, and how often it paid."""

    rule: str
    label: str
    points: int
    times: int


@dataclass(frozen=True, slots=True)
class LastPage:
    """The last page the lead looked at, when (ms); `title` is "" when the page had none."""

    title: str
    url: str
    at: int


@dataclass(frozen=True, slots=True)
class Person:
    """Who it is about, as known when the alert is sent; "" where nothing is known."""

    name: str = ""
    email: str = ""
    company: str = ""
    job: str = ""
    phone: str = ""

    def called(self) -> str:
        """The best there is to call them by, "" for an anonymous visitor."""
        return self.name or self.email or self.phone


@dataclass(frozen=True, slots=True)
class Alert:
    """What is told; score in thousandths, times in ms, "" and None where something does not apply.

    `id` stays the same however often it is sent. `reasons` are at most three, most points first. `before` is the band
    of before (`lead.band`, `lead.cooled`). `link` leads to the lead's page, `next_step` is the model's for the band.
    `handoff` is the hand-off's id; `verdict`, `note`, `outcome`, `value` (thousandths) and `by` are what was said.
    """

    id: str
    topic: Topic
    at: int
    lead: int
    who: Person
    model: str | None
    model_label: str
    score: int
    band: str
    link: str
    reasons: tuple[Reason, ...] = ()
    before: str = ""
    last_page: LastPage | None = None
    source: str = ""
    next_step: str = ""
    handoff: int | None = None
    verdict: str = ""
    note: str = ""
    outcome: str = ""
    value: int | None = None
    by: str = ""
    is_test: bool = False
