"""`ripeline import log`: pages that were seen before there was a script, from a web server's own log."""

from __future__ import annotations

import gzip
import hmac
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click

from ripeline.collect.agents import agent_of
from ripeline.collect.own_channels import own_channels
from ripeline.commands.appending import Appending, fold_unless_served
from ripeline.commands.options import data_option, write_down
from ripeline.commands.progress import Progress
from ripeline.commands.saying import say
from ripeline.domain.channels import Channels
from ripeline.domain.event import Event
from ripeline.domain.source_reading import host_of
from ripeline.domain.wire import parse_api_event
from ripeline.domain.wire_log import Visit, parse_log_line
from ripeline.errors import DataProblem, InvalidEvent
from ripeline.settings import Settings
from ripeline.store.opening import open_beside

_LONGEST_LINE: Final = 64 * 1024
_MOST_TOLD: Final = 20


@dataclass(slots=True)
class Reading:
    """How a log becomes events: its key makes visitors of addresses, which are not kept."""

    key: bytes
    site: str
    leave_out: tuple[str, ...]
    now: int
    channels: Channels
    robots: int = 0
    bad: int = 0
    _same: Counter[str] = field(default_factory=Counter)

    def event(self, line: str, place: str) -> Event | None:
        """What the line tells of; None when that is no page or document anybody saw."""
        visit = parse_log_line(line)
        if visit is None:
            self._tell(place, "is neither in the combined format nor Caddy's JSON")
            return None
        if not visit.on or self._is_left_out(visit):
            return None
        if not visit.agent or agent_of(visit.agent.encode("utf-8", "replace")).suspect_on_page:
            self.robots += 1
            return None
        try:
            return parse_api_event(self._item(visit, line), self.now, self.channels)
        except InvalidEvent as error:
            self._tell(place, str(error))
            return None

    def _item(self, visit: Visit, line: str) -> dict[str, object]:
        url = (self.site or f"https://{visit.host}") + visit.target
        id, visitor = self._hash("line", self._numbered(line)), self._hash("who", visit.address, visit.agent)
        said = {"id": f"log-{id}", "visitor": f"log-{visitor}", "on": visit.on, "at": visit.at}
        return {**said, "url": url, "referrer": visit.referrer[:2048], "verified": False}

    def _numbered(self, line: str) -> str:
        """Two requests of one second may be one line; the second of them is another event."""
        if len(self._same) > 1_000:
            self._same.clear()
        self._same[line] += 1
        return f"{self._same[line]} {line}"

    def _hash(self, *parts: str) -> str:
        """Nobody without the secret of the data folder finds the address again, not by trying all of them either."""
        return hmac.new(self.key, "\n".join(("log", *parts)).encode("utf-8", "replace"), "sha256").hexdigest()[:40]

    def _is_left_out(self, visit: Visit) -> bool:
        path = visit.target.partition("?")[0]
        is_spam = bool(visit.referrer) and self.channels.is_spam(host_of(visit.referrer))
        return is_spam or any(fnmatchcase(path, pattern) for pattern in self.leave_out)

    def _tell(self, place: str, problem: str) -> None:
        self.bad += 1
        if self.bad <= _MOST_TOLD:
            say(f"{place}: {problem}", err=True)


@click.command("log")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--site", default="", help="The site's address, like https://www.example.com, where the log does not say it."
)
@click.option(
    "--leave-out", multiple=True, metavar="PATH", help="Paths that are no pages, like '/api/*'; as often as need be."
)
@data_option
def log(settings: Settings, file: Path, site: str, leave_out: tuple[str, ...]) -> None:
    """Add the visits of FILE, an access log of nginx, Apache (combined format) or Caddy (JSON), also as .gz.

    Pages and documents that people fetched become events of anonymous visitors; robots are left out. An address is
    never stored: with the agent it makes a visitor that only this data folder can tell. Importing twice is importing
    once.
    """
    database = open_beside(settings)
    channels = own_channels(settings.channels_file)
    reading = Reading(_key(settings), _checked(site, file), leave_out, time.time_ns() // 1_000_000, channels)
    with closing(database.writer()) as conn:
        appending, progress = Appending(conn), Progress("Lines read")
        for number, line in enumerate(_lines(file), 1):
            event = reading.event(line, f"{file}:{number}")
            if event is not None:
                appending.add(event)
            if appending.is_full:
                appending.write()
            progress(number, 0)
        appending.write()
        progress.done()
        fold_unless_served(settings, conn)
    write_down(settings, "data_imported", f"events: {appending.new}")
    counts = f"{appending.new} imported, {appending.duplicate} already there"
    click.echo(f"{counts}, {reading.robots} of robots left out, {reading.bad} bad")
    if reading.bad:
        raise SystemExit(1)


def _lines(file: Path) -> Iterator[str]:
    with gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb") as log:
        while line := log.readline(_LONGEST_LINE):
            if text := line.decode("utf-8", "replace").strip():
                yield text


def _key(settings: Settings) -> bytes:
    try:
        return settings.secret_file.read_bytes()
    except OSError as error:
        raise DataProblem(f"{settings.secret_file} cannot be read: {error.strerror}") from error


def _checked(site: str, file: Path) -> str:
    parts = urlsplit(site)
    if site and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/")):
        raise click.UsageError(f"--site {site!r}: must be like https://www.example.com")
    first = next(map(parse_log_line, _lines(file)), None)
    if not site and first is not None and not first.host:
        raise click.UsageError("this log does not say which site it is of: --site https://www.example.com")
    return site.rstrip("/")
