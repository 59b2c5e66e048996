"""When the log takes nothing, senders are told to come back with the same ids."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from httpx2 import Response
from tests.collect.doorstep import SHOP, Doorstep, batch, reported, visit

from ripeline.log.queue import PLACE_BYTES


def test_a_closed_log_is_a_503_with_retry_after(door: Doorstep) -> None:
    door.client.app.state.running.log.close("the server is shutting down")  # type: ignore[attr-defined]
    answer = door.send(batch(visit("e1")), origin=SHOP)
    assert (answer.status_code, answer.json()["error"]) == (503, "try_again")
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert door.report(reported("e2"), authorization=door.new_token("t", "write")).status_code == 503
    assert door.stored() == []


@pytest.mark.parametrize("count", [1, 100])
def test_a_full_queue_is_a_503(door: Doorstep, count: int) -> None:
    log = door.client.app.state.running.log  # type: ignore[attr-defined]
    log.limit = count - 1
    assert door.send(batch(*(visit(f"e{n}") for n in range(count)))).status_code == 503
    log.limit = count
    assert door.send(batch(*(visit(f"e{n}") for n in range(count)))).json()["accepted"] == count


#: 30 KB in one event.
_LONG = {f"answer{n}": "pears " * 300 for n in range(17)}


def _by_lines(door: Doorstep, key: str) -> Response:
    line = json.dumps(reported("e1", props=_LONG)) + "\n"
    return door.report(line, authorization=key, content_type="application/x-ndjson")


def _by_segment(door: Doorstep, key: str) -> Response:
    event = {"type": "track", "event": "asked", "userId": "7", "properties": _LONG, "messageId": "e1"}
    return door.client.post("/v1/batch", json={"batch": [event]}, headers={"authorization": key})


@pytest.mark.parametrize(
    "send",
    [
        lambda door, _: door.send(batch(visit("e1", p=_LONG))),
        lambda door, key: door.report(reported("e1", props=_LONG), authorization=key),
        _by_lines,
        _by_segment,
    ],
    ids=["a browser", "a program", "a file", "Segment's way"],
)
def test_a_long_event_takes_the_places_of_many(door: Doorstep, send: Callable[[Doorstep, str], Response]) -> None:
    log, key = door.client.app.state.running.log, door.new_token("t", "write")  # type: ignore[attr-defined]
    log.limit = len(json.dumps(_LONG)) // PLACE_BYTES
    answer = send(door, key)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert door.stored() == []
    log.limit += 2
    assert send(door, key).is_success
    assert len(door.stored()) == 1
