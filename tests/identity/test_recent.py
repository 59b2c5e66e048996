"""A bounded memory."""

from __future__ import annotations

from ripeline.identity.recent import Recent, Weighed


def filled(*keys: str) -> Recent[str, int]:
    recent: Recent[str, int] = Recent(3)
    for number, key in enumerate(keys):
        recent[key] = number
    return recent


def test_what_was_used_longest_ago_leaves_first() -> None:
    recent = filled("a", "b", "c", "d")
    assert recent.missing(["a", "x"]) == ["x"]
    recent.trim()
    assert [key for key in "abcd" if recent.get(key) is not None] == ["a", "c", "d"]


def test_a_batch_larger_than_the_memory_is_remembered_until_it_is_done() -> None:
    recent = filled(*"abcdefg")
    assert len(recent) == 7
    recent.trim()
    assert len(recent) == 3


def test_what_is_dropped_is_gone() -> None:
    recent = filled("a", "b")
    recent.drop(["a", "never there"])
    assert recent.missing(["a", "b"]) == ["a"]
    recent.clear()
    assert len(recent) == 0


def test_what_is_weighed_leaves_by_its_weight() -> None:
    weighed: Weighed[str, str] = Weighed(10, len)
    for key, text in {"a": "xxx", "b": "xxxxxxxx", "c": "x"}.items():
        weighed[key] = text
    weighed.trim()
    assert [key for key in "abc" if weighed.get(key) is not None] == ["b", "c"]
    weighed["c"] = "xxx"
    weighed.trim()
    assert [key for key in "abc" if weighed.get(key) is not None] == ["c"]


def test_what_was_dropped_or_cleared_weighs_nothing() -> None:
    weighed: Weighed[str, str] = Weighed(10, len)
    weighed["a"] = "x" * 9
    weighed.drop(["a", "never there"])
    weighed["b"] = "x" * 9
    weighed.trim()
    assert weighed["b"]
    weighed.clear()
    weighed["c"] = "x" * 9
    weighed.trim()
    assert (len(weighed), weighed.get("b")) == (1, None)


def test_one_that_is_heavier_than_all_room_is_not_kept() -> None:
    weighed: Weighed[str, str] = Weighed(10, len)
    weighed["a"] = "x" * 11
    weighed.trim()
    assert len(weighed) == 0
