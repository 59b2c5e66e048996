"""A lead's life in one model: what its score reached until it was decided, who was told, and how it ended."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Final, Literal

from ripeline.rules.model import Model, Ruleset
from ripeline.scoring.composition import Composition
from ripeline.scoring.days import local_days
from ripeline.scoring.plan import rule_numbers
from ripeline.scoring.state import ModelState
from ripeline.store.database import Connection
from ripeline.store.truth_rows import (
    EndRow,
    GivenVerdict,
    LedgerRow,
    PersonRow,
    TruthRows,
    truth_rows,
)

End = Literal["won", "lost"]

COLD: Final = "cold"

#: Who was here in so many days, without an outcome, may yet buy.
OPEN_DAYS: Final = 30
_DAY_MS: Final = 86_400_000

#: So many of the newest leads that can be called are looked at.
MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Life:
    """Scores and points in thousandths, moments in ms.

    Everything in it but `end` and `verdict` was so before the first outcome (`until`; now when there is none): what
    came later cannot have told anybody anything. `records` are the moments the score was higher than ever before, and
    how high; `points` and `times` are what each rule gave and how often, `stopped` how often its cap took all.
    `bands` have been entered; `told_at`: when sales first heard of it, None: never.
    """

    lead: int
    email: str | None
    seen_at: int
    last_at: int
    until: int
    score: int
    records: tuple[tuple[int, int], ...]
    points: dict[str, int]
    times: dict[str, int]
    stopped: dict[str, int]
    bands: frozenset[str] = frozenset()
    told_at: int | None = None
    end: End | None = None
    verdict: GivenVerdict | None = None

    @property
    def peak(self) -> int:
        """The highest score; at least 0, where everybody begins."""
        return self.records[-1][1] if self.records else 0

    @property
    def won(self) -> bool:
        return self.end == "won"

    def is_settled(self, now: int) -> bool:
        """Not when it is too soon to say that they did not buy: no outcome, and here not long before `now` (ms)."""
        return self.end is not None or self.last_at < now - OPEN_DAYS * _DAY_MS

    def reached_at(self, score: int) -> int | None:
        """When the score was first that high; None: never, or always."""
        place = bisect_left(self.records, score, key=itemgetter(1))
        return self.records[place][0] if score > 0 and place < len(self.records) else None


@dataclass(frozen=True)
class Lives:
    """The lives of one model, the newest lead first; `of` people there are who can be called, `now` in ms."""

    model: Model
    all: tuple[Life, ...]
    of: int
    now: int

    @cached_property
    def settled(self) -> tuple[Life, ...]:
        """Without those of whom it is too soon to say that they did not buy."""
        return tuple(life for life in self.all if life.is_settled(self.now))

    @cached_property
    def judged(self) -> tuple[Life, ...]:
        """Those sales has said a word on."""
        return tuple(life for life in self.all if life.verdict is not None)

    @cached_property
    def _by_peak(self) -> list[tuple[int, Life]]:
        return sorted(((life.peak, life) for life in self.all), key=itemgetter(0))

    def reaching(self, score: int) -> list[Life]:
        """Those whose score was ever that high."""
        place = bisect_left(self._by_peak, score, key=itemgetter(0))
        return [life for _, life in self._by_peak[place:]]

    @cached_property
    def won(self) -> int:
        return sum(life.end == "won" for life in self.all)

    @cached_property
    def decided(self) -> int:
        """How many outcomes are known."""
        return sum(life.end is not None for life in self.all)


def read_lives(
    conn: Connection, ruleset: Ruleset, model: Model, now: int, asked: int | Collection[int] = MOST
) -> Lives:
    """The lives of the newest so many leads that can be called (e-mail or phone known), or of these, by the ledger."""
    rows = truth_rows(conn, model.id, asked)
    reader = _Reader(ruleset, model)
    lines: dict[int, list[LedgerRow]] = {}
    for line in rows.lines:
        lines.setdefault(line[0], []).append(line)
    return Lives(
        model, tuple(_life(reader, rows, one, lines.get(one.lead, ()), now) for one in rows.people), rows.of, now
    )


def _life(reader: _Reader, rows: TruthRows, one: PersonRow, lines: Sequence[LedgerRow], now: int) -> Life:
    end: EndRow | None = rows.ends.get(one.lead)
    until = end.at if end else now
    told = rows.told.get(one.lead)
    story = reader.read([line for line in lines if line[1] <= until], until)
    return Life(
        lead=one.lead,
        email=one.email,
        seen_at=one.seen_at,
        last_at=one.last_at,
        until=until,
        score=story.score,
        records=tuple(story.records),
        points=story.points,
        times=story.times,
        stopped=story.stopped,
        bands=frozenset(band for band, at in rows.bands.get(one.lead, ()) if at <= until),
        told_at=told if told is not None and told <= until else None,
        end=end.end if end else None,
        verdict=rows.verdicts.get(one.lead),
    )


@dataclass(slots=True)
class _Story:
    score: int = 0
    records: list[tuple[int, int]] = field(default_factory=list)
    points: dict[str, int] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)
    stopped: dict[str, int] = field(default_factory=dict)


class _Reader:
    """Reads a ledger from its first line on, with decay and the limits of groups as the fold reads them."""

    def __init__(self, ruleset: Ruleset, model: Model) -> None:
        numbers = rule_numbers(ruleset)[ruleset.models.index(model)]
        self._numbers = {rule.id: number for number, rule in zip(numbers, model.rules, strict=True)}
        is_composed = any(rule.decay or rule.group for rule in model.rules)
        self._composition = Composition(model, numbers) if is_composed else None
        self._day_of = local_days(ruleset.timezone)

    def read(self, lines: Sequence[LedgerRow], until: int) -> _Story:
        """What the lines make of somebody up to then (ms)."""
        story = _Story()
        composition = self._composition
        scores = self._composed(lines, until, story, composition) if composition else self._plainly(lines, story)
        best = 0
        for at, score in scores:
            if score > best:
                best = score
                story.records.append((at, score))
            story.score = score
        return story

    def _plainly(self, lines: Sequence[LedgerRow], story: _Story) -> list[tuple[int, int]]:
        score, found = 0, []
        for _, at, rule, points, reason in lines:
            _tell(story, rule, points, reason)
            if points:
                score += points
                found.append((at, score))
        return found

    def _composed(
        self, lines: Sequence[LedgerRow], until: int, story: _Story, by: Composition
    ) -> list[tuple[int, int]]:
        state, by_hand, day = by.fresh(), 0, None
        found = [(0, state.engagement + state.fit)]
        for _, at, rule, points, reason in lines:
            _tell(story, rule, points, reason)
            if not points:
                continue
            day = self._on(by, state, day, at)
            number = self._numbers.get(rule)
            if number is None:
                by_hand += points
            else:
                by.add(state, number, points, day)
            found.append((at, state.engagement + state.fit + by_hand))
        # What has faded since the last line has faded.
        self._on(by, state, day, until)
        return [*found, (until, state.engagement + state.fit + by_hand)]

    def _on(self, by: Composition, state: ModelState, before: int | None, at: int) -> int:
        """The day of a line, with the reading brought there; days never go back, though a silence is dated early."""
        day = self._day_of(at)
        if before is not None and day <= before:
            return before
        if before is not None:
            by.refresh(state, day)
        return day


def _tell(story: _Story, rule: str, points: int, reason: str | None) -> None:
    if points:
        story.points[rule] = story.points.get(rule, 0) + points
    if reason is None:
        story.times[rule] = story.times.get(rule, 0) + 1
    elif reason == "capped" and not points:
        story.stopped[rule] = story.stopped.get(rule, 0) + 1
