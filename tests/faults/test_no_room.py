"""Commands that find no room, or may not write: one sentence, and no half file under a name that is looked for."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.faults.house import free_port
from tests.faults.small_disk import SmallDisk, small_disk

from ripeline.__main__ import main
from ripeline.settings import Settings
from ripeline.store.copies import FOLDER
from ripeline.store.database import Database
from ripeline.store.opening import open_data

#: Where no disk of our own can be made, no file grows beyond this.
_LARGEST = 200_000


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of more than a megabyte."""
    folder = tmp_path_factory.mktemp("no_room") / "data"
    open_data(Settings(data=folder)).close()
    visit = {"on": "page", "url": "https://shop.example/", "at": 1_795_284_000_000}
    lines = [json.dumps(visit | {"id": f"e{n}", "visitor": f"v{n}", "title": f"{n} " * 90}) for n in range(2_500)]
    file = folder.with_name("events.ndjson")
    file.write_text("\n".join(lines))
    assert CliRunner().invoke(main, ["import", "events", str(file), "--data", str(folder)]).exit_code == 0
    return folder


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", 1) as disk:
        yield disk


def run(disk: SmallDisk, *words: object) -> str:
    """What a command says that ends with 1."""
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (_LARGEST, _LARGEST))
    ended = subprocess.run(
        [sys.executable, "-m", "ripeline", *map(str, words)],
        preexec_fn=None if disk.how == "tmpfs" else limit,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1, ended
    assert "Traceback" not in ended.stderr
    assert ended.stderr.splitlines()[-1].startswith("ripeline: ")
    return ended.stderr.splitlines()[-1]


@pytest.mark.parametrize("command", ["backup", "export events"])
def test_what_is_written_for_people_is_whole_or_what_it_was(disk: SmallDisk, data: Path, command: str) -> None:
    file = disk.folder / "file"
    file.write_text("of yesterday")
    (disk.folder / "ballast").write_bytes(bytes(980_000))
    said = run(disk, *command.split(), file, "--data", data)
    assert f"{file}" in said
    assert "cannot be" in said
    assert file.read_text() == "of yesterday"
    assert {path.name for path in disk.folder.iterdir()} == {"file", "ballast"}


def test_a_restore_without_room_changes_nothing_and_says_why(disk: SmallDisk, data: Path, tmp_path: Path) -> None:
    backup, new = tmp_path / "backup.zip", disk.folder / "new"
    assert CliRunner().invoke(main, ["backup", str(backup), "--data", str(data)]).exit_code == 0
    said = run(disk, "restore", backup, "--data", new)
    assert said.startswith(f"ripeline: {backup} cannot be unpacked: ")
    assert said.endswith("Nothing was changed.")
    assert {path.name for path in new.iterdir()} <= {"ripeline.lock"}


def test_a_first_start_without_room_is_a_first_start_again(disk: SmallDisk) -> None:
    new, port = disk.folder / "new", free_port()
    ballast = disk.folder / "ballast"
    ballast.write_bytes(bytes(700_000))
    run(disk, "serve", "--data", new, "--port", port)
    assert {path.name for path in new.iterdir()} & {"ripeline.db", "secret"} == set()
    ballast.unlink()
    opened = open_data(Settings(data=new))
    opened.close()
    assert opened.is_new


def test_an_upgrade_without_room_for_the_copy_leaves_the_database_as_it_is(disk: SmallDisk, tmp_path: Path) -> None:
    folder = disk.folder / "data"
    open_data(Settings(data=folder)).close()
    with closing(Database(folder / "ripeline.db").writer()) as conn:
        conn.execute("DELETE FROM _sqlite_migrations WHERE id = (SELECT max(id) FROM _sqlite_migrations)")
    before = (folder / "ripeline.db").read_bytes()
    free = os.statvfs(folder)
    (disk.folder / "ballast").write_bytes(
        bytes(max(0, free.f_bavail * free.f_bsize - 150_000)) if disk.how == "tmpfs" else b""
    )
    said = run(disk, "serve", "--data", folder, "--port", free_port())
    assert "the database cannot be copied to" in said
    if disk.how == "tmpfs":
        assert "are free. Make room" in said
    assert (folder / "ripeline.db").read_bytes() == before
    assert list((folder / FOLDER).iterdir()) == []


def _as_a_plain_user(*words: str) -> subprocess.CompletedProcess[str]:
    """Root writes everything, but for what is taken from it here."""
    before = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    command = [*before, sys.executable, "-m", "ripeline", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("what", ["ripeline.db", "."])
def test_a_command_of_another_user_is_told_so_and_to_restore_nothing(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "data"
    open_data(Settings(data=folder)).close()
    place = folder / what
    place.chmod(0)
    ended = _as_a_plain_user("backup", str(tmp_path / "backup.zip"), "--data", str(folder))
    place.chmod(0o700)
    sentence = f"ripeline: {place} may not be read and written by this user; run this as the server's user"
    assert (ended.returncode, ended.stderr.splitlines()) == (1, [sentence])


@pytest.mark.parametrize("what", ["ripeline.db", "."])
def test_what_may_not_be_written_stops_the_start(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "data"
    open_data(Settings(data=folder)).close()
    place = folder / what
    place.chmod(0o500)
    ended = _as_a_plain_user("serve", "--data", str(folder), "--port", str(free_port()))
    place.chmod(0o700)
    assert ended.returncode == 1, ended
    assert ended.stderr.splitlines() == [f"ripeline: {place} is read-only for this user. Nothing was changed."]
    # A log file made beside a database that is read-only would be so for ever.
    assert {path.name for path in folder.iterdir()} == {"ripeline.db", "ripeline.lock", "rules.toml", "secret"}
