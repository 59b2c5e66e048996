"""Who saw what: the index agrees with the log, however far it has come, and forgets what is erased."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.white_papers import CAST, HOUR, NOW, START, fold, form, made, open_database, page, paper

from ripeline.store.database import Connection, transaction
from ripeline.store.erasing import erase_events
from ripeline.store.items import recent_items
from ripeline.store.reading_items import items_meant, items_to_choose
from ripeline.store.seen_items import SEEN_UPTO, index_seen, keep_up

BLOG_2 = "https://shop.example/blog/2"


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    connection = open_database(tmp_path / "ripeline.db")
    fold(connection, CAST)
    yield connection
    connection.close()


def choices(conn: Connection, since: int = 0) -> dict[str, tuple[str, ...]]:
    return {kind: items_to_choose(conn, kind, since, 9) for kind in ("page", "download", "form")}


def test_choices_are_what_most_visitors_saw_by_the_names_people_use(conn: Connection) -> None:
    fold(conn, made("v-x", [(0, page("/blog/2?utm_source=x")), (1, page("/caf%C3%A9"))]))
    found = choices(conn)
    assert found["page"] == ("/blog/2", "/blog/1", "/blog/3", "/about", "/café", "/pricing", "/white-papers")
    assert found["download"] == ("white-paper-b.pdf", "white-paper-a.pdf", "white-paper-c.pdf")
    assert found["form"] == ("contact",)


def test_the_index_and_the_log_say_the_same(conn: Connection) -> None:
    before = choices(conn)
    while keep_up(conn):
        pass
    assert conn.execute("SELECT count(*) FROM seen_items").fetchone()[0] > 0
    assert choices(conn) == before
    fold(conn, made("v-y", [(0, page("/blog/2")), (0.5, paper("a")), (1, form("y@example.com"))]))
    assert items_meant(conn, "page", "/blog/2").visitors == 3
    with transaction(conn):
        assert index_seen(conn) == 3
        assert index_seen(conn) == 0
    assert items_meant(conn, "page", "/blog/2").visitors == 3


def test_a_few_new_events_wait_for_more_and_are_known_meanwhile(conn: Connection) -> None:
    while keep_up(conn):
        pass
    fold(conn, made("v-y", [(0, page("/blog/2")), (0.5, paper("a")), (1, form("y@example.com"))]))
    assert keep_up(conn, least=4) == 0
    assert items_meant(conn, "page", "/blog/2").visitors == 3
    assert keep_up(conn, least=3) == 3
    assert items_meant(conn, "page", "/blog/2").visitors == 3


def test_what_was_seen_lately_is_told_the_same_before_and_after_the_index_has_read_it(conn: Connection) -> None:
    once, again = made("v-y", [(80, page("/blog/2")), (90, page("/blog/2"))])
    fold(conn, [once])
    while keep_up(conn):
        pass
    before = recent_items(conn, 0, 99)
    fold(conn, [again, *made("v-z", [(91, page("/blog/2")), (92, page("/new"))])])
    waiting = recent_items(conn, 0, 99)
    assert [each for each in before if each not in waiting] == [("page", BLOG_2, 3, START + 80 * HOUR)]
    assert [each for each in waiting if each not in before] == [
        ("page", BLOG_2, 4, START + 91 * HOUR),
        ("page", "https://shop.example/new", 1, START + 92 * HOUR),
    ]
    while keep_up(conn):
        pass
    assert recent_items(conn, 0, 99) == waiting


def test_what_nobody_saw_lately_is_not_offered(conn: Connection) -> None:
    keep_up(conn)
    assert choices(conn, NOW)["page"] == ()
    assert choices(conn, START + 72 * HOUR)["page"] == ("/blog/3",)


@pytest.mark.parametrize(
    ("kind", "wanted", "found"),
    [
        ("page", "/blog", 3),
        ("page", "/blog/", 3),
        ("page", "/blo", 0),
        ("page", "blo", 3),
        ("page", "BLOG/3", 1),
        ("page", "/", 0),
        ("page", "*g/*", 3),
        ("download", "paper-a", 1),
        ("download", "*.pdf", 3),
        ("form", "contact", 1),
        ("form", "%", 0),
    ],
)
def test_a_filter_means_a_page_and_those_below_it_or_a_part_of_a_name(
    conn: Connection, kind: str, wanted: str, found: int
) -> None:
    assert len(items_meant(conn, kind, wanted).texts) == found


def test_what_is_erased_is_forgotten_unless_it_was_seen_another_time(conn: Connection) -> None:
    fold(conn, made("v-twice", [(0, page("/blog/1")), (50, page("/blog/1")), (60, page("/only-once"))]))
    keep_up(conn)
    events = "SELECT seq FROM events AS e JOIN visitors AS v ON v.id = e.visitor_id WHERE v.key = 'v-twice'"
    first, second, once = [seq for (seq,) in conn.execute(events).fetchall()]
    before = items_meant(conn, "page", "/blog/1").visitors
    with transaction(conn):
        erase_events(conn, [first, once])
    assert items_meant(conn, "page", "/blog/1").visitors == before
    assert items_meant(conn, "page", "/only-once").texts == ()
    with transaction(conn):
        erase_events(conn, [second])
    assert items_meant(conn, "page", "/blog/1").visitors == before - 1
    assert conn.execute("SELECT count(*) FROM meta WHERE key = ?", (SEEN_UPTO,)).fetchone()[0] == 1
