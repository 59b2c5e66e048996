"""Open pages hear of what changed: once a second at most, however much that was, and never of anybody by name."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from time import monotonic

from ripeline.changes import MOST_LEADS, MOST_LISTENERS, MOST_OF_ONE, Changes, Listener, Word


def heard(act: Callable[[Changes, Listener], Awaitable[None]], pace: float = 0.05) -> None:
    async def run() -> None:
        changes = Changes(pace)
        await act(changes, changes.listen())

    asyncio.run(asyncio.wait_for(run(), 5))


def test_what_a_thread_tells_is_heard_in_the_event_loop() -> None:
    async def act(changes: Changes, listener: Listener) -> None:
        threading.Thread(target=changes.tell, args=([7],), kwargs={"ready": True}).start()
        assert await listener.next(2) == Word({7}, is_ready=True)

    heard(act)


def test_much_in_a_moment_is_one_word() -> None:
    async def act(changes: Changes, listener: Listener) -> None:
        changes.tell([1])
        assert await listener.next(2) == Word({1})
        began = monotonic()
        for lead in range(2, 100):
            changes.tell([lead], bands=lead == 50)
        assert await listener.next(2) == Word({*range(2, 100)}, is_bands=True)
        assert monotonic() - began >= 0.04
        assert await listener.next(0.1) is None

    heard(act)


def test_very_much_is_just_all() -> None:
    async def act(changes: Changes, listener: Listener) -> None:
        changes.tell(range(MOST_LEADS + 1))
        word = await listener.next(2)
        assert word == Word(is_all=True)

    heard(act)


def test_who_is_slow_hears_everything_at_once_and_costs_no_more() -> None:
    async def act(changes: Changes, listener: Listener) -> None:
        for lead in range(1_000):
            changes.tell([lead])
            if lead % 100 == 0:
                await asyncio.sleep(0.06)
        await asyncio.sleep(0.06)
        assert await listener.next(2) == Word(is_all=True)
        assert await listener.next(0.06) is None

    heard(act)


def test_nobody_listening_is_told_nothing() -> None:
    async def act(changes: Changes, listener: Listener) -> None:
        changes.leave(listener)
        assert not changes.is_heard
        changes.tell([7])
        late = changes.listen()
        assert await late.next(0.1) is None

    heard(act)


def test_there_is_room_for_so_many_and_no_more() -> None:
    async def act(changes: Changes, listener: Listener) -> None:
        more = [changes.listen(person) for person in range(1, MOST_LISTENERS)]
        assert not changes.has_room(MOST_LISTENERS)
        changes.leave(more[0])
        assert changes.has_room(MOST_LISTENERS)

    heard(act)


def test_one_person_with_many_pages_open_takes_nobodys_place() -> None:
    async def act(changes: Changes, listener: Listener) -> None:
        pages = [changes.listen(7) for _ in range(MOST_OF_ONE)]
        assert not changes.has_room(7)
        assert changes.has_room(8)
        changes.leave(pages[0])
        assert changes.has_room(7)

    heard(act)


def test_at_the_end_everybody_is_let_go() -> None:
    async def act(changes: Changes, listener: Listener) -> None:
        waiting = asyncio.create_task(listener.next(60))
        await asyncio.sleep(0)
        changes.close()
        assert await asyncio.wait_for(waiting, 1) is None
        assert listener.is_over
        assert not changes.has_room(7)

    heard(act)
