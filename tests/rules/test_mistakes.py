"""A rule file with mistakes: every one is named, on its line, with what would be right."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeline.errors import InvalidRules
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import read_rules

MODEL = "[models.m]\nbands = { warm = 5, hot = { enter = 10, exit = 8 } }\n[models.m.rules]\n"
PRICING = 'pricing = { points = 5, on = "page", where.path = "/pricing*" }\n'


def mistakes(text: str) -> list[str]:
    with pytest.raises(InvalidRules) as caught:
        read_rules(text)
    return [str(mistake) for mistake in (caught.value, *caught.value.others)]


def mistakes_of_rule(text: str) -> list[str]:
    """What is said of a rule `r` on line 4, in a file that is right otherwise."""
    found = mistakes(f"{MODEL}r = {text}\n{PRICING}")
    assert all(mistake.startswith("rules.toml:4: r: ") for mistake in found)
    return [mistake.removeprefix("rules.toml:4: r: ") for mistake in found]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ('{ pont = 5, on = "page" }', "unknown key `pont`: did you mean `points`?"),
        ('{ points = "2,5", on = "page" }', 'the text "2,5" where a number is needed: write 2.5, without quotes'),
        ('{ points = "5", on = "page" }', "write 5, without quotes"),
        ('{ points = true, on = "page" }', "true where a number is needed"),
        ('{ points = 1.0005, on = "page" }', "too many decimals"),
        ('{ points = 1e9, on = "page" }', "out of bounds"),
        ('{ points = nan, on = "page" }', "out of bounds"),
        ('{ on = "page" }', "`points` is missing"),
        ('{ points = 5, values = { "*" = 1 }, on = "page" }', "`points` and `values` both say"),
        ('{ on = "page", values = {} }', "an empty { } is worth nothing"),
        ('{ on = "page", values = { a.pdf = 1 } }', "a pattern needs quotes"),
        ('{ on = "page", values = { "*" = "x" } }', 'the text "x" where a number is needed'),
        ("{ points = 5 }", "neither `on`"),
        ('{ points = 5, where.path = "/a" }', "`on` is missing"),
        ("{ points = 5, on = 5 }", '`on` must be a text or a list of texts: on = "page"'),
        ("{ points = 5, on = [] }", "`on` must be a text"),
        ('{ points = 5, on = "page*" }', '"page*" is not an event'),
        ('{ points = 5, on = "page", label = 3 }', "`label` is the number 3, it must be a text"),
        ('{ points = 5, on = "page", handoff = "yes" }', "it must be true or false"),
        ('{ points = 5, on = "page", path = "/a" }', "conditions on an event are written `where.path`"),
        ('{ points = 5, job = "x", lead.city = "y" }', "asked with `lead.job`"),
        ('{ points = 5, on = "page", where = "/a" }', 'it must be a table: where.path = "/pricing*"'),
        ('{ points = 5, on = "page", where.pth = "/a" }', "unknown key `pth`: did you mean `path`?"),
        (
            '{ points = 5, on = "page", where.utm_campaign = "x" }',
            "unknown key `utm_campaign`: it is called `campaign`",
        ),
        ('{ points = 5, on = "page", where.company = "x" }', "asked with `lead.company`"),
        ('{ points = 5, on = "page", where.path = [] }', "an empty list [ ] matches nothing"),
        ('{ points = 5, on = "page", where.path = "" }', "an empty text matches nothing"),
        ('{ points = 5, on = "page", where.path = [["/a"]] }', "a list [ ] where a text"),
        ('{ points = 5, on = "page", where.path = {} }', "an empty { } asks nothing"),
        ('{ points = 5, on = "page", where.path = { nt = "/a" } }', "unknown key `nt`: did you mean `not`?"),
        ('{ points = 5, on = "page", where.path = { min = 3 } }', "`min` and `max` compare numbers"),
        ('{ points = 5, on = "x", where.props.n = { min = "3" } }', '`min` is the text "3", it must be a number'),
        ('{ points = 5, on = "x", where.props.n = { min = 3, max = 2 } }', "nothing is at least 3 and at most 2"),
        ('{ points = 5, on = "x", where.props = "pro" }', 'it must be a table: where.props.plan = "pro"'),
        ('{ points = 5, on = "page", where.path = "pricing*" }', 'a path begins with /: write "/pricing*"'),
        ('{ points = 5, on = "page", where.path = "https://a.fr/b*" }', '`path` is what follows the host: write "/b*"'),
        ('{ points = 5, on = "page", where.path = "/s?q=*" }', 'a path ends before ? and #: write "/s"'),
        ('{ points = 5, on = "page", where.url = "a.fr/b" }', '"a.fr/b" is not a whole address'),
        ('{ points = 5, on = "page", where.host = "https://a.fr" }', "is not a host"),
        ('{ points = 5, on = "download", where.file = "/files/a.pdf" }', 'without folders: write "a.pdf"'),
        ('{ points = 5, on = "page", where.stage = "decision" }', "the file has no [content]"),
        ('{ points = 5, lead = "Director" }', 'it must be a table: lead.job = "*director*"'),
        ('{ points = 5, lead.job = { like = "x" } }', "there are `not`, `min` and `max`"),
        ('{ points = 5, lead.job = "x", once_per = "day" }', "`once_per` cannot stand in a rule about the person"),
        ('{ points = 5, lead.job = "x", cap = { points = 1, per = "day" } }', "`cap` cannot stand in a rule about"),
        ('{ points = 5, lead.job = "x", after = "pricing" }', "`after` cannot stand in a rule about"),
        ('{ points = 5, lead.job = "x", handoff = true }', "`handoff` cannot stand in a rule about"),
        ('{ lead.job = "x", values = { "*" = 1 } }', "`values` cannot stand in a rule about"),
        ('{ points = 5, on = "page", once_per = "sesion" }', "did you mean `session`?"),
        ('{ points = 5, on = "page", once_per = "item lead" }', "it must be one of `event`, `item`"),
        ('{ points = 5, on = "page", once_per = ["item"] }', "`once_per` is a list [ ]"),
        ('{ points = 5, on = "page", cap = 10 }', 'it must be a table: cap = { points = 10, per = "day" }'),
        ('{ points = 5, on = "page", cap = { points = 10 } }', "`per` is missing"),
        ('{ points = 5, on = "page", cap = { per = "day" } }', "`points` is missing"),
        (
            '{ points = 5, on = "page", cap = { points = 10, per = "week" } }',
            "one of `day`, `24h`, `7d`, `30d` and `ever`",
        ),
        ('{ points = 5, on = "page", cap = { points = 10, per = 7 } }', "`per` is the number 7"),
        ('{ points = 5, on = "page", cap = { points = 0, per = "day" } }', "above 0"),
        ('{ points = 5, on = "page", cap = { max = 1, points = 1, per = "day" } }', "unknown key `max`"),
        ('{ points = 5, on = "page", after = "pricng" }', "model `m` has no such rule: did you mean `pricing`?"),
        ('{ points = 5, on = "page", after = "white-*" }', "no such rule; it has `r` and `pricing`"),
        ('{ points = 5, on = "page", after = 3 }', "`after` must be a text or a list of texts"),
        ('{ points = 5, on = "page", after = { where.path = "/a" } }', "`on` is missing: after which event?"),
        ('{ points = 5, on = "page", after = { on = "form", wher = 1 } }', "unknown key `wher`: did you mean `where`?"),
    ],
)
def test_a_mistake_in_a_rule_is_named(rule: str, said: str) -> None:
    assert any(said in mistake for mistake in mistakes_of_rule(rule)), mistakes_of_rule(rule)


@pytest.mark.parametrize(
    ("said_in_file", "line", "said"),
    [
        ("bands = { warm = 5, hot = { enter = 10, exit = 12 } }", 2, "`exit` is above `enter`"),
        ("bands = { warm = 5, hot = 5 }", 2, "`hot` and `warm` begin at the same score"),
        ("bands = { cold = 5 }", 2, "`cold` cannot be a band"),
        ("bands = {}", 2, "`bands` is missing"),
        ('label = "x"', 1, "`bands` is missing"),
        ("bands = 5", 2, "it must be a table"),
        ('bands = { hot = "10" }', 2, "write 10, without quotes"),
        ("bands = { hot = { exit = 5 } }", 2, "`enter` is missing"),
        ("bands = { hot = { enter = 5, leave = 3 } }", 2, "unknown key `leave`"),
        ('bands = { hot = 5 }\nhandoff = "hto"', 3, "no band of this model: did you mean `hot`?"),
        ("bands = { hot = 5 }\nhandoff = true", 3, "`handoff` is true"),
        ('bands = { hot = 5 }\nnext = { hto = "Call" }', 3, "no band `hto`: did you mean `hot`?"),
        ("bands = { hot = 5 }\nnext = { hot = 3 }", 3, "`hot` is the number 3"),
        ('bands = { hot = 5 }\nshared = ["x"]', 3, "no shared rule `x`"),
        ("bands = { hot = 5 }\nshared = 3", 3, "`shared` must be"),
        ('bands = { hot = 5 }\nmin_fit = "0"', 3, "write 0, without quotes"),
        ("bands = { hot = 5 }\nhandof = 3", 3, "unknown key `handof`: did you mean `handoff`?"),
    ],
)
def test_a_mistake_in_a_model_is_named(said_in_file: str, line: int, said: str) -> None:
    (found,) = mistakes(f"[models.m]\n{said_in_file}\n[models.m.rules]\n{PRICING}")
    assert found.startswith(f"rules.toml:{line}: ")
    assert said in found


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ('model = "x"\nexpect.score = 1', "no model `x`"),
        ("name = 3\nexpect.score = 1", "`name` is the number 3"),
        ('nam = "x"\nexpect.score = 1', "did you mean `name`?"),
        ("steps = []", "`expect` is missing"),
        ("expect = {}", "`expect` is missing"),
        ("expect = { scor = 1 }", "did you mean `score`?"),
        ('expect.band = "warmm"', "no band `warmm`: did you mean `warm`?"),
        ('expect.band = "xyz"', "it has `warm`, `hot`, `cold` and `out of target`"),
        ("expect.rules = { prices = 1 }", "model `m` has no rule `prices`: did you mean `pricing`?"),
        ('steps = "x"\nexpect.score = 1', "`steps` must be a list of steps"),
        ('steps = [ { pth = "/a", on = "page" } ]\nexpect.score = 1', "did you mean `path`?"),
        ('steps = [ { path = "/a" } ]\nexpect.score = 1', "`on` is missing"),
        ("steps = [ {} ]\nexpect.score = 1", "an empty step"),
        ('steps = [ { wait = "2 jours" } ]\nexpect.score = 1', 'in quotes, like "2d"'),
        ('steps = [ { on = "page", path = ["/a"] } ]\nexpect.score = 1', "a list [ ] where a text"),
        ('steps = [ { on = "page", where.path = "/a" } ]\nexpect.score = 1', "without `where`"),
        ("lead = { job = [] }\nexpect.score = 1", "a list [ ] where a text"),
    ],
)
def test_a_mistake_in_a_scenario_is_named(scenario: str, said: str) -> None:
    found = mistakes(f"{MODEL}{PRICING}[[scenarios]]\n{scenario}")
    assert any(said in mistake for mistake in found), found
    assert all(int(re.findall(r":(\d+):", mistake)[0]) >= 5 for mistake in found)


@pytest.mark.parametrize(
    ("top", "said"),
    [
        ('timezone = "Paris"', 'rules.toml:1: unknown timezone "Paris": did you mean `Europe/Paris`?'),
        ('timezone = "Europe/Pari"', "did you mean `Europe/Paris`?"),
        ('timezone = "Mars"', "unknown timezone"),
        ('timezone = "../../etc/passwd"', "unknown timezone"),
        ("timezone = 3", "`timezone` is the number 3"),
        ('session_timeout = "30j"', 'like "30d"'),
        ("session_timeout = 30", "it must be a duration"),
        ('session_timeout = "1s"', "one minute to one day"),
        ('[rules]\ntimezone = "UTC"', "rules.toml:2: timezone: `timezone` stands below [rules]"),
        ('[attributes]\ntimezone = "UTC"', "rules.toml:2: `timezone` stands below [attributes]"),
        ('[content]\nsession_timeout = "30m"', "rules.toml:2: `session_timeout` stands below [content]"),
        ("[attributes]\njob = 3", "`job` must be a text or a list of texts"),
        ("bands = { hot = 1 }", "unknown key `bands`: it belongs to a model"),
        ("[rule]\n", "unknown key `rule`: did you mean `rules`?"),
        ("rules = 3", "`rules` is the number 3, it must be a table"),
        ("scenarios = 3", "[[scenarios]]"),
        ("[rules]\npricing = 5", "a rule is written pricing = {"),
        ('[rules]\nBlog_A = { points = 1, on = "page" }', "write `blog-a`"),
        ('[rules]\n"☃" = { points = 1, on = "page" }', "cannot be a rule's id"),
    ],
)
def test_a_mistake_at_the_top_is_named(top: str, said: str) -> None:
    found = mistakes(f"{top}\n{MODEL}{PRICING}")
    assert any(said in mistake for mistake in found), found


def test_a_file_without_a_model_is_a_mistake() -> None:
    assert mistakes("") == [
        "rules.toml: there is no model: write at least one, under [models.general], with its bands and rules"
    ]
    assert "there is no model" in mistakes("[models]")[0]
    assert mistakes("[models]\nm = 3") == ["rules.toml:2: `m` is the number 3, it must be a table: [models.m]"]
    assert "write [models.my-offer]" in mistakes(f'[models."My offer"]\nbands = {{ hot = 1 }}\n[rules]\n{PRICING}')[0]


def test_one_id_in_a_model_and_shared_is_a_mistake() -> None:
    (found,) = mistakes(f"[rules]\n{PRICING}{MODEL}{PRICING}")
    assert found.startswith("rules.toml:6: pricing: a shared rule on line 2 has the same id")


def test_after_cannot_name_a_rule_about_the_person() -> None:
    (found,) = mistakes(
        f'{MODEL}fit = {{ points = 1, lead.job = "x" }}\nr = {{ points = 1, on = "page", after = "fit" }}'
    )
    assert found.startswith("rules.toml:5: r: `after` names `fit`, a rule about the person")


def test_every_mistake_is_told_at_once_in_the_order_of_the_file() -> None:
    found = mistakes(
        f'timezone = "Pariss"\n{MODEL}a = {{ pont = 5, on = "page" }}\nb = {{ points = 2,5, on = “page” }}'
    )
    assert [mistake.split(" ")[0] for mistake in found] == [
        "rules.toml:1:",
        "rules.toml:5:",
        "rules.toml:6:",
        "rules.toml:6:",
    ]


def test_a_word_where_a_number_is_needed_is_one_mistake() -> None:
    """It would be no better in quotes."""
    assert mistakes_of_rule('{ points = x, on = "page" }') == ['the text "x" where a number is needed']
    assert mistakes_of_rule('{ points = 1, on = "page", handoff = sure }') == [
        '`handoff` is the text "sure", it must be true or false (without quotes)'
    ]
    assert mistakes_of_rule("{ points = 1, on = page }") == ['page is text and needs quotes: write "page"']


def test_what_a_broken_line_may_have_said_is_not_missed() -> None:
    """The rule `pricing` cannot be read; that `after` and the scenario do not find it is no mistake of theirs."""
    text = f'{MODEL}pricing = {{ points = 5 %, on = "page" }}\nr = {{ points = 1, on = "page", after = "pricing" }}\n'
    assert len(mistakes(text + "[[scenarios]]\nexpect.rules = { pricing = 5 }")) == 1


def test_a_mistake_carries_its_facts() -> None:
    with pytest.raises(InvalidRules) as caught:
        read_rules(f'{MODEL}r = {{ pont = 5, on = "page" }}', "here/rules.toml")
    mistake = caught.value
    assert (mistake.file, mistake.line, mistake.rule) == ("here/rules.toml", 4, "r")


WORDS = (
    "timezone session_timeout attributes content rules models scenarios on where lead points values once_per cap after "
    "label handoff bands next min_fit shared path props not min enter exit fit per steps expect name model wait m r "
    "count n within distinct decay half_life linear expire group groups max inactive mode after_within retro grades "
    "cool_down re_enter hot"
).split()
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-20, 20),
    st.sampled_from([1.5, float("inf")]),
    st.sampled_from(['"page"', '"hot"', '"m"', '"r"', '""', '"7d"', '"0d"', '"50% per 30d"', '"item"', '"once"']),
)
VALUES = st.recursive(
    SCALARS.map(lambda value: str(value).lower()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(st.sampled_from(WORDS), inner, max_size=4).map(
            lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"
        ),
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=4),
    st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=3),
)
def test_any_shape_of_file_is_read_or_refused_with_sentences(top: dict[str, str], rules: dict[str, str]) -> None:
    text = "".join(f"{key} = {value}\n" for key, value in top.items())
    if "models" not in top:
        text += MODEL + "".join(f"{key} = {value}\n" for key, value in rules.items())
    found: Any = None
    try:
        found = read_rules(text)
    except InvalidRules as error:
        found = (error, *error.others)
    assert isinstance(found, Ruleset) or all(mistake.problem for mistake in found)
