"""The rule file read: what it says becomes a Ruleset."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from ripeline.errors import InvalidRules
from ripeline.rules.model import After, Band, Cap, Condition, Rule, Scenario, Step
from ripeline.rules.reading import load_rules, read_rules

MODEL = "[models.m]\nbands = { warm = 5, hot = { enter = 10, exit = 8 } }\n[models.m.rules]\n"
PRICING = 'pricing = { points = 5, on = "page", where.path = "/pricing*" }\n'


def one_rule(text: str, id: str = "r") -> Rule:
    """The rule of a file with a model that has only this rule."""
    (model,) = read_rules(f"{MODEL}{PRICING}{id} = {text}").models
    return next(rule for rule in model.rules if rule.id == id)


def one_scenario(text: str) -> Scenario:
    return read_rules(f"{MODEL}{PRICING}[[scenarios]]\n{text}").scenarios[0]


def test_a_rule_says_what_happens_and_what_it_is_worth() -> None:
    rule = one_rule('{ points = 2.5, on = "page", where.path = "/about*", label = "About us", once_per = "lead" }')
    assert rule == Rule(
        "r", "About us", 2500, frozenset({"page"}), (Condition("path", ("/about*",)),), once_per=("lead",), line=5
    )


def test_the_label_is_the_id_unless_said() -> None:
    assert one_rule('{ points = 1, on = "page" }').label == "r"


def test_a_rule_as_a_table_of_its_own_is_the_same() -> None:
    inline = read_rules(
        MODEL + 'r = { points = 1, on = "page", where.path = "/a", cap = { points = 3, per = "ever" } }'
    )
    own = "[models.m]\nbands = { warm = 5, hot = { enter = 10, exit = 8 } }\n[models.m.rules.r]\n"
    table = read_rules(
        own + 'points = 1\non = "page"\nwhere.path = "/a"\n[models.m.rules.r.cap]\npoints = 3\nper = "ever"'
    )
    (one,), (other,) = inline.models[0].rules, table.models[0].rules
    assert one.cap == Cap(3000, "ever")
    assert replace(one, line=0) == replace(other, line=0)


def test_a_rule_without_on_is_about_the_person() -> None:
    rule = one_rule('{ points = -10, lead.job = ["*student*", "*étudiant*"] }')
    assert rule.is_fit
    assert rule.lead == (Condition("job", ("*student*", "*étudiant*")),)


def test_values_keep_the_order_of_the_file() -> None:
    rule = one_rule('{ on = "download", values = { "*case*.pdf" = 5, "*.pdf" = 2 } }')
    assert rule.points is None
    assert rule.values == (("*case*.pdf", 5000), ("*.pdf", 2000))


def test_conditions_take_a_text_a_list_or_not_min_max() -> None:
    rule = one_rule(
        '{ points = 1, on = ["form", "demo_asked"], where.form = "demo", where.host.not = "test.*", '
        'where.props.plan = ["pro", "team"], where.props.seats = { min = 5, max = 10 }, where.props.yearly = true, '
        'lead.company = "*", lead.freemail = false }'
    )
    assert rule.on == {"form", "demo_asked"}
    assert rule.where == (
        Condition("form", ("demo",)),
        Condition("host", refused=("test.*",)),
        Condition("props.plan", ("pro", "team")),
        Condition("props.seats", minimum=5, maximum=10),
        Condition("props.yearly", ("true",)),
    )
    assert rule.lead == (Condition("company", ("*",)), Condition("freemail", ("false",)))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("event", ("event",)), ("item session", ("item", "session")), ("session item", ("item", "session")),
        ("item day", ("item", "day")), ("session day", ("session", "day")), ("lead", ("lead",)),
    ],
)  # fmt: skip
def test_once_per_is_one_word_or_two(text: str, parts: tuple[str, ...]) -> None:
    assert one_rule(f'{{ points = 1, on = "page", once_per = "{text}" }}').once_per == parts


@pytest.mark.parametrize("per", ["day", "24h", "7d", "30d", "ever"])
def test_a_cap_has_points_and_a_period(per: str) -> None:
    cap = one_rule(f'{{ points = 1, on = "page", cap = {{ points = 2.5, per = "{per}" }} }}').cap
    assert cap is not None
    assert (cap.points, cap.per) == (2500, per)


PAPERS = 'white-a = { points = 2, on = "download", where.file = "a.pdf" }\nwhite-b = { points = 5, on = "download" }\n'


@pytest.mark.parametrize(
    ("after", "rules"),
    [
        ('"white-a"', {"white-a"}),
        ('"white-*"', {"white-a", "white-b"}),
        ('["white-a", "common"]', {"white-a", "common"}),
        ('"*"', {"white-a", "white-b", "common", "blog"}),
    ],
)
def test_after_names_rules_of_this_model_and_shared_ones(after: str, rules: set[str]) -> None:
    shared = '[rules]\ncommon = { points = 1, on = "page" }\nfit = { points = 1, lead.job = "x" }\n'
    ruleset = read_rules(f'{shared}{MODEL}{PAPERS}blog = {{ points = 2, on = "page", after = {after} }}')
    (blog,) = [rule for rule in ruleset.models[0].rules if rule.id == "blog"]
    assert blog.after == After(rules=frozenset(rules))


def test_after_may_be_an_event() -> None:
    rule = one_rule('{ points = 2, on = "page", after = { on = ["download", "form"], where.path = "/files/*" } }')
    assert rule.after == After(on=frozenset({"download", "form"}), where=(Condition("path", ("/files/*",)),))


def test_an_attribute_may_be_called_as_a_condition_of_events_is() -> None:
    rule = one_rule("{ points = 1, lead.category = { min = 2 } }")
    assert rule.lead == (Condition("category", minimum=2),)


def test_a_rule_about_sessions_is_built() -> None:
    assert one_rule('{ points = 1, on = "session", where.channel = "email" }').on == {"session"}


def test_models_have_bands_in_the_order_of_their_scores() -> None:
    text = (
        '[models.m]\nlabel = "All"\nbands = { hot = { enter = 10, exit = 8, fit = 2 }, warm = 5.5 }\nmin_fit = -1\n'
        'next = { hot = "Call", cold = "Wait" }\n[models.m.rules]\n'
    )
    (model,) = read_rules(text + PRICING).models
    assert model.bands == (Band("warm", 5500, 5500), Band("hot", 10_000, 8000, 2000))
    assert (model.label, model.handoff, model.min_fit) == ("All", "hot", -1000)
    assert model.next_step == {"hot": "Call", "cold": "Wait"}


def test_handoff_may_be_a_lower_band_or_none() -> None:
    assert (
        read_rules(f'[models.m]\nbands = {{ a = 1, b = 2 }}\nhandoff = "a"\n[models.m.rules]\n{PRICING}')
        .models[0]
        .handoff
        == "a"
    )
    assert (
        read_rules(f'[models.m]\nbands = {{ a = 1 }}\nhandoff = "none"\n[models.m.rules]\n{PRICING}').models[0].handoff
        is None
    )


def test_shared_rules_are_in_every_model_unless_left_out() -> None:
    shared = '[rules]\na = { points = 1, on = "page" }\nb = { points = 1, on = "form" }\n'
    models = "".join(
        f"[models.{id}]\nbands = {{ hot = 1 }}\n{said}\n"
        for id, said in {"all": "", "none": "shared = false", "most": 'shared = ["a"]'}.items()
    )
    found = {model.id: [(rule.id, rule.shared) for rule in model.rules] for model in read_rules(shared + models).models}
    assert found == {"all": [("a", True), ("b", True)], "none": [], "most": [("b", True)]}


def test_a_model_may_use_an_id_again_that_it_left_out() -> None:
    text = f'[rules]\n{PRICING}[models.m]\nbands = {{ hot = 1 }}\nshared = ["pricing"]\n[models.m.rules]\n{PRICING}'
    (rule,) = read_rules(text).models[0].rules
    assert not rule.shared


def test_the_top_of_the_file() -> None:
    top = 'timezone = "Europe/Paris"\nsession_timeout = "45m"\n'
    attributes = '[attributes]\njob = ["fonction", "input_5"]\ncity = "ville"\n'
    ruleset = read_rules(top + attributes + '[content]\ndecision = ["/pricing*"]\n' + MODEL + PRICING)
    assert (ruleset.timezone, ruleset.session_timeout) == ("Europe/Paris", 2700)
    assert ruleset.attributes == {"job": ("fonction", "input_5"), "city": ("ville",)}
    assert ruleset.content == {"decision": ("/pricing*",)}


def test_what_the_top_does_not_say() -> None:
    text = MODEL + PRICING
    ruleset = read_rules(text)
    assert (ruleset.timezone, ruleset.session_timeout, ruleset.attributes, ruleset.content) == ("UTC", 1800, {}, {})
    assert ruleset.text == text
    assert ruleset.hash == hashlib.sha256(text.encode()).hexdigest()


def test_a_scenario_is_a_story_with_its_end() -> None:
    scenario = one_scenario(
        'name = "Marc"\nmodel = "m"\nlead = { job = "Director", employees = 50 }\n'
        'steps = [ { on = "page", path = "/pricing" }, { on = "asked", props.plan = "pro" },'
        ' { wait = "2d", on = "form" }, { wait = "31d" } ]\n'
        'expect = { score = 5.5, band = "warm", handoff = false, rules = { pricing = 5 } }'
    )
    assert scenario == Scenario(
        "Marc",
        "m",
        {"job": "Director", "employees": 50},
        (
            Step("page", 0, {"path": "/pricing"}),
            Step("asked", 600, {"props.plan": "pro"}),
            Step("form", 172_800, {}),
            Step("", 2_678_400, {}),
        ),
        score=5500,
        band="warm",
        handoff=False,
        rules={"pricing": 5000},
        line=5,
    )


@pytest.mark.parametrize(
    ("written", "band"),
    [
        ("hot", "hot"),
        ("cold", "cold"),
        ("froid", "cold"),
        ("out of target", "out of target"),
        ("hors cible", "out of target"),
    ],
)
def test_a_scenario_may_end_outside_all_bands(written: str, band: str) -> None:
    assert one_scenario(f'expect.band = "{written}"').band == band


def test_a_file_with_one_model_needs_no_model_in_its_scenarios() -> None:
    scenario = one_scenario("expect.score = 0")
    assert (scenario.model, scenario.name) == ("m", "scenario 1")


def test_a_file_is_loaded_under_its_own_name(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("\ufeff" + (MODEL + PRICING).replace("\n", "\r\n"), encoding="utf-8")
    assert load_rules(file).models[0].id == "m"
    file.write_bytes('# été\nlabel = "é"'.encode("latin-1"))
    with pytest.raises(InvalidRules, match=rf"{re.escape(str(file))}:1: this is not UTF-8"):
        load_rules(file)
    with pytest.raises(InvalidRules, match="there is no such file"):
        load_rules(tmp_path / "none.toml")
    with pytest.raises(InvalidRules, match="cannot be read"):
        load_rules(tmp_path)
