"""`ripeline serve`: the server on a data folder, until it is told to stop."""

from __future__ import annotations

import gc
import json
import os
import resource
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from errno import EACCES, EADDRINUSE
from types import FrameType
from typing import Final

import click
import uvicorn
import uvloop
from starlette.applications import Starlette

from ripeline import __version__
from ripeline.app import create_app
from ripeline.auth.setup import setup_link
from ripeline.commands.options import serve_options
from ripeline.errors import InvalidSetting, RipelineError
from ripeline.logs import log_to
from ripeline.pages.install_snippets import Tag
from ripeline.protocol import BoundedHttpProtocol
from ripeline.running import Running
from ripeline.settings import Settings
from ripeline.starting import Starting

_OPEN_FILES: Final = 8_192
#: Connections the kernel keeps for us while we are busy.
_BACKLOG: Final = 2_048
_KEEP_ALIVE_SECONDS: Final = 30
#: Seconds answers may take after SIGTERM; the writer then has its own to empty the queue.
_GRACE_SECONDS: Final = 5

_OF_THIS_MACHINE: Final = "an address of this machine is needed, 127.0.0.1 or 0.0.0.0 for all"

Announce = Callable[[Running], Awaitable[None]]


@click.command()
@serve_options
def serve(settings: Settings) -> None:
    """Run the server on a data folder (a new one is made when there is none)."""
    run_server(settings, announce)


async def announce(running: Running) -> None:
    """Where it is and, until somebody is set up, the two things to do next."""
    settings, link = running.settings, await setup_link(running)
    tag = Tag(settings).line()
    if settings.log_format == "json":
        said = {"message": "ready", "version": __version__, "url": settings.public_url}
        click.echo(json.dumps(said | ({"setup": link, "tag": tag} if link else {})))
        return
    click.echo(f"Ripeline {__version__} is ready: {settings.public_url}")
    if link:
        click.echo(f"\n1. Make yourself the owner (this link works once):\n   {link}\n")
        click.echo(f"2. Paste into your pages:\n   {tag}\n")


def run_server(settings: Settings, announce: Announce, *, demo: bool = False) -> None:
    """Serve until SIGTERM or Ctrl+C, then drain; `announce` is called once events are taken.

    Port 0 becomes a free one. Raises `RipelineError` when it cannot start, or must not go on.
    """
    _allow_files()
    log_to(sys.stderr, settings.log_format)
    with _listening(settings) as listener:
        settings = replace(settings, port=listener.getsockname()[1])
        uvloop.run(_serve(settings, listener, announce, demo))


async def _serve(settings: Settings, listener: socket.socket, announce: Announce, demo: bool) -> None:
    problems: list[str] = []

    def died(reason: str) -> None:
        problems.append(reason)
        server.should_exit = True

    starting = Starting(listener)
    app = create_app(settings, demo=demo, died=died, tell=starting.tell)
    server = _Server(app, announce)
    async with AsyncExitStack() as stack:
        async with starting.answering():
            await stack.enter_async_context(app.router.lifespan_context(app))
        _rest_the_collector()
        await server.serve([listener])
    if problems:
        raise RipelineError(problems[0])


class _Server(uvicorn.Server):
    """uvicorn with our protocol, around a lifespan that is already open, so that its errors are ours to tell."""

    def __init__(self, app: Starlette, announce: Announce) -> None:
        self._app = app
        self._announce = announce
        super().__init__(
            uvicorn.Config(
                app,
                http=BoundedHttpProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                backlog=_BACKLOG,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        """Stop, and no more: uvicorn itself would raise the signal again, before the writer has done its work."""
        self.force_exit = self.should_exit
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Pages that listen are let go first: their connections would last as long as we let them."""
        self._app.state.running.changes.close()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        await self._announce(self._app.state.running)


def _listening(settings: Settings) -> socket.socket:
    """A socket on that address; raises `InvalidSetting` when it cannot be had."""
    try:
        family, _, _, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise InvalidSetting("RIPELINE_HOST and RIPELINE_PORT", where, why_not_there(error)) from error


def why_not_there(error: OSError) -> str:
    """What is in the way of listening on that address, and what would be right."""
    # asyncio's and socket's own words repeat the address.
    why = os.strerror(error.errno or 0)
    if isinstance(error, socket.gaierror):
        why, advice = error.strerror or "", _OF_THIS_MACHINE
    elif error.errno == EADDRINUSE:
        advice = "stop the program that does, or choose another RIPELINE_PORT"
    elif error.errno == EACCES:
        advice = "ports below 1024 are the system's: choose a higher one, and put a proxy in front"
    else:
        advice = _OF_THIS_MACHINE
    return f"cannot listen there: {why}; {advice}"


def _rest_the_collector() -> None:
    """Look for cycles rarely: what we make by the thousand has none, and each look walks all that is remembered."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _allow_files() -> None:
    """The usual 1 024 open files are too few for our connections, the database and the kernel's backlog."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < _OPEN_FILES:
        most = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
