"""The keys a file seldom needs: what they say, and every mistake in them with what would be right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeline.errors import InvalidRules
from ripeline.rules.model import After, Count, Decay, Group, Model, Rule
from ripeline.rules.reading import read_rules

DAY = 86_400_000
MODEL = "[models.m]\nbands = { warm = 5, hot = 10 }\n"
RULES = '[models.m.rules]\npricing = { points = 5, on = "page", where.path = "/pricing*" }\n'


def one_model(said: str, rules: str = "") -> Model:
    return read_rules(f"{MODEL}{said}\n{RULES}{rules}").models[0]


def one_rule(rule: str, said: str = "") -> Rule:
    return next(found for found in one_model(said, f"r = {rule}").rules if found.id == "r")


def mistakes_of(text: str) -> list[str]:
    with pytest.raises(InvalidRules) as caught:
        read_rules(text)
    return [str(mistake) for mistake in (caught.value, *caught.value.others)]


@pytest.mark.parametrize(
    ("count", "read"),
    [
        ('{ n = 3, within = "7d" }', Count(3, 7 * DAY)),
        ('{ n = 2, within = "36h" }', Count(2, DAY * 3 // 2)),
        ('{ n = 3, within = "2w", distinct = "item" }', Count(3, 14 * DAY, distinct=True)),
    ],
)
def test_count_says_how_many_how_close_and_of_what(count: str, read: Count) -> None:
    assert one_rule(f'{{ points = 5, on = "session", count = {count} }}').count == read


@pytest.mark.parametrize(
    ("decay", "read"),
    [
        ('{ half_life = "30d" }', Decay("half_life", 30)),
        ('{ half_life = "4w" }', Decay("half_life", 28)),
        ('{ expire = "90d" }', Decay("expire", 90)),
        ('{ linear = "50% per 30d" }', Decay("linear", 30, 0.5)),
        ('{ linear = "50 % per 30 d" }', Decay("linear", 30, 0.5)),
        ('{ linear = "2.5% per 1w" }', Decay("linear", 7, 0.025)),
        ('{ linear = "100% per 90d" }', Decay("linear", 90, 1.0)),
        ("false", None),
    ],
)
def test_decay_halves_shrinks_or_ends(decay: str, read: Decay | None) -> None:
    assert one_rule(f'{{ points = 5, on = "page", decay = {decay} }}').decay == read
    assert one_model(f"decay = {decay}").rules[0].decay == read


def test_the_decay_of_a_model_is_that_of_its_rules_about_events_that_say_none() -> None:
    shared = '[rules]\ncareers = { points = -5, on = "page" }\nstudent = { points = -5, lead.job = "student" }\n'
    rules = (
        'keeps = { points = 1, on = "page", decay = false }\n'
        'own = { points = 1, on = "page", decay = { expire = "9d" } }\n'
        'silent = { points = -1, inactive = "30d" }\n'
    )
    other = f"[models.n]\nbands = {{ hot = 1 }}\n{RULES.replace('models.m', 'models.n')}"
    ruleset = read_rules(f'{shared}{MODEL}decay = {{ half_life = "30d" }}\n{RULES}{rules}{other}')
    found = {rule.id: rule.decay for rule in ruleset.models[0].rules}
    halves = Decay("half_life", 30)
    assert found == {
        **dict.fromkeys(("pricing", "careers"), halves),
        **dict.fromkeys(("keeps", "silent", "student")),
        "own": Decay("expire", 9),
    }
    assert not any(rule.decay for rule in ruleset.models[1].rules)


def test_silence_is_a_rule_without_an_event() -> None:
    rule = one_rule('{ points = -10, inactive = "21d", label = "Silent" }')
    assert (rule.inactive, rule.mode, rule.on, rule.is_fit) == (21, "while", frozenset(), False)
    assert one_rule('{ points = -10, inactive = "3w", mode = "once" }').mode == "once"


def test_after_may_hold_for_a_time_and_pay_what_was_before() -> None:
    rule = one_rule('{ points = 2, on = "page", after = "pricing", after_within = "30d", retro = true }')
    assert rule.after == After(rules=frozenset({"pricing"}), within=30 * DAY, retro=True)
    rule = one_rule('{ points = 2, on = "page", after = { on = "download" }, after_within = "1h", retro = false }')
    assert rule.after == After(on=frozenset({"download"}), within=3_600_000)


def test_a_group_has_limits_and_rules() -> None:
    said = "groups = { content = { max = 30, min = -10 }, events = { max = 2.5 } }"
    model = one_model(said, 'r = { points = 5, on = "page", group = "content" }')
    assert model.groups == {"content": Group(30_000, -10_000), "events": Group(2500)}
    assert [rule.group for rule in model.rules] == [None, "content"]
    assert one_rule('{ points = 5, lead.job = "x", group = "events" }', said).group == "events"


def test_a_shared_rule_needs_its_group_in_every_model_that_takes_it() -> None:
    shared = '[rules]\nblog = { points = 1, on = "page", group = "content" }\n'
    one = "[models.a]\nbands = { hot = 1 }\ngroups.content.max = 3\n"
    assert read_rules(f"{shared}{one}").models[0].rules[0].group == "content"
    assert len(read_rules(f"{shared}{one}[models.b]\nbands = {{ hot = 1 }}\nshared = false\n").models) == 2
    (found,) = mistakes_of(f"{shared}{one}[models.b]\nbands = {{ hot = 1 }}\n")
    assert found.startswith("rules.toml:2: blog: model `b` has no group `content`: write it there, groups = {")


def test_a_model_says_when_somebody_comes_again_and_names_the_fit() -> None:
    model = one_model('cool_down = "2w"\nre_enter = 12.5\ngrades = { C = 0, A = 20, B = 10 }')
    assert (model.cool_down, model.re_enter) == (14, 12_500)
    assert model.grades == (("A", 20_000), ("B", 10_000), ("C", 0))
    assert one_model('cool_down = "0d"').cool_down == 0
    plain = one_model("")
    assert (plain.cool_down, plain.re_enter, plain.grades, plain.groups) == (30, None, (), {})


EVENT = "points = 5, on = 'page'"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (f"{EVENT}, count = 3", '`count` is the number 3, it must be a table: count = { n = 3, within = "7d" }'),
        (f"{EVENT}, count = {{ n = 3 }}", "`within` is missing: how close together?"),
        (f"{EVENT}, count = {{ within = '7d' }}", "`n` is missing: at which time does it pay?"),
        (f"{EVENT}, count = {{ n = 0, within = '7d' }}", "`n` is the number 0, it must be a whole number"),
        (f"{EVENT}, count = {{ n = 2.5, within = '7d' }}", "`n` is the number 2.5, it must be a whole number"),
        (f"{EVENT}, count = {{ n = true, within = '7d' }}", "`n` is true, it must be a whole number"),
        (f"{EVENT}, count = {{ n = '3', within = '7d' }}", '`n` is the text "3", it must be a whole number'),
        (f"{EVENT}, count = {{ n = 3, within = 7 }}", 'like "7d"'),
        (f"{EVENT}, count = {{ n = 3, within = '7 jours' }}", 'in quotes, like "7d"'),
        (f"{EVENT}, count = {{ n = 3, within = '0d' }}", "`within` must be longer than 0"),
        (f"{EVENT}, count = {{ n = 3, within = '9999d' }}", "`within` is longer than ten years"),
        (f"{EVENT}, count = {{ n = 3, within = '7d', distinct = 'page' }}", 'there is only distinct = "item"'),
        (f"{EVENT}, count = {{ n = 3, within = '7d', distinct = true }}", "`distinct` is true, there is only"),
        (f"{EVENT}, count = {{ n = 3, per = '7d' }}", "unknown key `per`: the window is called `within`"),
        (f"{EVENT}, count = {{ n = 3, withn = '7d' }}", "unknown key `withn`: did you mean `within`?"),
        (f"{EVENT}, decay = true", "`decay` is true, it must be a table"),
        (f"{EVENT}, decay = '30d'", '`decay` is the text "30d", it must be a table: decay = { half_life = "30d" }'),
        (f"{EVENT}, decay = {{}}", "how do points fade?"),
        (f"{EVENT}, decay = {{ half_lif = '30d' }}", "did you mean `half_life`?"),
        (f"{EVENT}, decay = {{ half_life = '30d', expire = '90d' }}", "`half_life` and `expire` both say"),
        (f"{EVENT}, decay = {{ half_life = '12h' }}", 'it must be whole days or weeks, in quotes, like "30d"'),
        (f"{EVENT}, decay = {{ half_life = '0d' }}", "`half_life` must be at least one day"),
        (f"{EVENT}, decay = {{ expire = '90j' }}", 'in quotes, like "90d"'),
        (f"{EVENT}, decay = {{ linear = '30d' }}", 'linear = "50% per 30d"'),
        (f"{EVENT}, decay = {{ linear = '20 % par 10 jours' }}", 'linear = "20% per 10d"'),
        (f"{EVENT}, decay = {{ linear = '2,5% per 10d' }}", 'linear = "2.5% per 10d"'),
        (f"{EVENT}, decay = {{ linear = 0.5 }}", "`linear` is the number 0.5"),
        (f"{EVENT}, decay = {{ linear = '0% per 10d' }}", "above 0% and at most 100%"),
        (f"{EVENT}, decay = {{ linear = '150% per 10d' }}", "above 0% and at most 100%"),
        (f"{EVENT}, decay = {{ linear = '50% per 0d' }}", "above 0d and at most 3650d"),
        (f"{EVENT}, half_life = '30d'", 'it belongs to `decay`: decay = { half_life = "30d" }'),
        (f"{EVENT}, group = 'x'", "model `m` has no group `x`: write it there, groups = { x = { max = 30 } }"),
        (f"{EVENT}, group = 'contnt'", "model `m` has no group `contnt`: did you mean `content`?"),
        (f"{EVENT}, group = ['content']", "`group` is a list [ ], it must be a text"),
        (f"{EVENT}, mode = 'once'", "`mode` belongs to `inactive`, which is missing"),
        (f"{EVENT}, retro = true", "`retro` belongs to `after`, which is missing"),
        (f"{EVENT}, after_within = '3d'", "`after_within` belongs to `after`, which is missing"),
        (f"{EVENT}, after = 'pricing', after_within = '0d'", "`after_within` must be longer than 0"),
        (f"{EVENT}, after = 'pricing', after_within = 30", "`after_within` is the number 30"),
        (f"{EVENT}, after = 'pricing', retro = 'yes'", "it must be true or false"),
        (f"{EVENT}, after = 'silent'", "`after` names `silent`, a rule about silence: name one with `on`"),
        (f"{EVENT}, after = {{ on = 'form', within = '3d' }}", 'behind `after`: after_within = "30d"'),
        (f"{EVENT}, after = {{ on = 'form', retro = true }}", "behind `after`: retro = true"),
        (f"{EVENT}, inactive = '30d'", "`on` cannot stand beside `inactive`"),
        ("points = 5, lead.job = 'x', inactive = '30d'", "`lead` cannot stand beside `inactive`"),
        ("points = 5, where.path = '/x', inactive = '30d'", "`where` cannot stand beside `inactive`"),
        ("inactive = '30d'", "`points` is missing"),
        ("points = -5, inactive = 30", '`inactive` is the number 30, it must be whole days or weeks, in quotes'),
        ("points = -5, inactive = '30 jours'", 'whole days or weeks, in quotes, like "30d"'),
        ("points = -5, inactive = '48h'", 'whole days or weeks, in quotes, like "30d"'),
        ("points = -5, inactive = '0d'", "`inactive` must be at least one day"),
        ("points = -5, inactive = '30d', mode = 'onc'", "did you mean `once`?"),
        ("points = -5, inactive = '30d', mode = 'for ever'", 'it must be "while" (gone when they come back)'),
        ("points = -5, inactive = '30d', mode = 1", "`mode` is the number 1"),
        ("points = -5, silent = '30d'", 'unknown key `silent`: it is called `inactive`: inactive = "30d"'),
        ("points = -5", "nor `inactive` (silent for how long?"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_rule_is_named(rule: str, said: str) -> None:
    others = 'silent = { points = -1, inactive = "9d" }\n'
    found = mistakes_of(f"{MODEL}groups.content.max = 3\n{RULES}{others}r = {{ {rule} }}")
    assert any(said in mistake for mistake in found), found
    assert all(mistake.startswith("rules.toml:7: r: ") for mistake in found)


@pytest.mark.parametrize("held", ["lead.job = 'x'", "inactive = '30d'"])
@pytest.mark.parametrize(
    "key",
    [
        "once_per = 'day'", "cap = { points = 1, per = 'day' }", "count = { n = 2, within = '1d' }",
        "after = 'pricing'", "decay = { expire = '9d' }", "decay = false", "handoff = true",
    ],
)  # fmt: skip
def test_what_only_an_event_has_cannot_stand_in_a_rule_that_is_held(held: str, key: str) -> None:
    (found,) = mistakes_of(f"{MODEL}{RULES}r = {{ points = -5, {held}, {key} }}")
    about = "the person (it has no `on`)" if held.startswith("lead") else "silence (`inactive`)"
    name = key.split(" ")[0]
    assert found == f"rules.toml:5: r: `{name}` cannot stand in a rule about {about}: it is for events"


@pytest.mark.parametrize(
    ("said_in_file", "said"),
    [
        ('cool_down = "12h"', 'whole days or weeks, in quotes, like "30d"'),
        ("cool_down = 30", "`cool_down` is the number 30"),
        ('re_enter = "15"', "write 15, without quotes"),
        ('cooldown = "30d"', "did you mean `cool_down`?"),
        ("grades = {}", "an empty { } names no grade"),
        ('grades = { A = "20" }', "write 20, without quotes"),
        ("grades = { A = 20, B = 20 }", "`B` and `A` begin at the same fit"),
        ("grades = { A = 20, D = 0 }", "`D` is what lies below the lowest grade"),
        ("grades = 3", "`grades` is the number 3, it must be a table"),
        ("groups = 3", "`groups` is the number 3, it must be a table"),
        ("groups = { a = 3 }", "`a` is the number 3, it must be a table: a = { max = 30, min = -10 }"),
        ("groups = { a = {} }", "an empty { } limits nothing"),
        ("groups = { a = { max = 1, min = 2 } }", "nothing is at least 2 and at most 1"),
        ('groups = { a = { max = "3" } }', "write 3, without quotes"),
        ("groups = { a = { mx = 3 } }", "did you mean `max`?"),
        ('decay = "30d"', "it must be a table"),
        ('decay = { half_life = "12h" }', "whole days or weeks"),
    ],
)
def test_a_mistake_in_a_model_is_named(said_in_file: str, said: str) -> None:
    (found,) = mistakes_of(f"{MODEL}{said_in_file}\n{RULES}")
    assert found.startswith("rules.toml:3: ")
    assert said in found


@pytest.mark.parametrize("key", ["cool_down", "re_enter", "grades", "groups", "decay"])
def test_a_key_of_a_model_at_the_top_is_told_where_it_belongs(key: str) -> None:
    (found,) = mistakes_of(f"{key} = 3\n{MODEL}{RULES}")
    assert "it belongs to a model, below its heading" in found


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("30j", "30d"), ("30 jours", "30d"), ("30 Days", "30d"), ("2 mois", "60d"), ("2 months", "60d"),
        ("3 semaines", "3w"), ("3weeks", "3w"), ("1 an", "365d"), ("1 year", "365d"), ("45 min", "45m"),
        ("2 heures", "2h"), ("90 secondes", "90s"), ("soon", "30d"), ("2 moons", "2m"),
    ],
)  # fmt: skip
def test_a_duration_in_words_is_told_how_it_is_written(written: str, meant: str) -> None:
    after = f'points = 1, on = "page", after = "pricing", after_within = "{written}"'
    (found,) = mistakes_of(f"{MODEL}{RULES}r = {{ {after} }}")
    assert found.endswith(f'in quotes, like "{meant}"')


@given(st.integers(1, 3650), st.sampled_from("dw"))
def test_a_duration_in_days_is_read_as_it_is_written(number: int, unit: str) -> None:
    days = number * (7 if unit == "w" else 1)
    text = f'{{ points = -1, inactive = "{number}{unit}" }}'
    if days > 3650:
        with pytest.raises(InvalidRules):
            one_rule(text)
    else:
        assert one_rule(text).inactive == days
