"""Alerts: who hears of a ripe lead and how, and what became of each message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from gettext import NullTranslations
from typing import Final
from urllib.parse import urlencode, urlsplit

from starlette.routing import Route

from ripeline.auth.logins import now_ms
from ripeline.domain.whole_numbers import whole_number
from ripeline.pages.alerts_words import failure
from ripeline.pages.desk import Desk, shown
from ripeline.pages.who import Who, who_is
from ripeline.store.destinations import KINDS, Destination, Kind, all_destinations
from ripeline.store.outbox_rows import TOPICS
from ripeline.store.reading_deliveries import (
    NEWEST,
    SHOWN,
    DeliveryView,
    Fares,
    LogQuery,
    delivery_counts,
    delivery_log,
    how_they_fare,
)
from ripeline.templating.languages import catalog

HERE: Final = "/settings/alerts"

#: Lines of the log on one page.
_LINES: Final = 25
#: So much of an address that is itself a secret is shown, so that two can be told apart.
_TAIL: Final = 4
_SECRET_ADDRESSES: Final = frozenset({"slack", "teams"})


@dataclass(frozen=True, slots=True)
class Place:
    """One destination as a row. `address` is shown, never the whole of one that is a secret.

    `old_until`: until when (ms) the secret of before signs too, None: it does no more.
    """

    it: Destination
    address: str
    fares: Fares
    old_until: int | None


@dataclass(frozen=True, slots=True)
class LogRow:
    """One message on its way; `who` None: its lead was erased. `said` is what came back, in the reader's words."""

    it: DeliveryView
    who: Who | None
    said: str


@dataclass(frozen=True, slots=True)
class Log:
    """The part of the log that is shown; `shown` as in `SHOWN`, `to` the destination it is narrowed to (None: none)."""

    rows: tuple[LogRow, ...]
    shown: str
    to: Destination | None
    waiting: int
    dead: int
    next: str


@dataclass(frozen=True, slots=True)
class AlertsPage:
    """`add`: the kind whose form is open, "" for none; `change`: the id of the destination whose form is, else 0.

    `can_mail`: a mail server is set. `models` are (id, label). `made` and `key`: the secret made just now, shown once.
    """

    places: tuple[Place, ...]
    log: Log
    add: str
    change: int
    can_mail: bool
    models: tuple[tuple[str, str], ...]
    made: str
    key: str
    kinds: tuple[Kind, ...] = KINDS
    topics: tuple[str, ...] = TOPICS

    @property
    def log_address(self) -> Callable[..., str]:
        """Where a part of the log is (see `log_address`)."""
        return log_address

    @property
    def labels(self) -> dict[str, str]:
        return dict(self.models)


def read_alerts(desk: Desk, made: str = "", key: str = "") -> AlertsPage:
    """All destinations and one page of the log."""
    destinations, fares, now = all_destinations(desk.conn), how_they_fare(desk.conn), now_ms()
    asked = desk.query
    return AlertsPage(
        places=tuple(_place(each, fares.get(each.id, Fares()), now) for each in destinations),
        log=_log(desk, destinations),
        add=asked.get("add", "") if not key else "",
        change=whole_number(asked.get("change", "")) or 0,
        can_mail=desk.running.settings.smtp is not None,
        models=tuple((model.id, model.label) for model in desk.ruleset.models),
        made=made,
        key=key,
    )


def log_address(shown: str = "", to: int | None = None, before: int | None = None) -> str:
    """Where that part of the log is."""
    asked = {"shown": shown, "to": to or "", "before": before or ""}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{HERE}?{query}#log" if query else f"{HERE}#log"


def _place(each: Destination, fares: Fares, now: int) -> Place:
    return Place(each, _shown_address(each), fares, each.old_until if each.old_until > now else None)


def _shown_address(each: Destination) -> str:
    if each.kind not in _SECRET_ADDRESSES:
        return each.address
    return f"{urlsplit(each.address).netloc}/…{each.address[-_TAIL:]}"


def _log(desk: Desk, destinations: tuple[Destination, ...]) -> Log:
    shown, to = _wanted(desk.query), whole_number(desk.query.get("to", "")) or 0
    before = whole_number(desk.query.get("before", "")) or 0
    query = LogQuery(shown, to or None, before or NEWEST, _LINES + 1)
    found = delivery_log(desk.conn, query)
    waiting, dead = delivery_counts(desk.conn)
    words = catalog(desk.locale)
    return Log(
        rows=tuple(_row(each, words) for each in found[:_LINES]),
        shown=shown,
        to=next((each for each in destinations if each.id == to), None),
        waiting=waiting,
        dead=dead,
        next=log_address(shown, to, found[_LINES - 1].id) if len(found) > _LINES else "",
    )


def _row(each: DeliveryView, words: NullTranslations) -> LogRow:
    who = who_is(each.lead, each.email, each.attributes) if each.lead else None
    return LogRow(each, who, each.answer if each.state == "sent" else failure(each.answer, words))


def _wanted(query: Mapping[str, str]) -> str:
    shown = query.get("shown", "")
    return shown if shown in SHOWN else ""


show_alerts: Final = shown("marketer", "alerts.html", read_alerts)


ROUTES: Final = [Route(HERE, show_alerts, methods=["GET"])]
