"""How a lead's score went: a line in steps, the bands it crossed, and what people did meanwhile; drawn as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ripeline.fold.explaining import Explained
from ripeline.pages.rings import Tone, tone_of
from ripeline.rules.model import Model
from ripeline.store.reading_deeds import DeedView

#: The line is drawn on a square of so many units a side, which the page stretches.
GRID: Final = 1000
_DAY_MS: Final = 86_400_000
_ROOM_ABOVE: Final = 1.08
#: Steps nearer to each other than this are one, so that a long story stays a short line.
_FINEST: Final = 4
#: Lines nearer to each other than this (percent) have no room for a name between them.
_NEAR: Final = 11.0
#: Where the names may stand: from so many percent to so many.
_AT_THE_LEFT: Final = (0.0, 16.0)
_AT_THE_RIGHT: Final = (84.0, 100.0)
_MOST_ROWS: Final = 40

#: Percent from the left, and from the top.
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Level:
    """A band's line: where it begins (thousandths), and how far down, in percent; `below`: its name stands under it,
    because another line is near above."""

    band: str
    points: int
    y: float
    tone: Tone
    below: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on the line, in percent from the left and the top: `what` a band entered (`entered`) or left, else a
    deed; `score` (thousandths) just then; `seq` of the event that did it, 0 for none; `author` of a deed, or ""."""

    what: str
    at: int
    x: float
    y: float
    score: int
    tone: Tone
    is_band: bool = False
    entered: bool = False
    seq: int = 0
    author: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """`line` in units of `GRID`; `zero`: where 0 lies, in percent; `days` (ms, percent) to write below it.

    `names_right`: the bands' names stand at the right, where the line is out of their way.
    """

    line: str
    area: str
    zero: float
    end: tuple[float, float]
    names_right: bool
    levels: tuple[Level, ...]
    marks: tuple[Mark, ...]
    days: tuple[tuple[int, float], ...]
    highest: int
    highest_at: int
    left_out: int


@dataclass(frozen=True, slots=True)
class _Scale:
    """From moments and thousandths to percent."""

    first: int
    last: int
    low: int
    high: int

    def x(self, at: int) -> float:
        return round(100 * (at - self.first) / (self.last - self.first), 2)

    def y(self, score: int) -> float:
        return round(100 - 100 * (score - self.low) / (self.high - self.low), 2)


def curve_of(model: Model, place: int, explained: Explained, deeds: Iterable[DeedView], until: int) -> Curve | None:
    """The curve of the model at that place up to `until` (ms); None while there is no day of history, or no point."""
    course = [(at, scores[place]) for at, scores in explained.course if at <= until]
    if not course or until - course[0][0] < _DAY_MS or not any(score for _, score in course):
        return None
    scale = _scale(model, course, until)
    levels = _levels(model, scale)
    marks = (*_crossings(model, explained, scale), *_deeds(model, deeds, course, scale))
    highest = max(score for _, score in course)
    ordered = sorted(marks, key=lambda mark: mark.at)
    points = [(scale.x(at), scale.y(score)) for at, score in course]
    line = _line(points, scale)
    return Curve(
        line=line,
        area=f"{line}V{round(scale.y(0) * 10)}H0z",
        zero=scale.y(0),
        end=(100.0, points[-1][1]),
        names_right=_clearance(points, levels, _AT_THE_RIGHT) > _clearance(points, levels, _AT_THE_LEFT),
        levels=levels,
        marks=tuple(ordered[-_MOST_ROWS:]),
        days=tuple((scale.first + (scale.last - scale.first) * part // 4, part * 25.0) for part in (0, 2, 4)),
        highest=highest,
        highest_at=next(at for at, score in course if score == highest),
        left_out=max(len(ordered) - _MOST_ROWS, 0),
    )


def _scale(model: Model, course: Sequence[tuple[int, int]], until: int) -> _Scale:
    """High enough for the hand-off band, so that what is missing can be seen."""
    scores = [score for _, score in course]
    goal = model.handoff_band or (model.bands[-1] if model.bands else None)
    high = max(*scores, goal.enter if goal else 0, 1000, 0)
    return _Scale(course[0][0], until, min(*scores, 0), round(high * _ROOM_ABOVE))


def _levels(model: Model, scale: _Scale) -> tuple[Level, ...]:
    shown = [band for band in model.bands if scale.low < band.enter <= scale.high]
    places = [scale.y(band.enter) for band in shown]
    near = [y - above < _NEAR for y, above in pairwise(places)]
    return tuple(
        Level(band.name, band.enter, y, tone_of(model, band.name), below)
        for band, y, below in zip(shown, places, [*near, False], strict=False)
    )


def _clearance(points: Sequence[Point], levels: tuple[Level, ...], part: tuple[float, float]) -> float:
    """How far (percent) the line keeps from the names of the bands in a part of the picture."""
    begin, end = part
    before = [y for x, y in points if x <= begin]
    heights = [*before[-1:], *(y for x, y in points if begin < x <= end)]
    return min((abs(level.y - _NEAR / 2 - height) for level in levels for height in heights), default=100.0)


def _line(points: Sequence[Point], scale: _Scale) -> str:
    """Steps: along to the moment, then up or down to what was reached then; it ends at the right edge."""
    zero = round(scale.y(0) * 10)
    columns = [(0, [zero])]
    for along, height in points:
        x, y = round(along * 10), round(height * 10)
        if y == columns[-1][1][-1]:
            continue
        if x - columns[-1][0] >= _FINEST:
            columns.append((x, [columns[-1][1][-1]]))
        columns[-1][1].append(y)
    return f"M0 {zero}{''.join(f'H{x}{_turns(heights)}' for x, heights in columns)}H{GRID}".replace("H0V", "V", 1)


def _turns(heights: Sequence[int]) -> str:
    """Up and down at one place: no more than how far it went both ways, and where it ended."""
    extremes = (min(heights), max(heights)) if len(heights) > 1 else ()
    ways = [y for y in extremes if y not in (heights[0], heights[-1])]
    return "".join(f"V{y}" for y in (*ways, *heights[1:][-1:]))


def _crossings(model: Model, explained: Explained, scale: _Scale) -> list[Mark]:
    crossings = [each for change in explained.changes for each in change.crossings if each.model == model.id]
    return [
        Mark(
            what=each.band,
            at=each.at,
            x=scale.x(each.at),
            y=scale.y(each.score),
            score=each.score,
            tone=tone_of(model, each.band),
            is_band=True,
            entered=each.entered,
            seq=each.seq,
        )
        for each in crossings
        if each.at <= scale.last
    ]


def _deeds(model: Model, deeds: Iterable[DeedView], course: Sequence[tuple[int, int]], scale: _Scale) -> list[Mark]:
    shown = [each for each in deeds if each.model in (model.id, "") and scale.first <= each.at <= scale.last]
    return [_deed(each, course, scale) for each in shown]


def _deed(deed: DeedView, course: Sequence[tuple[int, int]], scale: _Scale) -> Mark:
    score = next((score for at, score in reversed(course) if at <= deed.at), 0)
    return Mark(
        what=deed.what,
        at=deed.at,
        x=scale.x(deed.at),
        y=scale.y(score),
        score=score,
        tone="plum",
        author=deed.author,
    )
