"""JSON Schemas of answers, drawn off the examples of them: what is there and of which type; any of it may be null."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

Schema = dict[str, Any]

#: Objects whose keys are names of the owner's: of models, rules, bands, attributes.
_BY_NAME: Final = frozenset({"attributes", "limits", "next", "props", "refused", "rules", "scores"})

#: In an example: anything; in an object or at the end of a list also: and more.
_ANY: Final = "…"


def shape_of(examples: Sequence[Any], name: str = "") -> Schema:
    """What all of these are; {} when they do not say."""
    said = [each for each in examples if each is not None and each != _ANY]
    if said and all(isinstance(each, dict) for each in said):
        return _object(said, name)
    if said and all(isinstance(each, list) for each in said):
        return {"type": ["array", "null"], "items": shape_of([item for each in said for item in each])}
    types = {_type(each) for each in said}
    return {"type": [*sorted(types), "null"]} if types and "" not in types else {}


def _object(said: Sequence[dict[str, Any]], name: str) -> Schema:
    keys = list(dict.fromkeys(key for each in said for key in each if key != _ANY))
    values = {key: [each[key] for each in said if key in each] for key in keys}
    if name in _BY_NAME:
        all_values = [value for of_key in values.values() for value in of_key]
        return {"type": ["object", "null"], "additionalProperties": _value(name, all_values)}
    return {"type": ["object", "null"], "properties": {key: shape_of(value, key) for key, value in values.items()}}


def _value(name: str, examples: Sequence[Any]) -> Schema:
    """People's own values are of any type."""
    return {} if name in ("attributes", "props") else shape_of(examples)


def _type(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "string" if isinstance(value, str) else ""
