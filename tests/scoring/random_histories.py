"""Histories of one lead with several visitors: all kinds, near repeats, suspects, attributes that change."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from tests.scoring.random_files import CAMPAIGNS, EMAILS, FILES, FORMS, HOSTS, LINKS, PATHS, REFERRERS, TITLES

from ripeline.domain.event import Event
from ripeline.domain.source import DIRECT, Source

#: Local midnights, both clock-change nights of Paris 2026 among them (UTC ms).
BEGINS = [1_774_734_000_000, 1_792_873_800_000, 1_760_047_200_000]

#: On and around every edge: 5 s, 1 and 30 idle minutes, a day, the rolling periods.
_DAY = 86_400_000
_GAPS = [0, 1, 1_000, 5_000, 59_999, 60_000, 600_000, 1_799_999, 1_800_000, 3_600_000, 40_000_000]
_LONG_GAPS = [_DAY - 1, _DAY, _DAY + 1, 3 * _DAY, 7 * _DAY, 30 * _DAY, 30 * _DAY + 1]
_GAPS_OF = {"no": _GAPS * 2 + _LONG_GAPS, "last": [1_000, 4_999, 5_000, 5_000, 5_001], "any": _GAPS + _LONG_GAPS}

_TRAITS = st.fixed_dictionaries(
    {},
    optional={"job": st.sampled_from(["Étudiante", "Student", "Director"]), "size": st.sampled_from([5, 15, 50])},
)
_PROPS = st.fixed_dictionaries(
    {},
    optional={
        "plan": st.sampled_from(["pro", "free", 3]),
        "seats": st.sampled_from(["free", 3, 5, 9]),
        "category": st.sampled_from(["guides", "news"]),
    },
).filter(bool)
#: Fields of forms: known by their names, by `[attributes]`, and not at all.
_FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "your-fonction": st.sampled_from(["Étudiante", "Director"]),
        "input_5": st.sampled_from(["Sales", " "]),
        "service": st.sampled_from(["Pre-sales", "Research"]),
        "plan": st.just("pro"),
    },
)
_GIVEN = st.fixed_dictionaries(
    {
        "model": st.sampled_from(["model-0", "model-0", "model-1", "gone"]),
        "points": st.sampled_from([5, -2, 0.125]),
        "reason": st.just("met at a fair"),
    }
)
_OBJECTS = st.fixed_dictionaries({"objects": st.booleans()})
_PROPS_OF: dict[str, st.SearchStrategy[Any]] = {
    "points": _GIVEN,
    "form": _FIELDS,
    "trial": st.none() | _PROPS,
    "objection": _OBJECTS,
}
_PLACES: dict[str, tuple[list[str], list[str]]] = {
    "page": (PATHS, [""]),
    "download": (FILES, [""]),
    "form": (PATHS[:2], FORMS),
    "click": (PATHS[:2], LINKS),
    "identify": (["", "/"], [""]),
    "engagement": (PATHS, [""]),
    "email_open": ([""], EMAILS),
    "email_click": (PATHS[:2], EMAILS),
    "unsubscribe": ([""], EMAILS),
    "bounce": ([""], EMAILS),
    "trial": (["", "/pricing"], ["", "big"]),
    "points": ([""], [""]),
}
_ON = ["page", "page", "page", "page", "download", "download", "identify", "points", *_PLACES]
#: Rare: of who objects there is nothing to see.
_PLACES["objection"] = ([""], [""])


@st.composite
def _events(draw: st.DrawFn, number: int, at: int) -> dict[str, Any]:
    on = "objection" if draw(st.integers(0, 40)) == 40 else draw(st.sampled_from(_ON))
    paths, items = _PLACES[on]
    path = draw(st.sampled_from(paths))
    claims = on in ("form", "identify")
    props = draw(_PROPS_OF[on]) if on in _PROPS_OF else draw(_PROPS) if draw(st.integers(0, 5)) == 0 else None
    return {
        # Ids that do not sort as they were sent: at the same moment the id decides.
        "id": f"e{number * 7 % 10}{number:03}",
        "visitor": draw(st.sampled_from(["phone", "laptop", "laptop"])),
        "on": on,
        "at": at,
        "url": f"https://{draw(st.sampled_from(HOSTS))}{path}" if path else "",
        "title": draw(st.sampled_from(TITLES)) if path else "",
        "referrer": draw(st.sampled_from(REFERRERS)) if path else "",
        "item": draw(st.sampled_from(items)),
        "email": draw(st.sampled_from([None, "ada@acme.com", "ada@gmail.com"])) if claims else None,
        "verified": draw(st.booleans()),
        "suspect": "bot" if draw(st.integers(0, 7)) == 0 else "",
        "props": props,
        "traits": draw(_TRAITS) or None if claims else None,
        "source": {key: draw(st.sampled_from(values)) for key, values in CAMPAIGNS.items()},
    }


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Events in the order they occurred, as the brute force reads them."""
    at = draw(st.sampled_from(BEGINS))
    events: list[dict[str, Any]] = []
    for number in range(draw(st.sampled_from([1, 2, 5, 10, 15, 20]))):
        # Often the very same again, so that repeats and duplicates are met.
        again = draw(st.sampled_from(["no", "no", "no", "last", "any"])) if events else "no"
        at += draw(st.sampled_from(_GAPS_OF[again]))
        event = draw(_events(number, at))
        if again != "no":
            before = events[-1] if again == "last" else draw(st.sampled_from(events))
            event = before | {"id": event["id"], "at": at}
        events.append(event)
    return events


def as_event(event: dict[str, Any]) -> Event:
    """The same event as the scorer takes it."""
    source = Source(**event["source"])
    return Event(**event | {"source": None if source == DIRECT else source})
