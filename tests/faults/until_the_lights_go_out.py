"""The server at work on a disk that loses what is not synced, and what a power cut leaves of its folder.

    python -m tests.faults.until_the_lights_go_out FOLDER SEED PICTURES [PRAGMA INSTEAD]

A process of its own, because its SQLite is APSW's. It starts a server in FOLDER/data, sends events to the door of
browsers, has deeds done and people erased, and at moments of chance, from the first start to the last checkpoint, makes
FOLDER/0, FOLDER/1 …: the data folder as it would be found. For each it prints a line of JSON: what had been
acknowledged by then. INSTEAD is executed where SQLite is given PRAGMA.
"""

# ruff: noqa: E402 - the driver comes before whoever asks for it
from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from functools import partial
from pathlib import Path
from typing import Any, Final

from tests.faults.apsw_front import Connection as Front
from tests.faults.apsw_front import put_in_front

put_in_front()

from tests.faults.losing_disk import Disk, what_is_left

from ripeline.app import create_app
from ripeline.collect.answers import Answer
from ripeline.collect.browser_door import take_quickly
from ripeline.fold.desk import Desk
from ripeline.fold.erasing import erase_lead
from ripeline.settings import Settings
from ripeline.store.meta import write_meta
from ripeline.worker import emptying

#: One of so many moments: before anything is acknowledged, at work, on the way to a clean end.
_FIRST: Final = 1_000
_SELDOM: Final = 300
_LAST: Final = 4
_SENDERS: Final = 6
_VISITORS_EACH: Final = 12
_DEEDS_AN_ERASURE: Final = 12
_HEADERS: Final = [(b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64) Chrome/140"), (b"content-type", b"text/plain")]


class Night:
    """One server until the pictures are taken: what it has acknowledged so far."""

    def __init__(self, folder: Path, seed: str, pictures: int) -> None:
        self.folder = folder
        self.chance = random.Random(f"{seed} server")
        self.events: list[str] = []
        self.deeds: list[str] = []
        self.erased: list[str] = []
        self._luck = random.Random(f"{seed} moments")
        self._pictures = pictures
        self._taken = 0
        self._disk = Disk(self._moment)

    @property
    def is_ending(self) -> bool:
        """The last pictures are of the way to a clean end."""
        return self._taken >= self._pictures * 4 // 5

    def _moment(self) -> None:
        seldom = _LAST if self.is_ending else _SELDOM if self.events else _FIRST
        if self._luck.random() * seldom < 1:
            self._take_picture()

    def _take_picture(self) -> None:
        told = {"events": [*self.events], "deeds": [*self.deeds], "erased": [*self.erased]}
        target = self.folder / str(self._taken)
        missing = what_is_left(self._disk, self.folder / "data", target, self._luck)
        print(json.dumps({"folder": str(target), "missing": missing, **told}), flush=True)
        self._taken += 1
        if self._taken == self._pictures:
            os._exit(0)


async def _post(app: Any, visitor: str, events: list[dict[str, Any]]) -> list[str]:
    """Through the door of browsers; the ids, all of them acknowledged."""
    answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    scope = {"type": "http", "method": "POST", "path": "/e", "headers": _HEADERS}
    take_quickly(app.state.intake, scope, json.dumps({"v": visitor, "e": events}).encode(), answered.set_result)
    answer = await answered
    assert answer.status == 202, answer
    assert not json.loads(answer.body)["rejected"], answer
    return [event["i"] for event in events]


def _event(visitor: str, number: int, is_form: bool) -> dict[str, Any]:
    event: dict[str, Any] = {"i": f"{visitor}-{number}", "n": "page", "u": f"https://shop.example/{number % 40}"}
    more = {"n": "form", "k": "contact", "p": {"email": f"{visitor}@shop.example", "company": "Acme"}}
    return event | more if is_form else event


async def _send(app: Any, night: Night, name: str) -> None:
    """Page views and forms; some are sent twice."""
    number, chance = 0, night.chance
    while not night.is_ending:
        visitor = f"{name}-{chance.randrange(_VISITORS_EACH)}"
        events = [_event(visitor, number + k, chance.random() < 0.1) for k in range(chance.randint(1, 8))]
        night.events += await _post(app, visitor, events)
        number += len(events) - chance.randint(0, 1)
        await asyncio.sleep(chance.random() / 200)


async def _do(app: Any, night: Night) -> None:
    """What people do: something is written down, and now and then somebody erased with all they did."""
    running, number = app.state.running, 0
    while not night.is_ending:
        number += 1
        await running.write(partial(write_meta, key=f"deed {number}", value="done"))
        night.deeds.append(f"deed {number}")
        if number % _DEEDS_AN_ERASURE == 0:
            await _erase_one(app, night, f"leaver-{number}")
        await asyncio.sleep(0.01)


async def _erase_one(app: Any, night: Night, visitor: str) -> None:
    running = app.state.running
    ids = await _post(app, visitor, [_event(visitor, n, n == 2) for n in range(3)])
    await running.settled()

    def erase(desk: Desk) -> None:
        erase_lead(desk, f"{visitor}@shop.example")

    await running.do(erase, "ada@shop.example")
    night.erased += ids
    await running.erase_unused()


async def _live(night: Night) -> None:
    app = create_app(Settings(data=night.folder / "data", rate_limit=None))
    async with app.router.lifespan_context(app):
        await asyncio.gather(*(_send(app, night, f"v{n}") for n in range(_SENDERS)), _do(app, night))


def main(folder: str, seed: str, pictures: str, pragma: str = "", instead: str = "") -> None:
    if pragma:
        Front.before = staticmethod(lambda sql: instead if sql == pragma else sql)  # type: ignore[method-assign]
    # Sooner than after some ten thousand pages: the night is short.
    emptying._ROWS_A_CHECKPOINT = 2_000  # type: ignore[misc]
    asyncio.run(_live(Night(Path(folder), seed, int(pictures))))


if __name__ == "__main__":
    main(*sys.argv[1:])
