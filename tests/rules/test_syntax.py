"""What people write instead of TOML: each mistake is named, with what would be right, and hides no other."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeline import paths
from ripeline.rules.syntax import parse


def read(text: str) -> tuple[dict[str, Any], list[str]]:
    parsed = parse(text, "rules.toml")
    return parsed.document, [str(mistake) for mistake in parsed.mistakes]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('a = { points = 2,5, on = "page" }', 1, "2,5 has a decimal comma: write 2.5"),
        ("\npoints = -0,25 # a comma", 2, "-0,25 has a decimal comma: write -0.25"),
        ("a = “page”", 1, '“ ” are typographic quotes (Word makes them): write straight ones, "…"'),
        ("a = « page »", 1, "« » are typographic quotes"),
        ("a = ‘page’", 1, "‘ ’ are typographic quotes"),
        ('a = "page”\nb = 1', 1, "” are typographic quotes"),
        ("a = { label = “l’été”, points = 1 }", 1, "are typographic quotes"),
        ('a = { points = 1,\n on = "page" }', 1, "must stay on one line"),
        ('a = {\n  points = 1, # one\n  on = "page",\n}', 1, "must stay on one line"),
        ('steps = [\n  { on = "page" },\n  { on = "page",\n    path = "/" },\n]', 3, "must stay on one line"),
        ("a = { points = 1", 1, "the closing `}` is missing"),
        ('a = { path = "/a*, once = "day" }', 1, 'a text is not closed, its last quote is missing: write "/a*"'),
        ('a = { path = ["/a*, "/b*"], label = "x" }', 1, 'its last quote is missing: write "/a*"'),
        ('a = { path = ["/a*, "*b"] }', 1, 'its last quote is missing: write "/a*"'),
        ('a = { on = "page, label = "x, y" }', 1, 'its last quote is missing: write "page"'),
        ('a = { label = "Pricing }', 1, 'its last quote is missing: write "Pricing"'),
        ('a = "Pricing', 1, "its last"),
        ("a = { label = 'S'est abonné', points = 1 }", 1, 'between double quotes: write "S\'est abonné"'),
        ('a = { path = "/a*", "/b*", once = "day" }', 1, 'several texts are a list: write ["/a*", "/b*"]'),
        ("a = { points = 5 pts, label = 1 }", 1, "5 pts: a number stands alone, write 5"),
        ("a = { points = +2.5 points }", 1, "a number stands alone, write +2.5"),
        ("a = { inactive = 30d }", 1, '30d is text and needs quotes: write "30d"'),
        ("a = { inactive = 30 jours }", 1, 'write "30 jours"'),
        ("a = [ 1, 2\nb = 3", 1, "the closing `]` is missing"),
        ("a = page", 1, 'page is text and needs quotes: write "page"'),
        ("a = Demande de démo", 1, 'write "Demande de démo"'),
        ("a = [page, form]", 1, 'write "page"'),
        ("a = /pricing*", 1, '/pricing* is a pattern and needs quotes: write "/pricing*"'),
        ("a = { values = { *.pdf = 5 } }", 1, '*.pdf is a pattern and needs quotes: write "*.pdf"'),
        ("a = True", 1, "`True` is not a value here: write `true`"),
        ("a = oui", 1, "write `true`"),
        ("a = non", 1, "write `false`"),
        ("a : 1", 1, "there is a `:` where an `=` is needed"),
        ("a = { b: 1 }", 1, "there is a `:` where an `=` is needed"),
        ("a = { b = 1; c = 2 }", 1, "there is a `;` where a `,` is needed"),
        ("a = { b = 1 c = 2 }", 1, "a `,` is missing between two keys"),
        ("a = { b = 1, }", 1, "there is a `,` too many before the `}`"),
        ("a = .5", 1, ".5 begins with a point: write 0.5"),
        ("étudiant = 1", 1, "write `etudiant`"),
        ("white paper = 1", 1, "write `white-paper`"),
        ('a = { lead.société = "x" }', 1, '`société` has an accent, as a name it needs quotes: write "société"'),
        ("a\u00a0= 1", 1, "invisible character"),
        ("[rules\na = 1", 1, "write [rules]"),
        ("[models.Général]", 1, "write [models.general]"),
        ("[[scenarios]", 1, "write [[scenarios]]"),
        ("[rules] a = 1", 1, "a heading stands alone on its line"),
        ("[a]\nb = 1\n[a]\nc = 2", 3, "[a] is there twice (first on line 1)"),
        ("[r]\nx = 1\ny = 2\nx = 3", 4, "x is there twice (first on line 2)"),
        ("a = { b = 1, b = 2 }", 1, "'b' is there twice between the same { }"),
        ('a = "open\nb = 1', 1, 'a text is not closed: its last " is missing'),
        ("a =\nb = 1", 1, "a value is missing here"),
        ('a = "\\d"', 1, "must be written twice"),
        ("just words", 1, "an `=` is missing"),
        ("// a note", 1, "neither `name = value`"),
        ("a = 5 @", 1, "something stands behind the end of the value"),
    ],
)
def test_the_mistake_is_named_on_its_line(text: str, line: int, said: str) -> None:
    _, mistakes = read(text)
    assert mistakes
    assert mistakes[0].startswith(f"rules.toml:{line}: ")
    assert said in mistakes[0]


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ('a = { points = 2,5, label = “l’été”, on = page }', {"a": {"points": 2.5, "label": "l’été", "on": "page"}}),
        ('a = {\n  points: 1,\n  on = "page",\n}\nb = 1', {"a": {"points": 1, "on": "page"}, "b": 1}),
        ("a = { points = 1\nb = { points = 2", {"a": {"points": 1}, "b": {"points": 2}}),
        ("a = 5 @\nb = 1", {"b": 1}),
        ('a = { path = "/a*, once = "day", label = "x }', {"a": {"path": "/a*", "once": "day", "label": "x"}}),
        ("a = 5 %\nb = 1 point", {"a": 5, "b": 1}),
        ("p = { points = 5\n[models.x]\nb = 1", {"p": {"points": 5}, "models": {"x": {"b": 1}}}),
    ],
)  # fmt: skip
def test_what_was_meant_is_read_on(text: str, document: dict[str, Any]) -> None:
    assert read(text)[0] == document


def test_three_mistakes_are_three_at_once() -> None:
    _, mistakes = read('a = 2,5\nb = "fine"\nc = “x”\nd = { e = 1 f = 2 }')
    assert [mistake.split(" ")[0] for mistake in mistakes] == ["rules.toml:1:", "rules.toml:3:", "rules.toml:4:"]


@pytest.mark.parametrize(
    "text",
    [
        'label = "Page « Tarifs », l’été"',
        'a = { label = "a; b: c, d = 2,5", on = ["page"] }',
        "a = 'single quotes'",
        'a = [\n  1, # one\n  2,\n]\n"a key" = 2024-01-01T07:32:00Z',
        'a = """\nlong\n\n[text]\n"""',
        paths.EXAMPLE_RULES.read_text(),
    ],
)
def test_what_is_right_is_left_alone(text: str) -> None:
    document, mistakes = read(text)
    assert mistakes == []
    assert document == tomllib.loads(text)


@given(st.text("ab=,[]{}\"“”.5*:; \n#'", max_size=40))
def test_any_text_gives_a_document_and_mistakes_but_never_fails(text: str) -> None:
    document, mistakes = read(text)
    try:
        assert tomllib.loads(text) == document
        assert not mistakes
    except tomllib.TOMLDecodeError:
        assert mistakes


def test_brackets_too_deep_are_a_mistake() -> None:
    assert "too deep" in read("a = " + "[" * 20_000 + "]" * 20_000)[1][0]
