"""What the server prints of itself: warnings and errors, a line of text or of JSON each, nothing about a person."""

from __future__ import annotations

import json
import logging
import sys
import threading
import time
from typing import Any, Final, Literal, TextIO

from ripeline.saying_why import said_of, way_of
from ripeline.terminal import in_one_line, shown

LogFormat = Literal["text", "json"]
#: Everybody else's loggers: the first line of theirs says what, the rest may show what they were working on.
_OURS: Final = "ripeline"


def log_to(stream: TextIO, form: LogFormat) -> None:
    """From now on the process logs there, warnings of Python's and what ends a thread too."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines() if form == "text" else JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(True)
    threading.excepthook = lambda ended: _note_end(ended.exc_value)
    sys.unraisablehook = lambda lost: _note_end(lost.exc_value)


def _note_end(error: BaseException | None) -> None:
    logging.getLogger(_OURS).error("something ended with an error nobody waited for", exc_info=error)


class Lines(logging.Formatter):
    """Time, level, place and message; of an error the lines it came from, indented."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{_at(record)} {record.levelname} {record.name}: {_message(record)}"
        return "\n    ".join(map(in_one_line, [line, *_way(record)]))


class JsonLines(logging.Formatter):
    """The same as one object a line."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "at": _at(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": shown(_message(record)),
        }
        if way := _way(record):
            said |= {"error": way[-1], "way": way[:-1]}
        return json.dumps(said, ensure_ascii=False)


def _at(record: logging.LogRecord) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03}Z"


def _message(record: logging.LogRecord) -> str:
    args = record.args
    if isinstance(args, tuple):
        args = tuple(said_of(each) if isinstance(each, BaseException) else each for each in args)
    message = str(record.msg) % args if args else str(record.msg)
    return message if record.name.startswith(_OURS) else message.partition("\n")[0]


def _way(record: logging.LogRecord) -> list[str]:
    error = record.exc_info[1] if record.exc_info else None
    return way_of(error) if error is not None else []
