"""`POST /api/events`: one, an array, or lines; for programs with a token."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from tests.collect.doorstep import NOW, Doorstep, reported

DAY = 24 * 3600 * 1000


@pytest.fixture
def token(door: Doorstep) -> str:
    return door.new_token("shop", "write")


def test_one_event_is_taken_as_it_is(door: Doorstep, token: str) -> None:
    answer = door.report(reported("e1"), authorization=token)
    assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "duplicate": 0, "rejected": []})
    assert door.stored() == ["e1"]


def test_an_array_counts_duplicates_and_names_the_bad_ones(door: Doorstep, token: str) -> None:
    body = [reported("e1"), reported("e1"), {"id": "e2"}, reported("e3")]
    answer = door.report(body, authorization=token)
    assert answer.json() == {"accepted": 2, "duplicate": 1, "rejected": [{"i": 2, "code": "bad_name"}]}


def test_events_are_verified_and_may_be_back_dated(door: Doorstep, token: str) -> None:
    door.report(reported("e1", at=NOW - 400 * DAY), authorization=token)
    assert door.rows("SELECT at, verified FROM events") == [(NOW - 400 * DAY, 1)]


def test_the_future_is_refused(door: Doorstep, token: str) -> None:
    answer = door.report(reported("e1", at="2199-01-01T00:00:00Z"), authorization=token)
    assert answer.json()["rejected"] == [{"i": 0, "code": "in_future"}]


def test_lines_are_taken_as_they_come(door: Doorstep, token: str) -> None:
    lines = [json.dumps(reported(f"e{n}")).encode() for n in range(250)]
    lines[7] = b"{broken"
    lines[9] = b'{"id":"%s"}' % (b"x" * 40_000)
    whole = b"\n".join(lines) + b"\n\n  \n"

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(whole), 777):
            yield whole[start : start + 777]

    headers = {"content-type": "application/x-ndjson", "authorization": token}
    answer = door.client.post("/api/events", content=pieces(), headers=headers)
    assert answer.status_code == 202
    rejected = [{"i": 7, "code": "bad_item"}, {"i": 9, "code": "too_large"}]
    assert answer.json() == {"accepted": 248, "duplicate": 0, "rejected": rejected}
    assert len(door.stored()) == 248


def test_a_file_of_another_kind_makes_no_endless_answer(door: Doorstep, token: str) -> None:
    headers = {"content-type": "application/x-ndjson", "authorization": token}
    answer = door.client.post("/api/events", content=b"x\n" * 3_000, headers=headers)
    assert (answer.status_code, len(answer.json()["rejected"])) == (202, 1_000)


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer nonsense", "Basic abc", "Bearer é", "nonsense"])
def test_without_a_token_nothing_is_taken(shared_door: Doorstep, authorization: str) -> None:
    headers = {b"authorization": authorization.encode(), b"content-type": b"application/json"}
    answer = shared_door.client.post("/api/events", content=json.dumps(reported("e1")), headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")


def test_a_token_that_may_only_read_is_told_so(door: Doorstep) -> None:
    answer = door.report(reported("e1"), authorization=door.new_token("reader", "read"))
    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")


def test_an_admins_token_may_write(door: Doorstep) -> None:
    assert door.report(reported("e1"), authorization=door.new_token("admin", "admin")).status_code == 202


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{", 400), (b"x" * 300_000, 413), (json.dumps([reported(str(n)) for n in range(101)]), 413)],
)
def test_an_unusable_body_is_refused_whole(door: Doorstep, token: str, body: bytes | str, status: int) -> None:
    assert door.report(body, authorization=token).status_code == status


def test_other_methods_and_types_are_refused(door: Doorstep, token: str) -> None:
    assert door.client.get("/api/events").status_code == 405
    assert door.report(b"a=b", content_type="application/x-www-form-urlencoded", authorization=token).status_code == 415
