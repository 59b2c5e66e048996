"""A what-if as text for people, in English and French."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import cycle
from typing import Final

from ripeline.calibration.report import SHOWN, Calls, ModelReport, Move, Mover, Shift
from ripeline.calibration.whatif import WhatIf
from ripeline.domain.points import THOUSANDTHS
from ripeline.rules.model import Model
from ripeline.rules.plain_words import LANGUAGES
from ripeline.rules.stories import OUT_OF_TARGET
from ripeline.scoring.bands import COLD
from ripeline.templating.languages import Locale, catalog
from ripeline.templating.numbers import write_count
from ripeline.templating.times import write_moment
from ripeline.templating.wording import band_word

_WIDEST_BAR: Final = 24
_MOST_ROWS: Final = 12


@dataclass(frozen=True, slots=True)
class Comparison:
    """A what-if that was answered, with the names of all it lists."""

    what_if: WhatIf
    names: dict[int, str | None] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", self.what_if.names())


def bands_text(comparison: Comparison, locale: Locale) -> str:
    """Who is in which band before and after, and how the scores spread."""
    return "\n".join(_Teller(comparison, locale).bands())


def calls_text(comparison: Comparison, locale: Locale) -> str:
    """Hand-offs before and after, and what all of it rests on."""
    return "\n".join(_Teller(comparison, locale).calls())


class _Teller:
    """Tells one comparison in one language."""

    def __init__(self, comparison: Comparison, locale: Locale) -> None:
        self._what_if = comparison.what_if
        self._names = comparison.names
        self._locale = locale
        self._words = catalog(locale)
        self._number = LANGUAGES[locale].number
        self._now = self._words.pgettext("what-if", "now")
        self._then = self._words.pgettext("what-if", "then")

    def bands(self) -> Iterator[str]:
        _, plan = self._words.gettext, self._what_if.plan
        if not plan.models:
            yield _("The same rules: nothing changes.")
            return
        for id in plan.models:
            model, report = self._model(id), self._what_if.report.of(id)
            yield _("%(model)s: who is in which band") % {"model": model.label}
            yield from self._table(model, report)
            yield from self._moves(report)
            yield from self._scores(report)
            yield ""
        for model in self._what_if.new.models:
            if model.id not in plan.models:
                yield _("%(model)s: nothing changes.") % {"model": model.label}
        yield from self._basis()

    def calls(self) -> Iterator[str]:
        _ = self._words.gettext
        for id in self._what_if.plan.models:
            yield ""
            yield _("%(model)s: hand-offs") % {"model": self._model(id).label}
            yield from self._calls(self._what_if.report.of(id).calls)
        yield ""
        yield _(
            "Hand-offs come from a replay of the history under both files, as if every event had arrived when it "
            "occurred and sales had said nothing. What was really handed over stays as it is."
        )

    def _table(self, model: Model, report: ModelReport) -> Iterator[str]:
        _ = self._words.gettext
        names = [*(band.name for band in reversed(model.bands)), COLD, OUT_OF_TARGET]
        seen = {band for move in report.moves for band in move if band is not None}
        shown = [name for name in names if name in seen or name not in (COLD, OUT_OF_TARGET)]
        bands = [*shown, *sorted(seen.difference(shown))]
        entering, leaving = self._words.pgettext("what-if", "in"), self._words.pgettext("what-if", "out")
        headings = self._words.pgettext("what-if", "band"), self._now, self._then, entering, leaving
        rows: list[tuple[str, ...]] = [headings]
        for band in bands:
            now, then, both = (self._count(report, one) for one in ((band, None), (None, band), (band, band)))
            rows.append((self._band(band), *map(self._whole, (now, then, then - both, now - both))))
        yield from _columns(rows)

    def _count(self, report: ModelReport, asked: Move) -> int:
        """How many leads made a move; None: from or to anywhere."""
        before, after = asked
        return sum(
            count for move, count in report.moves.items() if before in (None, move[0]) and after in (None, move[1])
        )

    def _moves(self, report: ModelReport) -> Iterator[str]:
        _ = self._words.gettext
        moved = sorted(((count, move) for move, count in report.moves.items() if move[0] != move[1]), key=_most)
        for count, move in moved:
            before, after = (self._band(band) if band else _("not in this file") for band in move)
            leads = self._words.ngettext("%(n)s lead", "%(n)s leads", count) % {"n": self._whole(count)}
            yield "  " + _("%(before)s → %(after)s: %(leads)s") % {"before": before, "after": after, "leads": leads}
            yield from (self._mover(each) for each in report.movers[move])
            if count > SHOWN:
                yield "    " + _("and %(n)s more") % {"n": self._whole(count - SHOWN)}

    def _mover(self, mover: Mover) -> str:
        scores = [self._number(score / THOUSANDTHS) for score in (mover.before, mover.after) if score is not None]
        return f"    {self._who(mover.lead)}  {' → '.join(dict.fromkeys(scores))}"

    def _scores(self, report: ModelReport) -> Iterator[str]:
        before, after = report.scores_before, report.scores_after
        if not before and not after:
            return
        width = _width(before.keys() | after.keys())
        binned = [_binned(scores, width) for scores in (before, after)]
        tallest = max(count for one in binned for count in one.values())
        _ = self._words.gettext
        points = self._words.pgettext("what-if", "points")
        rows: list[tuple[str, ...]] = [(points, self._now, "", self._then, "")]
        for low in sorted(binned[0].keys() | binned[1].keys(), reverse=True):
            label = str(low) if width == 1 else f"{low} … {low + width - 1}"
            cells = [cell for one in binned for cell in (self._whole(one[low]), _bar(one[low], tallest))]
            rows.append((label.replace("-", "\u2212"), *cells))
        yield from _columns(rows)

    def _calls(self, calls: Calls) -> Iterator[str]:
        _ = self._words.gettext
        text = _("In all: %(before)s → %(after)s; a week: %(week_before)s → %(week_after)s (weeks: %(weeks)s)")
        yield "  " + text % {
            "before": self._whole(calls.before.total()),
            "after": self._whole(calls.after.total()),
            "week_before": self._number(calls.a_week(calls.before)),
            "week_after": self._number(calls.a_week(calls.after)),
            "weeks": calls.weeks,
        }
        if calls.median_days is not None:
            text = _("Earlier: %(earlier)s, later: %(later)s; in the median %(days)s days later")
            if calls.median_days < 0:
                text = _("Earlier: %(earlier)s, later: %(later)s; in the median %(days)s days earlier")
            yield "  " + text % {
                "earlier": self._whole(calls.earlier),
                "later": self._whole(calls.later),
                "days": self._number(abs(calls.median_days)),
            }
            yield from self._shifts(calls.moved, calls.earlier + calls.later)
        if calls.gained:
            yield "  " + _("New: %(n)s") % {"n": self._whole(calls.gained)}
            yield from self._shifts(calls.new, calls.gained)
        if calls.lost:
            yield "  " + _("Lost: %(n)s") % {"n": self._whole(calls.lost)}
            yield from self._shifts(calls.gone, calls.lost)

    def _shifts(self, shifts: Sequence[Shift], count: int) -> Iterator[str]:
        _ = self._words.gettext
        zone = self._what_if.old.timezone
        for each in shifts:
            moments = [write_moment(at, zone, self._locale) for at in (each.before, each.after) if at is not None]
            late = ""
            if each.days:
                text = _(" (%(days)s days later)") if each.days > 0 else _(" (%(days)s days earlier)")
                late = text % {"days": abs(each.days)}
            yield f"    {self._who(each.lead)}  {' → '.join(moments)}{late}"
        if count > SHOWN:
            yield "    " + _("and %(n)s more") % {"n": self._whole(count - SHOWN)}

    def _basis(self) -> Iterator[str]:
        _, report = self._words.gettext, self._what_if.report
        if report.replayed:
            yield _("Leads folded again from their events: %(n)s.") % {"n": self._whole(report.replayed)}
        else:
            yield _("Answered from the stored points; nobody had to be folded again.")
        if report.failed:
            yield _("Leads that could not be scored: %(n)s.") % {"n": self._whole(report.failed)}

    def _model(self, id: str) -> Model:
        models = {model.id: model for model in (*self._what_if.old.models, *self._what_if.new.models)}
        return models[id]

    def _who(self, lead: int) -> str:
        return self._names.get(lead) or self._words.gettext("lead %(id)d") % {"id": lead}

    def _band(self, name: str) -> str:
        return self._words.gettext("out of target") if name == OUT_OF_TARGET else band_word(name, self._words)

    def _whole(self, number: int) -> str:
        return write_count(number, self._locale)


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The first column and bars to the left, numbers to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.ljust(width) if not place or set(cell) == {"█"} else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield f"  {'  '.join(cells)}".rstrip()


def _width(points: Set[int]) -> int:
    """How many points a row of the spread takes together: 1, 2, 5, 10, …, so that few rows say it all."""
    span = max(points) - min(points) + 1
    width, factors = 1, cycle((2, 2.5, 2))
    while span > width * _MOST_ROWS:
        width = round(width * next(factors))
    return width


def _binned(scores: Counter[int], width: int) -> Counter[int]:
    found: Counter[int] = Counter()
    for points, count in scores.items():
        found[points // width * width] += count
    return found


def _bar(count: int, tallest: int) -> str:
    return "█" * max(1, round(_WIDEST_BAR * count / tallest)) if count else ""


def _most(moved: tuple[int, Move]) -> tuple[int, str]:
    return -moved[0], str(moved[1])
