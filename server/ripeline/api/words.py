"""What docs/api.md says of each route, which its tests keep true: in which part, what it does, what goes and comes."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, Final, NamedTuple

from ripeline.api.prose import plain
from ripeline.paths import API_WORDS

_PARTS: Final = re.compile(r"(?ms)^## (.+?)\n(.*?)(?=^## |\Z)")
_ROUTES: Final = re.compile(r"(?ms)^### ([A-Z]+) (/\S+)\n(.*?)(?=^### |\Z)")
_EXAMPLES: Final = re.compile(r"(?s)```http\n(\w+) (\S+)\n(?:\n(.*?))?```\n```json (\d+)\n(.*?)```")
_SCOPE: Final = re.compile(r"^Scope `\w+`\. ")
_SENTENCE: Final = re.compile(r"(?s)(.+?)[.:;](?:\s|$)")


class Example(NamedTuple):
    """One request and its answer; `"…"` in it is anything."""

    method: str
    path: str
    body: str
    status: int
    answer: Any


class Words(NamedTuple):
    """Of one route: `text` is all that is said in words (Markdown), its first sentence is the `summary`."""

    part: str
    summary: str
    text: str
    examples: tuple[Example, ...]


@cache
def words_of_routes() -> dict[tuple[str, str], Words]:
    """By method and path; an example counts for the route it asks, wherever it stands."""
    page = API_WORDS.read_text(encoding="utf-8")
    examples = [
        Example(method, path, body, int(status), json.loads(answer))
        for method, path, body, status, answer in _EXAMPLES.findall(page)
    ]
    return {
        (method, path): _words(part, said, tuple(each for each in examples if _asks(each, method, path)))
        for part, section in _PARTS.findall(page)
        for method, path, said in _ROUTES.findall(section)
    }


def _words(part: str, said: str, examples: tuple[Example, ...]) -> Words:
    text = re.sub(r"\n{3,}", "\n\n", _SCOPE.sub("", _EXAMPLES.sub("", said).strip()))
    first = _SENTENCE.match(text)
    return Words(part, plain(" ".join((first[1] if first else text).split())), text, examples)


def _asks(example: Example, method: str, path: str) -> bool:
    pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
    return example.method == method and bool(re.fullmatch(pattern, example.path.partition("?")[0]))
