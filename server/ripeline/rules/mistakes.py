"""Mistakes in a rule file, collected as they are found, each with its line, its rule and what would be right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import Final

from ripeline.errors import InvalidRules
from ripeline.rules.habits import needs_quotes
from ripeline.rules.lines import KeyPath, Lines
from ripeline.sentences import N_, Sentence

#: Whoever has made so many is told of these first.
_MOST: Final = 200
#: The nearest is looked for among so many names: all time zones are fewer.
_MOST_COMPARED: Final = 1_000
_NEEDS_QUOTES: Final = needs_quotes("", "").msgid


class Mistakes:
    """The mistakes of one file; `guessed` when the file was mended to be read (see `Parsed.guessed`)."""

    def __init__(self, file: str, lines: Lines, written: Sequence[InvalidRules] = ()) -> None:
        self.file = file
        self.lines = lines
        self.guessed = bool(written)
        self._found = list(written)

    def add(self, path: KeyPath, problem: Sentence) -> None:
        """Note what is wrong at a key path; the rule is read off the path. Raises them all once they are too many."""
        self._found.append(InvalidRules(self.file, self.lines.of(path), rule_at(path), problem))
        if len(self._found) >= _MOST:
            self.raise_any()

    def lacking(self, path: KeyPath, problem: Sentence) -> None:
        """Note that something is not there; not said of a mended file, where it may be in the part given up."""
        if not self.guessed:
            self.add(path, problem)

    def raise_any(self) -> None:
        """Raise the first in the order of the file, the others on its `others`; nothing if there are none."""
        if not self._found:
            return
        found = {(mistake.line, mistake.rule, mistake.problem): mistake for mistake in _agreeing(self._found)}
        first, *others = sorted(found.values(), key=lambda mistake: mistake.line)
        first.others = tuple(others)
        raise first


def _agreeing(found: Sequence[InvalidRules]) -> list[InvalidRules]:
    """Without the advice to put a word into quotes where, in quotes, it is no better."""
    refused = {(mistake.line, _refused_text(mistake.problem)) for mistake in found}
    return [
        mistake
        for mistake in found
        if mistake.problem.msgid != _NEEDS_QUOTES or (mistake.line, mistake.problem.values["written"]) not in refused
    ]


def _refused_text(problem: Sentence) -> object:
    """The text that cannot stand where it does, None when it is something else, or nearly right."""
    found = problem.values.get("found")
    return found.values.get("text") if isinstance(found, Sentence) and not problem.values.get("near") else None


def rule_at(path: KeyPath) -> str:
    """The rule id a key path is about, "" when it is about none."""
    if len(path) > 1 and path[0] == "rules":
        return str(path[1])
    if len(path) > 3 and path[0] == "models" and path[2] == "rules":
        return str(path[3])
    return ""


def nearest(word: str, known: Iterable[str]) -> Sentence | str:
    """ ": did you mean `x`?", or "" when nothing known is near."""
    close = get_close_matches(word.lower(), list(islice(known, _MOST_COMPARED)), n=1, cutoff=0.6)
    return meant(close[0]) if close else ""


def meant(word: str) -> Sentence:
    """ ": did you mean `x`?"."""
    return N_(": did you mean `%(word)s`?", word=word)


def called(word: str) -> Sentence:
    """The name of a key somebody knows by another one."""
    return N_("it is called `%(name)s`", name=word)


def of_a_person(name: str) -> Sentence:
    """How a rule asks what is known about a person."""
    return N_("what is known about a person is asked with `lead.%(name)s`", name=name)


def listed(words: Iterable[str]) -> Sentence | str:
    """`a`, `b` and `c`."""
    *most, last = [f"`{word}`" for word in words] or [N_("nothing")]
    return N_("%(most)s and %(last)s", most=", ".join(most), last=last) if most else last
