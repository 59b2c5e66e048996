"""The receipt of a lead as text for people, in English and French."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from gettext import NullTranslations

from ripeline.commands.layout import lines_of
from ripeline.domain.points import THOUSANDTHS
from ripeline.fold.lead_story import Story
from ripeline.rules.model import Model, Rule
from ripeline.rules.plain import in_words, labels_of
from ripeline.rules.plain_words import LANGUAGES
from ripeline.scoring.change import Crossing
from ripeline.scoring.points_by_hand import MANUAL
from ripeline.scoring.receipt import Receipt, RuleRow
from ripeline.store.reading_bands import standing_of
from ripeline.store.views import HandoffView
from ripeline.templating.languages import Locale, catalog
from ripeline.templating.times import write_moment
from ripeline.templating.wording import band_word, refusal


def text_of(story: Story, locale: Locale) -> str:
    """The whole story, without a line break at its end."""
    return "\n".join(_Teller(story, locale).lines())


class _Teller:
    """Tells one story in one language."""

    def __init__(self, story: Story, locale: Locale) -> None:
        self._story = story
        self._locale = locale
        self._words: NullTranslations = catalog(locale)
        self._number = LANGUAGES[locale].number

    def lines(self) -> Iterator[str]:
        _ = self._words.gettext
        story = self._story
        who = story.email or self._words.pgettext("lead", "anonymous")
        yield _("%(who)s (lead %(id)d)") % {"who": who, "id": story.lead}
        yield _("As of %(moment)s, %(zone)s") % {"moment": self._moment(story.at), "zone": story.rules.timezone}
        if story.is_empty:
            yield _("Nothing had happened by then.")
            return
        for receipt in story.receipts:
            yield ""
            yield from self._model(receipt, story.rules.model(receipt.model))

    def _model(self, receipt: Receipt, model: Model) -> Iterator[str]:
        _ = self._words.gettext
        band = _("out of target") if receipt.out_of_target else band_word(receipt.band, self._words)
        points = LANGUAGES[self._locale].points(receipt.score)
        yield _("%(model)s: %(points)s, %(band)s") % {"model": model.label, "points": points, "band": band}
        yield from self._receipt(receipt, model)
        yield from self._misses(receipt, model)
        yield from self._missing(receipt, model)
        for crossing in self._story.crossings:
            if crossing.model == model.id:
                yield self._crossing(crossing)
        if receipt.shelf_life is not None:
            text = _("Leaves the hand-off band on %(moment)s if nothing happens.")
            yield from lines_of(text % {"moment": self._moment(receipt.shelf_life)}, indent=2, hanging=4)
        for handoff in self._story.handoffs:
            if handoff.model == model.id:
                yield self._handoff(handoff)

    def _receipt(self, receipt: Receipt, model: Model) -> Iterator[str]:
        """Rules, then decay, then limits, then what they come to."""
        _ = self._words.gettext
        paid = sorted((row for row in receipt.rows if row.times), key=lambda row: row.is_fit)
        for row in paid:
            yield from self._line(row.points, f"{row.times} × {self._rule(row, model)}")
        for row in paid:
            if row.faded:
                yield from self._line(row.faded, _("%(label)s: faded since") % {"label": row.label})
        for limit in receipt.limits:
            yield from self._line(limit.points, _("Limit of the group %(group)s") % {"group": limit.group})
        yield _("%(sum)s  engagement %(engagement)s, fit %(fit)s") % {
            "sum": f"= {self._number(receipt.score / THOUSANDTHS)}".rjust(10),
            "engagement": self._number(receipt.engagement / THOUSANDTHS),
            "fit": self._number(receipt.fit / THOUSANDTHS) + (f" ({receipt.grade})" if receipt.grade else ""),
        }

    def _misses(self, receipt: Receipt, model: Model) -> Iterator[str]:
        rules = {rule.id: rule for rule in model.rules}
        misses = [(row, why, times) for row in receipt.rows for why, times in row.refused.items()]
        if misses:
            yield "  " + self._words.gettext("Gave nothing:")
        for row, why, times in misses:
            because = refusal(why, _needed(rules.get(row.rule), rules), self._words)
            text = self._words.gettext("%(label)s: %(why)s") % {"label": row.label, "why": because}
            yield from self._line(0, f"{times} × {text}")

    def _missing(self, receipt: Receipt, model: Model) -> Iterator[str]:
        """What the next band asks for; who is out of target has another trouble."""
        _ = self._words.gettext
        if receipt.out_of_target:
            least, fit = (self._number(each / THOUSANDTHS) for each in (model.min_fit or 0, receipt.fit))
            yield "  " + _("Out of target: fit is %(fit)s, and %(least)s is asked for.") % {"fit": fit, "least": least}
        standing = standing_of(model, receipt.score, receipt.band)
        following = next((band for band in model.bands if band.name == standing.next_band), None)
        if following is None:
            return
        band = band_word(following.name, self._words)
        if standing.missing:
            missing = self._number(standing.missing / THOUSANDTHS)
            yield "  " + _("Missing to %(band)s: %(points)s") % {"band": band, "points": missing}
        if following.fit is not None and receipt.fit < following.fit:
            missing = self._number((following.fit - receipt.fit) / THOUSANDTHS)
            yield "  " + _("Missing to %(band)s: %(points)s of fit") % {"band": band, "points": missing}

    def _crossing(self, crossing: Crossing) -> str:
        _ = self._words.gettext
        text = _("%(moment)s: becomes %(band)s, with %(points)s")
        if not crossing.entered:
            text = _("%(moment)s: no longer %(band)s, with %(points)s")
        return "  " + text % {
            "moment": self._moment(crossing.at),
            "band": band_word(crossing.band, self._words),
            "points": self._number(crossing.score / THOUSANDTHS),
        }

    def _handoff(self, handoff: HandoffView) -> str:
        _ = self._words.gettext
        if handoff.state == "late":
            text = _("%(moment)s: not handed over, it came too late")
        else:
            text = _("%(moment)s: handed to sales")
        return "  " + text % {"moment": self._moment(handoff.made_at)}

    def _rule(self, row: RuleRow, model: Model) -> str:
        rule = next((rule for rule in model.rules if rule.id == row.rule), None)
        if rule is None:
            return self._words.gettext("Points by hand") if row.rule == MANUAL else row.label
        return in_words(rule, self._locale, labels_of(model))

    def _line(self, points: int, text: str) -> Iterator[str]:
        signed = self._number(points / THOUSANDTHS)
        yield from lines_of(f"{signed if points <= 0 else '+' + signed:>10}  {text}", hanging=12)

    def _moment(self, at: int) -> str:
        return write_moment(at, self._story.rules.timezone, self._locale)


def _needed(rule: Rule | None, rules: dict[str, Rule]) -> Sequence[str]:
    """Any of these must come before: labels of rules, or kinds of event."""
    if rule is None or rule.after is None:
        return ()
    labels = dict.fromkeys(each.label for id, each in rules.items() if id in rule.after.rules)
    return (*labels, *sorted(rule.after.on))
