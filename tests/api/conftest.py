"""One real server a file of tests, on a new data folder under the white-paper model, and programs with their tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.api.shop import RULES as SHOP_RULES
from tests.api.shop import Shop
from tests.store.white_papers import CAST, RULES

from ripeline.app import create_app
from ripeline.auth.tokens import create_token
from ripeline.domain.event import Event
from ripeline.domain.wire_export import api_item
from ripeline.settings import Settings
from ripeline.store.database import Database, transaction

Token = Callable[..., dict[str, str]]
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    data = tmp_path_factory.mktemp("data")
    (data / "rules.toml").write_text(RULES.text, encoding="utf-8")
    return Settings(data=data, base_url="http://testserver", rate_limit=None)


@pytest.fixture(scope="module")
def server(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="module")
def token(server: TestClient, settings: Settings) -> Token:
    """Make a token with those scopes: the header that carries it."""
    numbers = count()

    def make(*scopes: str) -> dict[str, str]:
        with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
            return {"Authorization": f"Bearer {create_token(conn, f'program {next(numbers)}', frozenset(scopes), 1)}"}

    return make


@pytest.fixture(scope="module")
def ask(server: TestClient, token: Token) -> Ask:
    """GET as a program that may read: the JSON, after checking the status."""
    header = token("read")

    def get(path: str, status: int = 200, **asked: Any) -> Any:
        answer = server.get(path, params=asked, headers=header)
        assert answer.status_code == status, answer.text
        return answer.json()

    return get


@pytest.fixture(scope="module")
def cast(server: TestClient, token: Token, ask: Ask) -> list[Event]:
    """Marc, Élodie, Capucine and an unknown visitor, through the API and folded."""
    items = [api_item(event, str(event.visitor)) for event in CAST]
    answer = server.post("/api/events", json=items, headers=token("write"))
    assert answer.json() == {"accepted": len(CAST), "duplicate": 0, "rejected": []}
    assert ask("/api/settled") == {"lag": 0}
    return CAST


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A server of its own for each test; at the end all its scores are what its events give."""
    (tmp_path / "rules.toml").write_text(SHOP_RULES, encoding="utf-8")
    settings = Settings(data=tmp_path, base_url="http://testserver", rate_limit=None)
    with TestClient(create_app(settings), follow_redirects=False) as client:
        with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
            header = {"Authorization": f"Bearer {create_token(conn, 'crm', frozenset({'admin'}), 1)}"}
        shop = Shop(tmp_path, client, header)
        yield shop
        assert shop.differences() == []
