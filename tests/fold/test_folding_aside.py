"""An event that cannot be scored is set aside; its neighbours, and its own lead, go on."""

from __future__ import annotations

from typing import Any

from tests.fold.ledger_house import ADA, DAY, EVE, HOUR, House, download, identify, page

from ripeline.domain.event import Event
from ripeline.fold.rescore import rescore
from ripeline.scoring.change import Change
from ripeline.scoring.fold import Scorer
from ripeline.scoring.state import LeadState

#: No state can hold so large a number.
POISON = {"employees": 2**64 + 5}


class Allergic(Scorer):
    """A scorer with a defect: it fails on some events."""

    bad: frozenset[str] = frozenset()

    def _fold(self, state: LeadState, event: Event, *more: Any) -> Change:
        if event.id in self.bad:
            raise ZeroDivisionError("cannot be")
        return super()._fold(state, event, *more)


def allergic_to(house: House, *ids: str) -> None:
    scorer = Allergic(house.ruleset)
    scorer.bad = frozenset(ids)
    house.folder._scorer = scorer


def aside(house: House) -> list[Any]:
    return house.rows("SELECT event_id, problem FROM quarantine JOIN events USING (seq) ORDER BY seq")


def test_a_value_that_cannot_be_kept_costs_only_its_event(house: House) -> None:
    house.fold(
        download("phone", "a", 0),
        identify("phone", ADA, HOUR, traits=POISON, id="poison"),
        download("phone", "b", 2 * HOUR),
        download("laptop", "b", 2 * HOUR),
    )
    assert [id for id, _ in aside(house)] == ["poison"]
    assert (house.score(ADA), house.score("visitor:laptop")) == (7, 5)
    assert house.differences() == []


def test_many_bad_events_in_a_batch_leave_all_the_good_ones(house: House) -> None:
    events = [page(f"v{n}", f"/blog/{n}", n * HOUR, id=f"e{n}") for n in range(30)]
    allergic_to(house, *[f"e{n}" for n in range(0, 30, 3)])
    house.append(*events)
    assert house.folder.step() == 30
    assert [id for id, _ in aside(house)] == [f"e{n}" for n in range(0, 30, 3)]
    assert all(problem == "ZeroDivisionError: cannot be" for _, problem in aside(house))
    assert house.rows("SELECT sum(events) FROM sessions") == [(20,)]


def test_who_only_did_what_cannot_be_scored_is_a_lead_all_the_same(house: House) -> None:
    allergic_to(house, "bad")
    house.fold(identify("phone", ADA, 0, id="bad"))
    assert house.score(ADA) == 0
    house.folder.forget()
    house.fold(download("phone", "b", HOUR))
    assert house.score(ADA) == 5


def test_an_old_event_that_spoils_a_refold_is_found(house: House) -> None:
    house.fold(*[page("phone", f"/blog/{n}", n * HOUR, id=f"e{n}") for n in range(2, 12)])
    allergic_to(house, "e7")
    house.fold(download("phone", "b", HOUR))
    assert [id for id, _ in aside(house)] == ["e7"]
    assert house.score("visitor:phone") == 5 + 8
    assert house.differences() == []


def test_a_rescore_tries_again_what_was_set_aside(house: House) -> None:
    allergic_to(house, "e1")
    house.fold(download("phone", "a", 0), page("phone", "/blog/1", HOUR, id="e1"))
    assert house.score("visitor:phone") == 2
    rescore(house.conn, house.ruleset, lambda done, total: None)
    assert aside(house) == []
    assert house.score("visitor:phone") == 4
    assert house.differences() == []


def test_a_rescore_sets_aside_what_it_cannot_take(house: House) -> None:
    house.fold(identify("phone", ADA, 0, traits=POISON, id="poison"), download("phone", "b", HOUR))
    rescore(house.conn, house.ruleset, lambda done, total: None)
    assert [id for id, _ in aside(house)] == ["poison"]
    assert house.score(ADA) == 5
    assert house.differences() == []


def test_even_an_event_that_identity_fails_on_is_passed(house: House) -> None:
    """Two leads of one e-mail cannot be; if a defect makes such a pair, the fold goes on behind it."""
    house.fold(page("phone", "/blog/1", 0))
    house.conn.execute("CREATE TRIGGER defect BEFORE UPDATE OF email ON leads BEGIN SELECT raise(ABORT, 'defect'); END")
    house.fold(page("a", "/", 1), identify("phone", EVE, DAY, id="bad"), page("b", "/", 2), download("c", "b", 3))
    assert [id for id, _ in aside(house)] == ["bad"]
    assert house.score("visitor:c") == 5
    assert house.told().keys() == {"visitor:phone", "visitor:a", "visitor:b", "visitor:c"}
    assert house.differences() == []


def test_what_was_passed_over_stays_so_whatever_comes_after(house: House) -> None:
    house.fold(page("phone", "/blog/1", 0))
    house.conn.execute("CREATE TRIGGER defect BEFORE UPDATE OF email ON leads BEGIN SELECT raise(ABORT, 'defect'); END")
    house.conn.execute("CREATE TRIGGER other BEFORE INSERT ON leads BEGIN SELECT raise(ABORT, 'defect'); END")
    house.fold(identify("phone", EVE, DAY, id="named"), page("new", "/", DAY, id="first"))
    assert [id for id, _ in aside(house)] == ["named", "first"]
    assert house.differences() == []
    house.conn.execute("DROP TRIGGER defect")
    house.conn.execute("DROP TRIGGER other")
    house.fold(identify("phone", ADA, 2 * DAY), download("phone", "b", 3 * DAY), download("new", "b", DAY))
    assert sorted(house.told()) == [ADA, "visitor:new"]
    assert house.differences() == []
    before = house.told()
    rescore(house.conn, house.ruleset, lambda done, total: None)
    assert house.told() == before
    assert [id for id, _ in aside(house)] == ["named", "first"]
    assert house.differences() == []
