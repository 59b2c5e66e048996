"""A browser that is watched: what it was asked for, what it said, and what became of the documents it opened."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Error, Page
from playwright.sync_api import Route as Asked
from tests.faults.poison import House

_REPORTS: Final = """document.addEventListener('securitypolicyviolation', (event) =>
  console.error('CSP', event.violatedDirective, event.blockedURI))"""

#: Everything in a document that nobody here has put there; of a mail, which has styles of its own, what runs or loads.
LOOK: Final = """(mailOf) => {
  const bad = [], isMail = Boolean(mailOf), own = mailOf || location.origin
  const never = 'iframe frame object embed base math template audio video animate mglyph'.split(' ')
  const holds = 'href src action formaction data poster xlink:href srcset ping background'.split(' ')
  for (const each of document.querySelectorAll('*')) {
    const tag = each.localName, said = (name) => each.getAttribute(name) || ''
    const tell = (why) => bad.push(why + ': ' + each.cloneNode(false).outerHTML.slice(0, 200))
    if (said('id').startsWith('xss') || said('name').startsWith('xss')) tell('made by a payload')
    if (never.includes(tag) || (tag == 'style' && !isMail)) tell('no element of ours')
    if (tag == 'script' && (isMail || !said('src').startsWith('/static/') || each.textContent)) tell('a script')
    const waits = said('rel') == 'expect' && said('href') == '#news'
    if (tag == 'link' && (isMail || !(waits || said('href').startsWith('/static/')))) tell('a link')
    if (tag == 'meta' && said('http-equiv')) tell('a refresh')
    for (const { name, value } of each.attributes) {
      if (name.startsWith('on') || name == 'srcdoc' || (name == 'style' && !isMail)) tell(name)
      if (!holds.includes(name)) continue
      let address
      try { address = new URL(value, location.href) } catch { tell('no address'); continue }
      if (!['http:', 'https:', 'mailto:', 'tel:'].includes(address.protocol)) tell(address.protocol)
      const leaves = address.protocol.startsWith('http') && address.origin != own
      const rel = said('rel').split(' ')
      if (leaves && !(tag == 'a' && rel.includes('noreferrer') && rel.includes('noopener'))) tell('leaves')
    }
  }
  return bad
}"""


@dataclass
class Watch:
    """What a browser did that it must not do (`found`); `seen`: the fields whose payloads stood there as text."""

    house: House
    found: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    pages: int = 0

    def over(self, context: BrowserContext) -> Page:
        """A tab that is watched. Nothing leaves the machine, whatever a page asks for."""
        context.add_init_script(_REPORTS)
        context.route(lambda address: not address.startswith(f"{self.house.url}/"), self._stop)
        tab = context.new_page()
        tab.on("dialog", self._dismiss)
        tab.on("console", self._hear)
        tab.on("pageerror", lambda error: self.found.append(f"{tab.url}: {error}"))
        tab.on("popup", lambda _: self.found.append(f"a window from {tab.url}"))
        return tab

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.found.append(f"{message.location['url']}: {message.text}")

    def _stop(self, asked: Asked) -> None:
        if not asked.request.url.startswith("data:"):
            self.found.append(f"{asked.request.url} was asked for")
        asked.abort()

    def _dismiss(self, dialog: Dialog) -> None:
        # The rules page asks before a text is left that was typed and not checked.
        if dialog.type != "beforeunload":
            self.found.append(f"a dialog: {dialog.message}")
        dialog.accept()

    def visit(self, tab: Page, path: str) -> None:
        """Open a page and look at what it became."""
        try:
            answer = tab.goto(self.house.url + path, wait_until="load")
        except Error as error:
            # What has nothing to show (204) leaves the tab where it is.
            if "ERR_ABORTED" not in error.message:
                raise
            return
        assert answer is not None
        assert answer.status < 500, path
        if answer.status >= 400:
            # That alone is an error on the console.
            self.found = [each for each in self.found if f"status of {answer.status}" not in each]
        self.look(tab, path)

    def look(self, tab: Page, what: str, *, is_mail: bool = False) -> None:
        """The document as it stands."""
        self.pages += 1
        if tab.evaluate("document.contentType") != "text/html":
            return
        self.found += [f"{what}: {each}" for each in tab.evaluate(LOOK, self.house.url if is_mail else "")]
        html = tab.content()
        self.seen |= set(re.findall(r"xss\d+\.([a-z]+)", html))
        if "49xss" in html:
            self.found.append(f"{what}: a template was worked out")
        if not is_mail and not tab.url.startswith(f"{self.house.url}/"):
            self.found.append(f"{what} led to {tab.url}")
