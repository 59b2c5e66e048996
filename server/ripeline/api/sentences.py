"""What is wrong with a JSON body, in a sentence: the decoder's words put into ours."""

from __future__ import annotations

import re
from typing import Any, Final, get_args, get_type_hints

import msgspec

from ripeline.errors import InvalidRequest
from ripeline.rules.mistakes import listed, nearest

_UNKNOWN: Final = re.compile(r"unknown field `([^`]*)`")
_MISSING: Final = re.compile(r"missing required field `([^`]*)`")
_EXPECTED: Final = re.compile(r"Expected `([^`]*)`, got `([^`]*)`")
_TOO_LONG: Final = re.compile(r"Expected `str` of length <= (\d+)")
_PLACE: Final = re.compile(r"`\$\.([\w-]+)")

_WORDS: Final = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "int | float": "a number",
    "bool": "true or false",
    "object": "an object",
    "array": "an array",
    "null": "null",
}


def unknown(name: str, known: list[str]) -> str:
    """That nothing is called so, and what was perhaps meant."""
    near = nearest(name, known)
    if near:
        return f"`{name}` is not known; {near.removeprefix(': ')}"
    return (
        f"`{name}` is not known; there is {listed(known)}" if known else f"`{name}` is not known; there are none here"
    )


def of_body(error: msgspec.ValidationError, kind: type[Any]) -> InvalidRequest:
    """The first thing that is wrong with a body of that kind."""
    said = str(error)
    names = list(kind.__struct_encode_fields__)
    if found := _UNKNOWN.search(said):
        return InvalidRequest(found[1], unknown(found[1], names))
    if found := _MISSING.search(said):
        return InvalidRequest(found[1], "is missing")
    place = _PLACE.search(said)
    field = place[1] if place else "body"
    if said.startswith("Invalid enum value"):
        return InvalidRequest(field, f"must be one of {', '.join(_choices(kind, field))}")
    if found := _TOO_LONG.search(said):
        return InvalidRequest(field, f"is longer than {found[1]} characters")
    if said.startswith("Expected `int` "):
        return InvalidRequest(field, "must be an id: a whole number from 1 on")
    if found := _EXPECTED.search(said):
        return InvalidRequest(field, f"must be {_meant(found[1])}, not {_meant(found[2])}")
    return InvalidRequest(field, said.partition(" - at ")[0].lower())


def _meant(types: str) -> str:
    """`int | float | null` in words."""
    if types in _WORDS:
        return _WORDS[types]
    words = [_WORDS.get(each, each) for each in types.replace("int | float", "float").split(" | ")]
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]


def _choices(kind: type[Any], field: str) -> list[str]:
    """The words a key may have."""
    hint = get_type_hints(kind)[field]
    words = [word for part in (hint, *get_args(hint)) for word in get_args(part)]
    return [word for word in words if isinstance(word, str)]
