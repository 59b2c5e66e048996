"""Everything that can go wrong and is somebody's to mend, each error carrying the facts of its case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from ripeline.sentences import N_, Sentence, said

EventProblem = Literal[
    "bad_body",
    "bad_email",
    "bad_id",
    "bad_item",
    "bad_name",
    "bad_props",
    "bad_text",
    "bad_time",
    "bad_url",
    "bad_visitor",
    "in_future",
    "no_file",
    "no_person",
    "too_deep",
    "too_large",
    "too_many_props",
]


class RipelineError(Exception):
    """The root of all our errors; its text is one sentence for a person."""

    def said(self, gettext: Callable[[str], str]) -> str:
        """That sentence by a catalogue, where it has it."""
        return str(said(self.args[0], gettext)) if self.args else ""


class InvalidEvent(RipelineError):
    """One event that cannot be stored; `code` is what its sender is told, `field` the wire key at fault."""

    def __init__(self, code: EventProblem, field: str = "", problem: str = "") -> None:
        super().__init__(f"{field or 'event'}: {problem or code}")
        self.code: EventProblem = code
        self.field = field
        self.problem = problem


class ReferrerSpam(RipelineError):
    """One event that is dropped on purpose: it claims to come from a host nobody ever comes from."""


class InvalidRules(RipelineError):
    """A rule file that cannot be used: where (file, 1-based line, rule id) and what would be right.

    `others` are the mistakes found after this one in the same file, so that all can be mended at once.
    """

    def __init__(self, file: str, line: int, rule: str, problem: Sentence) -> None:
        about = N_("%(rule)s: %(problem)s", rule=rule, problem=problem) if rule else problem
        where = N_("%(file)s:%(line)d", file=file, line=line) if line else file
        super().__init__(N_("%(where)s: %(problem)s", where=where, problem=about))
        self.file = file
        self.line = line
        self.rule = rule
        self.problem = problem
        self.others: tuple[InvalidRules, ...] = ()


class InvalidSetting(RipelineError):
    """A setting that stops the start: its name, the value given and what would be right."""

    def __init__(self, name: str, value: object, problem: str) -> None:
        super().__init__(f"{name}={value!r}: {problem}")
        self.name = name
        self.value = value
        self.problem = problem


class NotFound(RipelineError):
    """Nothing of that kind under that key."""

    def __init__(self, what: str, key: object) -> None:
        super().__init__(N_("no %(what)s %(key)s", what=what, key=repr(key)))
        self.what = what
        self.key = key


class InvalidRequest(RipelineError):
    """A question nobody can answer as it is asked: the parameter at fault and what would be right."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class TooLarge(RipelineError):
    """More was sent than is read: `most` bytes are."""

    def __init__(self, most: int) -> None:
        super().__init__(f"at most {most} bytes")
        self.most = most


class Conflict(RipelineError):
    """What was asked does not fit what is so by now; the text says what that is."""


class DataProblem(RipelineError):
    """The data folder or a file in it is not as it must be; the text says which, and the way out."""


class LogRefused(RipelineError):
    """The log takes nothing now; try again after `retry_after` seconds with the same event ids."""

    def __init__(self, reason: str, retry_after: int = 1) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class BeingRescored(LogRefused):
    """What is asked rests on scores, and all are being made anew: `done` of so many leads are."""

    def __init__(self, done: int, total: int, retry_after: int) -> None:
        super().__init__(
            N_(
                "all scores are being made anew (%(done)s of %(total)s leads are): until then leads cannot be changed. "
                "Events are taken and kept; try again soon",
                done=done,
                total=total,
            ),
            retry_after,
        )


class Crowded(LogRefused):
    """More wait for the same thing than there is room for; nothing was begun."""
