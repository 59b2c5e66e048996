"""Rules edited while events pour in: everything anybody is shown is of one version, and nobody waits for the change."""

from __future__ import annotations

import json
import re
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from tests.faults.bystanders import Client, coming_by, percentile
from tests.faults.flood import Wave, flooding
from tests.faults.house import Record, Server, lost_nothing, many, tell
from tests.faults.test_slow_clients import fill, sign_in

VERSION = """
[models.sales]
bands = {{ warm = 1000, hot = 100000 }}
[models.sales.rules]
seen = {{ points = {points}, on = "page", once_per = "lead" }}
"""
#: What every lead has under the first and under the second version.
POINTS = (7, 11)


class Reader(threading.Thread):
    """Asks for something over and over, and remembers what scores stood together in each answer."""

    def __init__(self, server: Server, path: str, headers: dict[str, str], found: str) -> None:
        super().__init__(name=path, daemon=True)
        self.request = urllib.request.Request(server.url + path, headers=headers)
        self.found = re.compile(found)
        self.together: list[frozenset[float]] = []
        self.cut_short = 0
        self.took: list[float] = []
        self.stop = threading.Event()

    def run(self) -> None:
        while not self.stop.wait(0.02):
            began = time.monotonic()
            try:
                with urllib.request.urlopen(self.request, timeout=20) as answer:
                    text = answer.read().decode()
            except OSError:
                raise
            except Exception:
                self.cut_short += 1
                continue
            self.took.append(time.monotonic() - began)
            self.together.append(frozenset(map(float, self.found.findall(text))))


def put(server: Server, token: str, points: int) -> str:
    """New rules; their hash."""
    request = urllib.request.Request(
        server.url + "/api/rules", VERSION.format(points=points).encode(), {"authorization": f"Bearer {token}"}
    )
    request.method = "PUT"
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(json.load(answer)["hash"])


def in_force(server: Server, token: str) -> str:
    """The hash of the rules in force."""
    rules: dict[str, Any] = json.loads(server.ask("/api/rules", token=token, timeout=30)[1])
    return str(rules["hash"])


@pytest.mark.fault
def test_no_answer_mixes_two_versions_of_the_rules(tmp_path: Path, record_property: Record) -> None:
    edits = many(3, 8)
    with Server(tmp_path / "data", rules=VERSION.format(points=POINTS[0])).start() as server:
        token, cookie = server.token("admin"), sign_in(server)
        fill(server, many(1_000, 5_000), token)
        program, person = {"authorization": f"Bearer {token}"}, {"cookie": cookie}
        readers = [
            Reader(server, "/api/leads?limit=1000", program, r'"score": ?([0-9.]+)'),
            Reader(server, "/leads?limit=200", person, r'(?s)<td role="cell" class="score">.*?<strong>([0-9]+)'),
            Reader(server, "/leads.csv", person, r"(?i),sales,([0-9]+),"),
        ]
        client = Client(Wave(port=server.port, seconds=0, net=9, addresses=50, visitors=50, name="guest"))
        wave = Wave(port=server.port, seconds=edits * 3 + 3, connections=8, a_second=10, events=4)
        for reader in readers:
            reader.start()
        with coming_by(client), flooding(wave) as told:
            for edit in range(1, edits + 1):
                wanted = put(server, token, POINTS[edit % 2])
                until = time.monotonic() + 30
                while in_force(server, token) != wanted:
                    assert time.monotonic() < until, "new rules never came into force"
                    time.sleep(0.1)
                time.sleep(1.5)
        for reader in readers:
            reader.stop.set()
            reader.join(30)
        seen = {reader.name: len(reader.together) for reader in readers}
        slowest = {f"p99 {reader.name}": round(percentile(reader.took), 2) for reader in readers}
        cut = sum(reader.cut_short for reader in readers)
        tell(record_property, edits=edits, answers=seen, p99_guest_s=client.p99(), cut_short=cut, **slowest)
        for reader in readers:
            mixed = [scores for scores in reader.together if len(scores) > 1]
            assert not mixed, f"{reader.name}: {mixed[:3]} in {len(mixed)} of {len(reader.together)} answers"
            assert set().union(*reader.together) == set(POINTS), reader.name
        assert set(client.said) == {202}
        assert client.p99() <= 1.0
        server.settle()
        lost_nothing(server, told.acknowledged(wave) | {id for id, _ in client.acknowledged})
