"""Globs: `*` is any run of characters, everything else is literal; no regular expression, so no backtracking."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from urllib.parse import unquote

from ripeline.domain.urls import UnusableUrl, canonical_path, canonical_url

TextTest = Callable[[str], bool]


@lru_cache(maxsize=4096)
def compile_glob(pattern: str, *, fold: bool = False, path: bool = False) -> TextTest:
    """A test for texts that are percent-decoded and NFC already, as `Event.path` and `decoded` give them.

    `fold` compares without case and accents (attributes); `path` canonicalises the pattern like an address's path.
    `%2A` in a pattern is a literal star.
    """
    whole = canonical_path(pattern) if path else pattern
    # Part by part: a %2A decoded before the split would be taken for a star.
    parts = [unicodedata.normalize("NFC", unquote(part)) for part in whole.split("*")]
    if not fold:
        return _compile(parts)
    test = _compile([folded(part) for part in parts])
    return lambda text: test(folded(text))


def compile_any(patterns: Iterable[str], *, fold: bool = False, path: bool = False) -> TextTest:
    """A test that holds when any of the patterns does; no pattern never holds."""
    tests = tuple(compile_glob(pattern, fold=fold, path=path) for pattern in patterns)
    if len(tests) == 1:
        return tests[0]

    def holds(text: str) -> bool:
        for test in tests:  # noqa: SIM110 - a generator costs more than the tests themselves
            if test(text):
                return True
        return False

    return holds


def url_patterns(pattern: str) -> tuple[str, ...]:
    """The canonical forms of a pattern for whole addresses; two where a last slash may or may not be the root's."""
    before, mark, query = pattern.partition("?")
    host_is_open = "://" in before and before.endswith("*") and before.count("/") == 2
    if not host_is_open:
        try:
            return (canonical_url(before) + mark + query.partition("#")[0],)
        except UnusableUrl:
            pass
    if pattern.endswith("/") and len(pattern) > 1:
        return (pattern, pattern.rstrip("/"))
    return (pattern,)


def folded(text: str) -> str:
    """Without case and accents: "Étudiante" → "etudiante"."""
    if text.isascii():
        return text.lower()
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", plain.casefold())


def _compile(parts: list[str]) -> TextTest:
    head, *middle, tail = parts if len(parts) > 1 else [parts[0], ""]
    if len(parts) == 1:
        return head.__eq__
    middle = [part for part in middle if part]
    if middle:
        return _in_order(head, tuple(middle), tail)
    if not tail:
        return lambda text: text.startswith(head)
    if not head:
        return lambda text: text.endswith(tail)
    shortest = len(head) + len(tail)
    return lambda text: len(text) >= shortest and text.startswith(head) and text.endswith(tail)


def _in_order(head: str, middle: tuple[str, ...], tail: str) -> TextTest:
    if not head and not tail and len(middle) == 1:
        part = middle[0]
        return lambda text: part in text

    def holds(text: str) -> bool:
        if not (text.startswith(head) and text.endswith(tail)):
            return False
        at, end = len(head), len(text) - len(tail)
        for part in middle:
            found = text.find(part, at, end)
            if found < 0:
                return False
            at = found + len(part)
        return True

    return holds
