"""What people write instead of TOML, each habit with what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ripeline.rules.globs import folded
from ripeline.rules.statements import masked, texts_in
from ripeline.sentences import N_, Sentence


@dataclass(frozen=True, slots=True)
class Finding:
    """One habit found in a statement: its offset, the problem in words, and the statement without it."""

    at: int
    problem: Sentence
    repaired: str


@dataclass(frozen=True, slots=True)
class Habit:
    """A pattern looked for outside strings and comments, its sentence (given what stands there and
    what would be right), and what to put in the first group's place."""

    pattern: re.Pattern[str]
    problem: Callable[[str, str], Sentence]
    replace: Callable[[str], str]


def needs_quotes(written: str, fixed: str) -> Sentence:
    """Said of a word without quotes, wherever it stands."""
    return N_("%(written)s is text and needs quotes: write %(fixed)s", written=written, fixed=fixed)


def _pattern_needs_quotes(written: str, fixed: str) -> Sentence:
    return N_("%(written)s is a pattern and needs quotes: write %(fixed)s", written=written, fixed=fixed)


_WORD_QUOTES: Final = "“”„«»‘’‚‹›"
_QUOTED: Final = re.compile(r"[“”„«‘‚‹\"]\s*([^“”„«»‘‚‹›\"\n]*?)\s*[”»“›’\"](?=\s*(?:[,=}\]\n#]|$))")
_BARE_KEY: Final = re.compile(r"[\w-]+(\s*\.\s*[\w-]+)*", re.ASCII)
_HEADING: Final = re.compile(r"\s*(\[{1,2})([^\]=#]*)(\]{0,2})([^#]*)")
_VALUE_ENDS: Final = r"(?=\s*(?:[,}\]\n]|$))"
#: What a text ends with that took the next key for its own, or all the rest of the line.
_SWALLOWED: Final = re.compile(r"\s*(?:,\s*(?:[\w.-]+\s*=\s*[\[{]?\s*)?|[,}\]].*|\s#.*)$")
_APOSTROPHE: Final = re.compile(r"'([^\"\n=]*'[^\"\n=]*?)'" + _VALUE_ENDS)

_HABITS: Final = (
    Habit(
        re.compile("([\u00a0\u2007\u202f\u200b\ufeff\u2060]+)"),
        lambda *_: N_(
            "there is an invisible character here (a non-breaking space, as Word makes them): "
            "type a plain space instead"
        ),
        lambda _: " ",
    ),
    Habit(
        re.compile(r"(?<![\w.,])([+-]?\d+,\d+)(?!\s*=)(?![\w.])"),
        lambda was, to: N_("%(written)s has a decimal comma: write %(fixed)s", written=was, fixed=to),
        lambda number: number.replace(",", "."),
    ),
    Habit(
        re.compile(r"[\w\"']\s*(:)(?=\s+/|\s*[\w\"'{\[+*-])"),
        lambda *_: N_("there is a `:` where an `=` is needed"),
        lambda _: " =",
    ),
    Habit(
        re.compile(r"=\s*([+-]?\.\d+)"),
        lambda was, to: N_("%(written)s begins with a point: write %(fixed)s", written=was, fixed=to),
        lambda number: number.replace(".", "0."),
    ),
    Habit(re.compile(r"(;)"), lambda *_: N_("there is a `;` where a `,` is needed"), lambda _: ","),
    Habit(re.compile(r"(,)(?=\s*\})"), lambda *_: N_("there is a `,` too many before the `}`"), lambda _: ""),
    Habit(
        re.compile(r"(?<=[\[=,])\s*(True|False|TRUE|FALSE|yes|no|oui|non|vrai|faux)" + _VALUE_ENDS),
        lambda was, to: N_("`%(written)s` is not a value here: write `%(fixed)s`", written=was, fixed=to),
        lambda word: "true" if folded(word) in ("true", "yes", "oui", "vrai") else "false",
    ),
    Habit(
        re.compile(r"(?<==)\s*(\"\x01*\"(?:\s*,\s*\"\x01*\"(?!\s*=))+)"),
        lambda _, to: N_("several texts are a list: write %(fixed)s", fixed=to),
        lambda texts: f"[{texts}]",
    ),
    Habit(
        re.compile(r"(?<=[\[=,])\s*([+-]?\d[\d.]*[ \t]*(?:pts?|points?|%|€))" + _VALUE_ENDS),
        lambda was, to: N_("%(written)s: a number stands alone, write %(fixed)s", written=was, fixed=to),
        lambda words: words.rstrip("abcdefghijklmnopqrstuvwxyz%€ \t"),
    ),
    Habit(
        re.compile(r"(?<=[\[=,])\s*([+-]?\d[\d.]*[ \t]*[A-Za-z][\w %]*?)" + _VALUE_ENDS),
        needs_quotes,
        lambda words: f'"{words}"',
    ),
    Habit(
        re.compile(r"(?<=[\[=,])[ \t]*((?!true\b|false\b|inf\b|nan\b)[^\W\d][^,=\[\]{}\"'\n]*?)" + _VALUE_ENDS),
        needs_quotes,
        lambda words: f'"{words}"',
    ),
    Habit(
        re.compile(r"(?<=[\[=,])[ \t]*([/*][^,=\[\]{}\"'\n]*?)" + _VALUE_ENDS),
        _pattern_needs_quotes,
        lambda pattern: f'"{pattern}"',
    ),
    Habit(
        re.compile(r"(?:^|[{,])\s*([^\s,={}\[\]\"']*\*[^\s,={}\[\]\"']*)(?=\s*=)"),
        _pattern_needs_quotes,
        lambda pattern: f'"{pattern}"',
    ),
    Habit(
        re.compile(r"[{,.]\s*([\w-]*[^\W\x00-\x7f][\w-]*)(?=\s*[.=])"),
        lambda was, to: N_(
            "`%(written)s` has an accent, as a name it needs quotes: write %(fixed)s", written=was, fixed=to
        ),
        lambda name: f'"{name}"',
    ),
    Habit(
        re.compile(r"[\"'\]}\w]([ \t]+)(?=[A-Za-z][\w.-]*\s*=)"),
        lambda *_: N_("a `,` is missing between two keys"),
        lambda _: ", ",
    ),
)


def slug(text: str) -> str:
    """The nearest usable id: "Étude de cas" → "etude-de-cas"."""
    return re.sub(r"[^a-z0-9]+", "-", folded(text)).strip("-")


def next_finding(statement: str) -> Finding | None:
    """The first habit found in a statement that is not TOML, None when it is none we know."""
    if statement.lstrip().startswith("["):
        return _heading(statement)
    quotes = (_word_quotes(statement), _apostrophe(statement), _unclosed_text(statement))
    first = (*quotes, _broken_over_lines(statement), _strange_name(statement))
    plain = masked(statement)
    for finding in (*first, *(_look(habit, statement, plain) for habit in _HABITS), _unclosed(statement)):
        if finding and finding.repaired != statement:
            return finding
    return None


def _look(habit: Habit, statement: str, plain: str) -> Finding | None:
    found = habit.pattern.search(plain)
    if not found:
        return None
    start, end = found.span(1)
    fixed = habit.replace(statement[start:end])
    problem = habit.problem(statement[start:end], fixed)
    return Finding(start, problem, statement[:start] + fixed + statement[end:])


def _heading(statement: str) -> Finding | None:
    found = _HEADING.match(statement)
    if not found:
        return None
    opening, inside, _, after = found.groups()
    closing = "]" * len(opening)
    heading = f"{opening}{'.'.join(filter(None, map(slug, inside.split('.'))))}{closing}"
    if after.strip():
        alone = N_("a heading stands alone on its line: %(heading)s, the rest below it", heading=heading)
        return Finding(found.start(4), alone, heading)
    return Finding(found.start(1), N_("this heading cannot be read: write %(heading)s", heading=heading), heading)


def _word_quotes(statement: str) -> Finding | None:
    repaired = _QUOTED.sub(r'"\1"', statement)
    changed = [found for found in _QUOTED.finditer(statement) if set(found[0]) & set(_WORD_QUOTES)]
    if not changed:
        return None
    shown = " ".join(dict.fromkeys(char for found in changed for char in found[0] if char in _WORD_QUOTES))
    problem = N_('%(shown)s are typographic quotes (Word makes them): write straight ones, "…"', shown=shown)
    return Finding(changed[0].start(), problem, repaired)


def _apostrophe(statement: str) -> Finding | None:
    found = _APOSTROPHE.search(statement)
    if not found:
        return None
    problem = N_('a text with an apostrophe stands between double quotes: write "%(text)s"', text=found[1])
    return Finding(found.start(), problem, f'{statement[: found.start()]}"{found[1]}"{statement[found.end() :]}')


def _unclosed_text(statement: str) -> Finding | None:
    """A text that goes on over the next key because its last quote is missing."""
    for begin, end in texts_in(statement):
        text = statement[begin + 1 : end]
        is_closed = text.endswith('"')
        follows = statement[end : end + 1]
        swallowed = _SWALLOWED.search(text.removesuffix('"'))
        if swallowed and swallowed.start() and (not is_closed or follows.isalnum() or follows in ("/", "*")):
            at = begin + 1 + swallowed.start()
            closed = f'{statement[begin:at]}"'
            problem = N_("a text is not closed, its last quote is missing: write %(closed)s", closed=closed)
            return Finding(begin, problem, f'{statement[:at]}"{statement[at:]}')
    return None


def _broken_over_lines(statement: str) -> Finding | None:
    plain = masked(statement)
    breaks = (at for at, char in enumerate(plain) if char == "\n" and plain.count("{", 0, at) > plain.count("}", 0, at))
    at = next(breaks, None)
    if at is None or plain.count("{") != plain.count("}"):
        return None
    problem = N_(
        "what stands between { and } must stay on one line: join the lines, "
        "or write the rule as a table of its own, [rules.its-id], with one key a line"
    )
    # Comments at the ends of lines would swallow what is joined behind them.
    joined = "".join(" " if mask in " \n" else char for char, mask in zip(statement, plain, strict=True))
    return Finding(at, problem, re.sub(r",(?=\s*})", "", joined))


def _strange_name(statement: str) -> Finding | None:
    raw, equals, rest = statement.partition("=")
    name = raw.strip()
    if not equals or not slug(name) or _BARE_KEY.fullmatch(name) or set(name) & set("\"':{*"):
        return None
    fixed = slug(name)
    problem = N_("`%(name)s` cannot be a name here (a–z, 0–9 and - only): write `%(fixed)s`", name=name, fixed=fixed)
    return Finding(0, problem, f"{fixed} ={rest}")


def _unclosed(statement: str) -> Finding | None:
    plain = masked(statement).rstrip()
    for opening, closing in ("{}", "[]"):
        missing = plain.count(opening) - plain.count(closing)
        if missing > 0:
            repaired = statement[: len(plain)] + closing * missing + statement[len(plain) :]
            return Finding(len(plain), N_("the closing `%(bracket)s` is missing", bracket=closing), repaired)
    return None
