"""A page or a script of a site as a browser would get it: bounded in time and size, redirects followed and counted."""

from __future__ import annotations

import zlib
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException
from queue import Empty, Queue
from threading import Thread
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ripeline import __version__

_MOST_BYTES: Final = 4 * 1024 * 1024
_MOST_REDIRECTS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: the address it came from in the end, those that led there, status, headers, body."""

    url: str
    way: tuple[str, ...]
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        """As its charset says; what does not fit is replaced."""
        charset = self.headers.get_content_charset("utf-8")
        try:
            return self.body.decode(charset, "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")


class Unreachable(Exception):
    """There was no answer; the text says why."""


def fetch(url: str, seconds: float) -> Fetched:
    """GET that address within so many seconds, whatever dribbles in; raises `Unreachable`."""
    answers: Queue[Fetched | Exception] = Queue()
    Thread(target=_put, args=(url, seconds, answers), daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise Unreachable(f"no whole answer within {seconds:g} s") from None
    if isinstance(answer, Exception):
        raise Unreachable(_why(answer)) from answer
    return answer


def _put(url: str, seconds: float, answers: Queue[Fetched | Exception]) -> None:
    try:
        answers.put(_follow(url, seconds))
    except (OSError, HTTPException, ValueError, zlib.error) as error:
        answers.put(error)


def _why(error: Exception) -> str:
    reason = error.reason if isinstance(error, URLError) else error
    return str(reason) or type(error).__name__


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """We follow them ourselves, to be able to tell."""


def _follow(url: str, seconds: float) -> Fetched:
    way: list[str] = []
    opener = build_opener(_NoRedirects)
    while True:
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError(f"{url} is no http or https address")
        request = Request(url, headers=_HEADERS)  # noqa: S310 - the scheme was checked
        try:
            # Beyond our own patience, so that there is one sentence for being too slow.
            answer = opener.open(request, timeout=2 * seconds)
        except HTTPError as refused:
            answer = refused
        with closing(answer):
            status, headers = int(answer.status), answer.headers
            target = headers.get("location")
            if status not in _REDIRECTS or not target:
                return Fetched(url, tuple(way), status, headers, _body(answer.read(_MOST_BYTES), headers))
        way.append(url)
        if len(way) > _MOST_REDIRECTS:
            raise ValueError(f"more than {_MOST_REDIRECTS} redirects, the last to {target}")
        url = urljoin(url, target)


_HEADERS: Final = {
    "User-Agent": f"Mozilla/5.0 (compatible; ripeline-doctor/{__version__})",
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Encoding": "identity",
}


def _body(raw: bytes, headers: Message) -> bytes:
    if headers.get("content-encoding", "identity").lower() in ("gzip", "x-gzip", "deflate"):
        return zlib.decompressobj(47).decompress(raw, _MOST_BYTES)
    return raw
