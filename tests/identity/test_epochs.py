"""Claims of one visitor become epochs."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeline.domain.event import Event, OrderKey
from ripeline.identity.epochs import ANONYMOUS, MIN, Claim, Epoch, claim_of, epoch_at, epochs_of

ADA, EVE = "ada@example.com", "eve@example.com"


def key(at: int) -> OrderKey:
    return (at, 0, f"e{at}")


claims = st.lists(
    st.tuples(st.tuples(st.integers(0, 9), st.integers(0, 1), st.sampled_from("abc")), st.sampled_from((ADA, EVE))),
    max_size=8,
    unique_by=lambda claim: claim[0],
)


def test_a_visitor_who_claims_nothing_is_one_anonymous_epoch() -> None:
    assert epochs_of([]) == ANONYMOUS == (Epoch(MIN, None),)


def test_what_came_before_the_first_claim_belongs_to_that_person() -> None:
    epochs = epochs_of([(key(5), ADA)])
    assert epochs == (Epoch(MIN, ADA),)
    assert epoch_at(epochs, key(1)).email == ADA


def test_a_second_person_on_the_same_browser_starts_an_epoch_with_the_claim_itself() -> None:
    epochs = epochs_of([(key(5), ADA), (key(8), EVE)])
    assert [epoch_at(epochs, key(at)).email for at in (1, 5, 7, 8, 9)] == [ADA, ADA, ADA, EVE, EVE]


def test_people_may_take_turns() -> None:
    epochs = epochs_of([(key(1), ADA), (key(2), EVE), (key(3), ADA)])
    assert epochs == (Epoch(MIN, ADA), Epoch(key(2), EVE), Epoch(key(3), ADA))


def test_a_late_claim_moves_the_border() -> None:
    assert epochs_of([(key(5), ADA), (key(3), EVE)]) == (Epoch(MIN, EVE), Epoch(key(5), ADA))


def test_a_suspect_event_names_nobody() -> None:
    event = Event(id="a", visitor="v", on="form", at=1, email=ADA, suspect="bot")
    assert claim_of(event) is None


@pytest.mark.parametrize("on", ["identify", "form", "page"])
def test_any_event_that_carries_an_email_claims_it_at_its_own_place(on: str) -> None:
    event = Event(id="a", visitor="v", on=on, at=1, email=ADA)
    assert claim_of(event) == (event.order, ADA)


@given(claims, st.randoms(use_true_random=False))
def test_the_order_of_arrival_and_repeats_change_nothing(made: list[Claim], random: Random) -> None:
    shuffled = made + made[:3]
    random.shuffle(shuffled)
    assert epochs_of(shuffled) == epochs_of(made)


@given(claims, st.tuples(st.integers(0, 9), st.integers(0, 1), st.sampled_from("xyz")))
def test_a_claim_that_agrees_with_its_epoch_changes_nothing(made: list[Claim], place: OrderKey) -> None:
    before = epochs_of(made)
    email = epoch_at(before, place).email
    if email is not None:
        assert epochs_of([*made, (place, email)]) == before


@given(claims)
def test_every_claim_lies_in_an_epoch_of_its_own_email(made: list[Claim]) -> None:
    epochs = epochs_of(made)
    assert all(epoch_at(epochs, place).email == email for place, email in made)
