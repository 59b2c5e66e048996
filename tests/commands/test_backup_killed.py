"""kill -9 before each thing a backup or a restore does to files: old or new, never something between."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any, Final

from tests.calibration.white_paper_house import folder_of, run
from tests.commands.test_backup import MARC, emails, erase, leads, names
from tests.faults.forked import is_killed

from ripeline.commands.backup import make_backup
from ripeline.commands.restore import restore_backup
from ripeline.settings import Settings
from ripeline.store.backup_file import NAMES
from ripeline.store.copies import problems_of
from ripeline.store.database import open_file
from ripeline.store.opening import open_data
from ripeline.store.putting_back import finish, is_unfinished

NOW: Final = 1_795_284_000_000
#: What Python announces before it does it; all that changes which files there are.
CHANGES: Final = frozenset({"os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree", "open"})
WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def killed_before(change: int, work: Callable[[], object]) -> bool:
    """Do it in a process that is killed before its so manieth change of files; whether it came to that."""

    def cut_short() -> None:
        changes = count()

        def hear(event: str, said: tuple[Any, ...]) -> None:
            is_change = event in CHANGES and (event != "open" or said[2] & WRITES)
            if is_change and next(changes) >= change:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hear)
        work()

    return is_killed(cut_short)


def house(tmp_path: Path) -> tuple[Path, Path]:
    """A folder from which Marc was erased, and a backup from before."""
    data, saved = tmp_path / "data", tmp_path / "backup.zip"
    data.mkdir()
    folder_of(data)
    make_backup(Settings(data=data), saved)
    erase(data, MARC)
    return data, saved


def is_whole(folder: Path) -> None:
    with closing(open_file(folder / "ripeline.db")) as conn:
        assert problems_of(conn) == ""


def test_a_killed_backup_has_no_name_and_leaves_the_one_before(tmp_path: Path) -> None:
    data, saved = house(tmp_path)
    before, settings = saved.read_bytes(), Settings(data=data)
    for change in count():
        if not killed_before(change, lambda: make_backup(settings, saved)):
            break
        if saved.read_bytes() != before:
            # Its name is the last thing it gets: from then on it is whole.
            restore_backup(_empty(tmp_path / f"new-{change}"), saved, None, NOW)
            assert MARC not in emails(tmp_path / f"new-{change}")
    assert change > 4
    assert names(tmp_path) - {name for name in names(tmp_path) if name.startswith("new-")} == {"data", "backup.zip"}


def _empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_a_killed_restore_leaves_the_old_data_or_the_new(tmp_path: Path) -> None:
    data, saved = house(tmp_path)
    (data / "channels.toml").write_text("# of before\n", encoding="utf-8")
    (data / "rules.toml").write_text((data / "rules.toml").read_text("utf-8") + "\n# of before\n", encoding="utf-8")
    old, seen = leads(data), set()
    for change in count():
        folder = tmp_path / str(change)
        shutil.copytree(data, folder)
        is_killed = killed_before(change, lambda folder=folder: restore_backup(folder, saved, None, NOW))  # type: ignore[misc]
        counts = is_unfinished(folder)
        opened = open_data(Settings(data=folder), NOW)
        opened.close()
        is_new = "# of before" not in (folder / "rules.toml").read_text("utf-8")
        seen.add((counts, is_new))
        # All of the one or all of the other, and who was erased is in neither.
        assert (folder / "channels.toml").exists() != is_new
        assert leads(folder) == old
        is_whole(folder)
        assert opened.secret == (data / "secret").read_bytes()
        assert not opened.is_new
        assert not (folder / "restored").exists()
        if is_new:
            (aside,) = folder.glob("before-restore-*")
            assert leads(aside) == old
            assert {"ripeline.db", "secret", "rules.toml", "channels.toml", "erased.txt"} <= names(aside)
        if not is_killed:
            break
        shutil.rmtree(folder)
    assert change > 15
    assert seen == {(False, False), (True, True), (False, True)}


def test_what_finishes_a_restore_may_be_killed_too(tmp_path: Path) -> None:
    data, saved = house(tmp_path)
    for cut in count():
        folder = tmp_path / f"cut-{cut}"
        shutil.copytree(data, folder)
        if not killed_before(cut, lambda folder=folder: restore_backup(folder, saved, None, NOW)):  # type: ignore[misc]
            break
        if is_unfinished(folder):
            assert "was cut short" in run("rescore", "--verify", "--data", folder).stderr
            for change in count():
                if not killed_before(change, lambda folder=folder: finish(folder)):  # type: ignore[misc]
                    break
            assert not is_unfinished(folder)
            assert set(NAMES) - {"channels.toml"} <= names(folder)
            is_whole(folder)
        shutil.rmtree(folder)


def test_a_restore_that_was_cut_short_early_is_only_begun_again(tmp_path: Path) -> None:
    data, saved = house(tmp_path)
    assert killed_before(6, lambda: restore_backup(data, saved, None, NOW))
    assert "restoring" in names(data)
    assert run("restore", saved, "--data", data).exit_code == 0
    assert not {"restoring", "restored"} & names(data)
