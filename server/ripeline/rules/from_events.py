"""A rule drafted from one event: what it would look for, exactly this or things like it, as a line of the rule file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from ripeline.domain.event import (
    CLICK,
    DOWNLOAD,
    EMAIL_CLICK,
    EMAIL_OPEN,
    ENGAGEMENT,
    FORM,
    OBJECTION,
    PAGE,
    POINTS,
    Event,
)
from ripeline.domain.points import as_number
from ripeline.domain.session import Session
from ripeline.rules.fields import READERS
from ripeline.rules.habits import slug

#: What of an event says best what it was about, by its kind.
_ABOUT: Final[Mapping[str, str]] = {
    PAGE: "path",
    DOWNLOAD: "file",
    FORM: "form",
    CLICK: "link",
    EMAIL_OPEN: "email",
    EMAIL_CLICK: "email",
}
_NO_RULES: Final = frozenset({ENGAGEMENT, POINTS, OBJECTION})

#: What a rule may be paid once per, as the file writes it; "": as its kind of event is.
ONCE: Final = ("", "event", "item", "session", "day", "lead")


class Reach(NamedTuple):
    """How far a rule reaches: `name` tells it from the others (`this`, `below`, `all`); `key` of `where` ("": none) and
    its pattern."""

    name: str
    key: str
    pattern: str


@dataclass(frozen=True, slots=True)
class NewRule:
    """A rule that is not in the file yet; `points` in thousandths, `once_per` one of `ONCE`, `group` "" for none."""

    on: str
    reach: Reach
    points: int
    label: str
    once_per: str = ""
    group: str = ""

    def line(self, id: str) -> str:
        """As one line of the file, under the heading of a model's rules."""
        keys = [f"points = {as_number(self.points)}", f"on = {_text(self.on)}"]
        if self.reach.key:
            keys.append(f"where.{self.reach.key} = {_text(self.reach.pattern)}")
        keys += [f"{key} = {_text(value)}" for key, value in self._more() if value]
        return f"{id} = {{ {', '.join(keys)} }}"

    def _more(self) -> Iterable[tuple[str, str]]:
        return ("once_per", self.once_per), ("group", self.group), ("label", self.label)


def reaches_of(event: Event) -> tuple[Reach, ...]:
    """What a rule about this event may look for, the narrowest first; none for what no rule is ever about."""
    if event.on in _NO_RULES:
        return ()
    key = _ABOUT.get(event.on, "")
    about = READERS[key](event, Session(id="", started_at=0, last_at=0)) if key else ""
    everything = Reach("all", "", "")
    if not about:
        return (everything,)
    found = [Reach("this", key, about)]
    if key == "path" and (below := about.rpartition("/")[0]):
        found.append(Reach("below", key, f"{below}/*"))
    return (*found, everything)


def free_id(label: str, taken: Iterable[str]) -> str:
    """A name for the rule made of its label, none of those that are taken."""
    name, known = slug(label) or "rule", frozenset(taken)
    numbered = (f"{name}-{n}" for n in range(2, len(known) + 3))
    return next(each for each in (name, *numbered) if each not in known)


def _text(value: str) -> str:
    # TOML's basic strings are JSON's, but for one character JSON lets stand.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
