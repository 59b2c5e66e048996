"""The definition of a score read word by word and as slowly as that: no state, no index, nothing of ours imported.

Every question ("was it paid before?", "what is left under the cap?", "what has faded?") is asked of all earlier events
again, and every midnight is lived through. A rule file is what `tomllib` gives; an event is a dict of its wire form
with `at` in ms.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

Event = dict[str, Any]
Rule = dict[str, Any]
RuleFile = dict[str, Any]

FIRST = {"download", "form", "identify"}
KNOWN = {"page", "download", "form", "click", "identify", "email_open", "email_click", "unsubscribe", "bounce"}
NO_ACTIVITY = {"email_open", "identify", "unsubscribe", "bounce", "engagement", "points", "objection"}
ONCE = {
    "page": "item session",
    "click": "item session",
    "download": "item",
    "email_open": "item",
    "email_click": "item",
    "form": "item day",
    "unsubscribe": "lead",
}
MS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}


class Line(NamedTuple):
    """One ledger entry; thousandths, ms."""

    model: str
    rule: str
    event: str
    at: int
    points: int
    reason: str | None


class Crossing(NamedTuple):
    model: str
    band: str
    entered: bool
    event: str
    at: int
    score: int


class Found(NamedTuple):
    """A line before it has a rule: the place of its instant, the event it hangs on."""

    place: int
    event: str
    points: int
    reason: str | None


class Instant(NamedTuple):
    """Something after which scores are looked at: an event, or (None) the midnight that begins a day."""

    event: Event | None
    at: int
    day: date

    @property
    def name(self) -> str:
        return str(self.event["id"]) if self.event else f"midnight {self.day.isoformat()}"


class Moment:
    """One thing rules can be about (a session's begin, or an event), with all that can be said of it."""

    def __init__(self, event: Event, on: str, reading: Reading) -> None:
        self.event, self.on = event, on
        self.at: int = event["at"]
        self.day = reading.day(self.at)
        self.session = reading.session_of(event)
        self.known = reading.known_before(event) if on == "session" else reading.known_after(event)
        self.flaw = reading.flaw(event, on)
        self.item = path(event) if on == "session" else item(event)
        pages = reading.file.get("content", {}).items()
        self.stages = [stage for stage, globs in pages if any(glob(each, path(event)) for each in globs)]


class Reading:
    """All that follows from a rule file and the events of one lead, as of a time (ms; the last event by default)."""

    def __init__(self, file: RuleFile, events: list[Event], until: int | None = None) -> None:
        self.file = file
        self.zone = ZoneInfo(file.get("timezone", "UTC"))
        self.timeout = period(file.get("session_timeout", "30m"))
        self.events = sorted({e["id"]: e for e in events}.values(), key=order)
        self.lived = [e for e in self.events if e["on"] not in ("points", "objection")]
        self.instants = self.all_instants(until)
        self.lines: list[Line] = []
        self.crossings: list[Crossing] = []
        self.bands: dict[str, set[str]] = {}
        self.scores: dict[str, tuple[int, int]] = {}
        self.out_of_target: dict[str, bool] = {}
        self.ripe: dict[str, tuple[tuple[int, str] | None, int | None]] = {}
        self.again: dict[str, tuple[int, str] | None] = {}
        self.asked: dict[str, tuple[int, str] | None] = {}
        self.moments = [
            Moment(event, on, self)
            for event in self.lived
            for on in (("session", event["on"]) if self.begins_session(event) else (event["on"],))
        ]
        for model, content in file["models"].items():
            self.read_model(model, content)

    def objects(self) -> bool:
        """Whether the last trusted word on being scored is an objection; nothing at all is then made of the lead."""
        said = [e["props"]["objects"] for e in self.events if e["on"] == "objection"]
        trusted = [e["verified"] and not e["suspect"] for e in self.events if e["on"] == "objection"]
        return [word for word, is_trusted in zip(said, trusted, strict=True) if is_trusted][-1:] == [True]

    def leave_alone(self, model: str, content: dict[str, Any], rules: dict[str, Rule]) -> None:
        """As if nothing had ever happened."""
        self.scores[model] = self.score(content, rules, [], date.min)
        self.bands[model], self.ripe[model] = set(), (None, None)
        self.again[model] = self.asked[model] = None
        self.out_of_target[model] = "min_fit" in content and self.scores[model][1] < thousandths(content["min_fit"])

    # --- time -----------------------------------------------------------------------------------------------------

    def day(self, at: int) -> date:
        return datetime.fromtimestamp(at / 1000, self.zone).date()

    def midnight(self, day: date) -> int:
        return int(datetime(day.year, day.month, day.day, tzinfo=self.zone).timestamp() * 1000)

    def all_instants(self, until: int | None) -> list[Instant]:
        """Every event and every midnight after the first one, in order; at a midnight the day begins first."""
        if not self.events:
            return []
        instants = [Instant(e, e["at"], self.day(e["at"])) for e in self.events]
        day, last = instants[0].day, max(instants[-1].day, self.day(until or 0))
        while (day := day + timedelta(days=1)) <= last:
            instants.append(Instant(None, self.midnight(day), day))
        return sorted(instants, key=lambda each: (each.at, *((1, order(each.event)) if each.event else (0,))))

    # --- sessions, duplicates, attributes -------------------------------------------------------------------------

    def own(self, event: Event) -> list[Event]:
        """The visitor's events up to this one."""
        return [e for e in self.lived if e["visitor"] == event["visitor"] and order(e) <= order(event)]

    def begins_session(self, event: Event) -> bool:
        before = self.own(event)[:-1]
        return not before or event["at"] - before[-1]["at"] >= self.timeout

    def session_of(self, event: Event) -> dict[str, Any]:
        own = self.own(event)
        first = max(i for i, e in enumerate(own) if self.begins_session(e))
        pages = [path(e) for e in own[first:] if e["url"]]
        return {"id": own[first]["id"], "entry": pages[0] if pages else "", **own[first]["source"]}

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
        known: dict[str, Any] = {"channel": self.session_of(self.lived[0])["channel"]}
        for e in self.lived:
            if order(e) <= order(event) and not e["suspect"]:
                said = attributes(e, self.file.get("attributes", {}))
                known |= said if e["verified"] else {k: v for k, v in said.items() if k not in known}
        return known

    def known_before(self, event: Event) -> dict[str, Any]:
        at = self.lived.index(event)
        return self.known_after(self.lived[at - 1]) if at else {"channel": self.session_of(event)["channel"]}

    # --- one model ------------------------------------------------------------------------------------------------

    def read_model(self, model: str, content: dict[str, Any]) -> None:
        wanted = content.get("shared", True)
        shared = {
            id: rule
            for id, rule in self.file.get("rules", {}).items()
            if wanted is True or (isinstance(wanted, list) and id not in wanted)
        }
        rules = shared | content["rules"]
        if self.objects():
            self.leave_alone(model, content, rules)
            return
        found: list[tuple[str, Found]] = [("manual", each) for each in self.given(model)]
        for id, rule in rules.items():
            if "on" in rule:
                found += [(id, each) for each in self.behaviour(rule, rules)]
            else:
                found += [(id, each) for each in (self.silence(rule) if "inactive" in rule else self.fit(rule))]
        self.lines += [Line(model, id, e.event, self.instants[e.place].at, e.points, e.reason) for id, e in found]
        self.cross(model, content, rules, found)

    def place(self, event: Event) -> int:
        return next(place for place, instant in enumerate(self.instants) if instant.event is event)

    def given(self, model: str) -> list[Found]:
        """Points by hand."""
        return [
            Found(
                self.place(e), e["id"], *((0, "suspect") if e["suspect"] else (thousandths(e["props"]["points"]), None))
            )
            for e in self.events
            if e["on"] == "points" and e["verified"] and e["props"]["model"] == model
        ]

    def fit(self, rule: Rule) -> list[Found]:
        found: list[Found] = []
        held = False
        for event in self.lived:
            holds = lead_holds(rule, self.known_after(event))
            if holds != held:
                points = thousandths(rule["points"])
                found.append(Found(self.place(event), event["id"], points if holds else -points, None))
            held = holds
        return found

    def silence(self, rule: Rule) -> list[Found]:
        """Held from the midnight that begins the N-th day after the last activity, until the next unless it stays."""
        found: list[Found] = []
        days, points = int(rule["inactive"].removesuffix("d")), thousandths(rule["points"])
        held, active, active_day = False, "", date.max
        for place, instant in enumerate(self.instants):
            event = instant.event
            if event is None:
                if active and not held and (instant.day - active_day).days >= days:
                    found.append(Found(place, active, points, None))
                    held = True
            elif event["on"] not in NO_ACTIVITY and not event["suspect"]:
                if held and rule.get("mode", "while") == "while":
                    found.append(Found(place, event["id"], -points, None))
                    held = False
                active, active_day = event["id"], instant.day
        return found

    def behaviour(self, rule: Rule, rules: dict[str, Rule]) -> list[Found]:
        found: list[Found] = []
        account = Account(rule)
        stopped: list[Moment] = []
        for number, moment in enumerate(self.moments):
            place = self.place(moment.event)
            if matches(rule, moment):
                missing = self.missing(rule, rules, moment, self.moments[:number])
                if missing and not moment.flaw:
                    stopped.append(moment)
                stop = missing or moment.flaw
                found.append(Found(place, moment.event["id"], *((0, stop) if stop else account.pay(moment, moment))))
            if rule.get("retro") and not moment.flaw and self.meets(rule["after"], rules, moment):
                for earlier in (m for m in stopped if m is not moment and is_within(rule, m, moment)):
                    points, reason = account.pay(earlier, moment)
                    if reason != "repeat":
                        found.append(Found(place, moment.event["id"], points, reason))
                stopped = [m for m in stopped if m is moment]
        return found

    def missing(self, rule: Rule, rules: dict[str, Rule], moment: Moment, before: list[Moment]) -> str | None:
        """Why the prerequisite is not there; None: it is, or none is asked for."""
        if "after" not in rule:
            return None
        met = [m for m in before if not m.flaw and self.meets(rule["after"], rules, m)]
        if any(is_within(rule, m, moment) for m in met):
            return None
        return "outside_window" if met else "not_yet"

    def meets(self, after: Any, rules: dict[str, Rule], moment: Moment) -> bool:
        if isinstance(after, dict):
            return matches(after, moment)
        globs = after if isinstance(after, list) else [after]
        named = [rule for id, rule in rules.items() if "on" in rule and any(glob(pattern, id) for pattern in globs)]
        return any(matches(rule, moment) for rule in named)

    def cross(
        self, model: str, content: dict[str, Any], rules: dict[str, Rule], found: list[tuple[str, Found]]
    ) -> None:
        """The score after everything that happens and at every midnight, and the bands it turns."""
        bands: dict[str, dict[str, Any]] = {
            name: band if isinstance(band, dict) else {"enter": band} for name, band in content["bands"].items()
        }
        ordered = sorted(bands, key=lambda name: bands[name]["enter"])
        goal = content.get("handoff", ordered[-1])
        high = ordered[ordered.index(goal) :] if goal != "none" else []
        on: set[str] = set()
        ripe, left, again = None, None, None
        for place, instant in enumerate(self.instants):
            engagement, fit = self.score(
                content, rules, [each for each in found if each[1].place <= place], instant.day
            )
            for name, band in sorted(bands.items(), key=lambda pair: pair[1]["enter"]):
                edge = band.get("exit", band["enter"]) if name in on else band["enter"]
                is_on = engagement + fit >= thousandths(edge) and ("fit" not in band or fit >= thousandths(band["fit"]))
                if is_on != (name in on):
                    self.crossings.append(Crossing(model, name, is_on, instant.name, instant.at, engagement + fit))
                    on ^= {name}
            self.scores[model] = (engagement, fit)
            was_ripe, is_ripe = ripe is not None and left is None, any(name in on for name in high)
            if is_ripe and not was_ripe:
                ripe, left = (instant.at, instant.name), None
            elif was_ripe and not is_ripe:
                left = instant.at
            if goal != "none":
                least = content.get("re_enter", bands[goal]["enter"] * 1.25)
                again = (again or (instant.at, instant.name)) if engagement + fit >= least * 1000 else None
        self.bands[model], self.ripe[model], self.again[model] = on, (ripe, left), again
        self.out_of_target[model] = "min_fit" in content and self.scores[model][1] < thousandths(content["min_fit"])
        asked = [e.place for id, e in found if rules.get(id, {}).get("handoff") and e.reason is None]
        last = self.instants[max(asked)] if asked else None
        self.asked[model] = (last.at, last.name) if last else None

    def score(
        self, content: dict[str, Any], rules: dict[str, Rule], found: list[tuple[str, Found]], day: date
    ) -> tuple[int, int]:
        """Engagement and fit on a day: each line faded by itself, then the limits of groups."""
        sums: dict[str | None, int] = {}
        engagement = fit = 0
        for id, each in found:
            rule = rules.get(id, {})
            left = each.points
            decay: dict[str, str] = (rule.get("decay", content.get("decay")) or {}) if "on" in rule else {}
            if decay:
                ((kind, value),) = decay.items()
                left = faded(each.points, kind, value, (day - self.instants[each.place].day).days)
            sums[rule.get("group")] = sums.get(rule.get("group"), 0) + left
            if rule and "on" not in rule and "inactive" not in rule:
                fit += left
            else:
                engagement += left
        for name, group in content.get("groups", {}).items():
            total = sums.get(name, 0)
            limit = (
                min(max(total, thousandths(group.get("min", -(10**6)))), thousandths(group.get("max", 10**6))) - total
            )
            of_group = [rule for rule in rules.values() if rule.get("group") == name]
            if of_group and all("on" not in rule and "inactive" not in rule for rule in of_group):
                fit += limit
            elif of_group:
                engagement += limit
        return engagement, fit


class Account:
    """What one rule has paid so far."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.used: list[tuple[Any, ...]] = []
        self.kept: list[tuple[int, str]] = []
        self.awards: list[tuple[Moment, int]] = []

    def pay(self, match: Moment, now: Moment) -> tuple[int, str | None]:
        """From `once_per` on: the key is that of the match, everything else is as of now."""
        key = once_key(self.rule, match)
        if key is not None and key in self.used:
            return 0, "repeat"
        self.used += [key] if key is not None else []
        if "count" in self.rule and not self.is_often_enough(match, now):
            return 0, "counting"
        points = worth(self.rule, match)
        left = self.room(now)
        if points > 0 and left is not None:
            if left <= 0:
                return 0, "capped"
            points = min(points, left)
        self.awards.append((now, points))
        return points, None

    def is_often_enough(self, match: Moment, now: Moment) -> bool:
        count = self.rule["count"]
        self.kept.append((now.at, match.item))
        self.kept = [each for each in self.kept if now.at - period(count["within"]) < each[0] <= now.at]
        different = len({item for _, item in self.kept}) if "distinct" in count else len(self.kept)
        if different < count["n"]:
            return False
        self.kept = []
        return True

    def room(self, now: Moment) -> int | None:
        """What is left under the cap, in thousandths; None: no cap."""
        if "cap" not in self.rule:
            return None
        per = self.rule["cap"]["per"]
        counted = [
            points
            for award, points in self.awards
            if per == "ever"
            or (per == "day" and award.day == now.day)
            or (per not in ("ever", "day") and now.at - period(per) < award.at <= now.at)
        ]
        return thousandths(self.rule["cap"]["points"]) - sum(counted)


# --- one rule, one moment -----------------------------------------------------------------------------------------


def is_within(rule: Rule, earlier: Moment, later: Moment) -> bool:
    return "after_within" not in rule or earlier.at > later.at - period(rule["after_within"])


@lru_cache(maxsize=100_000)
def faded(points: int, kind: str, value: str, days: int) -> int:
    """What is left of thousandths after whole days, half a thousandth rounded away from zero."""
    with localcontext() as context:
        context.prec = 80
        if kind == "half_life":
            left = points * Decimal(2) ** (Decimal(-days) / int(value.removesuffix("d")))
        elif kind == "linear":
            percent, length = value.removesuffix("d").split("% per ")
            left = points * max(Decimal(0), 1 - Decimal(percent) / 100 * days / int(length))
        else:
            left = Decimal(points if days < int(value.removesuffix("d")) else 0)
        # A third of a thousandth is 0.333…: what lies that near to a half is one.
        return int(round(left, 40).to_integral_value(ROUND_HALF_UP))


def matches(rule: Rule, moment: Moment) -> bool:
    kinds = rule["on"] if isinstance(rule.get("on"), list) else [rule.get("on")]
    if moment.on not in kinds or moment.on == "engagement":
        return False
    where = {k: v for k, v in rule.get("where", {}).items() if k not in ("props", "stage")}
    texts = all(holds(value, where_text(key, moment)) for key, value in where.items())
    props = rule.get("where", {}).get("props", {})
    own = (moment.event["props"] or {}) if moment.on != "session" else {}
    return (
        texts
        and is_at_stage(rule.get("where", {}).get("stage"), moment.stages)
        and all(holds(value, own.get(name)) for name, value in props.items())
        and lead_holds(rule, moment.known)
        and ("values" not in rule or any(glob(pattern, moment.item) for pattern in rule["values"]))
    )


def is_at_stage(value: Any, stages: list[str]) -> bool:
    """A page may belong to several stages, or to none."""
    if isinstance(value, dict):
        return all(holds(value, stage) for stage in stages)
    return value is None or any(holds(value, stage) for stage in stages)


def where_text(key: str, moment: Moment) -> str:
    event = moment.event
    if key in ("entry", "channel", "source", "medium", "campaign", "term"):
        return str(moment.session[key])
    if key in ("url", "title", "referrer"):
        return str(event[key])
    if key == "path":
        return path(event)
    if key == "host":
        return str(event["url"]).removeprefix("https://").partition("/")[0]
    if key == "category":
        return str((event["props"] or {}).get("category", "")) if moment.on != "session" else ""
    if key == "file":
        return path(event).rpartition("/")[2] if moment.on == "download" else ""
    if key == "link":
        return item(event) if moment.on == "click" else str(event["url"]) if moment.on == "email_click" else ""
    if key == "email":
        return str(event["item"]) if moment.on in ("email_open", "email_click", "unsubscribe", "bounce") else ""
    assert key == "form"
    return item(event) if moment.on == "form" else ""


def lead_holds(rule: Rule, known: dict[str, Any]) -> bool:
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


def worth(rule: Rule, moment: Moment) -> int:
    if "values" in rule:
        return thousandths(next(points for pattern, points in rule["values"].items() if glob(pattern, moment.item)))
    return thousandths(rule["points"])


def once_key(rule: Rule, moment: Moment) -> tuple[Any, ...] | None:
    """What may be paid once; None: every event."""
    parts = sorted(rule.get("once_per", ONCE.get(moment.on, "event")).split())
    if "event" in parts:
        return None
    values = {"item": moment.item, "session": moment.session["id"], "day": moment.day, "lead": "lead"}
    return tuple((part, values[part]) for part in parts if part != "lead" or parts == ["lead"])


# --- one event ----------------------------------------------------------------------------------------------------


def order(event: Event) -> tuple[int, int, str]:
    return (event["at"], 0 if event["on"] in FIRST else 1, event["id"])


def path(event: Event) -> str:
    return re.sub(r"^https://[^/]+", "", event["url"])


def item(event: Event) -> str:
    if event["item"]:
        return str(event["item"])
    return str(event["url"]) if event["on"] == "click" else path(event)


def attributes(event: Event, mapping: dict[str, list[str]]) -> dict[str, Any]:
    """What an event says about its lead: by who it is, `[attributes]`, traits, and names of fields, in that order."""
    traits = filled(event["traits"])
    fields = (filled(event["props"]) if event["on"] == "form" else {}) | traits
    found: dict[str, Any] = {}
    for name, known in {"your-fonction": "job", "job": "job", "email": "email"}.items():
        found |= {known: fields[name]} if name in fields and known not in found else {}
    found |= traits
    for attribute, names in mapping.items():
        said = [fields[field] for name in names for field in fields if field.lower() == name.lower()]
        found |= {attribute: said[0]} if said else {}
    return found | ({"email": event["email"]} if event["email"] else {})


def filled(values: dict[str, Any] | None) -> dict[str, Any]:
    return {key: value for key, value in (values or {}).items() if str(value).strip()}


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


def period(text: str) -> int:
    return int(text[:-1]) * MS[text[-1]]
