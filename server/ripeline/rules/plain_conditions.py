"""`where` and `lead` in plain words: "job is like “student”", "l’adresse ressemble à « /tarifs* »"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ripeline.rules.model import Condition
from ripeline.rules.plain_words import Language

Of = Literal["lead", "where"]


def conditions_in_words(conditions: Sequence[Condition], of: Of, language: Language) -> str:
    """All conditions joined by "and"; of the person (`lead`) or of the event (`where`)."""
    return language.messages["and"].join(part for one in conditions for part in _parts(one, of, language))


def _parts(condition: Condition, of: Of, language: Language) -> list[str]:
    if of == "lead" and condition.key == "freemail" and condition.globs in (("true",), ("false",)):
        return [language.say("freemail.yes" if condition.globs == ("true",) else "freemail.no")]
    what = _what(condition.key, of, language)
    parts = [_texts(what, condition.globs, of, language)] if condition.globs else []
    if condition.refused:
        parts.append(_texts(what, condition.refused, of, language, refused=True))
    if condition.minimum is not None or condition.maximum is not None:
        parts.append(_bounds(what, condition, language))
    return parts


def _what(key: str, of: Of, language: Language) -> str:
    name = key.removeprefix("props.").replace("_", " ")
    return language.say(language.nearest(of, key), name=name)


def _texts(what: str, globs: Sequence[str], of: Of, language: Language, *, refused: bool = False) -> str:
    if any(not glob.strip("*") for glob in globs):
        return language.say("unknown" if refused else "known", what=what)
    key = "like" if any("*" in glob for glob in globs) else "is"
    # People know the stars of an address; of a job only the word is worth reading.
    shown = [_value(glob.strip("*") if of == "lead" else glob, language) for glob in globs]
    return language.say(f"{key}.not" if refused else key, what=what, values=language.any_of(shown))


def _value(text: str, language: Language) -> str:
    plain = {"true": language.messages["yes"], "false": language.messages["no"]}
    return plain.get(text) or language.quoted(text)


def _bounds(what: str, condition: Condition, language: Language) -> str:
    low = "" if condition.minimum is None else language.number(condition.minimum)
    high = "" if condition.maximum is None else language.number(condition.maximum)
    return language.say("between" if low and high else "min" if low else "max", what=what, low=low, high=high)
