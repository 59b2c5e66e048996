"""Bad input: no 5xx, no lost neighbour, a clear code, within a second."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.collect.doorstep import NOW, SHOP, Doorstep, batch, reported, visit

GOOD = json.dumps(visit("ID"))

UNUSABLE = {
    "empty": b"",
    "blank": b"   ",
    "truncated": b'{"v":"a","e":[{"i":"1"',
    "null": b"null",
    "array": b"[]",
    "text": b'"e"',
    "number": b"1e999",
    "not json": b"v=1&e=2",
    "UTF-16": json.dumps(batch()).encode("utf-16"),
    "two objects": b'{"e":[]}{"e":[]}',
    "deep": b"[" * 100_000,
    "deep and closed": b"[" * 50_000 + b"]" * 50_000,
    "deep objects": b'{"e":' * 30_000,
    "unfinished string after depth": b"[" * 5_000 + b'"\\"' * 60_000,
    "no items": b'{"v":"a"}',
    "items null": b'{"v":"a","e":null}',
    "items an object": b'{"v":"a","e":{}}',
    "site an object": b'{"s":{},"v":"a","e":[]}',
    "sent in seconds": b'{"v":"a","t":1795284000,"e":[]}',
    "sent NaN": b'{"v":"a","t":NaN,"e":[]}',
    "sent as text": b'{"v":"a","t":"now","e":[]}',
    "consent as text": b'{"v":"a","c":"no","e":[]}',
    "visitor a number": b'{"v":5,"e":[%s]}' % GOOD.encode(),
    "visitor missing": b'{"e":[%s]}' % GOOD.encode(),
    "visitor too long": b'{"v":"%s","e":[%s]}' % (b"x" * 65, GOOD.encode()),
    "visitor with NUL": b'{"v":"a\\u0000","e":[%s]}' % GOOD.encode(),
}


@pytest.mark.parametrize("body", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_an_unusable_body_is_a_400_with_a_reason(shared_door: Doorstep, body: bytes) -> None:
    began = time.monotonic()
    answer = shared_door.send(body, origin=SHOP)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "problem"}
    assert time.monotonic() - began < 1


ITEMS = {
    "null": ("null", "bad_item"),
    "array": ("[]", "bad_item"),
    "text": ('"page"', "bad_item"),
    "number": ("5", "bad_item"),
    "infinite number": ("1e999", "bad_item"),
    "five thousand digits": ("9" * 5_000, "bad_item"),
    "NaN": ("NaN", "bad_item"),
    "empty": ("{}", "bad_id"),
    "lone surrogate as id": ('{"i":"\\ud800","n":"page"}', "bad_id"),
    "NUL in id": ('{"i":"a\\u0000","n":"page"}', "bad_id"),
    "no name": ('{"i":"x1"}', "bad_name"),
    "bidi in name": ('{"i":"x1","n":"a\\u202eb"}', "bad_name"),
    "bad address": ('{"i":"x1","n":"page","u":"http://[::1"}', "bad_url"),
    "seconds": ('{"i":"x1","n":"page","u":"https://a.example/","a":1795284000}', "bad_time"),
    "deep": ('{"i":"x1","n":"page","p":' + "[" * 9_000 + "]" * 9_000 + "}", "too_deep"),
    "nested props": ('{"i":"x1","n":"page","u":"https://a.example/","p":{"a":{"b":1}}}', "bad_props"),
    "props NaN": ('{"i":"x1","n":"page","u":"https://a.example/","p":{"a":NaN}}', "bad_props"),
    "props 2^63": ('{"i":"x1","n":"page","u":"https://a.example/","p":{"a":9223372036854775808}}', "bad_props"),
    "2 500 keys": (json.dumps(visit("x1", p={f"k{n}": 1 for n in range(2_500)})), "too_many_props"),
    "40 KB": (json.dumps(visit("x1", z="x" * 40_000)), "too_large"),
    "long title": (json.dumps(visit("x1", h="x" * 3_000)), "bad_text"),
}


@pytest.mark.parametrize(("item", "code"), ITEMS.values(), ids=ITEMS.keys())
def test_one_bad_item_among_fifty_costs_only_itself(shared_door: Doorstep, token: str, item: str, code: str) -> None:
    run = time.monotonic_ns()
    items = [GOOD.replace("ID", f"{run}-{n}") for n in range(49)]
    items.insert(20, item)
    body = f'{{"v":"ada","t":{NOW},"e":[{",".join(items)}]}}'
    answer = shared_door.send(body)
    assert answer.status_code == 202
    assert answer.json() == {"accepted": 49, "duplicate": 0, "rejected": [{"i": 20, "code": code}]}
    program = [json.dumps(reported(f"{run}-api-{n}")) for n in range(49)]
    program.insert(20, item)
    answer = shared_door.report(f"[{','.join(program)}]", authorization=token)
    assert (answer.status_code, answer.json()["accepted"]) == (202, 49)
    assert [rejected["i"] for rejected in answer.json()["rejected"]] == [20]


@pytest.fixture(scope="module")
def token(shared_door: Doorstep) -> str:
    return shared_door.new_token("sender", "write")


TEXTS = {
    "lone surrogate": '"h":"a\\ud83d"',
    "NUL": '"h":"a\\u0000"',
    "bidi": '"h":"a\\u202e"',
    "duplicate key": '"h":"b","h":"a"',
    "__proto__": '"h":"a","__proto__":{"x":1}',
}


@pytest.mark.parametrize("title", TEXTS.values(), ids=TEXTS.keys())
def test_odd_texts_are_cleaned_and_stored(shared_door: Doorstep, title: str) -> None:
    id_ = f"t{time.monotonic_ns()}"
    answer = shared_door.send(f'{{"v":"ada","e":[{{"i":"{id_}","n":"page","u":"{SHOP}/",{title}}}]}}')
    assert answer.json()["accepted"] == 1
    found = shared_door.rows(f"SELECT text FROM events JOIN texts ON texts.id = title_id WHERE event_id = '{id_}'")
    assert found == [("a",)]


def test_a_byte_order_mark_and_wrong_bytes_are_survived(shared_door: Doorstep) -> None:
    body = b'\xef\xbb\xbf{"v":"ada","e":[{"i":"bom1","n":"page","u":"https://shop.example/","h":"caf\xe9"}]}'
    assert shared_door.send(body).json()["accepted"] == 1
    found = shared_door.rows("SELECT text FROM events JOIN texts ON texts.id = title_id WHERE event_id = 'bom1'")
    assert found == [("caf\ufffd",)]


WRONG: list[Any] = [None, True, -1, 2**63, 1.5, "", "x" * 5_000, "é\u202e", [], [[]], {}, {"a": {"b": []}}]


@pytest.mark.parametrize("key", ["i", "n", "u", "r", "h", "a", "k", "p", "f"])
def test_no_field_of_a_browser_can_break_the_door(shared_door: Doorstep, key: str) -> None:
    for n, value in enumerate(WRONG):
        answer = shared_door.send(batch(visit(f"{key}{n}a"), visit(f"{key}{n}b", **{key: value})))
        outcome = answer.json()
        assert answer.status_code == 202
        assert outcome["accepted"] + len(outcome["rejected"]) == 2
        assert outcome["accepted"] >= 1


@pytest.mark.parametrize("key", ["id", "visitor", "email", "on", "url", "title", "referrer", "item", "at", "props"])
def test_no_field_of_a_program_can_break_the_door(shared_door: Doorstep, token: str, key: str) -> None:
    for n, value in enumerate(WRONG):
        body = [reported(f"{key}{n}c"), reported(f"{key}{n}d") | {key: value}]
        answer = shared_door.report(body, authorization=token)
        outcome = answer.json()
        assert answer.status_code == 202
        assert outcome["accepted"] + len(outcome["rejected"]) == 2


def test_a_body_over_the_limit_is_refused_by_its_length(shared_door: Doorstep) -> None:
    answer = shared_door.send(b"x" * (256 * 1024 + 1))
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


def test_a_body_without_a_length_is_counted(shared_door: Doorstep) -> None:
    chunks = (b"x" * 65_536 for _ in range(5))
    answer = shared_door.client.post("/e", content=chunks, headers={"content-type": "text/plain"})
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


def test_a_hundred_events_are_taken_and_one_more_is_not(door: Doorstep) -> None:
    assert door.send(batch(*(visit(f"e{n}") for n in range(100)))).json()["accepted"] == 100
    answer = door.send(batch(*(visit(f"f{n}") for n in range(101))))
    assert (answer.status_code, answer.json()["error"]) == (413, "too_many_events")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
near_items = st.fixed_dictionaries({}, optional=dict.fromkeys("inurhakpf", json_values))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    items=st.lists(near_items | json_values, max_size=4), extra=st.dictionaries(st.sampled_from("svtcd"), json_values)
)
def test_nothing_anybody_sends_is_a_5xx(shared_door: Doorstep, items: list[Any], extra: dict[str, Any]) -> None:
    answer = shared_door.send(json.dumps({"v": "eve", "e": items} | extra))
    assert answer.status_code in (202, 400, 403)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_are_a_5xx(shared_door: Doorstep, body: bytes) -> None:
    assert shared_door.send(body).status_code in (202, 400)
