"""The log as stored: what is new, what is a duplicate, and the same events read back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from ripeline.domain.event import Event
from ripeline.domain.source import Source
from ripeline.store import log_rows
from ripeline.store.database import Connection, Database, IntegrityError, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_reading import events_after, events_by_seq, events_of_lead, events_of_visitors
from ripeline.store.log_rows import append_events
from ripeline.store.upgrading import create_schema


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    conn = Database(tmp_path / "ripeline.db").writer()
    create_schema(conn)
    yield conn
    conn.close()


def _event(id: str = "e1", visitor: str = "ada", on: str = "page", at: int = 1_000, **more: Any) -> Event:
    return Event(id=id, visitor=visitor, on=on, at=at, **more)


FULL = _event(
    received_at=1_500,
    site=1,
    url="https://shop.example/tarifs",
    title="Tarifs – l'été\x00",
    referrer="https://www.google.com/",
    agent="Mozilla/5.0",
    item="tarifs",
    email="ada@example.com",
    verified=True,
    suspect="crawler",
    props={"plan": "pro", "n": 3, "price": 2.5, "ok": True},
    traits={"company": "Acme"},
    source=Source("search", "google", "organic", "spring", "scoring"),
)


def _sorted(event: Event) -> Event:
    return replace(event, props=dict(sorted((event.props or {}).items())))


def _append(conn: Connection, *events: Event, dictionary: Dictionary | None = None) -> list[bool]:
    with transaction(conn):
        return append_events(conn, list(events), dictionary or Dictionary())


@pytest.mark.parametrize(("id", "item", "kept"), [("p1e", "p1", 0), ("p1-left", "p1", 1), ("e", "", 0), ("p1", "", 0)])
def test_which_page_was_read_is_kept_by_its_id(conn: Connection, id: str, item: str, kept: int) -> None:
    read = _event(id, on="engagement", item=item, props={"ms": 4_000, "scroll": 80})
    _append(conn, read)
    assert events_after(conn, 0, 10) == [replace(read, visitor=1, seq=1)]
    assert conn.execute("SELECT count(*) FROM texts WHERE text = 'p1'").fetchone() == (kept,)


@pytest.mark.parametrize(
    "more",
    [
        {"props": {"ms": 4_000, "scroll": 80}},
        {"props": {"scroll": 80, "ms": -1}},
        {"props": {"ms": 4_000.5, "scroll": 80}},
        {"props": {"ms": True, "scroll": 80}},
        {"props": {"ms": 4_000, "scroll": 80, "more": 1}},
        {"props": {"ms": 4_000}},
        {"props": {"ms": 4_000, "scroll": 80}, "email": "ada@example.com"},
        {"props": {"ms": 4_000, "scroll": 80}, "traits": {"job": "Director"}},
    ],
)
def test_how_long_a_page_was_read_is_read_back(conn: Connection, more: dict[str, Any]) -> None:
    read = _event(on="engagement", item="p1", **more)
    _append(conn, read)
    assert repr(_sorted(events_after(conn, 0, 10)[0])) == repr(_sorted(replace(read, visitor=1, seq=1)))


def test_an_event_is_read_back_as_it_was_appended(conn: Connection) -> None:
    _append(conn, FULL)
    assert events_after(conn, 0, 10) == [replace(FULL, visitor=1, seq=1)]


def test_an_event_of_nothing_but_its_key_is_read_back_too(conn: Connection) -> None:
    _append(conn, _event())
    assert events_after(conn, 0, 10) == [_event(visitor=1, seq=1)]  # type: ignore[arg-type]


def test_a_retried_event_is_stored_once(conn: Connection) -> None:
    assert _append(conn, _event("e1"), _event("e2")) == [True, True]
    assert _append(conn, _event("e2"), _event("e3"), _event("e1")) == [False, True, False]
    assert [event.id for event in events_after(conn, 0, 10)] == ["e1", "e2", "e3"]


def test_an_id_twice_in_one_batch_is_new_once(conn: Connection) -> None:
    assert _append(conn, _event("e1"), _event("e1"), _event("e2"), _event("e2")) == [True, False, True, False]


def test_an_id_belongs_to_its_site(conn: Connection) -> None:
    assert _append(conn, _event("e1", site=1), _event("e1", site=2)) == [True, True]


@pytest.mark.parametrize("count", [1, 63, 64, 65, 200])
def test_a_batch_of_any_size_is_stored_in_order(conn: Connection, count: int) -> None:
    ids = [f"e{n}" for n in range(count)]
    assert _append(conn, _event("e7"), *(_event(id) for id in ids)) == [True] + [id != "e7" for id in ids]
    stored = events_after(conn, 0, 1_000)
    assert [event.id for event in stored] == list(dict.fromkeys(["e7", *ids]))
    assert [event.seq for event in stored] == sorted(event.seq for event in stored)


def test_the_place_of_an_erased_event_is_never_given_again(conn: Connection) -> None:
    _append(conn, _event("e1"), _event("e2"))
    conn.execute("DELETE FROM events")
    _append(conn, _event("e3"))
    assert [event.seq for event in events_after(conn, 0, 10)] == [3]


def test_an_alias_is_stored_as_the_visitor_it_names(conn: Connection) -> None:
    dictionary = Dictionary()
    _append(conn, _event("e1", "cookie", alias="local"), dictionary=dictionary)
    _append(conn, _event("e2", "local"), dictionary=dictionary)
    _append(conn, _event("e3", "other", alias="local2"), dictionary=Dictionary())
    _append(conn, _event("e4", "local2", alias="local3"), _event("e5", "local3"), dictionary=Dictionary())
    visitors = {event.id: event.visitor for event in events_after(conn, 0, 10)}
    assert visitors["e1"] == visitors["e2"] != visitors["e3"]
    assert visitors["e3"] == visitors["e4"] == visitors["e5"]


def test_a_visitor_with_a_history_does_not_become_an_alias(conn: Connection) -> None:
    _append(conn, _event("e1", "local"))
    _append(conn, _event("e2", "cookie", alias="local"), _event("e3", "local"))
    first, second, third = (event.visitor for event in events_after(conn, 0, 10))
    assert first == third != second


def test_a_rollback_forgets_the_ids_it_gave(conn: Connection) -> None:
    dictionary = Dictionary()
    bad = _event("x" * 65, "eve", on="never_seen")
    with pytest.raises(IntegrityError), transaction(conn):
        append_events(conn, [_event("e1", "marc", title="lost"), bad], dictionary)
    dictionary.clear()
    # Another text and another visitor take the row ids that were rolled back.
    _append(conn, _event("e2", "elodie", on="download", title="kept"))
    _append(conn, _event("e1", "marc", title="lost"), dictionary=dictionary)
    second, first = events_after(conn, 0, 10)
    assert (second.on, second.title, first.on, first.title) == ("download", "kept", "page", "lost")
    assert first.visitor != second.visitor


def test_more_texts_than_the_dictionary_remembers_are_all_found(conn: Connection) -> None:
    small = Dictionary(limit=8)
    for n in range(20):
        _append(conn, *(_event(f"{n}-{k}", f"v{n}", title=f"title {n}-{k}") for k in range(5)), dictionary=small)
    reader = Dictionary(limit=8)
    stored = [event for cursor in range(0, 100, 5) for event in events_after(conn, cursor, 5, reader)]
    assert [event.title for event in stored] == [f"title {n}-{k}" for n in range(20) for k in range(5)]


def test_reading_goes_on_after_a_place_in_the_log(conn: Connection) -> None:
    _append(conn, *(_event(f"e{n}") for n in range(10)))
    assert [event.id for event in events_after(conn, 3, 2)] == ["e3", "e4"]
    assert [event.id for event in events_by_seq(conn, [9, 2, 77])] == ["e1", "e8"]
    assert events_after(conn, 10, 5) == []


def test_events_of_visitors_come_in_the_total_order(conn: Connection) -> None:
    _append(conn, _event("late", at=3), _event("b", at=2), _event("a", at=2), _event("z", at=2, on="download"))
    _append(conn, _event("else", "marc"))
    assert [event.id for event in events_of_visitors(conn, [1])] == ["z", "a", "b", "late"]


def test_events_of_a_lead_are_those_of_its_epochs(conn: Connection) -> None:
    _append(conn, *(_event(f"e{n}", "shared", at=n) for n in range(6)), _event("mine", "ada's", at=4))
    least = -(2**63)
    epochs = [(1, least, 0, "", 7), (1, 2, 1, "e2", 8), (1, 4, 1, "e4", 7), (2, least, 0, "", 7)]
    conn.executemany("INSERT INTO epochs VALUES (?, ?, ?, ?, ?)", epochs)
    assert [event.id for event in events_of_lead(conn, 7)] == ["e0", "e1", "e4", "mine", "e5"]
    assert [event.id for event in events_of_lead(conn, 8)] == ["e2", "e3"]
    assert events_of_lead(conn, 9) == []


def test_a_conflict_is_no_failure_only_where_an_id_comes_back(conn: Connection) -> None:
    with pytest.raises(IntegrityError):
        _append(conn, _event(""))
    assert log_rows.append_events(conn, [], Dictionary()) == []
