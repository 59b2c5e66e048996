"""What may be written down of an error: where it came from, never what somebody had sent.

The words of an error may hold the value that caused it, and so an e-mail address, a name or a token.
"""

from __future__ import annotations

import re
import secrets
import traceback
from typing import Final

from ripeline.errors import RipelineError

_QUOTED: Final = re.compile(r"['\"].*")
#: SQLite speaks of tables and columns, and quotes what is in them.
_SQLITE: Final = ("sqlite3", "pysqlite3")
#: What a note of ours on an error begins with; any other may hold what somebody had sent.
_REFERENCE: Final = "reference "
#: Easily read out: no 0 and O, no 1 and I.
_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def with_reference(error: BaseException) -> str:
    """Eight characters under which whoever met this error finds it in the log; an error has but one."""
    if given := _references(error):
        return given[0].removeprefix(_REFERENCE)
    made = "".join(secrets.choice(_LETTERS) for _ in range(8))
    reference = f"{made[:4]}-{made[4:]}"
    error.add_note(_REFERENCE + reference)
    return reference


def said_of(error: BaseException) -> str:
    """Its kind, and its words as far as they are nobody's: ours, the system's, SQLite's until it quotes something."""
    words = _words_of(error)
    kind = type(error).__name__
    return f"{kind}: {words}" if words else kind


def _words_of(error: BaseException) -> str:
    if isinstance(error, RipelineError):
        return str(error)
    if isinstance(error, OSError):
        return error.strerror or ""
    if type(error).__module__.startswith(_SQLITE):
        return _QUOTED.sub("…", " ".join(str(error).split()))
    return ""


def way_of(error: BaseException) -> list[str]:
    """Where it came from, line by line, with those it came from itself before it."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    frames = traceback.extract_tb(error.__traceback__)
    way = [f"{frame.filename}:{frame.lineno} in {frame.name}: {frame.line}" for frame in frames]
    said = " ".join([said_of(error), *(f"({reference})" for reference in _references(error))])
    return [*([*way_of(before), "and then:"] if before is not None else []), *way, said]


def _references(error: BaseException) -> list[str]:
    return [note for note in getattr(error, "__notes__", ()) if note.startswith(_REFERENCE)]
