"""An import that is killed in the middle goes on there, and ends with every line once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ripeline.__main__ import main
from ripeline.settings import Settings
from ripeline.store.database import Database
from ripeline.store.opening import open_data

LINES = 40_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    open_data(Settings(data=tmp_path / "data")).close()
    return tmp_path / "data"


def write(file: Path, first: int, last: int) -> Path:
    with file.open("w") as out:
        for n in range(first, last):
            url = f"https://shop.example/p{n % 50}"
            out.write(
                json.dumps(
                    {"id": f"e{n}", "visitor": f"v{n % 500}", "on": "page", "url": url, "at": 1_795_000_000_000 + n}
                )
                + "\n"
            )
    return file


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["import", "events", *map(str, words)])


def stored(folder: Path) -> int:
    with closing(Database(folder / "ripeline.db")) as database, database.read() as conn:
        return int(conn.execute("SELECT count(*) FROM events").fetchone()[0])


def folded(folder: Path) -> tuple[int, int]:
    """How many events there are, and how many of them are in sessions."""
    with closing(Database(folder / "ripeline.db")) as database, database.read() as conn:
        (cursor,) = conn.execute("SELECT value FROM meta WHERE key = 'cursor'").fetchone()
        (last,) = conn.execute("SELECT max(seq) FROM events").fetchone()
        return int(cursor), int(last)


def kill_in_the_middle(file: Path, folder: Path) -> int:
    """Import until some is stored, then kill -9; how much there was."""
    command = [sys.executable, "-m", "ripeline", "import", "events", str(file), "--data", str(folder)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        until = time.monotonic() + 60
        while stored(folder) < 3_000:
            assert process.poll() is None, process.stderr
            assert time.monotonic() < until
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
    return stored(folder)


def test_an_import_that_was_killed_goes_on_and_ends_with_every_line_once(folder: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "events.ndjson", 0, LINES)
    there = kill_in_the_middle(file, folder)
    assert 3_000 <= there < LINES
    again = run(file, "--data", folder)
    assert f"cut short after line {there};" in again.stderr
    assert (again.exit_code, again.stdout) == (0, f"{LINES} imported, 0 already there, 0 bad\n")
    assert stored(folder) == LINES
    cursor, last = folded(folder)
    assert cursor == last


def test_an_import_that_came_to_its_end_begins_anew(folder: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "events.ndjson", 0, 1_200)
    assert run(file, "--data", folder).stdout == "1200 imported, 0 already there, 0 bad\n"
    again = run(file, "--data", folder)
    assert (again.stdout, again.stderr) == ("0 imported, 1200 already there, 0 bad\n", "")


def test_another_file_of_that_name_is_read_from_its_beginning(folder: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "events.ndjson", 0, 1_200)
    cut_short(file, folder)
    assert stored(folder) == 500
    write(file, 600, 1_900)
    done = run(file, "--data", folder)
    assert (done.stdout, done.stderr) == ("1300 imported, 0 already there, 0 bad\n", "")


def test_bad_lines_of_before_are_counted_too(folder: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "events.ndjson", 0, 1_200)
    file.write_text("{\n" + file.read_text())
    cut_short(file, folder)
    done = run(file, "--data", folder)
    assert (done.exit_code, done.stdout) == (1, "1200 imported, 0 already there, 1 bad\n")


def test_a_line_that_is_an_array_is_not_cut_in_two(folder: Path, tmp_path: Path) -> None:
    lines = write(tmp_path / "plain.ndjson", 0, 1_200).read_text().splitlines()
    file = tmp_path / "arrays.ndjson"
    file.write_text(lines[0] + "\n" + "".join(f"[{','.join(lines[n : n + 300])}]\n" for n in range(1, 1_200, 300)))
    cut_short(file, folder)
    assert stored(folder) == 601
    assert run(file, "--data", folder).stdout == "1200 imported, 0 already there, 0 bad\n"


def cut_short(file: Path, folder: Path) -> None:
    """Import until the first batch is stored."""
    code = f"""
import os
from ripeline.commands import appending
write = appending.Appending.write
def once(self, beside=None):
    write(self, beside)
    os._exit(9)
appending.Appending.write = once
from ripeline.__main__ import main
main(["import", "events", {str(file)!r}, "--data", {str(folder)!r}])
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True).returncode == 9
