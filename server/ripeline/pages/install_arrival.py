"""How far the install is: who loads the script, what arrived, who was turned away."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from ripeline.pages.desk import Desk
from ripeline.sightings import Load
from ripeline.store.install import SeenEvent, SeenOrigin, first_event, latest_event, seen_origins

#: Nobody installs on more sites at once, and strangers may send any origin.
_MOST_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Refusal:
    """Events of this origin were turned away, last at `at` (ms)."""

    origin: str
    at: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """The first event ever and the latest, None while there is none; what to do about the rest.

    `waiting`: sites that load the script and have sent nothing yet. `doubled`: sites with two different tags.
    `unclaimed`: where the first event came from, while no site is anybody's; else "".
    """

    first: SeenEvent | None
    latest: SeenEvent | None
    waiting: tuple[Load, ...]
    doubled: tuple[Load, ...]
    refused: tuple[Refusal, ...]
    unclaimed: str
    banner: str


def read_arrival(desk: Desk) -> Arrival:
    """What the page asks again every second while it waits."""
    origins = seen_origins(desk.conn)
    sightings, now = desk.running.sightings, int(time.time() * 1000)
    loads = sightings.loads(now)
    known = {origin.origin for origin in origins if origin.last_at}
    refused = tuple(Refusal(*pair) for pair in sightings.refusals(now) if not _is_mine(pair[0], origins))
    turned_away = {refusal.origin for refusal in refused}
    return Arrival(
        first=first_event(desk.conn),
        latest=latest_event(desk.conn),
        waiting=tuple(load for load in loads if load.origin not in known | turned_away)[:_MOST_SHOWN],
        doubled=tuple(load for load in loads if load.other)[:_MOST_SHOWN],
        refused=refused[:_MOST_SHOWN],
        unclaimed=_unclaimed(origins) if not desk.running.settings.origins else "",
        banner=desk.query.get("banner", ""),
    )


def _is_mine(origin: str, origins: tuple[SeenOrigin, ...]) -> bool:
    return any(each.mine and each.origin == origin for each in origins)


def _unclaimed(origins: tuple[SeenOrigin, ...]) -> str:
    """The first site that sent anything, if none is ours yet; one that no browser page can be is none."""
    if not origins or any(each.mine for each in origins):
        return ""
    return origins[0].origin if origins[0].origin.startswith("http") else ""
