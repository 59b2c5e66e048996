"""Alice, who owns the place, and Bob, who sells, looking at the cast of the white papers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.pages.room import Room

from ripeline.settings import Settings


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """An empty room: nothing has arrived."""
    made = Room(Settings(data=tmp_path, base_url="http://testserver"))
    yield made
    made.writer.close()


@pytest.fixture
def full(room: Room) -> Room:
    """The same with Marc, Élodie, Capucine and an anonymous visitor in it."""
    room.receive_the_cast()
    return room


@pytest.fixture
def nobody(room: Room) -> Iterator[TestClient]:
    """A browser that has not signed in."""
    headers = {"sec-fetch-site": "same-origin", "accept-language": "en"}
    with TestClient(room.app(), follow_redirects=False, headers=headers) as client:
        yield client


@pytest.fixture
def alice(room: Room, nobody: TestClient) -> TestClient:
    """The owner's browser."""
    nobody.cookies.update(room.cookie_of("alice@example.com"))
    return nobody


@pytest.fixture
def bob(room: Room, nobody: TestClient) -> TestClient:
    """A salesman's browser."""
    nobody.cookies.update(room.cookie_of("bob@example.com", role="sales"))
    return nobody
