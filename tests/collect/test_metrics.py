"""`/metrics`, and that every event that comes to a door is accounted for: received is the sum of what became of it."""

from __future__ import annotations

import re
import time
from typing import Final

import pytest
from starlette.applications import Starlette
from tests.collect.doorstep import SHOP, Doorstep, batch, reported, visit
from tests.docs.conversation import DOCS

from ripeline.collect.metrics import METRICS
from ripeline.collect.refusals import Drop
from ripeline.tally import OUTCOMES

#: As `visit`, but no event at all.
BAD: Final = {"i": "", "n": "page", "u": f"{SHOP}/pricing"}


class Watched:
    """A door, and what `/metrics` says has come through it."""

    def __init__(self, door: Doorstep) -> None:
        self.door = door
        self.token = {"authorization": door.new_token("watch", "read", "write")}

    def samples(self) -> dict[str, float]:
        """Everything, by name and label."""
        answer = self.door.client.get("/metrics", headers=self.token)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}

    def flow(self) -> tuple[int, ...]:
        """Accepted, duplicate, rejected, refused: together all that was received."""
        said = self.samples()
        counts = [int(said[f'ripeline_events_total{{outcome="{each}"}}']) for each in OUTCOMES]
        assert said["ripeline_events_received_total"] == sum(counts)
        return tuple(counts)

    def close_the_log(self) -> None:
        """From now on nothing is taken."""
        app = self.door.client.app  # type: ignore[attr-defined]
        assert isinstance(app, Starlette)
        app.state.running.log.close("the disk is full")


@pytest.fixture
def watched(door: Doorstep) -> Watched:
    return Watched(door)


def test_nothing_came_so_nothing_was_received(watched: Watched) -> None:
    assert watched.flow() == (0, 0, 0, 0)


def test_what_browsers_send_is_counted_once_each(watched: Watched) -> None:
    door = watched.door
    assert door.send(batch(visit("a"), visit("b"), visit("a"), BAD)).status_code == 202
    assert watched.flow() == (2, 1, 1, 0)
    assert door.send(batch(visit("a"))).status_code == 202
    assert watched.flow() == (2, 2, 1, 0)


@pytest.mark.parametrize("body", [b"nonsense", b"", b"[]"])
def test_a_request_nobody_can_read_counts_as_one_refused(watched: Watched, body: bytes) -> None:
    assert watched.door.send(body).status_code == 400
    assert watched.flow() == (0, 0, 0, 1)


def test_when_the_log_takes_nothing_all_events_of_a_request_are_refused(watched: Watched) -> None:
    watched.close_the_log()
    assert watched.door.send(batch(visit("a"), visit("b"), BAD)).status_code == 503
    assert watched.flow() == (0, 0, 0, 3)
    assert watched.door.report([reported("c")], **watched.token).status_code == 503
    assert watched.flow() == (0, 0, 0, 4)


def test_what_programs_send_is_counted_too(watched: Watched) -> None:
    door, token = watched.door, watched.token
    assert door.report([reported("a"), reported("a"), {"id": "b"}], **token).status_code == 202
    assert watched.flow() == (1, 1, 1, 0)
    lines = b'{"id": "c", "visitor": "v", "on": "page", "url": "https://shop.example/"}\nnonsense\n'
    headers = token | {"content-type": "application/x-ndjson"}
    assert door.client.post("/api/events", content=lines, headers=headers).status_code == 202
    assert watched.flow() == (2, 1, 2, 0)
    assert door.report([reported("d")]).status_code == 401
    assert watched.flow() == (2, 1, 2, 1)


def test_what_segments_clients_send_is_counted_too(watched: Watched) -> None:
    page = {"type": "page", "anonymousId": "v", "messageId": "m", "properties": {"url": f"{SHOP}/x"}}
    sent = {"batch": [page, {"type": "page"}, {"type": "alias", "userId": "u", "previousId": "p"}]}
    assert watched.door.client.post("/v1/batch", json=sent, headers=watched.token).status_code == 200
    assert watched.flow()[0::2] == (1, 1)
    assert watched.door.client.post("/v1/batch", json=sent).status_code == 401
    assert watched.flow()[3] == 1


def test_pictures_and_links_are_counted_too(watched: Watched) -> None:
    client = watched.door.client
    client.follow_redirects = False
    client.get("/p.gif", params={"c": "1", "u": f"{SHOP}/x", "v": "reader"})
    assert watched.flow() == (1, 0, 0, 0)
    client.get("/p.gif", params={"c": "1", "u": "nonsense"})
    assert watched.flow() == (1, 0, 0, 1)
    asked = {"id": "l", "email": "marc@example.com", "targets": [f"{SHOP}/guide.pdf"]}
    made = client.post("/api/links", json=asked, headers=watched.token).json()
    for url in (made["open"], made["links"][0]["url"]):
        client.get("/" + url.split("/", 3)[3])
    client.get("/api/settled", headers=watched.token)
    accepted, duplicate, rejected, refused = watched.flow()
    assert accepted >= 3
    assert (duplicate, rejected, refused) == (0, 0, 1)


def test_what_is_dropped_on_purpose_is_not_received_and_has_its_reason(watched: Watched) -> None:
    watched.door.send(batch(visit("a"), visit("b")), sec_purpose="prefetch")
    watched.door.client.get("/p.gif", params={"u": f"{SHOP}/x"})
    assert watched.flow() == (0, 0, 0, 0)
    expected = {Drop.PREFETCH: 2, Drop.NO_CONSENT: 1}
    # They are written beside the requests, the second ones after the first.
    for _ in range(200):
        said = watched.samples()
        dropped = {each: said[f'ripeline_events_dropped_total{{reason="{each.value}"}}'] for each in Drop}
        if (found := {each: count for each, count in dropped.items() if count}) == expected:
            break
        time.sleep(0.02)
    assert found == expected


def test_it_is_as_prometheus_reads_it(watched: Watched) -> None:
    text = watched.door.client.get("/metrics", headers=watched.token).text
    for metric in METRICS:
        head = f"# HELP ripeline_{metric.name} {metric.meaning}\n# TYPE ripeline_{metric.name} {metric.kind}\n"
        assert head + f"ripeline_{metric.name}" in text
        assert metric.name.endswith("_total") == (metric.kind == "counter")
    for line in text.splitlines():
        assert line.startswith("# ") or re.fullmatch(
            r'ripeline_\w+(\{\w+="[^"\\]*"(,\w+="[^"\\]*")*\})? [0-9.e+-]+', line
        )


def test_the_figures_are_those_of_the_server(watched: Watched) -> None:
    said = watched.samples()
    file = watched.door.settings.database_file
    assert said["ripeline_database_bytes"] == file.stat().st_size
    assert said["ripeline_ready"] == 1
    assert 10e6 < said["ripeline_memory_bytes"] < 4e9
    assert said["ripeline_start_time_seconds"] > 1.6e9
    assert {name for name in said if name.startswith("ripeline_alerts")} == {
        f'ripeline_alerts{{state="{state}"}}' for state in ("waiting", "sending", "sent", "dead")
    }


def test_every_metric_has_its_row_and_every_row_its_metric() -> None:
    section = (DOCS / "operations.md").read_text(encoding="utf-8").partition("\n## Metrics\n")[2].partition("\n##")[0]
    rows = re.findall(r"(?m)^\| `ripeline_(\w+)", section)
    assert rows == [metric.name for metric in METRICS]
