"""The truth of many leads is counted beside the server, kept a minute, and shown as of when it was counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
from tests.truth.many import NOW, PLAIN, fill

from ripeline.store.database import Database
from ripeline.store.truth_rows import open_people
from ripeline.truth.keeping import FRESH_MS, Kept, Truths
from ripeline.truth.lives import read_lives
from ripeline.truth.telling import truth_of

MODEL = PLAIN.models[0]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kept") / "ripeline.db"
    fill(path, PLAIN, leads=200).close()
    return path


@pytest.fixture
def truths(file: Path) -> Iterator[Truths]:
    truths = Truths(file, few=0)
    yield truths
    truths.close()


def ask(truths: Truths, file: Path, now: int, patience: float = 30.0) -> Kept | None:
    with Database(file).read() as conn:
        return truths.ask(conn, PLAIN, MODEL, now, patience)


def test_another_process_counts_the_same_and_it_is_kept_a_minute(truths: Truths, file: Path) -> None:
    first = ask(truths, file, NOW)
    with Database(file).read() as conn:
        assert first == Kept(truth_of(conn, PLAIN, MODEL, NOW), NOW)
    assert ask(truths, file, NOW + FRESH_MS - 1) is first
    assert ask(truths, file, NOW + FRESH_MS) is first, "who asks later does not wait for the next"


def test_nobody_waits_longer_than_asked_for_the_first(truths: Truths, file: Path) -> None:
    assert ask(truths, file, NOW, patience=0.0) is None
    assert ask(truths, file, NOW) is not None


def test_where_no_process_can_read_it_whoever_asks_counts_until_one_can(file: Path, tmp_path: Path) -> None:
    truths = Truths(tmp_path / "later.db", few=0)
    assert ask(truths, file, NOW) is None
    copy(file, tmp_path / "later.db")
    by_askers = [ask(truths, file, NOW + passed) for passed in (0, FRESH_MS - 1)]
    assert [each.at for each in by_askers if each] == [NOW, NOW + FRESH_MS - 1]
    apart = ask(truths, file, NOW + FRESH_MS)
    assert apart is not None
    assert ask(truths, file, NOW + FRESH_MS + 1) is apart
    truths.close()


def test_few_are_counted_at_once(file: Path) -> None:
    truths = Truths(file)
    first, second = ask(truths, file, NOW, 0.0), ask(truths, file, NOW + 1, 0.0)
    assert first is not None
    assert second is not None
    assert (first.at, second.at) == (NOW, NOW + 1)
    truths.close()


def test_some_lives_are_read_like_all_of_them(file: Path) -> None:
    with Database(file).read() as conn:
        every = read_lives(conn, PLAIN, MODEL, NOW)
        some = {life.lead for life in every.all[3:10]}
        assert list(read_lives(conn, PLAIN, MODEL, NOW, some).all) == [life for life in every.all if life.lead in some]


def test_who_has_decided_is_not_open(file: Path, tmp_path: Path) -> None:
    conn = fill(tmp_path / "ripeline.db", PLAIN, leads=200)
    lives = read_lives(conn, PLAIN, MODEL, NOW)
    model = "(SELECT id FROM texts WHERE text = 'offer')"
    conn.executemany(
        f"INSERT INTO scores VALUES ({model}, ?, ?, 0, 0, 'cold', 0)", [(life.lead, life.score) for life in lives.all]
    )
    found = open_people(conn, "offer", 1_000)
    assert sorted(found) == sorted((life.lead, life.score) for life in lives.all if life.end is None)
    assert 0 < len(found) < 200
    assert len(open_people(conn, "offer", 50)) <= 50
    conn.close()
