"""The audit log: who did what when, by person and by kind, page after page."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final
from urllib.parse import urlencode

from starlette.routing import Route

from ripeline.domain.whole_numbers import whole_number
from ripeline.pages.desk import Desk, shown
from ripeline.store.audit import (
    AuditLine,
    AuditQuery,
    What,
    audit_authors,
    audit_kinds,
    failed_signins,
    read_audit,
)
from ripeline.templating.times import local

HERE: Final = "/settings/audit"
A_PAGE: Final = 50

_A_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Lines by day, newest first; `who` and `what` are the filters ("" for all), `next` the address of older lines.

    `failed`: how many sign-ins failed within seven days, whoever tried.
    """

    days: tuple[tuple[int, tuple[AuditLine, ...]], ...]
    authors: tuple[str, ...]
    kinds: tuple[str, ...]
    who: str
    what: str
    next: str
    failed: int


def read_page(desk: Desk) -> AuditPage:
    """One page of the log; what was asked and makes no sense asks nothing."""
    who, what, before = (desk.query.get(name, "") for name in ("who", "what", "before"))
    query = AuditQuery(
        None if who in ("", "*") else who.removeprefix("="),
        what or None,
        whole_number(before),
    )
    lines = read_audit(desk.conn, query, A_PAGE + 1)
    shown, used = lines[:A_PAGE], audit_kinds(desk.conn)
    return AuditPage(
        days=_days(shown, desk.ruleset.timezone),
        authors=audit_authors(desk.conn),
        kinds=tuple(kind for kind in KINDS if kind in used),
        who=who,
        what=what,
        next=_older(who, what, shown[-1].id) if len(lines) > A_PAGE else "",
        failed=failed_signins(desk.conn, _week_ago()),
    )


#: Every kind of deed, in the order people choose from.
KINDS: Final[tuple[str, ...]] = What.__args__  # type: ignore[attr-defined]


def _days(lines: tuple[AuditLine, ...], zone: str) -> tuple[tuple[int, tuple[AuditLine, ...]], ...]:
    days = groupby(lines, lambda line: local(line.at, zone).date())
    grouped = (tuple(lines) for _, lines in days)
    return tuple((group[0].at, group) for group in grouped)


def _older(who: str, what: str, last: int) -> str:
    asked = {"who": who, "what": what, "before": str(last)}
    return f"{HERE}?{urlencode({name: value for name, value in asked.items() if value})}"


def _week_ago() -> str:
    return (datetime.fromtimestamp(time.time(), UTC).date() - timedelta(days=_A_WEEK - 1)).isoformat()


show_audit: Final = shown("owner", "audit.html", read_page)


ROUTES: Final = [Route(HERE, show_audit, methods=["GET"])]
