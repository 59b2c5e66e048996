"""A bounded memory."""

from __future__ import annotations

from ripeline.identity.recent import Recent


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
