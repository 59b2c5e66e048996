"""Ready as a file: exactly what the page lists, in its order, from its first page to its last."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from gettext import NullTranslations
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.domain.points import as_number
from ripeline.errors import Conflict
from ripeline.pages.csv import Cell, csv_answer, headed, moment
from ripeline.pages.desk import running_of
from ripeline.pages.doing import words, write_down
from ripeline.pages.ready import REASONS
from ripeline.pages.who import who_is
from ripeline.rules.model import Ruleset
from ripeline.running import Running
from ripeline.store.database import Connection
from ripeline.store.reading_shelf import open_on_shelf, put_off, taken_by_others, taken_on_shelf
from ripeline.store.views import HandoffView
from ripeline.templating.times import local
from ripeline.templating.wording import band_word, reason

_AT_ONCE: Final = 200
_MOST_LATER: Final = 10_000

_Page = Callable[[Connection, Ruleset, str | None], tuple[tuple[HandoffView, ...], str | None]]


@require("sales")
async def write_csv(request: Request) -> Response:
    """Open, taken (the reader's own first) and put off."""
    running, texts = running_of(request), words(request)
    with running.reading() as (_, ruleset):
        zone, version = ruleset.timezone, ruleset.hash
    base = str(running.settings.public_url)
    rows = (_cells(each, zone, base, texts) for each in _all(running, request.state.user.id, version))
    today = local(int(time.time() * 1000), zone).date()
    await write_down(request, "leads_exported", "/ready")
    return csv_answer(request, "ready", headed(_heading(texts), rows), today)


def _all(running: Running, user: int, version: str) -> Iterator[HandoffView]:
    """As `leads_csv`: when other rules come into force meanwhile, the file stays unfinished."""
    pages: tuple[_Page, ...] = (
        lambda conn, rules, cursor: open_on_shelf(conn, rules, _AT_ONCE, cursor),
        lambda conn, rules, cursor: taken_on_shelf(conn, rules, user, _AT_ONCE, cursor),
        lambda conn, rules, cursor: taken_by_others(conn, rules, user, _AT_ONCE, cursor),
        lambda conn, rules, _: (put_off(conn, rules, _MOST_LATER), None),
    )
    for page in pages:
        cursor: str | None = None
        while True:
            with running.reading() as (conn, ruleset):
                if ruleset.hash != version:
                    raise Conflict("other rules came into force while the list was written; ask for it again")
                found, cursor = page(conn, ruleset, cursor)
            yield from found
            if cursor is None:
                break


def _heading(texts: NullTranslations) -> list[str]:
    _ = texts.gettext
    before = [_("Name"), _("Job"), _("Company"), _("Phone"), _("E-mail"), _("Score"), _("Band"), _("Model")]
    times = [_("Ripe since"), _("Cools down on"), _("Again on")]
    because = _("Reason")
    reasons = [f"{because} {number}" for number in range(1, REASONS + 1)]
    return [*before, *times, *reasons, _("Next step"), _("Taken by"), _("Page")]


def _cells(handoff: HandoffView, zone: str, base: str, texts: NullTranslations) -> Sequence[Cell]:
    who = who_is(handoff.lead_id, handoff.email, handoff.attributes)
    reasons = [reason(label, times, texts) for _, label, _, times in handoff.reasons[:REASONS]]
    return [
        who.name,
        who.job,
        who.company,
        who.phone,
        who.email,
        as_number(handoff.current_score),
        band_word(handoff.current_band, texts),
        handoff.model_label,
        *(moment(at, zone) for at in (handoff.crossed_at, handoff.cools_at, handoff.snoozed_until)),
        *(reasons + [""] * REASONS)[:REASONS],
        handoff.next_step,
        handoff.owner or "",
        f"{base}/leads/{handoff.lead_id}",
    ]


ROUTES: Final = [Route("/ready.csv", write_csv, methods=["GET"])]
