"""A text that came back from a browser, which knows one kind of line end only: what was left alone stays as it was."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Final

#: The mark some editors put at the front of a file.
MARK: Final = "\ufeff"
#: Comparing more lines of a text with both kinds of ends would take long; they then all get the kind most have.
_MOST_LINES: Final = 5_000


def shown(text: str) -> str:
    """The text as an editor on a page shows it."""
    return text.removeprefix(MARK).replace("\r\n", "\n")


def retyped(before: str, typed: str) -> str:
    """What became of `before` when its `shown` text was changed to `typed`, with its own line ends and its mark."""
    mark = MARK if before.startswith(MARK) else ""
    return mark + _with_ends(before.removeprefix(MARK).split("\n"), shown(typed).split("\n"))


def _with_ends(before: list[str], after: list[str]) -> str:
    ends = [line.endswith("\r") for line in before[:-1]]
    usual = "\r" if 2 * sum(ends) > len(ends) else ""
    made = [f"{line}{usual}" for line in after[:-1]] + after[-1:]
    if len(set(ends)) > 1 and len(ends) <= _MOST_LINES >= len(after):
        plain = [line.removesuffix("\r") for line in before]
        for block in SequenceMatcher(None, plain, after, autojunk=False).get_matching_blocks():
            for at in range(block.size):
                if block.b + at < len(after) - 1 and block.a + at < len(ends):
                    made[block.b + at] = before[block.a + at]
    return "\n".join(made)
