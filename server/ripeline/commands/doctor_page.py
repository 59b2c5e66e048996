"""What of a page matters to the doctor: its scripts, its policies, and signs of a tag manager."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin

_MANAGERS: Final = (
    (re.compile(r"\bGTM-[A-Z0-9]{4,10}\b"), "Google Tag Manager"),
    (re.compile(r"googletagmanager\.com/gtm\.js"), "Google Tag Manager"),
    (re.compile(r"/container_[A-Za-z0-9]{8}\.js"), "Matomo Tag Manager"),
    (re.compile(r"tags\.tiqcdn\.com|/utag\.js"), "Tealium"),
    (re.compile(r"assets\.adobedtm\.com"), "Adobe's tag manager"),
    (re.compile(r"tagcommander\.com|/tc_[\w-]+\.js"), "Commanders Act"),
)


@dataclass(frozen=True, slots=True)
class Script:
    """A script of the page: its absolute address and its attributes (of those without a value: "")."""

    url: str
    attributes: dict[str, str]

    def has(self, name: str) -> bool:
        return name in self.attributes

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")


@dataclass(slots=True)
class Page:
    """`policies` are those in meta elements; `manager` is the name of a tag manager, "" when none is seen."""

    scripts: list[Script] = field(default_factory=list)
    policies: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    manager: str = ""


def read_page(url: str, html: str) -> Page:
    """Read a page that came from this address."""
    reader = _Reader(url)
    reader.feed(html)
    reader.close()
    reader.page.manager = next((name for pattern, name in _MANAGERS if pattern.search(html)), "")
    return reader.page


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._base = url

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Of an attribute that is there twice the first one counts.
        said = {name: value or "" for name, value in reversed(attrs)}
        if tag == "base" and said.get("href"):
            self._base = self._absolute(said["href"])
        elif tag == "script":
            self._script(said)
        elif tag == "meta" and said.get("http-equiv", "").lower() == "content-security-policy":
            self.page.policies.append(said.get("content", ""))

    def _script(self, said: dict[str, str]) -> None:
        # Banners that hold scripts back keep the address elsewhere until the visitor has agreed.
        src = next((said[name] for name in ("src", "data-src", "data-cookieconsent-src") if said.get(name)), "")
        if src:
            self.page.scripts.append(Script(self._absolute(src.strip()), said))

    def _absolute(self, address: str) -> str:
        try:
            return urljoin(self._base, address)
        except ValueError:
            return address

    def handle_comment(self, data: str) -> None:
        self.page.comments.append(data)
