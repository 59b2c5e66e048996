"""Servers with open doors: a fresh one for each test, or one for all tests of a module that change nothing shared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.collect.doorstep import Doorstep

from ripeline.app import create_app
from ripeline.settings import Settings


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Doorstep]:
    settings = Settings(data=tmp_path / "data", rate_limit=None)
    with TestClient(create_app(settings)) as client:
        yield Doorstep(client, settings)


@pytest.fixture(scope="module")
def shared_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doorstep]:
    settings = Settings(data=tmp_path_factory.mktemp("shared") / "data", rate_limit=None)
    with TestClient(create_app(settings)) as client:
        yield Doorstep(client, settings)
