"""docs/api.md as a conversation: its requests and answers, and a server that has heard what it sends."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final, NamedTuple

DOCS: Final = Path(__file__).parents[2] / "docs"
API_PAGE: Final = (DOCS / "api.md").read_text(encoding="utf-8")


class Example(NamedTuple):
    """One request of the page and the answer it shows."""

    method: str
    path: str
    body: str
    status: int
    answer: Any


def examples() -> list[Example]:
    """In the order of the page, which is the order they are sent in."""
    found = re.findall(r"```http\n(\w+) (\S+)\n(?:\n(.*?))?```\n```json (\d+)\n(.*?)```", API_PAGE, re.DOTALL)
    return [
        Example(method, path, body, int(status), json.loads(answer)) for method, path, body, status, answer in found
    ]


def events_sent() -> list[dict[str, Any]]:
    """What the page's programs report: the history of Marc and Élodie."""
    return [event for example in examples() if example.method == "POST" for event in json.loads(example.body)]
