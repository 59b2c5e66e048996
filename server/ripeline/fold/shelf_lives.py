"""When leads that are ripe will have cooled down if nothing happens: read off their states, nothing is folded."""

from __future__ import annotations

from collections.abc import Collection

from ripeline.rules.model import Ruleset
from ripeline.scoring.fold import Scorer
from ripeline.scoring.state import decode_state
from ripeline.store.database import Connection
from ripeline.store.projection import Projection


def shelf_lives(conn: Connection, ruleset: Ruleset, leads: Collection[int]) -> dict[tuple[int, str], int]:
    """By lead and model (their ids) the local midnight (ms) at which the lead leaves the model's hand-off band; those
    that are not in it, or stay, are left out."""
    scorer = Scorer(ruleset)
    if not leads or not scorer.is_timed:
        return {}
    found: dict[tuple[int, str], int] = {}
    for lead, blob, _ in Projection(conn).states(leads):
        state = decode_state(blob)
        for place, model in enumerate(ruleset.models):
            end = scorer.shelf_life(state, place)
            if end is not None:
                found[lead, model.id] = end
    return found
