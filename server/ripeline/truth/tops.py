"""The top 20 % against the next 20 %: do more of them buy, and does sales find more of the calls worth making?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ripeline.truth.lives import Life, Lives
from ripeline.truth.shares import Share, differ, share

#: Verdicts that say a call was worth making.
WORTH_A_CALL: Final = frozenset({"right_time", "too_late"})
_FIFTH: Final = 5


@dataclass(frozen=True, slots=True)
class Fifth:
    """`leads` whose peak lay from `low` to `high` (thousandths): who bought, of how many; of how many verdicts how many
    were right time or too late."""

    leads: int
    low: int
    high: int
    won: Share
    worth: Share


@dataclass(frozen=True, slots=True)
class Tops:
    """The two fifths, and whether what sets them apart is proven; `first` is the better or equal one when it is."""

    first: Fifth
    next: Fifth
    is_proven: bool
    is_worth_proven: bool

    @property
    def is_upside_down(self) -> bool:
        """Proven, and the wrong way round: those below buy more."""
        return self.is_proven and self.first.won.rate < self.next.won.rate


def tops(lives: Lives) -> Tops:
    """The second question. A tie at the edge falls on both sides as it comes, newest lead first."""
    ranked = sorted(lives.settled, key=lambda life: (-life.peak, -life.lead))
    size = len(ranked) // _FIFTH
    first, following = _fifth(ranked[:size]), _fifth(ranked[size : 2 * size])
    return Tops(first, following, differ(first.won, following.won), differ(first.worth, following.worth))


def _fifth(some: Sequence[Life]) -> Fifth:
    peaks = [life.peak for life in some]
    verdicts = [life.verdict.verdict for life in some if life.verdict]
    return Fifth(
        leads=len(some),
        low=min(peaks, default=0),
        high=max(peaks, default=0),
        won=share(sum(life.won for life in some), len(some)),
        worth=share(sum(verdict in WORTH_A_CALL for verdict in verdicts), len(verdicts)),
    )
