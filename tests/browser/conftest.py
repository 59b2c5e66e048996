"""A real Chromium, and what it visits: a recording site for the tracker, the real server, the real shop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.browser.alone import ARGS, driven
from tests.browser.live import Live, running
from tests.browser.recorder import Recorder, Site
from tests.browser.serving import serving
from tests.browser.told import Told
from tests.pages.room import Room

from ripeline.demo.shop import create_shop

_HOSTS = count(1)


# Not the fixtures of pytest-playwright, which warn; and a browser a module, because Playwright's event loop
# must be gone before other tests start theirs.
@pytest.fixture(scope="module")
def executable() -> str | None:
    """The distribution's Chromium."""
    return driven()


@pytest.fixture(scope="module")
def browser(executable: str | None) -> Iterator[Browser]:
    """One for all tests of a module."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=ARGS, ignore_default_args=["--disable-back-forward-cache"]
        )
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A person who was never here; a page that sees an error fails the test."""
    errors: list[str] = []
    with browser.new_context() as context:
        context.set_default_timeout(5_000)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        yield context
    assert errors == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture(scope="module")
def address(room: Room) -> Iterator[str]:
    """Where the pages of a module's own `room` are."""
    with serving(room.app()) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def site(recorder: Recorder) -> Iterator[Site]:
    """A recording endpoint on leads.verger.test, behind a site that `open_site` serves."""
    with serving(recorder.app()) as port:
        yield Site(f"http://leads.verger.test:{port}/t.js")


@pytest.fixture
def origin(site: Site) -> Iterator[str]:
    """Where the site is served: another origin than the script's."""
    with serving(site.app()) as port:
        yield f"http://www.verger.test:{port}"


@pytest.fixture
def visit(page: Page, origin: str, recorder: Recorder, site: Site) -> Callable[..., Page]:
    """Open a page of the site with that body, and wait until its page view has come."""

    def opened(body: str = "", path: str = "/") -> Page:
        site.bodies[path] = body
        page.goto(origin + path)
        recorder.wait("page")
        return page

    return opened


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The real server, for many browsers at one address."""
    with running(tmp_path_factory.mktemp("data"), rate_limit="off") as server:
        yield server


@pytest.fixture(scope="module")
def grounds(live: Live) -> Iterator[tuple[Site, str]]:
    """One site server for all tests of a module, and its port."""
    site = Site(f"http://leads.verger.test:{live.port}/t.js")
    with serving(site.app()) as port:
        yield site, str(port)


@pytest.fixture
def told(live: Live, grounds: tuple[Site, str]) -> Told:
    """A site of this test alone, whose events are known by its host."""
    site, port = grounds
    site.attributes, site.before = 'data-consent="granted" data-dev', ""
    site.bodies.clear()
    site.headers.clear()
    return Told(live, site, f"http://site{next(_HOSTS)}.verger.test:{port}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The real server on a new data folder with the example's rules."""
    with running(tmp_path_factory.mktemp("data")) as live:
        yield live


@pytest.fixture(scope="module")
def shop(server: Live) -> Iterator[str]:
    """The demo's shop with the tag of that server, on another origin; its address."""
    with serving(create_shop(server.url, "")) as port:
        yield f"http://127.0.0.1:{port}"
