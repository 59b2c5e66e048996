"""The whole server, once a file, with nobody in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from ripeline.app import Application, create_app
from ripeline.settings import Settings

OWN_PAGE = {"sec-fetch-site": "same-origin"}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data=tmp_path_factory.mktemp("data"), base_url="http://testserver", rate_limit=None)


@pytest.fixture(scope="module")
def app(settings: Settings) -> Application:
    app = create_app(settings)
    assert isinstance(app, Application)
    return app


@pytest.fixture(scope="module")
def server(app: Application) -> Iterator[TestClient]:
    with TestClient(app, follow_redirects=False, headers=OWN_PAGE) as client:
        # Who may listen would be answered for minutes: here it is told that there is no room.
        app.state.running.changes.close()
        yield client
