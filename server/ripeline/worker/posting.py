"""Taking the post out: claim what is due, send it, write down what came back; many at once, one lead's in order."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Final

from ripeline.errors import RipelineError
from ripeline.fold.folder import now_ms
from ripeline.outbox.alert import Alert
from ripeline.outbox.reading import read_alert
from ripeline.outbox.recording import record
from ripeline.outbox.sending import Failed, Sender, Sent
from ripeline.outbox.sorting import sort_messages
from ripeline.running import Running
from ripeline.saying_why import said_of
from ripeline.store.database import DatabaseError
from ripeline.store.deliveries import (
    Delivery,
    claim_delivery,
    due_deliveries,
    prune_outbox,
    release_deliveries,
    unsorted_messages,
)
from ripeline.store.destinations import Destination, Kind, destination_by_id

log = logging.getLogger(__name__)

#: How often (seconds) the outbox is looked at while nothing happens, and how often what is long done is dropped.
_EVERY: Final = 1.0
_PRUNE_EVERY: Final = 3_600.0
#: Messages on their way at once, in all and to one destination: one that hangs must not keep the others waiting.
_MOST: Final = 16
_MOST_EACH: Final = 4


class Post:
    """Delivers the outbox of a running server; `chance` gives 0..1, `now` ms."""

    def __init__(
        self,
        running: Running,
        senders: Mapping[Kind, Sender],
        now: Callable[[], int] = now_ms,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._running = running
        self._senders = senders
        self._now = now
        self._chance = chance
        self._bell = asyncio.Event()
        self._tasks: dict[asyncio.Task[None], Delivery] = {}

    async def run(self) -> None:
        """For as long as the server runs; what is on its way when it stops is sent again at the next start."""
        is_released, prune_at = False, 0.0
        try:
            while True:
                now = asyncio.get_running_loop().time()
                with _going_on():
                    if not is_released:
                        await self._running.write(release_deliveries)
                        is_released = True
                    if now >= prune_at:
                        await self._running.write(partial(prune_outbox, now=self._now()))
                        prune_at = now + _PRUNE_EVERY
                    await self.round()
                await self._rest()
        finally:
            await self._let_go()

    async def round(self) -> int:
        """Sort what is new and start what is due; how many were started."""
        self._bell.clear()
        if await asyncio.to_thread(self._is_unsorted):
            await self._running.write(partial(sort_messages, now=self._now()))
        under_way = list(self._tasks.values())
        due = await asyncio.to_thread(self._due, under_way)
        for delivery in due:
            self._start(delivery)
        return len(due)

    async def finish(self) -> None:
        """Wait until everything that was started has its end."""
        while self._tasks:
            await asyncio.gather(*self._tasks)
            # The tasks take themselves out of the list in the loop's next turn.
            await asyncio.sleep(0)

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._bell.wait(), _EVERY)
        except TimeoutError:
            return

    def _is_unsorted(self) -> bool:
        with self._running.database.read() as conn:
            return bool(unsorted_messages(conn, self._now(), 1))

    def _due(self, under_way: Sequence[Delivery]) -> list[Delivery]:
        """What can be started beside what is under way."""
        taken = Counter(each.destination for each in under_way)
        busy = [id for id, count in taken.items() if count >= _MOST_EACH]
        with self._running.database.read() as conn:
            due = due_deliveries(conn, self._now(), busy, _MOST)
        return _spread(due, {each.id for each in under_way}, taken)[: _MOST - len(under_way)]

    def _start(self, delivery: Delivery) -> None:
        task = asyncio.create_task(self._deliver(delivery))
        self._tasks[task] = delivery
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        delivery = self._tasks.pop(task)
        self._bell.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("delivery %d was not brought to its end", delivery.id, exc_info=error)

    async def _deliver(self, delivery: Delivery) -> None:
        """One try: claimed first, so that whatever happens it is not tried twice at once."""
        if not await self._running.write(partial(claim_delivery, id=delivery.id, now=self._now())):
            return
        outcome = await self._send(delivery)
        ending = partial(record, delivery=delivery, outcome=outcome, now=self._now(), chance=self._chance())
        await self._running.write(ending)

    async def _send(self, delivery: Delivery) -> Sent | Failed:
        destination, alert = await asyncio.to_thread(self._read, delivery)
        if destination is None or alert is None:
            return Failed("the lead or the destination is no more", permanent=True)
        sender = self._senders.get(destination.kind)
        if sender is None:
            return Failed(f"this server has no way to send to {destination.kind}")
        try:
            return await sender.send(delivery, destination, alert)
        except Exception as error:
            log.exception("a sender failed instead of saying so")
            return Failed(said_of(error))

    def _read(self, delivery: Delivery) -> tuple[Destination | None, Alert | None]:
        with self._running.reading() as (conn, ruleset):
            url = self._running.settings.public_url
            return destination_by_id(conn, delivery.destination), read_alert(conn, ruleset, url, delivery)

    async def _let_go(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _spread(due: list[Delivery], under_way: set[int], taken: Counter[int]) -> list[Delivery]:
    """Those not started yet, so many a destination at most."""
    found = []
    for each in due:
        if each.id not in under_way and taken[each.destination] < _MOST_EACH:
            taken[each.destination] += 1
            found.append(each)
    return found


@contextmanager
def _going_on() -> Iterator[None]:
    """Whatever fails in one round, the next finds the same and tries again."""
    try:
        yield
    except (RipelineError, DatabaseError) as error:
        log.warning("alerts wait: %s", error)
    except Exception:
        log.exception("a round of alerts failed")
