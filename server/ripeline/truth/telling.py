"""The whole of it: the five questions and what follows, of one model, each with its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ripeline.rules.model import Model, Ruleset
from ripeline.store.database import Connection
from ripeline.store.truth_items import first_seen_items
from ripeline.truth.adviser import Advice, advise
from ripeline.truth.bands import Bands, bands
from ripeline.truth.contents import Contents, contents
from ripeline.truth.lifts import Lift, lifts
from ripeline.truth.lives import Life, Lives, read_lives
from ripeline.truth.shares import ENOUGH_OUTCOMES
from ripeline.truth.sources_of_points import Sources, sources
from ripeline.truth.spread import Spread, spread
from ripeline.truth.tops import Tops, tops
from ripeline.truth.ways import Ways, ways

_TEN: Final = 10


@dataclass(frozen=True, slots=True)
class Truth:
    """`leads` that can be called were looked at, the newest of `of`; `outcomes` are known of them, `verdicts` given.

    `against` are the rules with points above 0 whose leads buy less, proven: with `contents.proven_against` and
    `contents.put_off` the candidates for negative points. `titles` of pages by their path.
    """

    model: Model
    leads: int
    of: int
    outcomes: int
    won: int
    verdicts: int
    spread: Spread
    tops: Tops
    sources: Sources
    top_ten: tuple[Life, ...]
    lifts: tuple[Lift, ...]
    against: tuple[Lift, ...]
    bands: Bands
    advice: Advice
    contents: Contents
    ways: Ways
    titles: dict[str, str]

    @property
    def is_enough(self) -> bool:
        """Whether there are outcomes enough to speak of who buys in numbers."""
        return self.outcomes >= ENOUGH_OUTCOMES


def truth_of(conn: Connection, ruleset: Ruleset, model: Model, now: int) -> Truth:
    """What became of the leads of a model, held against their scores; `now` in ms. It only reads and proposes."""
    lives = read_lives(conn, ruleset, model, now)
    seen = first_seen_items(conn, [life.lead for life in lives.all])
    return _truth(lives, contents(lives, seen.of, ruleset.content), ways(lives, seen.of), seen.titles)


def _truth(lives: Lives, read: Contents, gone: Ways, titles: dict[str, str]) -> Truth:
    given = sources(lives)
    measured = lifts(lives, given)
    return Truth(
        model=lives.model,
        leads=len(lives.all),
        of=lives.of,
        outcomes=lives.decided,
        won=lives.won,
        verdicts=sum(life.verdict is not None for life in lives.all),
        spread=spread(lives),
        tops=tops(lives),
        sources=given,
        top_ten=tuple(sorted(lives.all, key=lambda life: (-life.score, -life.lead))[:_TEN]),
        lifts=measured,
        against=tuple(each for each in measured if _is_against(each)),
        bands=bands(lives),
        advice=advise(lives),
        contents=read,
        ways=gone,
        titles=titles,
    )


def _is_against(lift: Lift) -> bool:
    return lift.is_proven and lift.having.rate < lift.lacking.rate and lift.packet is not None and lift.packet < 0
