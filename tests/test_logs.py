"""What is written down of an error: its kind and its place, and words only where they are nobody's."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ripeline.errors import DataProblem
from ripeline.logs import LogFormat, log_to
from ripeline.saying_why import said_of, way_of
from ripeline.store.database import open_memory

ADA = "ada@example.com"
NOBODY: dict[str, str] = {}


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logging, and what hears of errors nobody waited for, as pytest has them."""
    root, hooks = logging.getLogger(), (threading.excepthook, sys.unraisablehook)
    kept = (root.handlers[:], root.level)
    yield
    root.handlers[:], root.level = kept[0], kept[1]
    logging.captureWarnings(False)
    threading.excepthook, sys.unraisablehook = hooks


def error_of(sql: str) -> Exception:
    conn = open_memory()
    try:
        conn.executescript("CREATE TABLE people (email TEXT UNIQUE, n INTEGER) STRICT;")
        conn.execute(sql, {"ada": ADA})
        conn.execute(sql, {"ada": ADA})
    except Exception as error:
        return error
    finally:
        conn.close()
    raise AssertionError("no error")


def test_words_are_kept_where_they_are_nobodys() -> None:
    assert said_of(ValueError(ADA)) == "ValueError"
    assert said_of(FileNotFoundError(2, "No such file or directory", f"/tmp/{ADA}")) == (
        "FileNotFoundError: No such file or directory"
    )
    assert said_of(DataProblem("the disk is full")) == "DataProblem: the disk is full"
    twice = error_of("INSERT INTO people (email) VALUES (:ada)")
    assert said_of(twice) == "IntegrityError: UNIQUE constraint failed: people.email"
    quoted = error_of(f"SELECT 'it''s {ADA}")
    assert said_of(quoted) == "OperationalError: unrecognized token: …"


def test_the_way_leads_through_every_error_before() -> None:
    def looks_up() -> None:
        try:
            NOBODY[ADA]
        except KeyError as error:
            raise ValueError(ADA) from error

    with pytest.raises(ValueError, match=ADA) as caught:
        looks_up()
    way = way_of(caught.value)
    assert (way[1], way[2], way[-1]) == ("KeyError", "and then:", "ValueError")
    assert way[0].startswith(f"{Path(__file__)}:")
    assert " in looks_up: " in way[0]
    assert ADA not in "".join(way)


@pytest.mark.parametrize("form", ["text", "json"])
def test_each_line_says_when_where_and_what(form: LogFormat) -> None:
    heard = io.StringIO()
    log_to(heard, form)
    try:
        raise ValueError(ADA)
    except ValueError as error:
        logging.getLogger("ripeline.fold").warning("%d of %s failed: %s", 3, "them", error, exc_info=True)
    logging.getLogger("asyncio").error("Task exception was never retrieved\ntask: <Task %s>", ADA)
    logging.getLogger("ripeline.fold").info("nothing to see")
    thread = threading.Thread(target=lambda: NOBODY[ADA])
    thread.start()
    thread.join()
    lines = heard.getvalue().splitlines()
    assert ADA not in heard.getvalue()
    if form == "json":
        first, second, third = (json.loads(line) for line in lines)
        assert (first["level"], first["logger"]) == ("warning", "ripeline.fold")
        assert (first["message"], first["error"]) == ("3 of them failed: ValueError", "ValueError")
        assert first["at"].endswith("Z")
        assert len(first["way"]) == 1
        assert (second["message"], set(second)) == (
            "Task exception was never retrieved",
            {"at", "level", "logger", "message"},
        )
        assert (third["message"], third["error"]) == ("something ended with an error nobody waited for", "KeyError")
    else:
        assert lines[0].endswith("Z WARNING ripeline.fold: 3 of them failed: ValueError")
        assert lines[2] == "    ValueError"
        assert lines[3].endswith("Z ERROR asyncio: Task exception was never retrieved")
