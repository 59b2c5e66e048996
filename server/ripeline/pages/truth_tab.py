"""Truth: does the score tell the truth? Five questions with their answers, and what might follow; a person decides."""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import dataclass
from math import ceil
from typing import Final

from ripeline.domain.whole_numbers import whole_number
from ripeline.pages.desk import Desk
from ripeline.pages.names_of_leads import names_of_leads
from ripeline.pages.rings import Tone, tone_of
from ripeline.rules.model import Model
from ripeline.store.leads import living_of
from ripeline.store.meta import read_meta
from ripeline.store.stars import StarredItem, starred_items
from ripeline.truth.adviser import Threshold
from ripeline.truth.keeping import Kept
from ripeline.truth.lives import COLD, Life
from ripeline.truth.telling import Truth

#: Seconds a page waits for it to be counted.
_PATIENCE: Final = 0.25
#: So many times the calls of now are assumed until somebody says.
_MORE: Final = 2
_MOST_CALLS: Final = 10_000
_MOST_ROWS: Final = 9
_STARS: Final = 10
#: What is behind the last line, dot or dash of a title.
_SITE: Final = re.compile(r"\s+[|·–—-]\s+[^|·–—]*$").search
#: The name in `meta` of the share that bought before there was a score (0..1).
RATE_BEFORE: Final = "rate_before"


@dataclass(frozen=True, slots=True)
class TopLead:
    """One of the ten: its name ("" when it left nothing but a phone), its score (thousandths), and what gave most."""

    lead: int
    name: str
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TruthComing:
    """The truth of `model` is being counted for the first time; `is_there`: it has been, meanwhile."""

    model: Model
    models: tuple[Model, ...]
    is_there: bool
    truth: None = None


@dataclass(frozen=True, slots=True)
class TruthTab:
    """`truth` of `model` as of `at` (ms); `tones` of its bands by name, `titles` of pages by their path. `calls` a week
    are asked for, which `advised` keeps to (None: no threshold does); `thresholds` are those worth showing. `before`:
    the share that bought before there was a score.
    """

    model: Model
    models: tuple[Model, ...]
    truth: Truth
    at: int
    tones: dict[str, Tone]
    top_ten: tuple[TopLead, ...]
    calls: int
    advised: Threshold | None
    thresholds: tuple[Threshold, ...]
    before: float | None
    stars: tuple[StarredItem, ...]
    titles: dict[str, str]


def read_truth_tab(desk: Desk) -> TruthTab | TruthComing:
    """The page of the model asked for, else the first that hands over."""
    models, model = desk.ruleset.models, _model(desk)
    kept = _kept(desk, model, _PATIENCE)
    if kept is None:
        return TruthComing(model, models, is_there=False)
    truth = kept.truth
    calls = _calls(desk.query.get("calls", ""), truth)
    advised = truth.advice.for_calls(calls)
    before = read_meta(desk.conn, RATE_BEFORE)
    labels = {rule.id: rule.label for rule in model.rules}
    # Who was erased since it was counted is nobody's to see.
    names = names_of_leads(desk.conn, living_of(desk.conn, [life.lead for life in truth.top_ten]), desk.locale)
    return TruthTab(
        model=model,
        models=models,
        truth=truth,
        at=kept.at,
        tones={COLD: "leaf", **{band.name: tone_of(model, band.name) for band in model.bands}},
        top_ten=tuple(_top(life, names[life.lead], labels) for life in truth.top_ten if life.lead in names),
        calls=calls,
        advised=advised,
        thresholds=_shown(truth, advised),
        before=float(before) if before else None,
        stars=starred_items(desk.conn, _STARS),
        titles=short_titles(truth.titles),
    )


def read_truth_coming(desk: Desk) -> TruthComing:
    """The part of the page that is asked again until it has been counted."""
    model = _model(desk)
    return TruthComing(model, desk.ruleset.models, is_there=_kept(desk, model, 0.0) is not None)


def _model(desk: Desk) -> Model:
    models = desk.ruleset.models
    first = next((each for each in models if each.handoff is not None), models[0])
    return next((each for each in models if each.id == desk.query.get("model")), first)


def _kept(desk: Desk, model: Model, patience: float) -> Kept | None:
    now = int(time.time() * 1000)
    return desk.running.truths.ask(desk.conn, desk.ruleset, model, now, patience)


def short_titles(titles: dict[str, str]) -> dict[str, str]:
    """Without the name of the site, where more than half of them end with it."""
    ends = Counter(title[found.start() :] for title in titles.values() if (found := _SITE(title)))
    name, count = ends.most_common(1)[0] if ends else ("", 0)
    if count < 3 or 2 * count <= len(titles):
        return titles
    return {path: title.removesuffix(name) for path, title in titles.items()}


def _calls(text: str, truth: Truth) -> int:
    asked = whole_number(text)
    if asked is not None:
        return min(max(asked, 1), _MOST_CALLS)
    return max(1, ceil(_MORE * truth.advice.now.calls)) if truth.advice.now else 1


def _top(life: Life, name: str, labels: dict[str, str]) -> TopLead:
    most = sorted((-points, rule) for rule, points in life.points.items() if points > 0)[:3]
    return TopLead(life.lead, name, life.score, tuple(labels.get(rule, rule) for _, rule in most))


def _shown(truth: Truth, advised: Threshold | None) -> tuple[Threshold, ...]:
    """The one in force, the advised one, and some between the lowest and the highest."""
    every = truth.advice.all
    step = max(1, -(-len(every) // _MOST_ROWS))
    kept = {each.at for each in every[step - 1 :: step]}
    kept |= {each.at for each in (advised, truth.advice.now) if each is not None}
    return tuple(each for each in every if each.at in kept)
