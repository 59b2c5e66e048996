"""The door of the log: bounded, and silent until the outcome is known."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from ripeline.domain.event import Event
from ripeline.errors import LogRefused
from ripeline.log.queue import PLACE_BYTES, EventLog, Waiting


def _events(count: int, name: str = "e", site: int = 1) -> list[Event]:
    return [Event(id=f"{name}{n}", visitor="ada", on="page", at=1, site=site) for n in range(count)]


def _all_new(batch: list[Waiting]) -> list[list[bool]]:
    return [[True] * len(waiting.events) for waiting in batch]


async def _waiting(
    log: EventLog, count: int, name: str = "e", site: int = 1, sender: str = ""
) -> asyncio.Task[list[bool]]:
    task = asyncio.create_task(log.append(_events(count, name, site), sender))
    await asyncio.sleep(0)
    return task


def _run(story: Callable[[EventLog], object], limit: int = 2_000) -> None:
    asyncio.run(story(EventLog(limit=limit)))  # type: ignore[arg-type]


def test_a_caller_waits_until_its_events_have_an_outcome() -> None:
    async def story(log: EventLog) -> None:
        task = await _waiting(log, 2)
        (waiting,) = batch = log.take(500)
        assert not task.done()
        assert log.pending == 2
        log.answer(batch, [[True, False]])
        assert await task == [True, False]
        assert (log.accepted, log.answered, log.pending) == (2, 2, 0)
        assert [event.id for event in waiting.events] == ["e0", "e1"]

    _run(story)


def test_what_comes_when_the_queue_is_full_is_refused_and_may_come_again() -> None:
    async def story(log: EventLog) -> None:
        first = await _waiting(log, 8)
        with pytest.raises(LogRefused, match="8 events are waiting"):
            await log.append(_events(3))
        assert log.pending == 8
        second = await _waiting(log, 2)
        batch = log.take(500)
        with pytest.raises(LogRefused):
            await log.append(_events(1))
        log.answer(batch, _all_new(batch))
        await asyncio.gather(first, second)
        assert not (await _waiting(log, 10)).done()

    _run(story, limit=10)


def test_a_site_that_floods_leaves_room_for_the_others() -> None:
    async def story(log: EventLog) -> None:
        tasks = [await _waiting(log, 1, site=2)]
        tasks += [await _waiting(log, 1, f"flood{n}-") for n in range(66)]
        with pytest.raises(LogRefused, match="67 events are waiting to be written, too many of them of this site"):
            await log.append(_events(1))
        tasks += [await _waiting(log, 1, f"quiet{n}-", site=2) for n in range(20)]
        assert log.pending == 87
        batch = log.take(500)
        log.answer(batch, _all_new(batch))
        await asyncio.gather(*tasks)
        # What is written makes room again.
        assert not (await _waiting(log, 50, "again")).done()

    _run(story, limit=100)


def test_an_address_that_floods_leaves_room_for_the_others() -> None:
    async def story(log: EventLog) -> None:
        tasks = [await _waiting(log, 11, f"flood{n}-", sender="192.0.2.1") for n in range(6)]
        with pytest.raises(LogRefused, match="66 events are waiting to be written, too many of them of this address"):
            await log.append(_events(11), "192.0.2.1")
        tasks += [await _waiting(log, 1, f"quiet{n}-", sender="198.51.100.9") for n in range(20)]
        # Who has no address that counts, a program with a token, has what is left.
        tasks.append(await _waiting(log, 14, "program"))
        batch = log.take(500)
        log.answer(batch, _all_new(batch))
        await asyncio.gather(*tasks)
        assert log._of_sender == {}

    _run(story, limit=100)


def test_long_events_fill_the_queue_by_their_bytes() -> None:
    async def story(log: EventLog) -> None:
        long = [asyncio.create_task(log.append(_events(1, f"long{n}-"), size=3 * PLACE_BYTES)) for n in range(3)]
        usual = await _waiting(log, 1)
        assert log.is_crowded
        with pytest.raises(LogRefused, match="4 events are waiting"):
            await log.append(_events(1))
        batch = log.take(500)
        log.answer(batch, _all_new(batch))
        await asyncio.gather(*long, usual)
        # Many short ones in a large body are as many as they are.
        assert not log.is_crowded
        most = asyncio.create_task(log.append(_events(10), size=10 * PLACE_BYTES))
        await asyncio.sleep(0)
        assert not most.done()

    _run(story, limit=10)


def test_an_address_may_not_fill_it_with_a_few_long_events() -> None:
    async def story(log: EventLog) -> None:
        sent = {"sender": "192.0.2.1", "size": 20 * PLACE_BYTES}
        tasks = [asyncio.create_task(log.append(_events(1, f"flood{n}-"), **sent)) for n in range(3)]  # type: ignore[arg-type]
        await asyncio.sleep(0)
        with pytest.raises(LogRefused, match="3 events are waiting to be written, too many of them of this address"):
            await log.append(_events(1), **sent)  # type: ignore[arg-type]
        tasks += [await _waiting(log, 1, f"quiet{n}-", sender="198.51.100.9") for n in range(20)]
        batch = log.take(500)
        log.answer(batch, _all_new(batch))
        await asyncio.gather(*tasks)
        assert log._of_sender == {}

    _run(story, limit=100)


def test_the_only_site_may_use_the_whole_queue() -> None:
    async def story(log: EventLog) -> None:
        assert not (await _waiting(log, 100)).done()
        with pytest.raises(LogRefused, match="100 events are waiting"):
            await log.append(_events(1))
        # A second one is known by its first attempt, and has its share from then on.
        with pytest.raises(LogRefused):
            await log.append(_events(1, "f", site=2))
        batch = log.take(500)
        log.answer(batch, _all_new(batch))
        with pytest.raises(LogRefused, match="of this site"):
            await log.append(_events(100))

    _run(story, limit=100)


def test_callers_are_served_in_order_and_never_split() -> None:
    async def story(log: EventLog) -> None:
        tasks = [await _waiting(log, 3, name) for name in "abc"]
        first, second = log.take(4), log.take(4)
        assert [waiting.events[0].id for waiting in first] == ["a0", "b0"]
        assert [waiting.events[0].id for waiting in second] == ["c0"]
        assert log.take(4) == []
        log.answer(first + second, _all_new(first + second))
        assert await asyncio.gather(*tasks) == [[True] * 3] * 3

    _run(story)


def test_a_caller_that_left_does_not_disturb_the_others() -> None:
    async def story(log: EventLog) -> None:
        gone, stays = await _waiting(log, 1), await _waiting(log, 1)
        gone.cancel()
        await asyncio.sleep(0)
        batch = log.take(500)
        log.answer(batch, _all_new(batch))
        assert await stays == [True]
        assert log.pending == 0

    _run(story)


def test_each_caller_gets_its_own_outcome() -> None:
    async def story(log: EventLog) -> None:
        refused, stored = await _waiting(log, 1), await _waiting(log, 1)
        batch = log.take(500)
        log.answer(batch, [LogRefused("the disk is full", retry_after=5), [True]])
        with pytest.raises(LogRefused) as outcome:
            await refused
        assert outcome.value.retry_after == 5
        assert await stored == [True]

    _run(story)


def test_a_closed_log_takes_nothing_more_and_keeps_what_it_has() -> None:
    async def story(log: EventLog) -> None:
        task = await _waiting(log, 1)
        log.close("the server is shutting down")
        with pytest.raises(LogRefused, match="shutting down"):
            await log.append(_events(1))
        batch = log.take(500)
        log.answer(batch, _all_new(batch))
        assert await task == [True]

    _run(story)


def test_nobody_waits_for_a_log_that_is_gone() -> None:
    async def story(log: EventLog) -> None:
        tasks = [await _waiting(log, 1) for _ in range(3)]
        log.refuse_all("the writer gave up")
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert [str(outcome) for outcome in outcomes] == ["the writer gave up"] * 3
        assert log.pending == 0

    _run(story)


def test_nothing_to_store_is_stored_at_once() -> None:
    _run(lambda log: log.append([]))


def test_two_event_loops_may_share_a_log() -> None:
    log = EventLog()
    results: list[list[bool]] = []
    threads = [
        threading.Thread(target=lambda name=name: results.append(asyncio.run(log.append(_events(1, name)))))
        for name in "ab"
    ]
    for thread in threads:
        thread.start()
    batch: list[Waiting] = []
    while len(batch) < 2:
        log.bell.wait(1)
        log.bell.clear()
        batch += log.take(500)
    log.answer(batch, _all_new(batch))
    for thread in threads:
        thread.join(5)
    assert results == [[True], [True]]


def test_the_writer_is_rung_for_what_comes() -> None:
    async def story(log: EventLog) -> None:
        assert not log.bell.is_set()
        task = await _waiting(log, 1)
        assert log.bell.is_set()
        task.cancel()

    _run(story)
