"""Warnings about a model: bands, grades and scores nobody can reach, groups that never show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ripeline.domain.points import as_number
from ripeline.rules.advice_rules import fading
from ripeline.rules.lines import KeyPath
from ripeline.rules.model import Group, Model
from ripeline.rules.reach import most_of, worth_of
from ripeline.sentences import N_, Sentence

#: The keys, below the model's, that a warning is about, and its sentence.
Remark = tuple[KeyPath, Sentence]

#: Names of bands that everybody reads as a lower and a higher one.
_RISING: Final = (("warm", "hot"), ("tiède", "chaud"), ("tiede", "chaud"))


def warnings_of_model(model: Model) -> Iterator[Remark]:
    """Every warning on the keys of a model, but those of its rules."""
    if not model.rules:
        yield (), N_("it has no rules, so everybody stays at 0")
        return
    fit, score = most_of(model)
    yield from _on_bands(model, fit, score)
    yield from _on_their_order(model)
    yield from _on_fit(model, fit)
    yield from _on_coming_again(model, score)
    for name, group in model.groups.items():
        yield from ((("groups", name), problem) for problem in _on_group(name, group, model))
    if model.decay and (problem := fading(model.decay)):
        yield ("decay",), problem


def _on_bands(model: Model, fit: float, score: float) -> Iterator[Remark]:
    for band in model.bands:
        keys = ("bands", band.name)
        if band.enter > score:
            most = _number(score)
            yield (
                keys,
                N_("nobody can reach `%(band)s`: all rules together give %(most)s at most", band=band.name, most=most),
            )
        elif band.fit is not None and band.fit > fit:
            facts = {"band": band.name, "asked": _number(band.fit), "all": _of_fit(fit)}
            yield keys, N_("nobody can reach `%(band)s`: it asks for %(asked)s points of fit, %(all)s", **facts)
        if band.enter <= 0:
            facts = {"band": band.name, "enter": _number(band.enter)}
            yield keys, N_("everybody is in `%(band)s` from the start, it begins at %(enter)s", **facts)


def _on_their_order(model: Model) -> Iterator[Remark]:
    """The usual names say which band is the riper one; their points may say otherwise."""
    begins = {band.name.lower(): band for band in model.bands}
    for low, high in ((begins.get(low), begins.get(high)) for low, high in _RISING):
        if low and high and high.enter < low.enter:
            facts = {"high": high.name, "enter": _number(high.enter), "low": low.name, "other": _number(low.enter)}
            problem = N_(
                "`%(high)s` begins at %(enter)s, below `%(low)s` at %(other)s: "
                "the band that begins highest is the ripest, here `%(low)s`",
                **facts,
            )
            yield ("bands", high.name), problem


def _on_fit(model: Model, fit: float) -> Iterator[Remark]:
    facts: dict[str, object] = {"all": _of_fit(fit)}
    if model.min_fit is not None and model.min_fit > fit:
        asked = _number(model.min_fit)
        yield ("min_fit",), N_("everybody is out of target: `min_fit` is %(asked)s, %(all)s", asked=asked, **facts)
    for name, begins in model.grades:
        if begins > fit:
            facts |= {"grade": name, "begins": _number(begins)}
            yield ("grades", name), N_("nobody can have grade `%(grade)s`: it begins at %(begins)s, %(all)s", **facts)


def _on_coming_again(model: Model, score: float) -> Iterator[Remark]:
    if model.re_enter is not None and (problem := _of_coming_again(model, model.re_enter, score)):
        yield ("re_enter",), problem


def _of_coming_again(model: Model, re_enter: int, score: float) -> Sentence | None:
    band, again = model.handoff_band, _number(re_enter)
    if band is None:
        return N_("`re_enter` is never asked: this model hands nobody over")
    if re_enter <= band.enter:
        return N_(
            'after "too early" a lead comes again at once: `re_enter` is %(again)s, and `%(band)s` begins at %(enter)s',
            again=again,
            band=band.name,
            enter=_number(band.enter),
        )
    if re_enter > score:
        return N_(
            'after "too early" nobody comes again: `re_enter` is %(again)s, all rules together give %(most)s at most',
            again=again,
            most=_number(score),
        )
    return None


def _on_group(name: str, group: Group, model: Model) -> Iterator[Sentence]:
    worth = [points for rule in model.rules if rule.group == name for points in worth_of(rule)]
    if not worth:
        yield N_('no rule is in group `%(group)s`: a rule joins it with group = "%(group)s"', group=name)
    elif group.maximum is not None and group.maximum <= 0 <= min(worth):
        facts = {"group": name, "most": _number(group.maximum)}
        yield N_("group `%(group)s` never shows: its rules only give points, and `max` is %(most)s", **facts)
    elif group.minimum is not None and max(worth) <= 0 <= group.minimum:
        facts = {"group": name, "least": _number(group.minimum)}
        yield N_("group `%(group)s` never shows: its rules only take points, and `min` is %(least)s", **facts)
    elif group.minimum is not None and group.minimum > 0:
        facts = {"group": name, "points": _number(group.minimum)}
        yield N_("group `%(group)s` gives %(points)s to everybody, also to who did nothing", **facts)
    elif group.maximum is not None and group.maximum < 0:
        facts = {"group": name, "points": _number(-group.maximum)}
        yield N_("group `%(group)s` takes %(points)s from everybody, also from who did nothing", **facts)


def _of_fit(fit: float) -> Sentence:
    return N_("all rules about the person together give %(most)s at most", most=_number(fit))


def _number(thousandths: float) -> int | float:
    return as_number(int(thousandths))
