"""E-mails with signed links, and whoever opens them, at the times a test says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from httpx2 import Response
from starlette.applications import Starlette
from tests.collect.doorstep import NOW, SHOP, Doorstep, batch

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
HOUR = 3_600_000
MARC = "marc@example.com"

RULES = """
[models.mail]
bands = { warm = 5, hot = 12 }
[models.mail.rules]
workflow = { points = 3, on = "email_open", where.category = "workflow" }
rss = { points = 4, on = "email_click", where.category = "rss" }
click = { points = 4, on = "email_click", where.category = "newsletter" }
guide = { points = 5, on = "download", where.file = "*.pdf" }
pricing = { points = 2, on = "page", where.path = "/pricing" }
gone = { points = -10, on = "unsubscribe" }
"""

EVENTS = """
SELECT k.text, coalesce(s.text, ''), v.key FROM events AS e JOIN texts AS k ON k.id = e.kind_id
JOIN visitors AS v ON v.id = e.visitor_id LEFT JOIN texts AS s ON s.id = e.suspect_id ORDER BY e.seq"""


@dataclass
class Mailbox:
    """What stands before the server's doors: a clock that is turned by hand, and e-mails sent at `NOW`."""

    door: Doorstep
    app: Starlette
    now: int = NOW
    _headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.door.client.follow_redirects = False
        self.app.state.intake.clock = lambda: self.now
        self._headers = {"authorization": self.door.new_token("mailer", "write", "read")}

    def letter(self, *targets: str, id: str = "spring", **more: Any) -> dict[str, Any]:
        """The links of an e-mail, as paths."""
        asked = {"id": id, "email": MARC, "sent_at": NOW, "targets": list(targets)} | more
        answer = self.door.client.post("/api/links", json=asked, headers=self._headers)
        assert answer.status_code == 200, answer.text
        made = answer.json()
        return {
            "clicks": [path_of(each["url"]) for each in made["links"]],
            **{what: made[what] and path_of(made[what]) for what in ("open", "unsubscribe", "honeypot")},
        }

    def open(self, path: str, after: int, method: str = "GET", **headers: str) -> Response:
        """Ask for a link, `after` ms since the e-mails were sent; headers with _ for -."""
        self.now = NOW + after
        given = {"user-agent": BROWSER} | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.door.client.request(method, path, headers=given)

    def land(self, answer: Response, visitor: str = "m-laptop", id: str = "p1", **headers: str) -> None:
        """The page a click led to is seen, a second later."""
        self.see(answer.headers["location"], visitor, id, **headers)

    def see(self, url: str, visitor: str = "m-laptop", id: str = "p1", **headers: str) -> None:
        self.now += 1_000
        # The tag sends no fragment.
        item = {"i": id, "n": "page", "u": url.split("#")[0], "a": self.now}
        given = {"origin": SHOP, "user_agent": BROWSER} | headers
        self.door.send(batch(item, v=visitor, t=self.now), **given).raise_for_status()

    def events(self) -> list[tuple[str, str, str]]:
        """(name, what it is suspected of, visitor) of all events, once they are all stored."""
        self.settle()
        return [(str(on), str(suspect), str(visitor)) for on, suspect, visitor in self.door.rows(EVENTS)]

    def score(self, lead: str = MARC) -> float:
        self.settle()
        answer = self.door.client.get(f"/api/leads/{lead}", headers=self._headers)
        return float(answer.json()["scores"]["mail"]["score"]) if answer.status_code == 200 else 0

    def settle(self) -> None:
        assert self.door.client.get("/api/settled", headers=self._headers).json() == {"lag": 0}


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]
