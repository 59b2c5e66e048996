"""The definition of a score read word by word and as slowly as that: no state, no index, nothing of ours imported.

Every question ("was it paid before?", "what is left under the cap?") is asked of all earlier events again. A rule file
is what `tomllib` gives; an event is a dict of its wire form with `at` in ms.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

Event = dict[str, Any]
RuleFile = dict[str, Any]
Line = tuple[str, str, str, int, str | None]  # model, rule, event id, thousandths, reason

FIRST = {"download", "form", "identify"}
KNOWN = {"page", "download", "form", "click", "identify", "email_open", "email_click", "unsubscribe", "bounce"}
ONCE = {
    "page": "item session",
    "click": "item session",
    "download": "item",
    "email_open": "item",
    "email_click": "item",
    "form": "item day",
    "unsubscribe": "lead",
}
ROLLING = {"24h": 86_400_000, "7d": 7 * 86_400_000, "30d": 30 * 86_400_000}


class Moment:
    """One thing that happened (a session's begin, or an event), with all that can be said of it."""

    def __init__(self, event: Event, on: str, reading: Reading) -> None:
        self.event, self.on = event, on
        self.at: int = event["at"]
        self.day: date = datetime.fromtimestamp(self.at / 1000, reading.zone).date()
        self.session = reading.session_of(event)
        self.known = reading.known_before(event) if on == "session" else reading.known_after(event)
        self.flaw = reading.flaw(event, on)
        self.item = path(event) if on == "session" else item(event)


class Reading:
    """All that follows from a rule file and the events of one lead."""

    def __init__(self, file: RuleFile, events: list[Event]) -> None:
        self.file = file
        self.zone = ZoneInfo(file.get("timezone", "UTC"))
        self.timeout = int(file.get("session_timeout", "30m").removesuffix("m")) * 60_000
        self.events = sorted({e["id"]: e for e in events}.values(), key=order)
        self.lines: list[Line] = []
        self.crossings: list[tuple[str, str, bool, str, int]] = []
        self.bands: dict[str, set[str]] = {}
        self.scores: dict[str, tuple[int, int]] = {}
        self.moments = [
            Moment(event, on, self)
            for event in self.events
            for on in (("session", event["on"]) if self.begins_session(event) else (event["on"],))
        ]
        for model, content in file["models"].items():
            self.read_model(model, content)

    # --- sessions, duplicates, attributes -------------------------------------------------------------------------

    def own(self, event: Event) -> list[Event]:
        """The visitor's events up to this one."""
        return [e for e in self.events if e["visitor"] == event["visitor"] and order(e) <= order(event)]

    def begins_session(self, event: Event) -> bool:
        before = self.own(event)[:-1]
        return not before or event["at"] - before[-1]["at"] >= self.timeout

    def session_of(self, event: Event) -> dict[str, Any]:
        own = self.own(event)
        first = max(i for i, e in enumerate(own) if self.begins_session(e))
        pages = [path(e) for e in own[first:] if e["url"]]
        return {"id": own[first]["id"], "entry": pages[0] if pages else "", "channel": own[first]["channel"]}

    def flaw(self, event: Event, on: str) -> str | None:
        if event["suspect"]:
            return "suspect"
        return "duplicate" if on != "session" and not self.is_kept(event) else None

    def is_kept(self, event: Event) -> bool:
        """Not suspect, and not the same within 5 s of the last one kept."""
        if event["suspect"]:
            return False
        if event["on"] in ("identify", "engagement"):
            return True
        same = [e for e in self.own(event)[:-1] if likeness(e) == likeness(event) and self.is_kept(e)]
        return not same or event["at"] - same[-1]["at"] > 5_000

    def known_after(self, event: Event) -> dict[str, Any]:
        known: dict[str, Any] = {"channel": self.session_of(self.events[0])["channel"]}
        for e in self.events:
            if order(e) <= order(event) and not e["suspect"]:
                said = {**(e["traits"] or {}), **({"email": e["email"]} if e["email"] else {})}
                known |= said if e["verified"] else {k: v for k, v in said.items() if k not in known}
        return known

    def known_before(self, event: Event) -> dict[str, Any]:
        at = self.events.index(event)
        return self.known_after(self.events[at - 1]) if at else {"channel": self.session_of(event)["channel"]}

    # --- one model ------------------------------------------------------------------------------------------------

    def read_model(self, model: str, content: dict[str, Any]) -> None:
        wanted = content.get("shared", True)
        shared = {
            id: rule
            for id, rule in self.file.get("rules", {}).items()
            if wanted is True or (isinstance(wanted, list) and id not in wanted)
        }
        rules = shared | content["rules"]
        found: list[tuple[Event, str, int, str | None, bool]] = []
        for id, rule in rules.items():
            found += self.fit_lines(id, rule) if "on" not in rule else self.behaviour_lines(id, rule, rules)
        self.lines += [(model, id, e["id"], points, reason) for e, id, points, reason, _ in found]
        self.cross(model, content, found)

    def fit_lines(self, id: str, rule: dict[str, Any]) -> list[tuple[Event, str, int, str | None, bool]]:
        lines: list[tuple[Event, str, int, str | None, bool]] = []
        held = False
        for event in self.events:
            holds = lead_holds(rule, self.known_after(event))
            if holds != held:
                lines.append((event, id, thousandths(rule["points"]) * (1 if holds else -1), None, True))
            held = holds
        return lines

    def behaviour_lines(
        self, id: str, rule: dict[str, Any], rules: dict[str, Any]
    ) -> list[tuple[Event, str, int, str | None, bool]]:
        lines: list[tuple[Event, str, int, str | None, bool]] = []
        used: list[tuple[Any, ...]] = []
        awards: list[tuple[Moment, int]] = []
        for place, moment in enumerate(self.moments):
            if not matches(rule, moment):
                continue
            points = worth(rule, moment)
            reason: str | None = None
            key = once_key(rule, moment)
            if "after" in rule and not self.is_met(rule["after"], rules, self.moments[:place]):
                reason = "not_yet"
            elif moment.flaw:
                reason = moment.flaw
            elif key is not None and key in used:
                reason = "repeat"
            else:
                used += [key] if key is not None else []
                left = room(rule, moment, awards)
                if points > 0 and left is not None and left <= 0:
                    reason = "capped"
                elif points > 0 and left is not None:
                    points = min(points, left)
            if reason is None:
                awards.append((moment, points))
            lines.append((moment.event, id, 0 if reason else points, reason, False))
        return lines

    def is_met(self, after: Any, rules: dict[str, Any], earlier: list[Moment]) -> bool:
        if isinstance(after, dict):
            wanted = [after]
        else:
            globs = after if isinstance(after, list) else [after]
            wanted = [rule for id, rule in rules.items() if any(glob(pattern, id) for pattern in globs)]
        return any(matches(rule, moment) and not moment.flaw for moment in earlier for rule in wanted)

    def cross(self, model: str, content: dict[str, Any], found: list[tuple[Event, str, int, str | None, bool]]) -> None:
        bands: dict[str, dict[str, Any]] = {
            name: band if isinstance(band, dict) else {"enter": band} for name, band in content["bands"].items()
        }
        on: set[str] = set()
        engagement = fit = 0
        for event in self.events:
            engagement += sum(points for e, _, points, _, is_fit in found if e is event and not is_fit)
            fit += sum(points for e, _, points, _, is_fit in found if e is event and is_fit)
            for name, band in sorted(bands.items(), key=lambda pair: pair[1]["enter"]):
                edge = band.get("exit", band["enter"]) if name in on else band["enter"]
                is_on = engagement + fit >= thousandths(edge) and ("fit" not in band or fit >= thousandths(band["fit"]))
                if is_on != (name in on):
                    self.crossings.append((model, name, is_on, event["id"], engagement + fit))
                    on ^= {name}
        self.bands[model] = on
        self.scores[model] = (engagement, fit)


# --- one rule, one moment -----------------------------------------------------------------------------------------


def matches(rule: dict[str, Any], moment: Moment) -> bool:
    kinds = rule["on"] if isinstance(rule.get("on"), list) else [rule.get("on")]
    if moment.on not in kinds or moment.on == "engagement":
        return False
    where = {k: v for k, v in rule.get("where", {}).items() if k != "props"}
    texts = all(holds(value, where_text(key, moment)) for key, value in where.items())
    props = rule.get("where", {}).get("props", {})
    own = (moment.event["props"] or {}) if moment.on != "session" else {}
    return (
        texts
        and all(holds(value, own.get(name)) for name, value in props.items())
        and lead_holds(rule, moment.known)
        and ("values" not in rule or any(glob(pattern, moment.item) for pattern in rule["values"]))
    )


def where_text(key: str, moment: Moment) -> str:
    event = moment.event
    if key in ("entry", "channel"):
        return str(moment.session[key])
    if key == "path":
        return path(event)
    if key == "file":
        return path(event).rpartition("/")[2] if moment.on == "download" else ""
    assert key == "form"
    return item(event) if moment.on == "form" else ""


def lead_holds(rule: dict[str, Any], known: dict[str, Any]) -> bool:
    email = str(known.get("email", ""))
    derived = {
        "email_domain": email.partition("@")[2] or None,
        "freemail": email.endswith("@gmail.com") if email else None,
    }
    return all(holds(value, (known | derived).get(name), fold=True) for name, value in rule.get("lead", {}).items())


def holds(value: Any, text: Any, *, fold: bool = False) -> bool:
    """One condition: a glob, a list of them, or `{not=, min=, max=}`."""
    has = text is not None and text != ""
    if not isinstance(value, dict):
        globs = value if isinstance(value, list) else [value]
        return has and any(glob(said(g), said(text), fold=fold) for g in globs)
    refused = value.get("not", [])
    refused = refused if isinstance(refused, list) else [refused]
    if has and any(glob(said(g), said(text), fold=fold) for g in refused):
        return False
    if "min" in value or "max" in value:
        number = text if isinstance(text, int | float) and not isinstance(text, bool) else None
        return number is not None and value.get("min", number) <= number <= value.get("max", number)
    return True


def worth(rule: dict[str, Any], moment: Moment) -> int:
    if "values" in rule:
        return thousandths(next(points for pattern, points in rule["values"].items() if glob(pattern, moment.item)))
    return thousandths(rule["points"])


def once_key(rule: dict[str, Any], moment: Moment) -> tuple[Any, ...] | None:
    """What may be paid once; None: every event."""
    parts = sorted(rule.get("once_per", ONCE.get(moment.on, "event")).split())
    if "event" in parts:
        return None
    values = {"item": moment.item, "session": moment.session["id"], "day": moment.day, "lead": "lead"}
    return tuple((part, values[part]) for part in parts if part != "lead" or parts == ["lead"])


def room(rule: dict[str, Any], moment: Moment, awards: list[tuple[Moment, int]]) -> int | None:
    """What is left under the cap, in thousandths; None: no cap."""
    if "cap" not in rule:
        return None
    per = rule["cap"]["per"]
    counted = [
        points
        for earlier, points in awards
        if per == "ever"
        or (per == "day" and earlier.day == moment.day)
        or (per in ROLLING and moment.at - ROLLING[per] < earlier.at <= moment.at)
    ]
    return thousandths(rule["cap"]["points"]) - sum(counted)


# --- one event ----------------------------------------------------------------------------------------------------


def order(event: Event) -> tuple[int, int, str]:
    return (event["at"], 0 if event["on"] in FIRST else 1, event["id"])


def path(event: Event) -> str:
    return re.sub(r"^https://[^/]+", "", event["url"])


def item(event: Event) -> str:
    if event["item"]:
        return str(event["item"])
    return str(event["url"]) if event["on"] == "click" else path(event)


def likeness(event: Event) -> tuple[Any, ...]:
    props = sorted((event["props"] or {}).items()) if event["on"] not in KNOWN else None
    return (event["on"], item(event), props)


def said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def glob(pattern: str, text: str, *, fold: bool = False) -> bool:
    if fold:
        pattern, text = plain(pattern), plain(text)
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), text, re.DOTALL) is not None


def plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def thousandths(number: int | float) -> int:
    return round(number * 1000)
