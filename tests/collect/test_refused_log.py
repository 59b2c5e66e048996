"""When the log takes nothing, senders are told to come back with the same ids."""

from __future__ import annotations

import pytest
from tests.collect.doorstep import SHOP, Doorstep, batch, reported, visit


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
