"""Rule files changed at random, as data: mostly points, bands and limits, now and then something else."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

_POINTS = st.sampled_from([-5, -1, 0, 0.5, 1, 3, 4, 8, 12])
_LIMITS = st.sampled_from([{"max": 6}, {"min": 0}, {"max": 3, "min": -2}, {"min": 2}, {"max": 0}])


@st.composite
def edits(draw: st.DrawFn, file: dict[str, Any]) -> dict[str, Any]:
    """The file with one to three changes."""
    edited = copy.deepcopy(file)
    for _ in range(draw(st.integers(1, 3))):
        model = edited["models"][draw(st.sampled_from(sorted(edited["models"])))]
        rules = draw(st.sampled_from([edited["rules"], model["rules"]]))
        rule = rules[draw(st.sampled_from(sorted(rules)))]
        kind = draw(st.sampled_from(["points", "points", "bands", "bands", "groups", "group", "min_fit", "other"]))
        if kind == "points" and "points" in rule:
            rule["points"] = draw(_POINTS)
        elif kind == "bands":
            enter = draw(st.integers(1, 12))
            model["bands"] = {"warm": 1, "hot": {"enter": enter, "exit": draw(st.integers(0, enter))}}
        elif kind == "groups":
            model["groups"] = {"content": draw(_LIMITS), "person": draw(_LIMITS)}
        elif kind == "group":
            rule["group"] = draw(st.sampled_from(["content", "person"]))
        elif kind == "min_fit":
            model["min_fit"] = draw(st.sampled_from([-3, 0, 2]))
        elif kind == "other":
            _otherwise(draw, edited, rule)
    return edited


def _otherwise(draw: st.DrawFn, file: dict[str, Any], rule: dict[str, Any]) -> None:
    """What no sum can tell."""
    if draw(st.integers(0, 3)) == 0:
        file["timezone"] = draw(st.sampled_from(["UTC", "Europe/Paris"]))
    elif "inactive" in rule:
        rule["inactive"] = draw(st.sampled_from(["1d", "5d"]))
    elif "on" in rule:
        key, value = draw(
            st.sampled_from(
                [
                    ("cap", {"points": 4, "per": "7d"}),
                    ("once_per", "lead"),
                    ("cap", {"points": 3, "per": "day"}),
                    ("cap", {"points": 2, "per": "ever"}),
                    ("decay", {"expire": "30d"}),
                    ("where", {"path": "/pricing*"}),
                    ("decay", {"half_life": "7d"}),
                    ("handoff", True),
                ]
            )
        )
        rule[key] = value
