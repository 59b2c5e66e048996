"""docs/api.md as a conversation: its requests and answers, and a server that has heard what it sends."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final, NamedTuple

from ripeline.settings import Settings

DOCS: Final = Path(__file__).parents[2] / "docs"
API_PAGE: Final = (DOCS / "api.md").read_text(encoding="utf-8")

_SHIPPED: Final = (DOCS.parent / "rules.toml").read_text(encoding="utf-8")
#: The shipped rules, whose answers do not change with the day on which they are asked.
RULES: Final = re.sub(r"(?m)^silent .*\n", "", _SHIPPED.partition("# ---- Scenarios")[0])


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
    """What the page's programs report first: the history of Marc and Élodie."""
    sent = next(example for example in examples() if (example.method, example.path) == ("POST", "/api/events"))
    return list(json.loads(sent.body))


def settings_of(data: Path) -> Settings:
    """Those of the server of the page, in that folder, which is made."""
    data.mkdir(exist_ok=True)
    (data / "rules.toml").write_text(RULES, encoding="utf-8")
    return Settings(data=data, base_url="http://testserver", rate_limit=None)
