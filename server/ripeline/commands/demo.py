"""`ripeline demo`: a made-up shop with ninety days of history, and the server that watches it."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Final

import click
import uvicorn

from ripeline.auth.setup import demo_link
from ripeline.commands.progress import Progress
from ripeline.commands.serve import run_server
from ripeline.demo.grid import demo_rules
from ripeline.demo.living import live_through
from ripeline.demo.loading import is_demo, language_of, load_demo
from ripeline.demo.shop import create_shop
from ripeline.errors import DataProblem, InvalidSetting
from ripeline.fold.rescore import ensure_scored
from ripeline.rules.reading import load_rules
from ripeline.running import Running
from ripeline.settings import Settings, machine_language, read_settings
from ripeline.store.database import Connection, DatabaseError
from ripeline.store.lock import FolderLock
from ripeline.store.opening import open_beside, open_data
from ripeline.store.sites import site_keys
from ripeline.templating.languages import LOCALES, Locale, known_locale

_HOST: Final = "127.0.0.1"
_SHOP_STOPS_SECONDS: Final = 3
#: How to have it in the other language, in that language.
_OTHERWISE: Final[dict[Locale, str]] = {
    "en": "Plutôt en français : `ripeline demo --reset --language fr`",
    "fr": "In English instead: `ripeline demo --reset --language en`",
}


@click.command()
@click.option("--data", default="demo-data", show_default=True, help="The folder of the demo's data.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="The server's port.")
@click.option("--shop-port", default=8081, show_default=True, type=click.IntRange(0, 65535), help="The shop's port.")
@click.option("--language", type=click.Choice(list(LOCALES)), help="A new demo's language, else this machine's.")
@click.option("--reset", is_flag=True, help="Throw the demo's data away and begin anew.")
def demo(data: str, port: int, shop_port: int, language: Locale | None, reset: bool) -> None:
    """Run a made-up shop with ninety days of history, on this machine only.

    The shop is a site of its own with the real tag: click around there and watch a lead's score move.
    """
    settings = read_settings({"data": data, "host": _HOST, "port": str(port)})
    with _listening(shop_port) as listener:
        if reset:
            throw_away(settings.data)
        spoken = prepare(settings, language=language or known_locale(machine_language()) or "en")
        with closing(_Shop(listener, spoken)) as shop:
            run_server(settings, shop.announce, demo=True)


def prepare(settings: Settings, now: int | None = None, language: Locale = "en") -> Locale:
    """Make the demo's data unless it is there, as of `now` (ms; None: the clock's); returns the language it is in.

    Raises `DataProblem` for a folder that is not a demo's.
    """
    now = time.time_ns() // 1_000_000 if now is None else now
    _put_rules(settings, language)
    opened = open_data(settings)
    try:
        with closing(opened.database.writer()) as conn:
            if load_demo(conn, now, language):
                _live(settings, conn, now)
            return language_of(conn)
    finally:
        opened.close()


def _put_rules(settings: Settings, language: Locale) -> None:
    """A new folder gets the demo's own rules; one that is in use keeps what it has."""
    if not settings.database_file.exists() and not settings.rules_file.exists():
        settings.rules_file.parent.mkdir(parents=True, exist_ok=True)
        settings.rules_file.write_text(demo_rules(language), encoding="utf-8")


def _live(settings: Settings, conn: Connection, now: int) -> None:
    ruleset = load_rules(settings.rules_file)
    rescored, lived = Progress("Leads rescored"), Progress("Days lived through, by events")
    ensure_scored(conn, ruleset, rescored)
    live_through(conn, ruleset, now, lived)
    lived.done()


def throw_away(folder: Path) -> None:
    """Remove a demo's folder; raises `DataProblem` when it holds anything else, or somebody is using it."""
    if not folder.exists():
        return
    try:
        with open_beside(Settings(data=folder)).read() as conn:
            was_demo = is_demo(conn)
    except (DataProblem, DatabaseError):
        was_demo = False
    if not was_demo:
        raise DataProblem(f"{folder} is not a demo's folder; it stays as it is")
    FolderLock(folder).release()
    shutil.rmtree(folder)


class _Shop:
    """The shop, on a thread of its own once the server can tell it where the tag is."""

    def __init__(self, listener: socket.socket, language: Locale) -> None:
        self._listener = listener
        self._language = language
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    async def announce(self, running: Running) -> None:
        """Open the shop, then say where everything is."""
        with running.database.read() as conn:
            site_key = next(iter(site_keys(conn)))
        self._open(running.settings.public_url, site_key)
        click.echo(f"Open   {demo_link(running)}  (signs you in)")
        running.shop = f"http://{_HOST}:{self._listener.getsockname()[1]}"
        click.echo(f"Shop   {running.shop}/  (click around, see your score move)")
        click.echo("Stop   Ctrl+C; `ripeline demo` goes on from there, `ripeline demo --reset` begins anew")
        click.echo(_OTHERWISE[self._language])

    def _open(self, tag_base_url: str, site_key: str) -> None:
        shop = create_shop(tag_base_url, site_key, self._language)
        self._server = uvicorn.Server(uvicorn.Config(shop, log_level="error", access_log=False, lifespan="off"))
        # Off the main thread uvicorn leaves signals alone: they are the server's.
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listener]}, name="shop", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        if self._server and self._thread:
            self._server.should_exit = True
            self._thread.join(_SHOP_STOPS_SECONDS)


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server((_HOST, port))
    except OSError as error:
        raise InvalidSetting("--shop-port", port, f"cannot listen there: {error.strerror}") from error
