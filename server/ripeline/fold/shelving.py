"""Where the hand-offs sales has stand in its list: kept with each as its lead changes, so that no page works it out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ripeline.fold.batch import Folded, Known
from ripeline.rules.model import Model
from ripeline.scoring.fold import Scorer
from ripeline.store.database import Connection
from ripeline.store.shelf import Pair, put_on_shelf, with_sales


def shelve(conn: Connection, scorer: Scorer, folded: Iterable[Folded]) -> None:
    """Put what sales has of these leads where it belongs now, inside the transaction that wrote their scores."""
    moved = {each.lead: each.after for each in folded if _may_move(each, scorer.is_timed)}
    if moved:
        place(conn, scorer, with_sales(conn, moved), moved)


def place(conn: Connection, scorer: Scorer, pairs: Iterable[Pair], known: Mapping[int, Known]) -> None:
    """Put these hand-offs where they belong; one whose model is no longer in the rules comes last."""
    places = {model.id: place for place, model in enumerate(scorer.ruleset.models)}
    for pair in pairs:
        lead, model = pair
        at = places.get(model)
        if at is None or lead not in known:
            put_on_shelf(conn, pair, -len(places), None)
            continue
        lives_on = known[lead]
        rank = _rank_of(scorer.ruleset.models[at], lives_on.readings[at].band)
        put_on_shelf(conn, pair, rank, scorer.shelf_life(lives_on.state, at))


def _rank_of(model: Model, band: str) -> int:
    """How many bands above the one for sales; 0 in it, negative below."""
    names = ["cold", *(each.name for each in model.bands)]
    goal = names.index(model.handoff) if model.handoff in names else 0
    return (names.index(band) if band in names else 0) - goal


def _may_move(folded: Folded, is_timed: bool) -> bool:
    """Whether anything its place rests on may have changed. Where time counts, any visit puts off what it will do."""
    before = None if folded.is_asked or folded.is_rebuilt else folded.before
    is_moved = before is None or (is_timed and bool(folded.events))
    if before is not None and not is_moved and before.readings is folded.after.readings:
        return False
    for at, now in enumerate(folded.after.readings):
        if now.ripe is None and now.asked is None:
            continue
        if before is None or is_moved or now.standing != before.readings[at].standing:
            return True
        if now.band != before.readings[at].band:
            return True
    return False
