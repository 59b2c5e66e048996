"""A house with a post for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.outbox.post_house import PostHouse, open_post


@pytest.fixture
def post_house(tmp_path: Path) -> Iterator[PostHouse]:
    made = open_post(tmp_path)
    yield made
    made.house.conn.close()
