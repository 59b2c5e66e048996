"""The law: in whatever batches and order events come, and however often, the same ledger and the same scores."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fold.ledger_house import (
    ADA,
    EVE,
    HOUR,
    MARC,
    MINUTE,
    SECOND,
    House,
    download,
    form,
    identify,
    open_house,
    page,
)

from ripeline.domain.event import Event
from ripeline.fold.rescore import rescore
from ripeline.identity.epochs import claim_of, epoch_at, epochs_of
from ripeline.scoring.fold import Scorer

PEOPLE = (ADA, MARC, EVE)
VISITORS = ("phone", "laptop", "library")
#: Close together (duplicates, one session), around the end of a session, and days apart.
MOMENTS = (0, 1 * SECOND, 4 * SECOND, 10 * MINUTE, 40 * MINUTE, 41 * MINUTE, 5 * HOUR, 26 * HOUR, 27 * HOUR, 75 * HOUR)


def event(kind: int, visitor: str, at: int, number: int, email: str) -> Event:
    id = f"e{number}"
    props = {"email": email, "job": "Student" if number % 3 == 0 else "Director"}
    makers = (
        lambda: page(visitor, f"/blog/{number % 4}", at, id=id),
        lambda: page(visitor, "/pricing", at, id=id),
        lambda: page(visitor, "/about", at, id=id, suspect="bot"),
        lambda: download(visitor, "abc"[number % 3], at, id=id),
        lambda: form(visitor, "demo", at, id=id, email=email, props=props),
        lambda: form(visitor, "quiet", at, id=id, props={"job": "Student"}),
        lambda: identify(visitor, email, at, id=id, traits={"job": "Director"}, verified=True),
        lambda: identify(visitor, email, at, id=id, suspect="bot"),
        lambda: identify(f"email:{email}", email, at, id=id, verified=True),
    )
    return makers[kind]()


kinds = st.sampled_from((0, 0, 0, 1, 2, 3, 3, 4, 5, 6, 7, 8))
choices = st.tuples(kinds, st.sampled_from(VISITORS), st.sampled_from(MOMENTS), st.sampled_from(PEOPLE))
histories = st.lists(choices, min_size=1, max_size=25).map(
    lambda chosen: [event(kind, visitor, at, n, email) for n, (kind, visitor, at, email) in enumerate(chosen)]
)


def fold_in_pieces(house: House, events: Sequence[Event], random: Random) -> None:
    """Arrive in any order, some twice, in appends and folds of any size, with restarts between."""
    arriving = [*events, *random.sample(list(events), k=random.randint(0, len(events)))]
    random.shuffle(arriving)
    while arriving:
        taken = random.randint(1, 6)
        house.append(*arriving[:taken])
        del arriving[:taken]
        for _ in range(random.randint(0, 3)):
            house.folder.step(random.randint(1, 4))
        if random.random() < 0.2:
            house.new_folder()
    house.fold(limit=random.randint(1, 7))


def scores_in_memory(house: House, events: Sequence[Event]) -> dict[str, dict[str, int]]:
    """The same without a database, as `replay` does it: claims to epochs, epochs to people, each refolded."""
    scorer = Scorer(house.ruleset)
    of_visitor: dict[str, list[Event]] = {}
    for each in events:
        of_visitor.setdefault(str(each.visitor), []).append(each)
    of_person: dict[str, list[Event]] = {}
    for visitor, theirs in of_visitor.items():
        epochs = epochs_of(claim for each in theirs if (claim := claim_of(each)) is not None)
        for each in theirs:
            person = epoch_at(epochs, each.order).email or f"visitor:{visitor}"
            of_person.setdefault(person, []).append(each)
    return {
        person: {
            model.id: reading.score
            for model, reading in zip(house.ruleset.models, scorer.refold(theirs)[0].models, strict=True)
        }
        for person, theirs in of_person.items()
    }


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories, st.randoms(use_true_random=False))
def test_order_batches_repeats_and_rebuilding_change_nothing(history: list[Event], random: Random) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        punctual, late = open_house(Path(one)), open_house(Path(other))
        for each in sorted(history, key=lambda each: each.order):
            punctual.fold(each)
        fold_in_pieces(late, history, random)
        assert late.told() == punctual.told()
        assert late.differences() == punctual.differences() == []
        in_memory = scores_in_memory(late, history)
        assert {
            person: {model: int(story[model]["score"] * 1000) for model in ("vertical", "general")}
            for person, story in late.told().items()
        } == in_memory
        before = late.told()
        rescore(late.conn, late.ruleset, lambda done, total: None)
        assert late.told() == before
        late.conn.close()
        punctual.conn.close()
