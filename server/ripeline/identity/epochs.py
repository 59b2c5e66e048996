"""Whose events a visitor's are: claims made on one browser, in order, become epochs (scoring.md, "Identity"); pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ripeline.domain.event import Event, OrderKey

#: Before every event: where the first epoch of a visitor begins. SQLite's smallest integer, so it can be stored.
MIN: Final[OrderKey] = (-(2**63), 0, "")

#: At this place in the total order, this browser said it is the person with that (normal) e-mail; None: it named
#: somebody a person says it is not, so from there on it is nobody that is known.
Claim = tuple[OrderKey, str | None]


class Epoch(NamedTuple):
    """From `start` on (inclusive) the visitor's events are those of `email`; None: of the visitor itself, anonymous."""

    start: OrderKey
    email: str | None


ANONYMOUS: Final = (Epoch(MIN, None),)


def claim_of(event: Event) -> Claim | None:
    """The claim an event makes; None if it makes none. A suspect event names nobody: it is worth nothing."""
    if event.email is None or event.suspect:
        return None
    return event.order, event.email


def epochs_of(claims: Iterable[Claim]) -> tuple[Epoch, ...]:
    """All claims of one visitor, in any order and with repeats → its epochs, never empty.

    What was done before the first claim belongs to the first person; each different e-mail after it starts an epoch
    (a shared machine), and the same e-mail again changes nothing. The result is the same whatever order claims
    arrived in, and a claim that agrees with the epoch it falls in never changes it.
    """
    epochs: list[Epoch] = []
    for key, email in sorted(claims):
        if not epochs:
            epochs.append(Epoch(MIN, email))
        elif epochs[-1].email != email:
            epochs.append(Epoch(key, email))
    return tuple(epochs) or ANONYMOUS


def epoch_at(epochs: Sequence[Epoch], key: OrderKey) -> Epoch:
    """The epoch an event with that order key falls in; `epochs` as `epochs_of` gives them."""
    return epochs[bisect_right(epochs, key, key=_start) - 1]


def _start(epoch: Epoch) -> OrderKey:
    return epoch.start
