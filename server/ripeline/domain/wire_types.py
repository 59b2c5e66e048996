"""The types of the wire: limits that msgspec checks while it decodes, and the code of each that fails."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any, Final

from msgspec import Meta, ValidationError

from ripeline.errors import EventProblem, InvalidEvent

MOST_PROPS: Final = 50
DEEPEST: Final = 20
LARGEST_EVENT: Final = 32 * 1024

# Beyond 2^53 JSON readers disagree about integers.
_MOST: Final = 2**53

Word = Annotated[str, Meta(max_length=64)]
Text = Annotated[str, Meta(max_length=2048)]
Whole = Annotated[int, Meta(ge=-_MOST, le=_MOST)]
Finite = Annotated[float, Meta(ge=-1e300, le=1e300)]
Value = Text | Whole | Finite | bool | None
Props = Annotated[dict[Word, Value], Meta(max_length=MOST_PROPS)]
# Only looked up, never stored: an odd one must not cost the form.
Hints = dict[str, str]

#: What msgspec raises of a decoded value that is not as it should be; the second of a text with half a character.
UNFIT: Final = (ValidationError, UnicodeEncodeError)

_PATH: Final = re.compile(r"\$\.(\w+)")

_CODES: Final[dict[str, EventProblem]] = {
    **dict.fromkeys(("i", "id"), "bad_id"),
    **dict.fromkeys(("n", "on"), "bad_name"),
    **dict.fromkeys(("u", "url"), "bad_url"),
    **dict.fromkeys(("r", "referrer"), "bad_url"),
    **dict.fromkeys(("h", "title"), "bad_text"),
    **dict.fromkeys(("a", "at"), "bad_time"),
    **dict.fromkeys(("k", "item"), "bad_item"),
    **dict.fromkeys(("p", "props", "f", "traits", "source", "verified"), "bad_props"),
    "visitor": "bad_visitor",
    "email": "bad_email",
}


def explained(item: object, error: Exception) -> InvalidEvent:
    """Why this decoded JSON value is no event: the code of the first field at fault, or of the whole."""
    if not isinstance(item, dict):
        return InvalidEvent("bad_item", "", "is not an object")
    if depth_of(item) > DEEPEST:
        return InvalidEvent("too_deep", "", f"nested deeper than {DEEPEST}")
    found = _PATH.search(str(error))
    field = found.group(1) if found else ""
    code = _CODES.get(field, "bad_item")
    values = item.get(field)
    if code == "bad_props" and isinstance(values, dict) and len(values) > MOST_PROPS:
        code = "too_many_props"
    return InvalidEvent(code, field, str(error))


def depth_of(value: Any) -> int:
    """How deep arrays and objects are nested (0 for a plain value), counted without recursion."""
    depth, level = 0, [value]
    while level := [child for one in level for child in _children(one)]:
        depth += 1
    return depth


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
