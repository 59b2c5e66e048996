"""What a browser has sent and stored, by its own account (DevTools), not by what a page can see of itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import CDPSession, Page


@dataclass  # Playwright hangs its handlers on the object
class Listing:
    """The network log of a tab from now on, and the storage of its browser."""

    page: Page
    requests: list[tuple[str, str]] = field(default_factory=list)
    session: CDPSession = field(init=False)

    def __post_init__(self) -> None:
        self.session = self.page.context.new_cdp_session(self.page)
        self.session.on("Network.requestWillBeSent", self._note)
        for domain in ("Network", "DOMStorage", "IndexedDB"):
            self.session.send(f"{domain}.enable")

    def _note(self, event: dict[str, Any]) -> None:
        request = event["request"]
        self.requests.append((request["method"], request["url"]))

    def sent_to(self, port: str | int) -> list[str]:
        """Method and path of what was sent to that port, in order."""
        parts = [(method, urlsplit(url)) for method, url in self.requests]
        return [f"{method} {url.path}" for method, url in parts if url.port == int(port)]

    def stored(self) -> dict[str, Any]:
        """Whatever is stored: all cookies of the browser, and of the page's origin each kind of storage there is."""
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(self.page.url))
        used = self.session.send("Storage.getUsageAndQuota", {"origin": origin})["usageBreakdown"]
        found = {
            "cookies": self.session.send("Network.getAllCookies")["cookies"],
            "localStorage": self._items(origin, is_local=True),
            "sessionStorage": self._items(origin, is_local=False),
            "IndexedDB": self.session.send("IndexedDB.requestDatabaseNames", {"securityOrigin": origin})[
                "databaseNames"
            ],
            "other": [kind for kind in used if kind["usage"]],
        }
        return {place: what for place, what in found.items() if what}

    def _items(self, origin: str, *, is_local: bool) -> dict[str, str]:
        where = {"securityOrigin": origin, "isLocalStorage": is_local}
        return dict(self.session.send("DOMStorage.getDOMStorageItems", {"storageId": where})["entries"])
