"""The corner of a trial, on the owner's own site: labels full of markup are drawn there as text."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from tests.browser.conftest import browser, executable  # noqa: F401 - the fixtures
from tests.browser.serving import serving
from tests.faults.filling import fill
from tests.faults.poison import House, poisoned
from tests.faults.watching import Watch

from ripeline.auth.logins import now_ms
from ripeline.auth.trials import Trial, trial_token

pytestmark = [pytest.mark.fault, pytest.mark.browser]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with poisoned(tmp_path_factory.mktemp("data"), fill) as made:
        yield made


def test_the_corner_of_a_trial_draws_payloads_as_text(
    browser: Browser,  # noqa: F811 - the fixture
    house: House,
) -> None:
    """On the owner's own site, which has no policy: whatever the corner made of a rule's label would run there."""
    watch = Watch(house)
    secret = (house.settings.data / "secret").read_bytes()
    token = trial_token(secret, Trial("test", "en"), now_ms())
    tag = (
        f'<!doctype html><title>x</title><script async src="{house.url}/t.js" data-dev data-consent="granted"></script>'
    )

    async def answer(_: Request) -> HTMLResponse:
        return HTMLResponse(tag)

    with serving(Starlette(routes=[Route("/plain", answer)])) as port, browser.new_context(locale="en") as context:
        tab = watch.over(context)
        context.route(f"http://www.verger.test:{port}/**", lambda asked: asked.continue_())
        tab.goto(f"http://www.verger.test:{port}/plain#ripeline-test={token}")
        tab.wait_for_function("document.querySelector('[data-ripeline-ignore]')", timeout=10_000)
        tab.wait_for_timeout(500)
        session = context.new_cdp_session(tab)
        drawn = str(session.send("DOM.getDocument", {"depth": -1, "pierce": True}))
    assert "xss0.rule" in drawn
    assert not re.search(r"'attributes': \[[^]]*'xss", drawn)
    assert not watch.found, watch.found
