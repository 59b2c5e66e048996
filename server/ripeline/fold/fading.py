"""What a night does to most leads: their points fade a little, and nothing else happens to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ripeline.scoring.fold import Scorer
from ripeline.scoring.state import decode_state, encode_state
from ripeline.store.projection import ProjectionRows, ScoreRow, StateRow


def fade(scorer: Scorer, models: Sequence[int], stored: Iterable[StateRow], until: int) -> ProjectionRows:
    """The rows of those stored leads whose points faded up to `until` (ms); `models` are the text ids of the models, in
    their order.

    A lead to which time did more (a line, a band, anything sales may have to hear of) has none: it is aged whole.
    """
    rows = ProjectionRows()
    for lead, blob, _ in stored:
        state = decode_state(blob)
        before = [(model.engagement, model.fit, model.again) for model in state.models]
        change = scorer.advance(state, until)
        if change.lines or change.crossings:
            continue
        scores: list[ScoreRow] = []
        for place, (model, (engagement, fit, again)) in enumerate(zip(state.models, before, strict=True)):
            if model.fit != fit or model.again != again:
                break
            if model.engagement != engagement:
                score, band = model.engagement + fit, scorer.band_of(place, state)
                is_out = scorer.out_of_target(place, state)
                scores.append((models[place], lead, score, model.engagement, fit, band, is_out))
        else:
            rows.states.append((lead, encode_state(state), scorer.due(state)))
            rows.scores += scores
    return rows
