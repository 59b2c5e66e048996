"""What a page costs the browser that opens it: bytes and requests on the wire, what it paints and what moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, TypedDict

from playwright.sync_api import Page

_SEEN: Final = """() => new Promise(tell => {
  const found = []
  new PerformanceObserver(list => found.push(...list.getEntries())).observe({ type: 'layout-shift', buffered: true })
  const name = node => node && (node.id ? '#' + node.id : node.nodeName + '.' + (node.className || ''))
  const paint = performance.getEntriesByName('first-contentful-paint')[0]
  const [navigation] = performance.getEntriesByType('navigation')
  requestAnimationFrame(() => setTimeout(() => tell({
    shift: found.reduce((sum, each) => sum + each.value, 0),
    moved: found.flatMap(each => (each.sources || []).map(source => name(source.node))),
    paint_ms: paint ? paint.startTime : 0,
    ready_ms: navigation.domContentLoadedEventEnd,
    load_ms: navigation.loadEventEnd,
  }), 50))
})"""


class Seen(TypedDict):
    """Layout shift (0: nothing moved by itself), what moved, and ms until first paint, ready and loaded."""

    shift: float
    moved: list[str]
    paint_ms: float
    ready_ms: float
    load_ms: float


@dataclass(slots=True)
class Load:
    """One request: its bytes on the wire, the body's alone, and how the body was packed."""

    method: str
    url: str
    status: int = 0
    total_bytes: int = 0
    body_bytes: int = 0
    coding: str = ""


@dataclass
class Wire:
    """All that one page sends and gets, as the browser itself counts it."""

    page: Page
    loads: dict[str, Load] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.session = self.page.context.new_cdp_session(self.page)
        self.session.on("Network.requestWillBeSent", self._asked)
        self.session.on("Network.responseReceived", self._answered)
        self.session.on("Network.loadingFinished", self._finished)
        self.session.send("Network.enable")

    def of(self, origin: str, but: str = "\n") -> list[Load]:
        """What went to that origin, but for paths that end so."""
        return [each for each in self.loads.values() if each.url.startswith(origin) and not each.url.endswith(but)]

    def _asked(self, event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("data:"):
            self.loads[event["requestId"]] = Load(event["request"]["method"], event["request"]["url"])

    def _answered(self, event: dict[str, Any]) -> None:
        if load := self.loads.get(event["requestId"]):
            headers = {name.lower(): value for name, value in event["response"]["headers"].items()}
            load.status = event["response"]["status"]
            load.coding = headers.get("content-encoding", "")
            load.body_bytes = int(headers.get("content-length", 0))

    def _finished(self, event: dict[str, Any]) -> None:
        if load := self.loads.get(event["requestId"]):
            load.total_bytes = round(event["encodedDataLength"])
            # What was kept from before costs nothing.
            load.body_bytes = load.body_bytes if load.total_bytes else 0


def seen(page: Page) -> Seen:
    """What the browser itself noted of the page that is open."""
    found: Seen = page.evaluate(_SEEN)
    return found
