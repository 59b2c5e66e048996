"""The server put together: its routes, its errors, its start and its end."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from ripeline.app import STATUS, all_routes, create_app
from ripeline.auth.access import access_table
from ripeline.errors import DataProblem, InvalidRules, LogRefused, NotFound, RipelineError
from ripeline.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


def test_the_busiest_routes_are_matched_first(settings: Settings) -> None:
    paths = [route.path for route in all_routes(settings) if isinstance(route, Route)]
    assert paths[:3] == ["/e", "/api/events", "/t.js"]


def test_each_route_says_who_may_call_it(settings: Settings) -> None:
    undecided = [(methods, path) for methods, path, access in access_table(all_routes(settings)) if access is None]
    assert undecided == []


def test_the_server_starts_on_an_empty_folder_and_again_on_its_own(settings: Settings) -> None:
    for _ in range(2):
        with TestClient(create_app(settings)) as client:
            assert client.get("/readyz").status_code == 200
            assert client.app.state.running.settings is settings  # type: ignore[attr-defined]


def test_a_folder_in_use_is_refused(settings: Settings) -> None:
    with TestClient(create_app(settings)):
        second = TestClient(create_app(settings))
        with pytest.raises(DataProblem, match="another Ripeline"), second:
            pass


def test_a_bad_rule_file_is_refused_and_the_folder_is_free_again(settings: Settings) -> None:
    settings.data.mkdir()
    settings.rules_file.write_text("points = 2,5")
    broken = TestClient(create_app(settings))
    with pytest.raises(InvalidRules), broken:
        pass
    settings.rules_file.unlink()
    settings.database_file.unlink()
    settings.secret_file.unlink()
    with TestClient(create_app(settings)) as client:
        assert client.get("/livez").status_code == 200


@pytest.mark.parametrize("path", ["/raise", "/api/raise"])
@pytest.mark.parametrize("error", [NotFound("lead", 7), LogRefused("full", retry_after=9)])
def test_an_error_at_the_rim_has_its_status(settings: Settings, path: str, error: RipelineError) -> None:
    async def fail(_: Request) -> Response:
        raise error

    app = create_app(settings)
    app.router.routes.append(Route(path, fail))
    with TestClient(app) as client:
        answer = client.get(path)
    assert answer.status_code == STATUS[type(error)]
    assert str(error) in answer.text
    assert answer.headers.get("Retry-After") == ("9" if isinstance(error, LogRefused) else None)


@pytest.mark.parametrize(
    ("path", "status"), [("/nowhere", 404), ("/tuning/rules/save", 405), ("/static/none.css", 404)]
)
def test_who_reads_a_page_is_led_on_from_an_address_that_is_none(settings: Settings, path: str, status: int) -> None:
    with TestClient(create_app(settings)) as client:
        read = client.get(path, headers={"accept": "text/html,*/*;q=0.8", "accept-language": "fr"})
        fetched = client.get(path)
    assert (read.status_code, fetched.status_code) == (status, status)
    assert "<" not in fetched.text
    assert ('<html lang="fr">' in read.text and 'href="/"' in read.text) == (not path.startswith("/static/"))


@pytest.mark.parametrize("path", ["/nowhere", "/api/nowhere", "/e/x", "/setup/nonsense"])
def test_a_path_nobody_knows_is_a_404_with_the_headers_of_the_house(settings: Settings, path: str) -> None:
    with TestClient(create_app(settings)) as client:
        answer = client.get(path)
    assert answer.status_code == 404
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
