"""Pages as people read them: their text, their links, without the markup."""

from __future__ import annotations

from html.parser import HTMLParser


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: dict[str, str] = {}
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._link = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._link = ""

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._link and data.strip():
            self.links.setdefault(" ".join(data.split()), self._link)


def text_of(html: str) -> str:
    """All words of a page, one space between."""
    reader = _Reader()
    reader.feed(html)
    return " ".join(" ".join(reader.words).split())


def links_of(html: str) -> dict[str, str]:
    """Link text → address."""
    reader = _Reader()
    reader.feed(html)
    return reader.links
