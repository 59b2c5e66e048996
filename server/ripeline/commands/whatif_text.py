"""A what-if as text for people, in English and French."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from itertools import cycle
from typing import Final

from ripeline.calibration.finding import Finding, Handoffs, ModelFinding, Moved, Pair
from ripeline.calibration.report import Mover, Shift
from ripeline.commands.layout import bar, lines_of, table
from ripeline.domain.points import THOUSANDTHS
from ripeline.rules.model import Model
from ripeline.rules.plain_words import LANGUAGES
from ripeline.rules.stories import OUT_OF_TARGET
from ripeline.scoring.bands import COLD
from ripeline.templating.languages import Locale, catalog
from ripeline.templating.numbers import write_count
from ripeline.templating.times import local
from ripeline.templating.wording import band_word

_WIDEST_BAR: Final = 20
_MOST_ROWS: Final = 12

#: What leads are called, by id.
Names = Mapping[int, str]

#: Names of each list; --json has more.
_NAMED: Final = 10


def bands_text(finding: Finding, names: Names, zone: str, locale: Locale) -> str:
    """Who is in which band before and after, and how the scores spread."""
    return "\n".join(_Teller(finding, names, zone, locale).bands())


def handoffs_text(finding: Finding, names: Names, zone: str, locale: Locale) -> str:
    """Hand-offs before and after, by their days in that zone, and what all of it rests on."""
    return "\n".join(_Teller(finding, names, zone, locale).handoffs())


class _Teller:
    """Tells one finding in one language."""

    def __init__(self, finding: Finding, names: Names, zone: str, locale: Locale) -> None:
        self._finding = finding
        self._called = names
        self._zone = zone
        self._locale = locale
        self._words = catalog(locale)
        self._language = LANGUAGES[locale]
        self._now = self._words.pgettext("what-if", "now")
        self._then = self._words.pgettext("what-if", "then")

    def bands(self) -> Iterator[str]:
        _ = self._words.gettext
        if not self._finding.models:
            yield _("The same rules: nothing changes.")
            return
        for found in self._finding.models:
            if found.moves or found.scores_before != found.scores_after:
                yield from self._model(found)
            else:
                yield _("%(model)s: every lead keeps its score and its band.") % {"model": found.model.label}
            yield ""
        for label in self._finding.unchanged:
            yield _("%(model)s: nothing changes.") % {"model": label}
        yield from self._basis()

    def handoffs(self) -> Iterator[str]:
        for found in self._finding.models:
            if found.handoffs is not None:
                yield ""
                yield self._words.gettext("%(model)s: hand-offs") % {"model": found.model.label}
                yield from self._handoffs(found.handoffs)
        yield ""
        yield from lines_of(
            self._words.gettext(
                "Hand-offs come from a replay of the history under both files, as if every event had arrived when it "
                "occurred and sales had said nothing. What was really handed over stays as it is."
            )
        )

    def _model(self, found: ModelFinding) -> Iterator[str]:
        yield self._words.gettext("%(model)s: who is in which band") % {"model": found.model.label}
        order = _bands_of(found)
        yield from self._table(found, order)
        for move in sorted(found.moves, key=_highest(order)):
            yield from self._move(move, found.model)
        yield from self._scores(found.scores_before, found.scores_after)

    def _table(self, found: ModelFinding, order: Sequence[str]) -> Iterator[str]:
        entering, leaving = self._words.pgettext("what-if", "in"), self._words.pgettext("what-if", "out")
        headings = self._words.pgettext("what-if", "band"), self._now, self._then, entering, leaving
        rows: list[tuple[str, ...]] = [headings]
        for band in order:
            both = found.bands.get(band, Pair(0, 0))
            comers = sum(move.leads for move in found.moves if move.after == band)
            leavers = sum(move.leads for move in found.moves if move.before == band)
            rows.append((self._band(band), *map(self._whole, (both.before, both.after, comers, leavers))))
        yield from table(rows)

    def _move(self, move: Moved, model: Model) -> Iterator[str]:
        _ = self._words.gettext
        before, after = (self._band(band) if band else _("not in this file") for band in (move.before, move.after))
        leads = self._words.ngettext("%(n)s lead", "%(n)s leads", move.leads) % {"n": self._whole(move.leads)}
        yield "  " + _("%(before)s → %(after)s: %(leads)s") % {"before": before, "after": after, "leads": leads}
        # Of a model that is new or gone only those matter who are (or were) handed over.
        if None not in (move.before, move.after) or {move.before, move.after} & set(_ripe(model)):
            yield from self._names([(each.lead, self._points(each)) for each in move.first], move.leads)

    def _names(self, rows: Sequence[tuple[int, str]], count: int) -> Iterator[str]:
        """The first of so many leads, with what there is to say of each."""
        yield from table([(self._who(lead), text) for lead, text in rows[:_NAMED]], indent=4, left=2)
        if count > _NAMED:
            yield "    " + self._words.gettext("and %(n)s more") % {"n": self._whole(count - min(_NAMED, len(rows)))}

    def _points(self, mover: Mover) -> str:
        scores = (score for score in (mover.before, mover.after) if score is not None)
        return " → ".join(dict.fromkeys(self._language.number(score / THOUSANDTHS) for score in scores))

    def _scores(self, before: Mapping[int, int], after: Mapping[int, int]) -> Iterator[str]:
        if not before and not after:
            return
        width = _width(before.keys() | after.keys())
        binned = [_binned(scores, width) for scores in (before, after)]
        tallest = max(count for one in binned for count in one.values())
        rows: list[tuple[str, ...]] = [(self._words.pgettext("what-if", "points"), self._now, "", self._then, "")]
        for low in sorted(binned[0].keys() | binned[1].keys(), reverse=True):
            label = str(low) if width == 1 else f"{low} … {low + width - 1}"
            cells = [cell for one in binned for cell in (self._whole(one[low]), bar(one[low], tallest, _WIDEST_BAR))]
            rows.append((label.replace("-", "\u2212"), *cells))
        yield from table(rows, left=0)

    def _handoffs(self, found: Handoffs) -> Iterator[str]:
        _, number = self._words.gettext, self._language.number
        weeks = self._words.ngettext("in %(n)s week", "in %(n)s weeks", found.weeks) % {"n": found.weeks}
        yield from table(
            [
                ("", self._now, self._then),
                (weeks, *map(self._whole, found.calls)),
                (_("a week"), *(number(found.a_week(calls)) for calls in found.calls)),
                (_("in the busiest week"), *map(self._whole, found.busiest_week)),
            ]
        )
        if found.median_days is not None:
            text = _("Earlier: %(earlier)s, later: %(later)s; in the median %(shift)s")
            yield "  " + text % {
                "earlier": self._whole(found.earlier),
                "later": self._whole(found.later),
                "shift": self._shifted(found.median_days),
            }
            yield from self._shifts(found.moved_first, found.earlier + found.later)
        if found.new:
            yield "  " + _("New: %(n)s") % {"n": self._whole(found.new)}
            yield from self._shifts(found.new_first, found.new)
        if found.lost:
            yield "  " + _("Lost: %(n)s") % {"n": self._whole(found.lost)}
            yield from self._shifts(found.lost_first, found.lost)
        if found.calls.before == found.calls.after and found.median_days is None and not found.new and not found.lost:
            yield "  " + _("The same leads, on the same days.")

    def _shifts(self, shifts: Sequence[Shift], count: int) -> Iterator[str]:
        rows = []
        for each in shifts:
            days = " → ".join(f"{local(at, self._zone):%Y-%m-%d}" for at in (each.before, each.after) if at is not None)
            rows.append((each.lead, f"{days}  {self._shifted(each.days)}" if each.days else days))
        yield from self._names(rows, count)

    def _shifted(self, days: float) -> str:
        count = 1 if self._language.is_singular(abs(days)) else 2
        text = self._words.ngettext("%(n)s day later", "%(n)s days later", count)
        if days < 0:
            text = self._words.ngettext("%(n)s day earlier", "%(n)s days earlier", count)
        return text % {"n": self._language.number(abs(days))}

    def _basis(self) -> Iterator[str]:
        _, finding = self._words.gettext, self._finding
        if finding.folded_again:
            yield _("Leads folded again from their events: %(n)s.") % {"n": self._whole(finding.folded_again)}
        else:
            yield _("Answered from the stored points; nobody had to be folded again.")
        if finding.not_scored:
            yield _("Leads that could not be scored: %(n)s.") % {"n": self._whole(finding.not_scored)}

    def _who(self, lead: int) -> str:
        """By what commands take: an e-mail by itself, behind any other name the id."""
        who = self._called.get(lead)
        if who and who == self._finding.names.get(lead):
            return who
        text = "%(who)s (lead %(id)d)" if who else "lead %(id)d"
        return self._words.gettext(text) % {"who": who, "id": lead}

    def _band(self, name: str) -> str:
        return self._words.gettext("out of target") if name == OUT_OF_TARGET else band_word(name, self._words)

    def _whole(self, number: int) -> str:
        return write_count(number, self._locale)


def _bands_of(found: ModelFinding) -> list[str]:
    """Those to be shown, from the highest down, and then any that only the other file has."""
    shown = [band.name for band in reversed(found.model.bands)]
    shown += [band for band in (COLD, OUT_OF_TARGET) if band in found.bands]
    return [*shown, *sorted(found.bands.keys() - set(shown))]


def _highest(order: Sequence[str]) -> Callable[[Moved], tuple[int, ...]]:
    """Who comes into the highest band stands first."""
    places: dict[str | None, int] = {band: place for place, band in enumerate(order)}
    return lambda move: (places.get(move.after, len(order)), places.get(move.before, len(order)))


def _ripe(model: Model) -> list[str]:
    """The hand-off band and those above it."""
    names = [band.name for band in model.bands]
    return names[names.index(model.handoff) :] if model.handoff in names else []


def _width(points: Set[int]) -> int:
    """How many points a row of the spread takes together: 1, 2, 5, 10, …, so that few rows say it all."""
    span = max(points) - min(points) + 1
    width, factors = 1, cycle((2, 2.5, 2))
    while span > width * _MOST_ROWS:
        width = round(width * next(factors))
    return width


def _binned(scores: Mapping[int, int], width: int) -> Counter[int]:
    found: Counter[int] = Counter()
    for points, count in scores.items():
        found[points // width * width] += count
    return found
