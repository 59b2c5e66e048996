"""A small house: auth's own routes, three guarded rooms, a real database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from tests.auth.small_house import PASSWORD, SmallHouse

from ripeline.auth.guard import current_user, require, require_scope
from ripeline.auth.passwords import hash_password
from ripeline.auth.people import add_person
from ripeline.auth.routes import ROUTES
from ripeline.auth.security import security
from ripeline.settings import Settings
from ripeline.store.database import Database
from ripeline.store.upgrading import create_schema


@pytest.fixture(scope="session")
def password_hash() -> str:
    return hash_password(PASSWORD)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SmallHouse]:
    settings = Settings(data=tmp_path, base_url="http://testserver")
    made = SmallHouse(settings, Database(settings.database_file))
    create_schema(made.writer)
    yield made
    made.writer.close()


@require("sales")
async def ready(request: Request) -> Response:
    user = current_user(request)
    assert user is not None
    return PlainTextResponse(user.email)


@require("owner")
def settings_page(request: Request) -> Response:
    return PlainTextResponse("for the owner")


@require_scope("read")
async def api(request: Request) -> Response:
    return PlainTextResponse("read")


@pytest.fixture
def client(house: SmallHouse) -> Iterator[TestClient]:
    rooms = [
        Route("/ready", ready),
        Route("/settings", settings_page, methods=["GET", "POST"]),
        Route("/api/leads", api, methods=["GET", "POST"]),
    ]
    app = Starlette(routes=[*ROUTES, *rooms], middleware=security(house.settings))
    app.state.running = house
    with TestClient(app, follow_redirects=False, headers={"sec-fetch-site": "same-origin"}) as made:
        yield made


@pytest.fixture
def alice(house: SmallHouse, password_hash: str) -> str:
    """Alice owns the place."""
    house.now(lambda conn: add_person(conn, "alice@example.com", "owner", password_hash, 0))
    return "alice@example.com"


@pytest.fixture
def bob(house: SmallHouse, password_hash: str) -> str:
    """Bob sells."""
    house.now(lambda conn: add_person(conn, "bob@example.com", "sales", password_hash, 0))
    return "bob@example.com"
