"""Somebody who follows every link they are shown, and writes down whatever goes wrong or weighs too much on the way."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, TypedDict
from urllib.parse import parse_qsl, urljoin, urlsplit

from playwright.sync_api import BrowserContext, Dialog, Page
from starlette.routing import Match, Route

from ripeline.auth.access import access_of
from ripeline.auth.guard import ROLES

#: What a first opening may weigh on the wire, all told.
MOST_BYTES: Final = 60_000
#: What nobody sees; the benchmark is what asks for none at all.
MOST_SHIFT: Final = 0.02

#: All a page lets one do: links (with what becomes of a click), searches, and where its other forms send to; what it
#: weighs with all it loads (as packed; kept or not), and how much of it moved by itself.
_OFFERED: Final = """async () => {
  const moves = []
  new PerformanceObserver(list => moves.push(...list.getEntries())).observe({ type: 'layout-shift', buffered: true })
  await new Promise(done => setTimeout(done, 20))
  const loads = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  const all = (selector, tell) => [...document.querySelectorAll(selector)].map(tell)
  return {
    bytes: loads.reduce((sum, each) => sum + each.encodedBodySize, 0),
    moved: moves.reduce((sum, each) => sum + each.value, 0),
    links: all('a[href]:not([href^="#"])', each => ({
      to: each.getAttribute('href'),
      apart: each.hasAttribute('download') || each.target == '_blank' || each.pathname.endsWith('.json'),
    })),
    searches: all('form[method=get]', each => each.getAttribute('action') || location.pathname),
    deeds: all('form[method=post]', each => each.getAttribute('action') || location.pathname)
      .concat(all('[formaction]', each => each.getAttribute('formaction'))),
  }
}"""

#: A link in a fold is seen once that is open; those around others lie over them.
_UNFOLD: Final = """link => {
  for (let fold = link.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true
}"""


class _Link(TypedDict):
    to: str
    apart: bool


class _Offered(TypedDict):
    bytes: int
    moved: float
    links: list[_Link]
    searches: list[str]
    deeds: list[str]


@dataclass
class Walker:
    """Walks as one person, once to each kind of address; `faults` is what was wrong."""

    context: BrowserContext
    base: str
    role: str
    routes: list[Route]
    by_question: bool = False
    faults: list[str] = field(default_factory=list)
    visited: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    heaviest: tuple[int, str] = (0, "")
    _shown: set[str] = field(default_factory=set)

    def walk(self, start: str) -> None:
        """From page to page by clicks, and to where a link was left for later when a page has no new one."""
        page = self.context.new_page()
        self._listen(page)
        page.goto(self.base + start)
        self.asked.add(self._kind(start))
        waiting: list[tuple[str, _Link]] = []
        while True:
            waiting += self._look(page)
            here = _path(page.url)
            waiting.sort(key=lambda each: each[0] != here)
            while waiting and self._kind(waiting[0][1]["to"]) in self.asked:
                waiting.pop(0)
            if not waiting:
                return
            self._follow(page, *waiting.pop(0))

    def _look(self, page: Page) -> list[tuple[str, _Link]]:
        """Note what this page offers; the links to follow from it."""
        here = _path(page.url)
        self.visited.append(here)
        offered: _Offered = page.evaluate(_OFFERED)
        self.heaviest = max(self.heaviest, (offered["bytes"], here))
        self._note(offered["bytes"] > MOST_BYTES, f"{here} weighs {offered['bytes']} bytes")
        self._note(offered["moved"] > MOST_SHIFT, f"{here} moves by {offered['moved']}")
        for action in offered["deeds"]:
            self._may("POST", urljoin(here, action), here)
        for link in offered["links"]:
            link["to"] = urljoin(here, link["to"].partition("#")[0]).removeprefix(self.base)
        links = [link for link in offered["links"] if link["to"].startswith("/") and not link["to"].startswith("//")]
        for link in links:
            self._may("GET", link["to"], here)
        searches = [_Link(to=f"search {each}", apart=False) for each in offered["searches"]]
        return [(here, link) for link in [*links, *searches]]

    def _follow(self, page: Page, source: str, link: _Link) -> None:
        self.asked.add(self._kind(link["to"]))
        if link["apart"]:
            answer = self.context.request.get(self.base + link["to"])
            self._note(answer.status >= 400, f"{answer.status} {link['to']} linked on {source}")
            return
        if _path(page.url) != source:
            page.goto(self.base + source)
        if link["to"].startswith("search "):
            page.locator("form[method=get] button").first.click()
        else:
            self._click(page, link["to"])
        page.wait_for_load_state()

    def _click(self, page: Page, to: str) -> None:
        links = page.locator("a[href]:not([href^='#'])")
        hrefs = links.evaluate_all("all => all.map(each => each.href.split('#')[0])")
        for link in [links.nth(n) for n, href in enumerate(hrefs) if href == self.base + to]:
            link.evaluate(_UNFOLD)
            if link.is_visible():
                link.click()
                return
        # What a phone or a desk hides, the other shows.
        page.goto(self.base + to)

    def _may(self, method: str, address: str, here: str) -> None:
        """Nobody is offered what would be refused them."""
        path = urlsplit(address).path
        access = next((access_of(each) for each in self.routes if _fits(each, method, path)), None)
        is_let_in = access == "public" or (access in ROLES and ROLES.index(self.role) >= ROLES.index(access))
        self._note(not is_let_in, f"{method} {path} ({access}) offered on {here} to {self.role}")

    def _note(self, is_wrong: bool, fault: str) -> None:
        if is_wrong and fault not in self._shown:
            self._shown.add(fault)
            self.faults.append(fault)

    def _kind(self, address: str) -> str:
        """Addresses that differ in ids alone are of one kind; `by_question`: one with a question of its own is not."""
        parts = urlsplit(address)
        route = next((each.path for each in self.routes if _fits(each, "GET", parts.path)), parts.path)
        names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
        return f"{route}?{' '.join(names)}" if self.by_question and len(names) < 3 else route

    def _listen(self, page: Page) -> None:
        """Leaving a page ends what it was loading (ERR_ABORTED); all else that fails is a fault."""

        def note(is_wrong: bool, what: str) -> None:
            self._note(is_wrong, f"on {_path(page.url)}: {what[:300]}")

        def asked(dialog: Dialog) -> None:
            note(True, f"dialog {dialog.message}")
            dialog.dismiss()

        page.on("pageerror", lambda error: note(True, f"error {error}"))
        page.on("console", lambda each: note(each.type in ("error", "warning"), f"console {each.text}"))
        page.on("dialog", asked)
        page.on("response", lambda each: note(each.status >= 400, f"{each.status} {each.url}"))
        page.on("requestfailed", lambda each: note("ABORTED" not in str(each.failure), f"{each.url} {each.failure}"))


def _fits(route: Route, method: str, path: str) -> bool:
    return route.matches({"type": "http", "method": method, "path": path})[0] == Match.FULL


def _path(url: str) -> str:
    return re.sub(r"^https?://[^/]+", "", url).partition("#")[0]
