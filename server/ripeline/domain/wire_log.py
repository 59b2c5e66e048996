"""Lines of web servers' access logs: nginx and Apache in their combined format, Caddy's JSON; pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import PurePosixPath
from typing import Final, NamedTuple

import msgspec

from ripeline.domain.event import DOWNLOAD, PAGE

_QUOTED: Final = r'"((?:[^"\\]|\\.)*+)"'
#: The first group is the name of the site that some logs of several sites begin with.
_COMBINED: Final = re.compile(
    rf"(?:([\w.-]+:\d+) )?(\S+) \S+ .{{1,200}}? \[([^\]]+)\] {_QUOTED} (\d{{3}}) \S+ {_QUOTED} {_QUOTED}"
)
_WHEN: Final = re.compile(r"(\d\d)/(\w{3})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
_MONTHS: Final = {name: n for n, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}

_SEEN: Final = frozenset({200, 304})
_PAGES: Final = frozenset({"", ".html", ".htm", ".php", ".asp", ".aspx", ".jsp"})
_DOCUMENTS: Final = frozenset(
    ".pdf .doc .docx .odt .xls .xlsx .ods .csv .ppt .pptx .odp .zip .epub .dwg .step .stp .mp4 .mp3".split()
)


class Visit(NamedTuple):
    """One request: by whom (address and agent), when (ms), for what, and how it was answered.

    `host` is "" where the log does not say which site; `referrer` and `agent` where the browser did not.
    """

    address: str
    agent: str
    at: int
    method: str
    target: str
    status: int
    referrer: str
    host: str = ""

    @property
    def on(self) -> str:
        """The event it is, "" when nobody saw a page or a document by it."""
        path = self.target.partition("?")[0]
        if self.method != "GET" or self.status not in _SEEN or not path.startswith("/"):
            return ""
        if any(part.startswith(".") for part in path.split("/")):
            return ""
        kind = PurePosixPath(path).suffix.lower()
        if kind in _PAGES or kind[1:].isdigit():
            return PAGE
        return DOWNLOAD if kind in _DOCUMENTS and self.status == 200 else ""


def parse_log_line(line: str) -> Visit | None:
    """The request a line tells of; None when it is in neither format."""
    return _from_caddy(line) if line.startswith("{") else _from_combined(line)


def _from_combined(line: str) -> Visit | None:
    found = _COMBINED.match(line)
    at = _moment(found.group(3)) if found else None
    if found is None or at is None:
        return None
    site, address, _, request, status, referrer, agent = found.groups()
    method, target = (*request.split(" "), "", "")[:2]
    host = (site or "").partition(":")[0]
    return Visit(address, _said(agent), at, method, target, int(status), _said(referrer), host)


def _moment(text: str) -> int | None:
    found = _WHEN.fullmatch(text)
    if found is None or found.group(2) not in _MONTHS:
        return None
    day, month, year, hour, minute, second, sign, hours, minutes = found.groups()
    ahead = timedelta(hours=int(hours), minutes=int(minutes)) * (1 if sign == "+" else -1)
    try:
        zone = timezone(ahead)
        at = datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=zone)
    except ValueError:
        return None
    return int(at.timestamp() * 1000)


def _said(text: str) -> str:
    return "" if text == "-" else text


class _Asked(msgspec.Struct):
    method: str
    uri: str
    host: str = ""
    remote_ip: str = ""
    client_ip: str = ""
    headers: dict[str, list[str]] = {}


class _Logged(msgspec.Struct):
    request: _Asked
    status: int
    ts: float | str


_LOGGED: Final = msgspec.json.Decoder(_Logged)


def _from_caddy(line: str) -> Visit | None:
    try:
        logged = _LOGGED.decode(line)
        at = logged.ts if isinstance(logged.ts, float) else datetime.fromisoformat(logged.ts).timestamp()
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    asked = logged.request
    headers = {name.lower(): values[0] for name, values in asked.headers.items() if values}
    return Visit(
        asked.client_ip or asked.remote_ip,
        headers.get("user-agent", ""),
        # Seconds, or milliseconds where its owner set it so.
        int(at * 1000 if at < 100_000_000_000 else at),
        asked.method,
        asked.uri,
        logged.status,
        headers.get("referer", ""),
        asked.host.partition(":")[0],
    )
