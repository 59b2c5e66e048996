"""The way to hot: what those who bought saw first, next and then, as the sequences most of them have in common."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from ripeline.store.truth_items import Seen
from ripeline.truth.lives import Lives
from ripeline.truth.shares import Share, share

#: So many steps back from the crossing are looked at, and so many steps make a sequence.
_BACK: Final = 12
_LENGTHS: Final = (2, 3)
_MOST: Final = 8
#: Where everybody begins says nothing: `/`, `/fr/`, `/index.html`.
_HOME: Final = re.compile(r"/([a-z]{2}/?)?(index\.\w+)?").fullmatch
#: A way only one went is an anecdote.
_FEW: Final = 3


@dataclass(frozen=True, slots=True)
class Way:
    """Steps (kind, item) in the order they were first taken, others between them or not: of all who became ripe that
    way, who bought."""

    steps: tuple[tuple[str, str], ...]
    won: Share


@dataclass(frozen=True, slots=True)
class Ways:
    """`buyers` became ripe and bought, of `ripe` who became ripe; the ways most of the buyers went come first, and none
    that the others went as often."""

    buyers: int
    ripe: int
    all: tuple[Way, ...]


def ways(lives: Lives, seen: Mapping[int, list[Seen]]) -> Ways:
    """Of leads that reached the hand-off band, what they saw until then."""
    band = lives.model.handoff_band
    ripe = [(life, life.reached_at(band.enter)) for life in lives.settled] if band else []
    tracks = [(life, _track(seen.get(life.lead, ()), at)) for life, at in ripe if at is not None]
    taken, bought = Counter[tuple[tuple[str, str], ...]](), Counter[tuple[tuple[str, str], ...]]()
    for life, track in tracks:
        found = set(_sequences(track))
        taken.update(found)
        if life.won:
            bought.update(found)
    buyers = sum(life.won for life, _ in tracks)
    often = [
        way for way, count in bought.items() if count >= _FEW and _is_theirs(count, taken[way], (buyers, len(tracks)))
    ]
    often.sort(key=lambda way: (-bought[way], -len(way), way))
    return Ways(
        buyers=buyers,
        ripe=len(tracks),
        all=tuple(Way(way, share(bought[way], taken[way])) for way in _telling(often, bought)[:_MOST]),
    )


def _track(seen: Iterable[Seen], until: int) -> Sequence[tuple[str, str]]:
    steps = [(each.on, each.item) for each in seen if each.at <= until and not (each.on == "page" and _HOME(each.item))]
    return steps[-_BACK:]


def _is_theirs(bought: int, taken: int, known: tuple[int, int]) -> bool:
    """Whether more of the buyers went so than of the others: else it says nothing of buying."""
    buyers, ripe = known
    return bought * (ripe - buyers) > (taken - bought) * buyers or ripe == buyers


def _sequences(track: Sequence[tuple[str, str]]) -> Iterable[tuple[tuple[str, str], ...]]:
    for length in _LENGTHS:
        yield from combinations(track, length)


def _telling(
    often: Iterable[tuple[tuple[str, str], ...]], count: Mapping[tuple[tuple[str, str], ...], int]
) -> list[tuple[tuple[str, str], ...]]:
    """Without those that say nearly the same as one before: just as many went, by two of its steps."""
    found: list[tuple[tuple[str, str], ...]] = []
    for way in often:
        if not any(count[longer] == count[way] and len(set(way) & set(longer)) > 1 for longer in found):
            found.append(way)
    return found
