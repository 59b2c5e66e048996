"""Reading a site: its robots.txt, its sitemaps, and a few of its pages, within bounds and on that site only."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from ripeline.drafting.page import FoundPage, read_found_page
from ripeline.drafting.sorts import is_worth_a_look
from ripeline.errors import DataProblem
from ripeline.sentences import N_

#: An address → its text and where it came from in the end; None: there is none.
Fetch = Callable[[str], "tuple[str, str] | None"]
#: Called with (addresses fetched, at most so many).
Progress = Callable[[int, int], None]

#: The name robots.txt may forbid things to.
AGENT: Final = "ripeline-draft"
MOST_PAGES: Final = 40
MOST_SITEMAPS: Final = 20
MOST_ADDRESSES: Final = 50_000

_HOST: Final = re.compile(r"([\w.-]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?")
_LOC: Final = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]\s]{1,2048})", re.IGNORECASE)
_IS_INDEX: Final = re.compile(r"<sitemapindex[\s>]", re.IGNORECASE)
_A_FILE: Final = re.compile(r"\.(pdf|docx?|xlsx?|pptx?|odt|ods|csv|zip|epub|mp3|mp4|dwg|step)$", re.IGNORECASE)
_NO_PAGE: Final = re.compile(r"\.(jpe?g|png|gif|svg|webp|avif|ico|css|js|json|xml|txt|woff2?|rss|atom)$", re.IGNORECASE)


@dataclass(slots=True)
class Site:
    """What was read of one site: `paths` of its pages, base names of its `files`, its `pages` fetched.

    `in_sitemap`: how many addresses the sitemaps name; `forbidden`: how many robots.txt kept us from.
    """

    origin: str
    paths: dict[str, None] = field(default_factory=dict)
    files: dict[str, None] = field(default_factory=dict)
    pages: list[FoundPage] = field(default_factory=list)
    in_sitemap: int = 0
    forbidden: int = 0

    @property
    def language(self) -> str:
        """What most of its pages say they are written in, "" when none says."""
        said = [page.language for page in self.pages if page.language]
        return max(set(said), key=said.count) if said else ""


def read_site(url: str, fetch: Fetch, progress: Progress) -> Site:
    """Read the site an address is of. Raises `DataProblem` when there is nothing to read, or it asks not to be read."""
    origin = _origin(url)
    reader = _SiteReader(Site(origin), fetch, progress)
    reader.read_rules_for_robots()
    if not reader.may(origin + "/"):
        raise DataProblem(
            N_(
                "%(origin)s/robots.txt asks programs not to read the site; allow the agent %(agent)s there",
                origin=origin,
                agent=AGENT,
            )
        )
    reader.read_sitemaps()
    reader.read_pages(url if urlsplit(url).path not in ("", "/") else f"{origin}/")
    if not reader.site.pages:
        raise DataProblem(N_("%(origin)s gave no page that could be read", origin=origin))
    return reader.site


def _origin(url: str) -> str:
    parts = urlsplit(url if "//" in url else f"https://{url}")
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(parts.netloc):
        raise DataProblem(N_("%(url)s is no address of a site, like https://www.example.com", url=repr(url[:100])))
    return f"{parts.scheme}://{parts.netloc.lower()}"


class _SiteReader:
    def __init__(self, site: Site, fetch: Fetch, progress: Progress) -> None:
        self.site = site
        self._fetch = fetch
        self._progress = progress
        self._robots = RobotFileParser()
        self._fetched = 0

    def may(self, url: str) -> bool:
        return self._robots.can_fetch(AGENT, url)

    def read_rules_for_robots(self) -> None:
        found = self._get(f"{self.site.origin}/robots.txt")
        # An error page is no rule; only what looks like one is taken for one.
        self._robots.parse((found[0] if found and "<html" not in found[0].lower() else "").splitlines())

    def read_sitemaps(self) -> None:
        named = [url for url in self._robots.site_maps() or [] if self._is_own(url)]
        waiting = named or [f"{self.site.origin}/sitemap.xml", f"{self.site.origin}/sitemap_index.xml"]
        seen: set[str] = set()
        while waiting and len(seen) < MOST_SITEMAPS:
            url = waiting.pop(0)
            if url in seen or not self.may(url):
                continue
            seen.add(url)
            found = self._get(url)
            addresses = [html.unescape(each) for each in _LOC.findall(found[0])] if found else []
            if found and _IS_INDEX.search(found[0]):
                waiting += [each for each in addresses if self._is_own(each)]
                continue
            for each in addresses[: MOST_ADDRESSES - self.site.in_sitemap]:
                self.site.in_sitemap += 1
                self._note(each)
            if addresses and not named:
                break

    def read_pages(self, first: str) -> None:
        """The first page, then those that look as if a form or an offer were there, then what these link to."""
        waiting, seen = [first], set[str]()
        waiting += [self.site.origin + path for path in self.site.paths if is_worth_a_look(path)]
        while waiting and len(self.site.pages) < MOST_PAGES and self._fetched < 2 * MOST_PAGES:
            url = waiting.pop(0)
            if url in seen or not self._may_be_read(url):
                continue
            seen.add(url)
            found = self._get(url)
            if not found or not self._is_own(found[1]):
                continue
            page = read_found_page(found[1], found[0])
            self.site.pages.append(page)
            self._note(found[1])
            waiting += self._follow(page.links)

    def _may_be_read(self, url: str) -> bool:
        if self.may(url):
            return True
        self.site.forbidden += 1
        return False

    def _follow(self, links: Iterable[str]) -> list[str]:
        """The links worth reading; all are noted. Without a sitemap every page is."""
        own = [link.partition("#")[0] for link in links if self._is_own(link)]
        for link in own:
            self._note(link)
        pages = [link for link in own if not _A_FILE.search(urlsplit(link).path)]
        return [link for link in pages if is_worth_a_look(urlsplit(link).path) or not self.site.in_sitemap]

    def _note(self, url: str) -> None:
        if not self._is_own(url) or len(self.site.paths) >= MOST_ADDRESSES:
            return
        path = urlsplit(url).path or "/"
        if _A_FILE.search(path):
            self.site.files.setdefault(path.rsplit("/", 1)[-1])
        elif not _NO_PAGE.search(path):
            self.site.paths.setdefault(path)

    def _is_own(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        own = urlsplit(self.site.origin)
        return parts.scheme in ("http", "https") and _bare(parts.netloc) == _bare(own.netloc)

    def _get(self, url: str) -> tuple[str, str] | None:
        self._progress(self._fetched, 2 * MOST_PAGES)
        self._fetched += 1
        return self._fetch(url)


def _bare(host: str) -> str:
    return host.lower().removeprefix("www.")
