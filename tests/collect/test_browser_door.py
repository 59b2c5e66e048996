"""`POST /e`: what is answered, and what is stored by then."""

from __future__ import annotations

import threading
import time
from contextlib import closing

import pytest
from tests.collect.doorstep import NOW, SHOP, Doorstep, batch, visit

from ripeline.store.database import Database


def test_an_event_is_stored_when_it_is_answered(door: Doorstep) -> None:
    answer = door.send(batch(visit("e1")))
    assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "duplicate": 0, "rejected": []})
    assert door.stored() == ["e1"]


def test_nobody_is_answered_before_the_commit(door: Doorstep) -> None:
    """Somebody else holds the write lock: the event cannot be committed, so it must not be acknowledged."""
    answers: list[int] = []
    with closing(Database(door.settings.database_file).writer()) as other:
        other.execute("BEGIN IMMEDIATE")
        sender = threading.Thread(target=lambda: answers.append(door.send(batch(visit("e1"))).status_code))
        sender.start()
        time.sleep(0.3)
        assert answers == []
        other.execute("ROLLBACK")
    sender.join(timeout=10)
    assert answers == [202]
    assert door.stored() == ["e1"]


def test_a_retried_event_counts_as_duplicate(door: Doorstep) -> None:
    door.send(batch(visit("e1"), visit("e2")))
    answer = door.send(batch(visit("e2"), visit("e3"), visit("e3")))
    assert answer.json() == {"accepted": 1, "duplicate": 2, "rejected": []}
    assert door.stored() == ["e1", "e2", "e3"]


def test_a_bad_item_costs_its_neighbours_nothing(door: Doorstep) -> None:
    items = [visit(f"e{n}") for n in range(50)]
    items[17] = visit("e17", u="javascript:alert(1)")
    answer = door.send(batch(*items))
    assert answer.json() == {"accepted": 49, "duplicate": 0, "rejected": [{"i": 17, "code": "bad_url"}]}
    assert len(door.stored()) == 49


def test_clocks_are_corrected_by_the_sent_time(door: Doorstep) -> None:
    three_days = 3 * 24 * 3600 * 1000
    before = time.time_ns() // 1_000_000
    door.send(batch(visit("e1", a=NOW + three_days - 5_000), t=NOW + three_days))
    ((at, received),) = door.rows("SELECT at, received_at FROM events")
    assert received - at == 5_000
    assert before <= received <= time.time_ns() // 1_000_000


def test_json_is_taken_as_such_too(door: Doorstep) -> None:
    assert door.send(batch(visit("e1")), content_type="application/json").status_code == 202


def test_no_events_are_no_mistake(door: Doorstep) -> None:
    assert door.send(batch()).json() == {"accepted": 0, "duplicate": 0, "rejected": []}


def test_events_of_a_browser_that_fetches_ahead_are_dropped_and_it_is_told(door: Doorstep) -> None:
    answer = door.send(batch(visit("e1")), sec_purpose="prefetch", origin=SHOP)
    assert (answer.status_code, answer.headers["X-Ripeline-Dropped"]) == (202, "prefetch")
    assert "X-Ripeline-Dropped" in answer.headers["Access-Control-Expose-Headers"]
    assert (door.stored(), "set-cookie" in answer.headers) == ([], False)


def test_events_of_a_page_that_was_prerendered_are_taken_when_it_is_seen(door: Doorstep) -> None:
    """Its requests go on to say so, while its script sends nothing before."""
    answer = door.send(batch(visit("e1")), sec_purpose="prefetch;prerender", origin=SHOP)
    assert (answer.json()["accepted"], len(door.stored())) == (1, 1)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
def test_other_methods_are_refused(shared_door: Doorstep, method: str) -> None:
    answer = shared_door.client.request(method, "/e")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, OPTIONS")


@pytest.mark.parametrize("type_", ["", "text/html", "application/x-www-form-urlencoded", "multipart/form-data", "x"])
def test_other_content_types_are_refused(shared_door: Doorstep, type_: str) -> None:
    assert shared_door.send(batch(visit("e1")), content_type=type_).status_code == 415


def test_a_compressed_body_may_hide_a_huge_one(shared_door: Doorstep) -> None:
    assert shared_door.send(b"x", content_encoding="gzip").status_code == 415


def test_the_only_site_needs_no_key(door: Doorstep) -> None:
    ((key,),) = door.rows("SELECT key FROM sites")
    assert door.send(batch(visit("e1"), s=key)).status_code == 202
    assert door.send(batch(visit("e2"))).status_code == 202


def test_an_unknown_site_is_refused(shared_door: Doorstep) -> None:
    answer = shared_door.send(batch(visit("e1"), s="nobody"))
    assert (answer.status_code, answer.json()["error"]) == (403, "unknown_site")


def test_one_visitor_is_not_taken_for_an_email(shared_door: Doorstep) -> None:
    answer = shared_door.send(batch(visit("e1"), v="email:ada@example.com"))
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_visitor")


def test_the_agent_is_kept_short_and_clean(door: Doorstep) -> None:
    door.send(batch(visit("e1")), user_agent="Mozilla\t" + "x" * 5_000)
    ((agent,),) = door.rows("SELECT text FROM events JOIN texts ON texts.id = agent_id")
    assert agent.startswith("Mozilla")
    assert len(agent) <= 400


def test_the_address_of_the_sender_is_stored_nowhere(door: Doorstep) -> None:
    door.send(batch(visit("e1")), x_forwarded_for="203.0.113.77")
    folder = door.settings.data
    assert all(b"203.0.113.77" not in file.read_bytes() for file in folder.iterdir() if file.is_file())
