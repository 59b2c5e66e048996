"""Rules over every key there is, as the table of one model, to be written as TOML and read."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from tests.scoring.random_files import toml_text

from ripeline.rules.model import Ruleset
from ripeline.rules.reading import read_rules

KINDS = "page download form click session identify email_open email_click unsubscribe bounce trial".split()
POINTS = st.sampled_from([-10, -1, -0.125, 0, 0.5, 1, 1.5, 2, 5, 1000, 12345.678])
DAYS = st.sampled_from(["1d", "2d", "30d", "1w", "4w"])
SPANS = st.sampled_from(["1s", "90s", "1m", "45m", "1h", "36h", "1d", "7d", "2w"])
TEXTS = st.sampled_from(["*", "/pricing*", "*demo*", "*.pdf", "/a b", "/é", "*/1"])
NAMES = st.sampled_from(["*director*", "CEO", "*", "*head of*", "true", "*étudiant*", "d'or"])
BOUNDS = st.sampled_from([{"min": 5}, {"max": 10.5}, {"min": -1, "max": 1000}])

kinds = st.sampled_from(KINDS) | st.lists(st.sampled_from(KINDS), min_size=1, max_size=3, unique=True)
texts = TEXTS | st.lists(TEXTS, min_size=1, max_size=6)
names = NAMES | st.lists(NAMES, min_size=1, max_size=6) | st.builds(lambda name: {"not": name}, NAMES) | BOUNDS
where = st.fixed_dictionaries(
    {}, optional={"path": texts, "title": texts, "campaign": texts, "props": st.fixed_dictionaries({"plan": names})}
).filter(bool)
person = st.dictionaries(
    st.sampled_from(["job", "email_domain", "title", "freemail", "company_size", "city"]), names | st.booleans(),
    min_size=1, max_size=3,
)  # fmt: skip
decay = st.one_of(
    st.just(False),
    st.builds(lambda days: {"half_life": days}, DAYS),
    st.builds(lambda days: {"expire": days}, DAYS),
    st.sampled_from([{"linear": "50% per 30d"}, {"linear": "2.5% per 1d"}]),
)
count = st.fixed_dictionaries({"n": st.integers(1, 130), "within": SPANS}, optional={"distinct": st.just("item")})
PERIODS = st.sampled_from(["day", "24h", "7d", "30d", "ever"])
cap = st.fixed_dictionaries({"points": st.sampled_from([0.5, 1, 20]), "per": PERIODS})
once = st.sampled_from(["event", "item", "session", "day", "lead", "item session", "item day", "session day"])
after = st.sampled_from(["first", "*", ["first", "r"]]) | st.fixed_dictionaries(
    {"on": kinds}, optional={"where": where}
)

_any = {"label": st.sampled_from(["Pricing", "L’offre"]), "group": st.just("g")}
_rest = {
    "where": where, "lead": person, "once_per": once, "cap": cap, "count": count, "decay": decay,
    "handoff": st.booleans(), **_any,
}  # fmt: skip
values = st.dictionaries(TEXTS, POINTS, min_size=1, max_size=3)
needing = st.fixed_dictionaries({"after": after}, optional={"after_within": SPANS, "retro": st.booleans()})


def _joined(parts: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    return {key: value for part in parts for key, value in part.items()}


_worth = st.fixed_dictionaries({"points": POINTS}) | st.fixed_dictionaries({"values": values})
event_rules = st.tuples(
    st.fixed_dictionaries({"on": kinds}, optional=_rest), _worth, st.just({}) | needing
).map(_joined)  # fmt: skip
fit_rules = st.fixed_dictionaries({"points": POINTS, "lead": person}, optional=_any)
silent_rules = st.fixed_dictionaries(
    {"points": POINTS, "inactive": DAYS}, optional={"mode": st.sampled_from(["while", "once"]), **_any}
)
rules = st.one_of(event_rules, fit_rules, silent_rules)


def file_with(rule: dict[str, Any], id: str = "r") -> Ruleset:
    """A file whose model has this rule, after a rule `first`."""
    first = {"points": 1, "on": "page", "once_per": "lead", "label": "The first"}
    model = {"bands": {"hot": 5}, "groups": {"g": {"max": 30}}, "rules": {"first": first, id: rule}}
    return read_rules(toml_text({"models": {"m": model}}))
