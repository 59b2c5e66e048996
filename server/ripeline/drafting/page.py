"""What of a page matters to a draft: its language, where it links to, and its forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit


@dataclass(slots=True)
class FoundForm:
    """A form: how events will name it (`item`: id, name, path it is sent to, else that of its page), the `words` that
    say what it is for, and the types and names of its fields."""

    item: str = ""
    words: list[str] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    is_search: bool = False

    @property
    def asks_password(self) -> bool:
        return any(kind == "password" for kind, _ in self.fields)

    @property
    def asks_email(self) -> bool:
        return any(kind == "email" or "mail" in name.lower() for kind, name in self.fields)


@dataclass(slots=True)
class FoundPage:
    """`language` as the page says ("" when it does not), absolute `links`, `forms`."""

    url: str
    language: str = ""
    links: list[str] = field(default_factory=list)
    forms: list[FoundForm] = field(default_factory=list)


def read_found_page(url: str, html: str) -> FoundPage:
    """Read a page that came from this address."""
    reader = _Reader(url)
    reader.feed(html)
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page = FoundPage(url)
        self._form: FoundForm | None = None
        self._is_button = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: (value or "").strip() for name, value in reversed(attrs)}
        if tag == "html":
            self.page.language = said.get("lang", "")[:2].lower()
        elif tag == "a" and said.get("href"):
            self.page.links.append(self._absolute(said["href"]))
        elif tag == "form":
            self._begin(said)
        elif self._form is not None:
            self._field(self._form, tag, said)

    def _begin(self, said: dict[str, str]) -> None:
        page_path = urlsplit(self.page.url).path or "/"
        action = urlsplit(self._absolute(said["action"])).path if said.get("action") else ""
        item = said.get("id") or said.get("name") or action or page_path
        words = [said.get("id", ""), said.get("name", ""), said.get("class", ""), action, page_path]
        self._form = FoundForm(item, words, is_search=said.get("role") == "search")

    def _field(self, form: FoundForm, tag: str, said: dict[str, str]) -> None:
        kind = said.get("type", "text").lower()
        if tag == "button" or (tag == "input" and kind == "submit"):
            self._is_button = tag == "button"
            form.words.append(said.get("value", ""))
        elif tag in ("input", "select", "textarea") and kind not in ("hidden", "image", "reset", "button"):
            form.fields.append((kind if tag == "input" else tag, said.get("name", "")))
            form.is_search = form.is_search or kind == "search" or said.get("name") in ("q", "s")

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._is_button:
            self._form.words.append(data.strip())

    def handle_endtag(self, tag: str) -> None:
        if tag == "button":
            self._is_button = False
        elif tag == "form" and self._form is not None:
            self.page.forms.append(self._form)
            self._form, self._is_button = None, False

    def _absolute(self, address: str) -> str:
        try:
            return urljoin(self.page.url, address)
        except ValueError:
            return ""
