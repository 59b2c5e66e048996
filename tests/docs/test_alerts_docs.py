"""docs/alerts.md: bodies are those that are sent, the checks of the signature work, its numbers are the code's."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from tests.outbox.cast import ADA_IS_RIPE

from ripeline.outbox.schedule import WAITS
from ripeline.outbox.signing import new_secret, signed_headers
from ripeline.outbox.slack import slack_body
from ripeline.outbox.teams import teams_body
from ripeline.outbox.webhook import webhook_body
from ripeline.store.outbox_rows import TOPICS

PAGE = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text(encoding="utf-8")


def shown(mark: str) -> Any:
    """The JSON under that mark."""
    (text,) = re.findall(rf"<!-- {mark} -->\n```json\n(.*?)```", PAGE, re.DOTALL)
    return json.loads(text)


def code(language: str) -> str:
    (text,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(text)


def signed(secrets: list[str]) -> tuple[dict[str, str], bytes]:
    body = json.dumps(webhook_body(ADA_IS_RIPE, "fr"), ensure_ascii=False).encode()
    return signed_headers("msg_1", int(time.time() * 1000), body, secrets), body


def test_the_bodies_are_those_that_are_sent() -> None:
    assert shown("webhook") == webhook_body(ADA_IS_RIPE, "en")
    assert shown("slack") == slack_body(ADA_IS_RIPE, "en")
    assert shown("teams") == teams_body(ADA_IS_RIPE, "fr")


def test_every_topic_is_explained() -> None:
    assert tuple(re.findall(r"^\| `([a-z]+\.[a-z]+)` \|", PAGE, re.MULTILINE)) == TOPICS


def test_the_waits_are_those_of_the_code() -> None:
    (said,) = re.findall(r"tried again after (.*?), each up to a tenth later", PAGE)
    units = {"s": 1_000, "min": 60_000, "h": 3_600_000}
    waits = [int(number) * units[unit] for number, unit in re.findall(r"(\d+) (s|min|h)", said)]
    assert tuple(waits) == WAITS


def test_the_check_in_python_believes_us_and_nobody_else() -> None:
    names: dict[str, Any] = {}
    exec(code("python"), names)
    is_ours, old, new = names["is_ours"], new_secret(), new_secret()
    headers, body = signed([new, old])
    assert is_ours(old, headers, body)
    assert is_ours(new, headers, body)
    assert not is_ours(new_secret(), headers, body)
    assert not is_ours(new, headers, body + b" ")
    assert not is_ours(new, {**headers, "webhook-timestamp": "1"}, body)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_the_check_in_node_believes_us_and_nobody_else(tmp_path: Path) -> None:
    old, new = new_secret(), new_secret()
    headers, body = signed([new, old])
    calls = [(old, headers), (new, headers), (new_secret(), headers), (new, {**headers, "webhook-id": "msg_2"})]
    script = tmp_path / "check.mjs"
    asked = f"const calls = {json.dumps(calls)}, body = {json.dumps(body.decode())};\n"
    script.write_text(code("js") + asked + "console.log(calls.map(([s, h]) => isOurs(s, h, body)).join());\n")
    done = subprocess.run(["node", str(script)], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "true,true,false,false"
