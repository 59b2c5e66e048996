"""kill -9 in the midst of writing: what was acknowledged is there, once, and the next start folds it."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from pathlib import Path

from tests.worker.log_house import LogHouse, event, open_house

from ripeline.store.copies import problems_of

ROUNDS = 6


def _killed_while_writing(path: Path, run: int, after: float) -> list[str]:
    """Ids acknowledged by a process that is killed that many seconds after its first acknowledgement."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _send_for_ever(path, run, writing)
    os.close(writing)
    with os.fdopen(reading) as acknowledged:
        first = acknowledged.readline()
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        lines = [first, *acknowledged.readlines()]
    return [line.strip() for line in lines if line.endswith("\n")]


def _send_for_ever(path: Path, run: int, acknowledge: int) -> None:
    house = LogHouse(path)
    house.writer.start()

    async def sender(name: int) -> None:
        for n in range(1_000_000):
            ids = [f"{run}-{name}-{n}-{k}" for k in range(3)]
            await house.log.append([event(id, f"v{n}") for id in ids])
            os.write(acknowledge, "".join(f"{id}\n" for id in ids).encode())

    async def senders() -> None:
        await asyncio.gather(*(sender(name) for name in range(8)))

    try:
        asyncio.run(senders())
    finally:
        os._exit(1)


def test_what_a_killed_writer_acknowledged_is_stored_and_folded_once(tmp_path: Path) -> None:
    path, chance = tmp_path / "ripeline.db", random.Random(7)
    acknowledged = [
        id for run in range(ROUNDS) for id in _killed_while_writing(path, run, after=chance.uniform(0.01, 0.15))
    ]
    with open_house(path) as house:
        assert asyncio.run(house.writer.settled()) == 0
        stored = house.stored()
        with house.database.read() as conn:
            assert problems_of(conn) == ""
    assert len(acknowledged) >= ROUNDS * 3
    assert set(acknowledged) - set(stored) == set()
    assert len(stored) == len(set(stored))
