"""`kill -9` while alerts go out: each hand-off is told at least once, and every time under the same id."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from standardwebhooks import Webhook
from tests.faults.house import Record, Server, chance, lost_nothing, many, scored_once, tell
from tests.outbox.listener import Listener, listening

from ripeline.outbox.signing import new_secret

#: Seconds the other side thinks about each message, so that many are on their way when the server is killed.
THINKS = 0.15


class Forms(threading.Thread):
    """A form a visitor, each sent until it is acknowledged."""

    def __init__(self, server: Server, token: str, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.server, self.token, self.stop = server, token, stop
        self.acknowledged: list[str] = []

    def run(self) -> None:
        while not self.stop.is_set():
            id = f"form-{len(self.acknowledged)}"
            event = {"id": id, "visitor": id, "on": "form", "item": "contact", "url": "https://shop.example/c"}
            body = json.dumps(event | {"email": f"{id}@shop.example"}).encode()
            while self.server.ask("/api/events", token=self.token, body=body)[0] != 202:
                time.sleep(0.02)
            self.acknowledged.append(id)
            self.stop.wait(0.02)


def told(listener: Listener, secret: str) -> dict[str, Counter[str]]:
    """By lead: the ids its message came under, and how often; every one is signed by us."""
    found: dict[str, Counter[str]] = {}
    with listener.came:
        for headers, body in listener.got:
            message = Webhook(secret).verify(body, headers)
            found.setdefault(message["lead_email"], Counter())[headers["webhook-id"]] += 1
    return found


@pytest.mark.fault
def test_a_killed_server_tells_each_handoff_and_under_one_id(tmp_path: Path, record_property: Record) -> None:
    rounds, luck, secret, stop = many(1, 10), chance("killed while posting"), new_secret(), threading.Event()
    server = Server(tmp_path / "data", environment={"RIPELINE_PRIVATE_HOOKS": "1"})
    with listening() as listener, server.start():
        listener.thinks = THINKS
        token = server.token("write")
        server.destination(listener.url, secret)
        forms = Forms(server, token, stop)
        forms.start()
        for _ in range(rounds):
            listener.wait_for(len(listener.got) + 1)
            time.sleep(luck.uniform(0.0, 0.6))
            server.kill()
            server.start()
        stop.set()
        forms.join(20)
        scored_once(server)
        people = {f"{id}@shop.example" for id in forms.acknowledged}
        until = time.monotonic() + 60
        while told(listener, secret).keys() != people or server.rows("SELECT 1 FROM deliveries WHERE done_at IS NULL"):
            assert time.monotonic() < until, f"{len(told(listener, secret))} of {len(people)} were told"
            time.sleep(0.1)
        server.stop()
        figures = lost_nothing(server, forms.acknowledged)
    found = told(listener, secret)
    assert [ids for ids in found.values() if len(ids) != 1] == []
    assert len({id for ids in found.values() for id in ids}) == len(people)
    again = sum(sum(ids.values()) for ids in found.values()) - len(people)
    tell(record_property, rounds=rounds, **figures, told=len(people), told_again=again)
