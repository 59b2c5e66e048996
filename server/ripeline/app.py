"""The server put together: data folder, writer, routes, and one table from our errors to HTTP."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final, Self

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from ripeline.api.answers import refused
from ripeline.api.faults import Faults, answer_fault
from ripeline.api.nowhere import answer_nowhere, is_of_api
from ripeline.api.routes import ROUTES as API_ROUTES
from ripeline.auth.forms import is_read
from ripeline.auth.routes import ROUTES as AUTH_ROUTES
from ripeline.auth.security import security
from ripeline.calibration.asking import Asking
from ripeline.collect.answers import Answer
from ripeline.collect.browser_door import BrowserDoor, take_quickly
from ripeline.collect.intake import Intake
from ripeline.collect.routes import routes as collect_routes
from ripeline.errors import (
    BeingRescored,
    Conflict,
    InvalidEvent,
    InvalidRequest,
    InvalidRules,
    InvalidSetting,
    LogRefused,
    NotFound,
    RipelineError,
)
from ripeline.fold.folder import now_ms
from ripeline.fold.rescoring import rules_at_start
from ripeline.mailing import all_senders
from ripeline.packing import PackPages
from ripeline.pages.not_now import not_now
from ripeline.pages.refused import refused_page
from ripeline.pages.routes import ROUTES as PAGE_ROUTES
from ripeline.rules.reading import load_rules
from ripeline.running import RulesInForce, Running
from ripeline.saying_why import said_of
from ripeline.settings import Settings
from ripeline.store.copies import Tell, untold
from ripeline.store.database import DatabaseError
from ripeline.store.failures import failure_of
from ripeline.store.opening import OpenedData, open_data
from ripeline.subpath import sub_path
from ripeline.visiting import Visiting
from ripeline.worker.erasing_asked import erase_asked
from ripeline.worker.posting import Post
from ripeline.worker.retaining import keep_no_longer
from ripeline.worker.watching import watch_rules
from ripeline.worker.works import Works

log = logging.getLogger(__name__)

#: What an error of ours that reaches the rim is answered with; any other is a 500 and a log entry.
STATUS: Final[dict[type[RipelineError], int]] = {
    InvalidEvent: 400,
    InvalidRequest: 400,
    InvalidRules: 422,
    InvalidSetting: 422,
    NotFound: 404,
    Conflict: 409,
    LogRefused: 503,
}

_PROGRESS_AFTER_SECONDS: Final = 1.0
_RETRY_AFTER_SECONDS: Final = 5

Died = Callable[[str], None]


def create_app(settings: Settings, *, demo: bool = False, died: Died | None = None, tell: Tell = untold) -> Starlette:
    """A server on this data folder, opened by the lifespan; `died` hears why when it must be restarted, `tell` what an
    upgrade is at before it is there.

    Starting raises `RipelineError` when the folder or the rule file is not as it must be.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        opened = await asyncio.to_thread(open_data, settings, None, tell)
        try:
            async with _writing(opened, settings, demo, died) as running:
                app.state.running = running
                app.state.intake = Intake(running)
                yield
        finally:
            opened.close()

    return Application(
        routes=all_routes(settings),
        middleware=[Middleware(PackPages), *sub_path(settings), *security(settings), Middleware(Faults)],
        exception_handlers={
            **dict.fromkeys(STATUS, _answer_error),
            BeingRescored: _answer_not_now,
            DatabaseError: _answer_failed_read,
            HTTPException: answer_nowhere,
            Exception: answer_fault,
        },
        lifespan=lifespan,
    ).with_door(settings.endpoint_path, BrowserDoor())


class Application(Starlette):
    """Starlette with one door before it: middlewares and routing would cost an event as much as taking it does."""

    def with_door(self, path: str, door: ASGIApp) -> Self:
        self.quick_path, self._door = path, door
        # Its own redirect would name whatever Host was asked for: `answer_nowhere` leads on instead.
        self.router.redirect_slashes = False
        return self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path") == self.quick_path and scope["type"] == "http":
            scope["app"] = self
            await self._door(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def take_quickly(self, scope: Scope, body: bytes, reply: Callable[[Answer], None]) -> None:
        """What `protocol` calls for a whole POST to `quick_path`, instead of starting a task for it."""
        take_quickly(self.state.intake, scope, body, reply)


def all_routes(settings: Settings) -> list[BaseRoute]:
    """Every route there is, the busiest first."""
    return [*collect_routes(settings), *API_ROUTES, *AUTH_ROUTES, *PAGE_ROUTES]


@asynccontextmanager
async def _writing(opened: OpenedData, settings: Settings, demo: bool, died: Died | None) -> AsyncIterator[Running]:
    """The writer at work, until the last event is folded that can be."""
    ruleset = load_rules(settings.rules_file)
    conn = opened.database.writer()
    rules = RulesInForce(await asyncio.to_thread(rules_at_start, conn, ruleset, _Progress()))
    works = Works(conn, rules, died)
    works.writer.start()
    for warning in (*settings.warnings, *opened.warnings):
        log.warning("%s", warning)
    running = _running(opened, settings, works, rules)
    running.demo = demo
    post = Post(running, all_senders(running, now_ms))
    works_on = (erase_asked(running), watch_rules(running), post.run(), keep_no_longer(running))
    tasks = [asyncio.create_task(each) for each in works_on]
    try:
        yield running
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        running.close()
        await asyncio.to_thread(works.writer.stop)
        works.rescoring.close()


def _running(opened: OpenedData, settings: Settings, works: Works, rules: RulesInForce) -> Running:
    return Running(
        settings=settings,
        database=opened.database,
        log=works.events,
        rules=rules,
        write=works.writer.write,
        settled=works.writer.settled,
        healthy=works.writer.healthy,
        secret=opened.secret,
        do=works.do,
        take=works.take,
        rescoring=lambda: works.rescoring.progress,
        held=lambda: works.held,
        asking=Asking(opened.database, settings.rules_file),
        visiting=Visiting(),
        lag=works.writer.lag,
        accepted=(*settings.warnings, *opened.warnings),
        changes=works.keeper.changes,
    )


class _Progress:
    """Says how far a rescore is, once it takes longer than a second."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _PROGRESS_AFTER_SECONDS

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() >= self._next:
            log.warning("rescoring under the new rules: %d of %d leads", done, total)
            self._next = time.monotonic() + _PROGRESS_AFTER_SECONDS


def _answer_error(request: Request, error: Exception) -> Response:
    if is_of_api(request) and isinstance(error, RipelineError):
        return refused(error)
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    told = refused_page(request, error, status) if is_read(request) else PlainTextResponse(str(error), status)
    if isinstance(error, LogRefused):
        told.headers["Retry-After"] = str(error.retry_after)
    return told


async def _answer_not_now(request: Request, error: Exception) -> Response:
    """Programs come back later by themselves; a person goes on reading where they were."""
    is_form = request.method == "POST" and not is_of_api(request) and getattr(request.state, "user", None) is not None
    return await not_now(request) if is_form else _answer_error(request, error)


def _answer_failed_read(request: Request, error: Exception) -> Response:
    """The disk's matter, and perhaps over soon; a statement that is wrong is a fault of ours."""
    if failure_of(error) is None:
        raise error
    log.error("the database cannot be read: %s", error)
    return _answer_error(request, LogRefused(f"the database cannot be read: {said_of(error)}", _RETRY_AFTER_SECONDS))
