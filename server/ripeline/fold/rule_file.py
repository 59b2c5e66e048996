"""The rule file as a whole: right only when its scenarios end as they say, written whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ripeline.errors import Conflict, InvalidRules
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import load_rules, read_rules
from ripeline.scoring.scenarios import run_scenarios
from ripeline.sentences import N_, one_after_the_other
from ripeline.store.copies import sync_to_disk


def load_checked(path: Path) -> Ruleset:
    """The rule file, its scenarios played; raises `InvalidRules`, as `check` tells it."""
    return _played(load_rules(path), str(path))


def read_checked(text: str, file: str) -> Ruleset:
    """The same of a text that is to become the file."""
    return _played(read_rules(text, file), file)


def write_rules(path: Path, text: str) -> None:
    """Put the text in the place of the file, whole or not at all. Raises `Conflict` when it cannot be written."""
    # A link stays one: what it leads to is replaced.
    path = path.resolve()
    try:
        _require_writable(path)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, suffix=".part", delete=False) as part:
            try:
                part.write(text.encode())
                part.flush()
                os.fchmod(part.fileno(), stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o644)
                os.fsync(part.fileno())
                Path(part.name).replace(path)
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
        sync_to_disk(path.parent)
    except OSError as error:
        facts = {"path": path, "why": error.strerror}
        raise Conflict(N_("%(path)s cannot be written (%(why)s): change it where it comes from", **facts)) from error


def _require_writable(path: Path) -> None:
    """A file somebody made read-only is not to be replaced, though its folder would allow it."""
    if path.exists() and not path.stat().st_mode & stat.S_IWUSR:
        raise PermissionError(13, "it is read-only")


def _played(ruleset: Ruleset, file: str) -> Ruleset:
    failed = list(_failures(ruleset, file))
    if failed:
        failed[0].others = tuple(failed[1:])
        raise failed[0]
    return ruleset


def _failures(ruleset: Ruleset, file: str) -> Iterator[InvalidRules]:
    for result in run_scenarios(ruleset):
        if not result.passed:
            problems = one_after_the_other(result.problems)
            story = N_('scenario "%(name)s": %(problems)s', name=result.name, problems=problems)
            yield InvalidRules(file, result.line, "", story)
