"""What pages and API read, as frozen facts: no rows, no SQL beyond `store`. Points in thousandths, times in ms UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class LeadSummary:
    """One line of a list of leads, as seen by one model.

    `missing` thousandths to `next_band` (None when already in the highest); `ripeness` is score / hand-off
    threshold, 0..1 and above (None: the model has no hand-off); `notch` where the next band begins on the same scale.
    `top_rule` is the rule id that gave most, `top_times` how often it paid; `owner` the name of who took it to sales.
    `objects`: to being scored; nothing is missing to any band then.
    """

    id: int
    email: str | None
    visitor: str
    attributes: dict[str, Any]
    model: str
    score: int
    engagement: int
    fit: int
    band: str
    out_of_target: bool
    next_band: str | None
    missing: int | None
    ripeness: float | None
    notch: float | None
    top_rule: str | None
    channel: str
    first_seen: int
    last_seen: int
    reachable: bool
    top_times: int = 0
    owner: str | None = None
    objects: bool = False


@dataclass(frozen=True, slots=True)
class LeadList:
    """One page of leads; `next` is the cursor of the page after it.

    `total` is None above 10 000, and where counting would mean looking at everybody; then there are `at_least` so many.
    """

    leads: tuple[LeadSummary, ...]
    next: str | None
    total: int | None
    at_least: int = 0


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One rule on the receipt: how often it paid, what it gave, and how often it gave nothing, by reason."""

    rule: str
    label: str
    is_fit: bool
    times: int
    points: int
    refused: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelReading:
    """One model's score of one lead with its receipt."""

    model: str
    label: str
    score: int
    engagement: int
    fit: int
    band: str
    out_of_target: bool
    next_band: str | None
    missing: int | None
    ripeness: float | None
    notch: float | None
    receipt: tuple[ReceiptLine, ...] = ()


@dataclass(frozen=True, slots=True)
class HandoffView:
    """One hand-off; `reasons` are (rule id, label, thousandths, times), most points first.

    `reached`: under the rules in force the lead comes into the hand-off band, or asks for it, too; if not, it was made
    under other rules, or by events that count no more. `snoozed_until` in ms; `outcome` won, lost or None. `cools_at`
    (ms): when the lead will have left the band if nothing happens, None: not by time.
    """

    id: int
    lead_id: int
    email: str | None
    attributes: dict[str, Any]
    model: str
    model_label: str
    band: str
    score: int
    current_score: int
    current_band: str
    ripeness: float | None
    notch: float | None
    crossed_at: int
    made_at: int
    state: str
    owner: str | None
    verdict: str | None
    next_step: str
    last_seen: int
    reasons: tuple[tuple[str, str, int, int], ...] = ()
    reached: bool = True
    snoozed_until: int | None = None
    outcome: str | None = None
    note: str = ""
    owner_id: int | None = None
    cools_at: int | None = None


@dataclass(frozen=True, slots=True)
class AttributeView:
    """One thing known about a lead."""

    name: str
    value: Any
    verified: bool
    at: int


@dataclass(frozen=True, slots=True)
class GivenView:
    """Points a person gave by hand (thousandths): the id of the event, when, in which model, why and by whom."""

    event: str
    at: int
    points: int
    model: str
    reason: str
    author: str


@dataclass(frozen=True, slots=True)
class LeadDetail:
    """One lead, whole, without its timeline; `given` are points by hand, the newest first."""

    id: int
    email: str | None
    attributes: tuple[AttributeView, ...]
    visitors: tuple[str, ...]
    first_seen: int
    last_seen: int
    reachable: bool
    first_source: str
    last_source: str
    models: tuple[ModelReading, ...]
    handoffs: tuple[HandoffView, ...]
    given: tuple[GivenView, ...] = ()


@dataclass(frozen=True, slots=True)
class Colleague:
    """Another lead of the same company."""

    id: int
    email: str
    attributes: dict[str, Any]
    last_seen: int


@dataclass(frozen=True, slots=True)
class Colleagues:
    """Of the company with that domain how many others were here, and those seen last, the latest first."""

    domain: str
    count: int
    leads: tuple[Colleague, ...]


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One ledger entry on a timeline; `reason` None where it was paid."""

    model: str
    rule: str
    label: str
    points: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class CrossingView:
    """A band entered or left at an event."""

    model: str
    band: str
    entered: bool
    at: int


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One event with what it earned; `scores` is the running score after it, per model id.

    `spent` ms on the page when known (from its engagement event, else until the next event), else None.
    """

    id: str
    seq: int
    on: str
    item: str
    url: str
    title: str
    at: int
    suspect: str
    props: dict[str, Any]
    spent: int | None
    ledger: tuple[LedgerLine, ...]
    crossings: tuple[CrossingView, ...]
    scores: dict[str, int]


@dataclass(frozen=True, slots=True)
class TimelineSession:
    """One session, its events oldest first; `gap_before` ms since the lead's session before it (None: the first)."""

    id: int
    visitor: str
    started_at: int
    ended_at: int
    channel: str
    source: str
    entry: str
    gap_before: int | None
    events: tuple[TimelineEvent, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Sessions newest first, a page of them."""

    sessions: tuple[TimelineSession, ...]
    next: str | None
