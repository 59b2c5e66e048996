"""What an environment says of a setting, and the slips that would otherwise pass in silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from ripeline.errors import InvalidSetting
from ripeline.sentences import N_

PREFIX: Final = "RIPELINE_"
_FILE: Final = "_FILE"

#: How near a name must be to one of ours to be called mistyped; what container platforms add by themselves is not.
_NEAR: Final = 0.6


def text_of(variable: str, environment: Mapping[str, str]) -> str | None:
    """What this variable, or the file another one names, holds; None for neither. Raises `InvalidSetting`."""
    text, file = environment.get(variable), environment.get(variable + _FILE)
    if not file:
        return _unquoted(variable, text) if text else None
    if text:
        raise InvalidSetting(variable + _FILE, file, f"{variable} is set too; one of them is enough")
    try:
        return Path(_unquoted(variable + _FILE, file)).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise InvalidSetting(variable + _FILE, file, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidSetting(variable + _FILE, file, "cannot be read: it is no text in UTF-8") from error


def mistyped(environment: Iterable[str], variables: Iterable[str]) -> Iterator[str]:
    """A sentence about each variable that is nearly one of ours."""
    known = {name.removeprefix(PREFIX): name for name in variables}
    for name in sorted(environment):
        short = name.removeprefix(PREFIX).removesuffix(_FILE)
        if name.startswith(PREFIX) and short not in known and (near := get_close_matches(short, known, 1, _NEAR)):
            yield N_(
                "%(name)s is no setting and changes nothing: did you mean %(near)s?", name=name, near=known[near[0]]
            )


def _unquoted(variable: str, text: str) -> str:
    """`docker run --env-file` and some others hand quotes on as a part of the value."""
    value = text.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        # The value may be a key: it is not repeated.
        raise InvalidSetting(variable, f"{value[0]}…{value[0]}", "the quotes are taken as a part of it; leave them out")
    return text
