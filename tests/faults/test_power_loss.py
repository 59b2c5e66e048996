"""The lights go out: what was acknowledged is on disk by then, and what is on disk is enough to go on with.

The server's own way from the door of browsers to the folded score, with the schema as its migrations make it, on a disk
that has what was synced, and of the rest what chance leaves of it in sectors of 512 bytes, whole or torn.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.faults.house import SEED, Record, many, tell

from ripeline.app import create_app
from ripeline.fold.verify import verify
from ripeline.settings import Settings
from ripeline.store.copies import problems_of
from ripeline.store.database import Connection, Database

#: Pictures of one server's life.
_A_NIGHT = 10


@dataclass(frozen=True)
class Picture:
    """A data folder as a power cut leaves it; what was acknowledged; how many sectors were lost, of all files."""

    folder: Path
    missing: int
    events: frozenset[str]
    deeds: frozenset[str]
    erased: frozenset[str]


def _pictures(folder: Path, count: int, *pragma: str) -> Iterator[Picture]:
    """So many pictures, of as many servers as that takes; each is removed when the next is asked for."""
    for night in range(-(-count // _A_NIGHT)):
        seed, place = f"{SEED} power loss {night}", folder / f"night {night}"
        place.mkdir()
        print(f"seed {seed!r}, folders in {place}")
        command = [sys.executable, "-m", "tests.faults.until_the_lights_go_out", str(place), seed]
        taken = min(_A_NIGHT, count - night * _A_NIGHT)
        ended = subprocess.run([*command, str(taken), *pragma], capture_output=True, text=True, timeout=120)
        assert ended.returncode == 0, f"{place}, seed {seed!r}: {ended.stderr[-2_000:]}"
        for line in ended.stdout.splitlines():
            picture = _read(json.loads(line))
            yield picture
            shutil.rmtree(picture.folder)


def _read(told: dict[str, Any]) -> Picture:
    lists = {name: frozenset(told[name]) for name in ("events", "deeds", "erased")}
    return Picture(Path(told["folder"]), told["missing"], **lists)


async def _start_again(folder: Path) -> tuple[set[str], set[str]]:
    """Events and deeds that are there once the server has started and all is folded, and nothing is amiss."""
    app = create_app(Settings(data=folder, rate_limit=None))
    async with app.router.lifespan_context(app):
        running = app.state.running
        assert await running.settled() == 0, folder
        with running.reading() as (conn, ruleset):
            assert problems_of(conn) == "", folder
            assert verify(conn, ruleset) == [], folder
            return _stored(conn, folder)


def _stored(conn: Connection, folder: Path) -> tuple[set[str], set[str]]:
    events = [id for (id,) in conn.execute("SELECT event_id FROM events").fetchall()]
    assert len(events) == len(set(events)), f"an event id has two rows: {folder}"
    deeds = conn.execute("SELECT key FROM meta WHERE key LIKE 'deed %'").fetchall()
    return set(events), {key for (key,) in deeds}


def _after_a_start(picture: Picture) -> frozenset[str]:
    """What was acknowledged and is not so once the server has started from what is left."""
    return _lost(picture, *asyncio.run(_start_again(picture.folder)))


def _at_first_sight(picture: Picture) -> frozenset[str]:
    """The same, of the database alone."""
    with closing(Database(picture.folder / "ripeline.db").writer()) as conn:
        return _lost(picture, *_stored(conn, picture.folder))


def _lost(picture: Picture, events: set[str], deeds: set[str]) -> frozenset[str]:
    return (picture.events - events) | (picture.deeds - deeds) | (picture.erased & events)


@pytest.mark.row
def test_a_power_cut_takes_nothing_that_was_acknowledged(tmp_path: Path, record_property: Record) -> None:
    seeds, acknowledged, missing = many(5, 200), 0, 0
    for picture in _pictures(tmp_path, seeds):
        assert not _after_a_start(picture), picture.folder
        acknowledged += len(picture.events) + len(picture.deeds) + len(picture.erased)
        missing += picture.missing
    assert acknowledged, "nothing was acknowledged, so nothing was tried"
    assert missing, "the disk lost nothing, so nothing was tried"
    tell(record_property, seeds=seeds, acknowledged=acknowledged, sectors_lost=missing, lost=0)


@pytest.mark.row
def test_the_same_with_commits_that_are_not_synced_loses_some(tmp_path: Path, record_property: Record) -> None:
    pragma = ("PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL")
    lost = [len(_at_first_sight(picture)) for picture in _pictures(tmp_path, many(10, 40), *pragma) if picture.events]
    assert any(lost), "a disk that keeps what nobody synced proves nothing"
    tell(record_property, seeds=len(lost), seeds_that_lost=sum(map(bool, lost)), lost=sum(lost))
