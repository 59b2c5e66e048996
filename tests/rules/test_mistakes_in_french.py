"""Whatever is said of a rule file can be said in French: every sentence is one of the catalogue's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest
from tests.rules.test_bad_rule_files import EVERY_KEY, WRONG
from tests.rules.test_mistakes import MODEL, PRICING

from ripeline.errors import InvalidRules, RipelineError
from ripeline.fold.rule_file import read_checked
from ripeline.paths import ROOT
from ripeline.rules.advice import advice_on
from ripeline.rules.reading import read_rules
from ripeline.sentences import Sentence
from ripeline.templating.environment import in_code
from ripeline.templating.languages import catalog

#: Words no French sentence of ours has; what somebody wrote, and keys, stand in quotes.
ENGLISH = re.compile(r"\b(the|is|it|must|where|there|and|or|missing|needed|write|unknown|rule|number|nobody|its)\b")
QUOTED = re.compile(r'«[^»]*»|`[^`]*`|"[^"]*"|\{[^{}]*\}|\[[^\[\]]*\]|\bwhere\.\S+|\w+ = \S+')
BROKEN = (
    "points = x",
    "points = 2,5",
    "points = 5 pts",
    "points = 5 on = page",
    "points = “5”",
    "points: 5",
    'points = 5, on = "page", where.path = /a*',
    'points = 5, on = "page',
    'points = 5, on = "page", once_per = "leed"',
    'points = 5, on = "page", cap = { points = 3, per = "month" }',
    'points = 5, on = "page", decay = { linear = "200% per 0d" }',
    "points = -100, inactive = 30 jours",
)


def french(sentence: Sentence) -> str:
    """As a page says it, without what is quoted of the file."""
    return QUOTED.sub("", sentence.said(catalog("fr").gettext))


def told(text: str) -> list[Sentence]:
    """What is said of a file, mistakes and advice."""
    try:
        return [each.problem for each in advice_on(read_checked(text, "rules.toml"))]
    except InvalidRules as error:
        return [each.problem for each in (error, *error.others)]


@cache
def marked() -> list[ast.Call]:
    """Every sentence that is made anywhere in the code."""
    texts = [file.read_text() for file in (ROOT / "server" / "ripeline").rglob("*.py")]
    trees = [ast.parse(text) for text in texts if "ripeline.sentences" in text]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in ("N_", "Sentence")]


def test_every_sentence_is_written_out_where_the_catalogue_can_find_it() -> None:
    assert len(marked()) > 150
    hidden = [ast.unparse(call) for call in marked() if not (call.args and isinstance(call.args[0], ast.Constant))]
    assert hidden == []


def test_every_sentence_about_rules_has_its_french() -> None:
    known = catalog("fr")
    messages = {call.args[0].value for call in marked() if isinstance(call.args[0], ast.Constant)}
    bare = {message for message in messages if not re.search(r"[a-z]{2}", re.sub(r"%\(\w+\)[sd]", "", str(message)))}
    assert [each for each in messages - bare if known.gettext(str(each)) == each] == []


def every_wrong_value() -> Iterator[str]:
    """Each value of a file that has every key, in turn, by one of the wrong ones."""
    values = re.compile(r'(?<==) (?:"[^"\n]*"|[-+]?[\d.]+|true|false|\[[^\[\]\n]*\])')
    short = [wrong for wrong in WRONG if len(wrong) < 100]
    for place, found in enumerate(values.finditer(EVERY_KEY)):
        yield f"{EVERY_KEY[: found.start()]} {short[place % len(short)]}{EVERY_KEY[found.end() :]}"


def test_no_mistake_of_any_key_is_told_in_english() -> None:
    sentences = {sentence for text in every_wrong_value() for sentence in told(text)}
    assert len(sentences) > 40
    assert [str(each) for each in sentences if ENGLISH.search(french(each))] == []


@pytest.mark.parametrize("rule", BROKEN)
def test_no_broken_line_is_told_in_english(rule: str) -> None:
    sentences = told(f"{MODEL}r = {{ {rule} }}\n{PRICING}")
    assert sentences
    assert [str(each) for each in sentences if ENGLISH.search(french(each))] == []


def test_a_mistake_names_its_place_in_french() -> None:
    with pytest.raises(InvalidRules) as caught:
        read_rules(f'{MODEL}r = {{ pont = 5, on = "page" }}')
    assert str(caught.value) == "rules.toml:4: r: unknown key `pont`: did you mean `points`?"
    said = "rules.toml, ligne 4 : règle « r » : mot-clé inconnu `pont` : vouliez-vous dire `points` ?"
    assert re.sub("[\u00a0\u202f]", " ", caught.value.said(catalog("fr").gettext)) == said


def test_an_error_whose_text_is_no_sentence_is_told_as_it_is() -> None:
    assert RipelineError("as it is").said(catalog("fr").gettext) == "as it is"


def test_what_is_typed_is_shown_as_code_and_nothing_else_is_taken_for_it() -> None:
    assert in_code("write `a < b`, or not") == "write <code>a &lt; b</code>, or not"
    assert in_code("one ` alone <b>") == "one ` alone &lt;b&gt;"
