"""Progress is silent for a second, and short where nobody watches."""

from __future__ import annotations

import io

from ripeline.commands.progress import Progress


class Terminal(io.StringIO):
    """A stream somebody watches."""

    def isatty(self) -> bool:
        return True


class Clock:
    """A clock that moves half a second at each look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.5
        return self.now


def test_quick_work_says_nothing() -> None:
    stream = Terminal()
    progress = Progress("Events scored", stream, lambda: 0.0)
    for done in range(100):
        progress(done, 100)
    progress.done()
    assert stream.getvalue() == ""


def test_a_terminal_sees_one_line_that_changes() -> None:
    stream = Terminal()
    progress = Progress("Events scored", stream, Clock())
    for done in (1, 1000, 2000):
        progress(done, 20_000)
    progress.done()
    assert stream.getvalue() == "\rEvents scored: 1 000 of 20 000\rEvents scored: 2 000 of 20 000\n"


def test_a_log_gets_a_line_a_tenth() -> None:
    stream = io.StringIO()
    progress = Progress("Events scored", stream, Clock())
    for done in range(1, 101):
        progress(done, 100)
    progress.done()
    assert len(stream.getvalue().splitlines()) <= 11


def test_where_the_end_is_unknown_only_the_count_is_told() -> None:
    stream = Terminal()
    progress = Progress("Lines read", stream, Clock())
    progress(1, 0)
    progress(5000, 0)
    assert stream.getvalue() == "\rLines read: 5 000"
