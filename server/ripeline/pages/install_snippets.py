"""What there is to paste, with this server's addresses in it: the files of admin/snippets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import urlencode, urlsplit

from ripeline.paths import SNIPPETS
from ripeline.script import hashed_path, integrity
from ripeline.settings import Settings

_SERVER: Final = "https://leads.example.com"
_SCRIPT: Final = f"{_SERVER}/t.js"
_TAG: Final = f'<script async src="{_SCRIPT}"></script>'
_UPSTREAM: Final = "127.0.0.1:8080"

#: What banners are called, by the file that says how they tell us; the order is that of the page.
BANNERS: Final[Mapping[str, str]] = {
    "tarteaucitron": "tarteaucitron",
    "axeptio": "Axeptio",
    "didomi": "Didomi",
    "cookiebot": "Cookiebot",
    "onetrust": "OneTrust",
    "wordpress": "WP Consent API",
}


@dataclass(frozen=True, slots=True)
class Tag:
    """The tag of this server: which options it needs besides the script's address."""

    settings: Settings
    site: str = ""

    def line(self, consent: str = "") -> str:
        """The script element; `consent` is "granted" where the banner has asked already."""
        return self._element(self.settings.script_path, consent)

    def pinned(self) -> str:
        """The same for this very version of the script, which browsers then check."""
        path = hashed_path(self.settings.script_path)
        return self._element(path, "", f' integrity="{integrity()}" crossorigin="anonymous"')

    def address(self, **more: str) -> str:
        """The script's address with all options in it, for tag managers that strip attributes."""
        options = {"s": self.site, "api": self.settings.data_api, **more}
        query = {name: value for name, value in options.items() if value}
        return self._url(self.settings.script_path) + (f"?{urlencode(query, safe=':/')}" if query else "")

    def _element(self, path: str, consent: str, more: str = "") -> str:
        options = {"data-site": self.site, "data-api": self.settings.data_api, "data-consent": consent}
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in options.items() if value)
        return f'<script async src="{self._url(path)}"{attributes}{more}></script>'

    def _url(self, path: str) -> str:
        return self.settings.public_url + path


def snippet(name: str, tag: Tag) -> str:
    """The text of that file for this server."""
    text = (SNIPPETS / name).read_text(encoding="utf-8").rstrip("\n")
    made = (
        text.replace(_TAG, tag.line())
        .replace(f"{_SCRIPT}?consent=granted", tag.address(consent="granted"))
        .replace(_SCRIPT, tag.address())
        .replace(_SERVER, tag.settings.public_url)
    )
    host = urlsplit(tag.settings.base_url).hostname
    return made.replace(urlsplit(_SERVER).netloc, host) if host else made


def recipe(name: str, settings: Settings) -> str:
    """A proxy's configuration with this server behind it."""
    return snippet(name, Tag(settings)).replace(_UPSTREAM, f"127.0.0.1:{settings.port}")
