"""Large bodies and full queues: what cannot be taken is refused unread, and nobody waits for what is large."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.collect.doorstep import Doorstep, batch, visit

from ripeline.app import Application
from ripeline.collect.answers import Answer
from ripeline.collect.bodies import LARGEST_BODY
from ripeline.collect.browser_door import take_quickly
from ripeline.collect.refusals import Refused
from ripeline.collect.room import Room


def test_so_many_bytes_are_on_their_way_and_no_more() -> None:
    room = Room(most=100)
    with room.kept({b"content-length": b"60"}):
        with pytest.raises(Refused) as refusal, room.kept({b"content-length": b"41"}):
            pass
        with room.kept({b"content-length": b"40"}):
            pass
    assert (refusal.value.status, refusal.value.retry_after) == (503, 1)
    with room.kept({b"content-length": b"100"}):
        pass


def test_a_body_that_does_not_say_how_long_it_is_may_be_the_largest() -> None:
    with pytest.raises(Refused), Room(most=LARGEST_BODY - 1).kept({}):
        pass
    with Room(most=LARGEST_BODY).kept({}):
        pass


def test_between_two_large_bodies_others_have_their_turn() -> None:
    told: list[str] = []

    async def large(room: Room, name: str) -> None:
        async with room.turn():
            told.append(name)

    async def small() -> None:
        for _ in range(3):
            told.append("small")
            await asyncio.sleep(0)

    async def story() -> None:
        room = Room()
        await asyncio.gather(*(large(room, f"large {n}") for n in range(3)), small())

    asyncio.run(story())
    assert [each for each in told if each != "small"] == ["large 0", "large 1", "large 2"]
    assert told.index("large 2") > told.index("small") + 1


def test_when_the_queue_is_full_a_body_is_not_even_read(door: Doorstep) -> None:
    assert isinstance(door.client, TestClient)
    assert isinstance(door.client.app, Application)
    log = door.client.app.state.running.log
    limit, log.limit = log.limit, 0
    answer = door.send(b"no JSON")
    assert (answer.status_code, answer.json()["error"]) == (503, "try_again")
    assert int(answer.headers["Retry-After"]) >= 1
    log.limit = limit
    assert door.send(b"no JSON").status_code == 400
    assert door.send(batch(visit("a"))).status_code == 202


@pytest.mark.parametrize("body", [b"no JSON", b'{"v":"ada","e":[]}'], ids=["refused", "nothing to store"])
def test_nobody_is_answered_while_his_request_is_read(door: Doorstep, body: bytes) -> None:
    assert isinstance(door.client, TestClient)
    assert isinstance(door.client.app, Application)
    intake = door.client.app.state.intake
    scope: dict[str, Any] = {"method": "POST", "headers": [(b"content-type", b"text/plain")], "client": None}
    said: list[Answer] = []

    async def story() -> None:
        take_quickly(intake, scope, body, said.append)
        assert said == []
        await asyncio.sleep(0.05)
        assert len(said) == 1

    assert door.client.portal is not None
    door.client.portal.call(story)
