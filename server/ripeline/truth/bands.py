"""Do the bands mean anything? Who bought of those who came as far as each band, against everybody."""

from __future__ import annotations

from dataclasses import dataclass

from ripeline.truth.lives import COLD, Life, Lives
from ripeline.truth.shares import Ratio, Share, differ, ratio, share


@dataclass(frozen=True, slots=True)
class BandShare:
    """The leads whose highest band it was before their outcome; `times` everybody's share, and whether it is proven
    that these are others than the rest."""

    band: str
    won: Share
    times: Ratio
    is_proven: bool


@dataclass(frozen=True, slots=True)
class Bands:
    """`base` is everybody's share; `all` from the highest band down to cold."""

    base: Share
    all: tuple[BandShare, ...]


def bands(lives: Lives) -> Bands:
    """Conversion by band."""
    base = share(lives.won, len(lives.settled))
    names = [band.name for band in reversed(lives.model.bands)]
    of: dict[str, list[Life]] = {name: [] for name in [*names, COLD]}
    for life in lives.settled:
        of[next((name for name in names if name in life.bands), COLD)].append(life)
    return Bands(base, tuple(_band(name, some, lives) for name, some in of.items()))


def _band(name: str, some: list[Life], lives: Lives) -> BandShare:
    count = len(lives.model.bands) + 1
    won = sum(life.won for life in some)
    own = share(won, len(some), count)
    rest = share(lives.won - won, len(lives.settled) - len(some), count)
    everybody = share(lives.won, len(lives.settled), count)
    return BandShare(name, own, ratio(own, everybody), bool(some) and differ(own, rest))
