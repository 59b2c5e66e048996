"""Rule files over every key there is, as data and as TOML text."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

PATHS = ["/", "/pricing", "/pricing/team", "/about", "/blog/1", "/blog/2"]
FILES = ["/files/a.pdf", "/files/b.pdf", "/case-study.pdf"]
FORMS = ["demo", "contact"]
LINKS = ["https://other.example.com/", "mailto:sales@example.com"]
EMAILS = ["mail-1", "mail-2"]
HOSTS = ["example.com", "example.com", "shop.example.com"]
TITLES = ["", "Our prices", "A story"]
REFERRERS = ["", "https://news.example.org/today"]
CAMPAIGNS: dict[str, list[str]] = {
    "channel": ["direct", "search"],
    "source": ["", "partner"],
    "medium": ["", "cpc"],
    "campaign": ["", "spring-26"],
    "term": ["", "lead scoring"],
}
ZONES = ["UTC", "Europe/Paris", "America/New_York"]

KINDS = [
    "page",
    "download",
    "form",
    "click",
    "identify",
    "email_open",
    "email_click",
    "unsubscribe",
    "bounce",
    "session",
    "trial",
]

_points = st.sampled_from([-2.5, -1, -1, 0, 0.125, 1, 1, 1, 2, 3])
_once = st.sampled_from(["event", "event", "item", "session", "day", "lead", "item session", "item day", "session day"])
_globs = st.sampled_from(["/pricing*", "*", "/blog/*", "/about", "*/1", "/p*g*"])
_props = st.sampled_from([{"plan": "pro"}, {"seats": {"min": 5}}, {"plan": {"not": ["pro"]}}])
_wheres: dict[str, st.SearchStrategy[Any]] = {
    "path": _globs | st.lists(_globs, min_size=1, max_size=2) | st.builds(lambda glob: {"not": glob}, _globs),
    "entry": _globs,
    "channel": st.sampled_from(["direct", "search", {"not": "direct"}]),
    "file": st.sampled_from(["*.pdf", "a.pdf", "*case*"]),
    "form": st.sampled_from(["demo", "*o*"]),
    "props": _props,
    "host": st.sampled_from(["example.com", "*.example.com"]),
    "url": st.sampled_from(["https://example.com/blog/*", "*pricing*"]),
    "title": st.sampled_from(["*prices", "*", {"not": "A*"}]),
    "referrer": st.sampled_from(["*news*", "https://news.example.org/*", {"not": "*"}]),
    "source": st.sampled_from(["partner", "*"]),
    "medium": st.sampled_from(["cpc", {"not": "c*"}]),
    "campaign": st.sampled_from(["spring-*", ["autumn-*", "*26"]]),
    "term": st.sampled_from(["lead*", "*"]),
    "link": st.sampled_from(["mailto:*", "https://other.example.com/", "*example.com*"]),
    "email": st.sampled_from(["mail-1", "mail-*"]),
    "category": st.sampled_from(["guides", "*", {"not": "news"}]),
    "stage": st.sampled_from(["decision", "d*", {"not": "discovery"}]),
}
_one_where = st.one_of([st.fixed_dictionaries({key: values}) for key, values in _wheres.items()])
# Mostly one condition, and mostly the path: rules that nothing matches prove nothing.
_where = (
    st.fixed_dictionaries({"path": _wheres["path"]})
    | _one_where
    | st.builds(lambda a, b: a | b, _one_where, _one_where)
)
_texts = st.sampled_from(["*étudiant*", "direct*", {"not": "*student*"}])
_lead = st.fixed_dictionaries(
    {},
    optional={
        "job": _texts,
        "team": st.sampled_from(["*sales*", {"not": "*sales*"}]),
        "channel": _texts,
        "email_domain": st.sampled_from(["acme.*", {"not": "acme.com"}]),
        "freemail": st.booleans(),
        "size": st.sampled_from([{"min": 10, "max": 99}, {"max": 20}, {"not": "5"}]),
    },
).filter(bool)
_cap = st.fixed_dictionaries(
    {"points": st.sampled_from([0.5, 1, 2, 5]), "per": st.sampled_from(["day", "24h", "7d", "30d", "ever"])}
)
_count = st.fixed_dictionaries(
    {"n": st.integers(2, 3), "within": st.sampled_from(["1h", "1d", "7d", "30d"])},
    optional={"distinct": st.just("item")},
)
_decay = st.sampled_from(
    [
        {"half_life": "1d"},
        {"half_life": "7d"},
        {"half_life": "30d"},
        {"linear": "50% per 30d"},
        {"linear": "33.3% per 7d"},
        {"linear": "100% per 2d"},
        {"expire": "1d"},
        {"expire": "30d"},
    ]
)
_window = st.sampled_from(["10m", "1h", "1h", "1d", "7d", "30d"])
_group = st.sampled_from(["content", "person"])
_limits = st.sampled_from([{"max": 6}, {"min": 0}, {"max": 4, "min": -2}, {"min": -3.5}, {"min": 2}, {"max": -1}])
# Mostly what histories are made of, so that rules meet events and each other.
_kinds = st.sampled_from(["page"] * 6 + ["download"] * 4 + KINDS) | st.lists(
    st.sampled_from(KINDS), min_size=2, max_size=3, unique=True
)


@st.composite
def _event_rules(draw: st.DrawFn, earlier: list[str]) -> dict[str, Any]:
    """A rule about events; `after` may name the ones before it."""
    rule: dict[str, Any] = {"on": draw(_kinds)}
    if draw(st.integers(0, 4)) == 0:
        worth = draw(st.lists(st.tuples(_globs | st.just("*.pdf"), _points), min_size=1, max_size=3, unique_by=_first))
        rule["values"] = dict(worth)
    else:
        rule["points"] = draw(_points)
    event = st.fixed_dictionaries({"on": _kinds}, optional={"where": _where})
    names = st.sampled_from([*earlier, f"{earlier[0][:-1]}*", earlier[-2:]]) if earlier else st.nothing()
    after: st.SearchStrategy[Any] = event | names
    wishes: tuple[tuple[str, st.SearchStrategy[Any], int], ...] = (
        ("where", _where, 3),
        ("once_per", _once, 2),
        ("cap", _cap, 3),
        ("lead", _lead, 6),
        ("handoff", st.just(True), 8),
        ("after", after, 2),
        ("count", _count, 4),
        ("decay", _decay | st.just(False), 5),
        ("group", _group, 4),
        ("after_within", _window, 2),
        ("retro", st.just(True), 2),
    )
    for key, values, odds in wishes:
        if (key not in ("after_within", "retro") or "after" in rule) and draw(st.integers(1, odds)) == 1:
            rule[key] = draw(values)
    return {key: value for key, value in rule.items() if value != {}}


@st.composite
def _held_rules(draw: st.DrawFn) -> dict[str, Any]:
    """A rule about the person, or about silence."""
    rule: dict[str, Any] = {"points": draw(_points)}
    rule |= {"group": draw(_group)} if draw(st.integers(0, 3)) == 0 else {}
    if draw(st.booleans()):
        return rule | {"lead": draw(_lead)}
    mode = {"mode": draw(st.sampled_from(["while", "once"]))} if draw(st.booleans()) else {}
    return rule | {"inactive": draw(st.sampled_from(["1d", "3d", "21d"]))} | mode


def _first(pair: tuple[Any, Any]) -> Any:
    return pair[0]


@st.composite
def _rules(draw: st.DrawFn, prefix: str, most: int) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    for number in range(draw(st.integers(most // 2, most))):
        events = [id for id, rule in rules.items() if "on" in rule]
        rule = draw(_held_rules() if draw(st.integers(0, 4)) == 0 else _event_rules(events))
        rules[f"{prefix}-{number}"] = rule | ({"label": "In words"} if draw(st.integers(0, 9)) == 0 else {})
    if not any("on" in rule for rule in rules.values()):
        rules[f"{prefix}-e"] = {"points": 1, "on": "page"}
    return rules


_rare_keys_of_a_model = st.fixed_dictionaries(
    {},
    optional={
        "handoff": st.sampled_from(["warm", "hot", "none"]),
        "min_fit": st.sampled_from([-1, 0, 1.5]),
        "re_enter": st.sampled_from([1, 4.5]),
        "grades": st.sampled_from([{"A": 2, "B": 0}, {"good": 0.5}]),
        "cool_down": st.sampled_from(["0d", "14d"]),
        "next": st.just({"hot": "Call"}),
        "label": st.just("An offer"),
    },
)


@st.composite
def _models(draw: st.DrawFn, shared: list[str]) -> dict[str, Any]:
    warm, width = draw(st.integers(0, 2)), draw(st.integers(1, 2))
    hot: dict[str, Any] = {"enter": warm + width, "exit": warm + width - draw(st.sampled_from([0, 0.5, 1, 3]))}
    if draw(st.integers(0, 3)) == 0:
        hot["fit"] = draw(st.integers(-2, 3))
    model: dict[str, Any] = {
        "bands": {"warm": warm, "hot": hot},
        "groups": {"content": draw(_limits), "person": draw(_limits)},
        "rules": draw(_rules("rule", 4)),
    }
    if draw(st.booleans()):
        model["decay"] = draw(_decay)
    if draw(st.booleans()):
        model["shared"] = draw(st.sampled_from([False, True, shared[:1] or False]))
    return model | draw(_rare_keys_of_a_model)


@st.composite
def rule_files(draw: st.DrawFn) -> dict[str, Any]:
    """What `tomllib` would give for a rule file with shared rules and one or two models."""
    shared = draw(_rules("shared", 2))
    # A rule that others wait for cannot be left out alone.
    free = [id for id in shared if not any(isinstance(rule.get("after"), str | list) for rule in shared.values())]
    models = {f"model-{n}": draw(_models(free)) for n in range(draw(st.integers(1, 2)))}
    read = {"attributes": {"team": ["Service", "input_5"]}} if draw(st.booleans()) else {}
    return read | {
        "content": {"discovery": ["/blog/*", "/about"], "decision": ["/pricing*"]},
        "timezone": draw(st.sampled_from(ZONES)),
        "session_timeout": draw(st.sampled_from(["30m", "1m"])),
        "rules": shared,
        "models": models,
    }


def toml_text(file: dict[str, Any]) -> str:
    """The file as TOML; every table inline, which says the same."""
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in file.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _key(key: str) -> str:
    return json.dumps(key, ensure_ascii=False)
