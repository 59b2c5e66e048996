"""Events that turn out to be of a machine, events that are erased, people who are: nothing is left but what remains."""

from __future__ import annotations

from random import Random

import pytest
from tests.fold.ledger_house import (
    ADA,
    DAY,
    EVE,
    HOUR,
    MARC,
    House,
    download,
    form,
    identify,
    page,
    white_papers,
)

from ripeline.errors import Conflict, NotFound
from ripeline.fold.erasing import erase_lead, erase_unused, find_unused
from ripeline.fold.marking import AT_ONCE, erase_event, mark, mark_reason
from ripeline.fold.merging import merge
from ripeline.fold.saying import Points, give_points
from ripeline.fold.selling import Word, judge_lead
from ripeline.store.database import checkpoint, rewrite_small_file

CAPPED = """
[models.vertical]
bands = { warm = 5, hot = 12 }
[models.vertical.rules]
visit = { points = 2, on = "page", cap = { points = 6, per = "24h" } }
"""


def test_a_visit_of_a_bot_gives_its_place_under_the_cap_to_another(house: House) -> None:
    """Case 10: visits at hours 9 10 11 12 13 34 pay 2 2 2 0 0 2; without the first the one at 12 pays."""
    house.under(CAPPED)
    house.fold(*[page("phone", f"/{hour}", hour * HOUR, id=f"at{hour}") for hour in (9, 10, 11, 12, 13, 34)])
    person = "visitor:phone"
    assert house.score(person) == 8
    before = house.told()
    house.do(mark, "at9", True)
    paid = {line[3]: line[5] for line in house.told()[person]["ledger"]}
    assert (paid["at9"], paid["at12"], paid["at13"], house.score(person)) == (0, 2_000, 0, 8)
    assert house.differences() == []
    house.do(mark, "at9", False)
    assert house.told() == before
    assert house.differences() == []


def test_what_collect_suspected_can_be_cleared_and_marked_again(house: House) -> None:
    house.fold(identify("phone", ADA, 0), download("phone", "a", 1, id="scan", suspect="scanner"))
    assert house.score(ADA) == 0
    house.do(mark, "scan", False)
    assert house.score(ADA) == 2
    with pytest.raises(Conflict):
        house.do(mark, "scan", False)
    house.do(mark, "scan", True)
    assert house.rows("SELECT t.text FROM events JOIN texts t ON t.id = suspect_id WHERE event_id = 'scan'") == [
        ("scanner",)
    ]


def test_all_events_of_a_reason_are_cleared_and_marked_again_a_part_at_a_time(house: House) -> None:
    house.under(CAPPED)
    bots = [page(f"v{n}", "/a", n * HOUR, id=f"bot{n}", suspect="crawler") for n in range(AT_ONCE + 3)]
    house.fold(*bots, page("v1", "/b", DAY, id="other", suspect="headless"), page("late", "/a", DAY, suspect="crawler"))
    before = house.told()
    until = AT_ONCE + 4
    assert [house.do(mark_reason, "crawler", False, until) for _ in range(3)] == [AT_ONCE, 3, 0]
    assert (house.score("visitor:v1"), house.score("visitor:late")) == (2, 0)
    assert house.differences() == []
    assert house.do(mark_reason, "headless", True, until) == 0
    assert [house.do(mark_reason, "crawler", True, until) for _ in range(3)] == [AT_ONCE, 3, 0]
    assert house.told() == before
    assert house.differences() == []


def test_a_suspect_event_names_nobody(house: House) -> None:
    house.fold(identify("phone", ADA, 0, id="forged"), download("phone", "a", 1))
    before = house.told()
    house.do(mark, "forged", True)
    assert (house.score(ADA), house.score("visitor:phone")) == (0, 2)
    assert house.differences() == []
    house.do(mark, "forged", False)
    assert house.told() == before
    assert house.differences() == []


def test_an_event_not_folded_yet_is_folded_as_it_is_marked(house: House) -> None:
    house.fold(identify("phone", ADA, 0))
    house.append(download("phone", "a", 1, id="paper"))
    house.do(mark, "paper", True)
    house.fold()
    assert house.score(ADA) == 0
    assert house.differences() == []


def test_without_the_download_the_visits_that_needed_it_fall_to_nothing(house: House) -> None:
    house.fold(identify("phone", ADA, 0), *white_papers(["A", "v1", "v2"], "phone"))
    assert house.score(ADA) == 6
    (paper,) = [id for (id,) in house.rows("SELECT event_id FROM events WHERE event_id LIKE 'download%'")]
    house.do(erase_event, paper)
    assert house.score(ADA) == 0
    assert [(line[5], line[6]) for line in house.told()[ADA]["ledger"]] == [(0, "not_yet"), (0, "not_yet")]
    assert house.differences() == []
    with pytest.raises(NotFound):
        house.do(erase_event, paper)


def test_an_erased_identify_takes_its_name_back(house: House) -> None:
    house.fold(identify("phone", ADA, 0, id="said"), download("phone", "a", 1))
    house.do(erase_event, "said")
    assert house.score("visitor:phone") == 2
    assert house.differences() == []


def tidy(house: House) -> None:
    with house.database.read() as conn:
        unused = find_unused(conn)
    if unused is not None:
        house.do(erase_unused, unused)


CANARIES = ("canary-path", "canary-title", "canary@example.com", "canary-company", "canary-term", "canary-note")


def with_canaries(house: House) -> None:
    email = "canary@example.com"
    house.fold(page("phone", "/canary-path", 0, title="canary-title", agent="canary-title"), page("phone", "/blog", 1))
    house.fold(form("phone", "contact", HOUR, email=email, props={"email": email, "company": "canary-company"}))
    house.fold(download("phone", "c", 2 * HOUR), *white_papers(["C", MARC], "laptop"), page("laptop", "/blog", 9))
    house.do(judge_lead, email, "vertical", Word("too_early", "canary-note"))
    house.do(give_points, email, Points(1, "canary-note", "vertical"))
    house.fold()


def everything_stored(house: House) -> bytes:
    house.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return b"".join(path.read_bytes() for path in house.database.path.parent.iterdir())


def test_of_an_erased_person_nothing_is_left(house: House) -> None:
    with_canaries(house)
    assert house.do(erase_lead, "canary@example.com") == 5
    tidy(house)
    assert list(house.told()) == [MARC]
    assert house.differences() == []
    for table in ("handoffs", "outbox", "lead_states", "scores", "ledger", "sessions", "crossings"):
        assert house.rows(f"SELECT count(*) FROM {table} WHERE lead_id = 1") == [(0,)], table
    stored = everything_stored(house)
    assert [canary for canary in CANARIES if canary.encode() in stored] == []
    assert b"/blog" in stored


def test_the_id_of_an_erased_lead_is_nobody_elses(house: House) -> None:
    house.fold(identify("phone", ADA, 0))
    house.do(erase_lead, ADA)
    house.fold(identify("phone", ADA, DAY, id="again"))
    assert house.rows("SELECT id, email FROM leads") == [(2, ADA)]
    assert house.differences() == []


def test_others_at_the_same_machine_keep_what_is_theirs(house: House) -> None:
    house.fold(identify("library", ADA, 0), download("library", "a", 1))
    house.fold(identify("library", EVE, HOUR), download("library", "b", 2 * HOUR))
    house.do(erase_lead, ADA)
    tidy(house)
    assert {person: house.score(person) for person in house.told()} == {EVE: 5}
    assert house.differences() == []
    house.fold(download("library", "a", 3 * HOUR))
    assert house.score(EVE) == 7


def test_a_merged_lead_is_erased_whole(house: House) -> None:
    house.fold(identify("a", ADA, 0), identify("b", MARC, 0), download("b", "b", 1), page("c", "/", 2))
    house.do(merge, ADA, MARC)
    house.do(erase_lead, MARC)
    assert list(house.told()) == ["visitor:c"]
    assert house.rows("SELECT count(*) FROM merges") == [(0,)]
    house.fold(identify("b", MARC, DAY))
    assert house.differences() == []


def test_a_text_used_again_meanwhile_stays(house: House) -> None:
    house.fold(page("phone", "/pricing", 0), page("laptop", "/other", 1))
    house.do(erase_lead, 1)
    with house.database.read() as conn:
        unused = find_unused(conn)
    assert unused is not None
    house.fold(page("laptop", "/pricing", HOUR))
    house.do(erase_unused, unused)
    assert house.rows("SELECT text FROM texts WHERE text LIKE '%pricing%' ORDER BY 1") == [
        ("/pricing",),
        ("https://shop.example/pricing",),
        ("pricing",),
    ]
    assert house.rows("SELECT count(*) FROM doubtful_texts") == [(0,)]
    house.fold(page("tablet", "/pricing", 2 * HOUR))
    checkpoint(house.conn)
    assert house.differences() == []


def test_events_of_machines_that_name_an_erased_person_are_erased_too(house: House) -> None:
    house.fold(identify("phone", ADA, 0), download("laptop", "a", 1))
    house.fold(form("laptop", "contact", 2, email=ADA, props={"email": ADA}, suspect="robot", id="machine"))
    assert house.told().keys() == {ADA, "visitor:laptop"}
    assert house.do(erase_lead, ADA) == 2
    tidy(house)
    assert house.told().keys() == {"visitor:laptop"}
    assert house.differences() == []
    assert ADA.encode() not in everything_stored(house)


def test_an_event_that_was_passed_over_is_erased_with_whom_it_names(house: House) -> None:
    house.fold(identify("phone", ADA, 0))
    house.conn.execute("CREATE TRIGGER defect BEFORE INSERT ON epochs BEGIN SELECT raise(ABORT, 'defect'); END")
    house.fold(identify("laptop", ADA, 1, traits={"company": "canary"}))
    assert house.told()[ADA]["visitors"] == ["phone"]
    assert house.do(erase_lead, ADA) == 2
    assert b"canary" not in everything_stored(house)


def test_no_page_keeps_what_was_stored_there_once(house: House) -> None:
    """Rows that move from page to page as others come between, and states that grow, leave copies behind."""
    chance = Random(7)
    visitors = [f"{chance.randrange(10**9)}-{n}" for n in range(400)]
    canaries = visitors[::40]
    for turn in range(4):
        chance.shuffle(visitors)
        for visitor in visitors:
            word = f"canary-{visitor}" if visitor in canaries else f"plain-{visitor}"
            address = f"/{word}/{chance.randrange(10**6)}/{'x' * chance.randrange(200)}"
            house.append(
                page(visitor, address, turn * DAY),
                form(visitor, "contact", turn * DAY + 1, email=f"{word}@example.com", props={"company": word * 9}),
            )
        house.fold()
    for visitor in canaries:
        house.do(erase_lead, f"canary-{visitor}@example.com")
    tidy(house)
    assert rewrite_small_file(house.conn)
    stored = everything_stored(house)
    assert b"plain-" in stored
    assert b"canary-" not in stored
    assert house.differences() == []


def test_a_text_of_a_visit_that_is_folded_meanwhile_stays(house: House) -> None:
    house.fold(page("phone", "/pricing", 0), page("laptop", "/other", 1))
    house.do(erase_lead, 1)
    # In the log when the unused texts are looked for, and not folded: the page it begins on is no column of its event.
    house.append(page("laptop", "/pricing", DAY, title=""))
    with house.database.read() as conn:
        unused = find_unused(conn)
    house.fold()
    house.do(erase_unused, unused)
    assert house.differences() == []
