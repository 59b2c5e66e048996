"""A rule added to a rule file as text: everything that stands there stays as it is, comments too."""

from __future__ import annotations

from collections.abc import Iterator

from ripeline.errors import InvalidRules
from ripeline.rules.lines import key_parts
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import read_rules
from ripeline.rules.statements import Statement, lines_of, statements
from ripeline.sentences import N_


def with_rule(text: str, model: str, id: str, line: str) -> str:
    """The file with one more rule of a model: below its other rules, or with a heading of its own where it has none.

    `line` is the rule as the file writes it, `id = { … }`. Raises InvalidRules when the file is not right, or would not
    be with it; then the mistake is told as of the file with it.
    """
    read_rules(text)
    problem: InvalidRules | None = None
    for candidate in _candidates(text, model, line):
        try:
            if _has_rule(read_rules(candidate), model, id):
                return candidate
        except InvalidRules as error:
            problem = problem or error
    nowhere = N_("this file has no place for a rule of the model %(model)s", model=model)
    raise problem or InvalidRules("rules.toml", 0, id, nowhere)


def _candidates(text: str, model: str, line: str) -> Iterator[str]:
    """The same rule where people would write it; not every file has every place."""
    found, break_ = statements(text.replace("\r\n", "\n")), "\r\n" if "\r\n" in text else "\n"
    for heading, written in ((("models", model, "rules"), line), (("models", model), f"rules.{line}")):
        if end := _end_of(found, heading):
            yield _with_line(text, end, written, break_)
    last = max((_last_line(each) for each in found), default=0)
    yield _with_line(text, last, f"{break_}[models.{model}.rules]{break_}{line}", break_)


def _end_of(found: list[Statement], heading: tuple[str, ...]) -> int:
    """The last line of what stands below that heading, 0 where there is no such heading."""
    end = 0
    is_below = False
    for statement in found:
        if statement.is_header:
            text = statement.text.strip()
            is_below = not text.startswith("[[") and tuple(key_parts(text, 1)[0]) == heading
        if is_below:
            end = _last_line(statement)
    return end


def _last_line(statement: Statement) -> int:
    return statement.line + statement.text.rstrip().count("\n")


def _with_line(text: str, after: int, line: str, break_: str) -> str:
    lines = lines_of(text)
    before = "".join(lines[:after])
    if before and not before.endswith(("\n", "\r")):
        before += break_
    return f"{before}{line}{break_}{''.join(lines[after:])}"


def _has_rule(ruleset: Ruleset, model: str, id: str) -> bool:
    return any(rule.id == id for each in ruleset.models if each.id == model for rule in each.rules)
