"""Segment's own clients, told nothing but another host and a token, deliver a session that is scored."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
from tests.browser.serving import serving
from tests.collect.doorstep import Doorstep

from ripeline.app import create_app
from ripeline.settings import Settings

PYTHON = Path(__file__).parent / "segment_python"
NODE = Path(__file__).parent / "segment_node"
RULES = """
timezone = "UTC"
[models.offer]
bands = { warm = 5, hot = 10 }
handoff = "hot"
[models.offer.rules]
pricing = { points = 4, on = "page", where.path = "/pricing*" }
mailing = { points = 1, on = "session", where.channel = "email" }
demo    = { points = 8, on = "Demo Asked", where.props.plan = "pro" }
"""


class House(NamedTuple):
    """A running server: where, a token that may write, and its database."""

    url: str
    key: str
    door: Doorstep

    def score(self, email: str) -> tuple[str, float, dict[str, Any]]:
        """Band, score and attributes of the lead, as the API tells them once all is folded."""
        headers = {"authorization": self.door.new_token(f"reader of {email}", "read")}
        assert self.door.client.get(f"{self.url}/api/settled", headers=headers).json() == {"lag": 0}
        lead = self.door.client.get(f"{self.url}/api/leads/{email}", headers=headers).json()
        return lead["scores"]["offer"]["band"], lead["scores"]["offer"]["score"], lead["attributes"]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    settings = Settings(data=tmp_path / "data", rate_limit=None)
    settings.data.mkdir()
    settings.rules_file.write_text(RULES)
    app = create_app(settings)
    with serving(app) as port, httpx2.Client(timeout=10) as client:
        door = Doorstep(client, settings)
        yield House(f"http://127.0.0.1:{port}", door.new_token("segment", "write").removeprefix("Bearer "), door)


def send(*command: str | Path) -> tuple[int, str]:
    """How the client ended, and what it complained of."""
    sent = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60)
    return sent.returncode, sent.stderr


@pytest.fixture(scope="module")
def python() -> Path:
    """The interpreter of an environment that has the client; `make test` has made it."""
    home = PYTHON / ".venv"
    if not (home / ".done").exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        pip = f"{home}/bin/python -m pip install --quiet --disable-pip-version-check --requirement".split()
        subprocess.run([*pip, str(PYTHON / "requirements.lock")], check=True)
        (home / ".done").touch()
    return home / "bin" / "python"


@pytest.mark.parametrize("more", [[], ["gzip"]])
def test_a_session_sent_by_python_is_scored(house: House, python: Path, more: list[str]) -> None:
    assert send(python, PYTHON / "send.py", house.url, house.key, *more) == (0, "")
    assert house.score("py@example.com") == ("hot", 13, {"email": "py@example.com", "first_name": "Ada"})


def test_python_is_told_of_a_wrong_key(house: House, python: Path) -> None:
    code, said = send(python, PYTHON / "send.py", house.url, "nonsense")
    assert (code, "there is no such token" in said) == (1, True)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_a_session_sent_by_node_is_scored(house: House) -> None:
    if not (NODE / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--silent", "--no-fund", "--no-audit"], cwd=NODE, check=True)
    assert send("node", NODE / "send.mjs", house.url, house.key) == (0, "")
    assert house.score("node@example.com") == ("hot", 13, {"email": "node@example.com", "company": "Acme"})
