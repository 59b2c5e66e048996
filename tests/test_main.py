"""The command line: quick, ordered, and honest about its exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ripeline.__main__ import COMMANDS, main


def test_help_lists_what_a_beginner_needs_first() -> None:
    said = CliRunner().invoke(main, ["--help"])
    listed = [line.split()[0] for line in said.output.partition("Commands:\n")[2].splitlines()]
    assert said.exit_code == 0
    assert listed[:5] == ["serve", "demo", "check", "user", "token"]
    assert listed == [entry.name for entry in COMMANDS]


@pytest.mark.parametrize("name", [entry.name for entry in COMMANDS])
def test_each_command_is_where_the_table_says_and_has_help(name: str) -> None:
    said = CliRunner().invoke(main, [name, "--help"])
    assert said.exit_code == 0, said.output
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.name == name


def test_an_unknown_command_is_wrong_usage() -> None:
    assert CliRunner().invoke(main, ["nonsense"]).exit_code == 2


def test_a_wrong_file_is_one_line_and_exit_1(tmp_path: Path) -> None:
    said = CliRunner().invoke(main, ["token", "create", "x", "--data", str(tmp_path / "nowhere")])
    assert said.exit_code == 1
    assert said.stderr.startswith("ripeline: no database in ")
    assert len(said.stderr.splitlines()) == 1


def test_no_password_is_asked_for_where_it_could_not_be_kept(tmp_path: Path) -> None:
    said = CliRunner().invoke(main, ["user", "add", "ada@example.com", "--data", str(tmp_path / "nowhere")])
    assert (said.exit_code, said.stdout) == (1, "")
    assert said.stderr.startswith("ripeline: no database in ")


def test_version_names_what_it_runs_on() -> None:
    said = CliRunner().invoke(main, ["version"])
    assert said.output.startswith("ripeline 0.")
    assert "SQLite 3." in said.output


def test_help_imports_neither_server_nor_database() -> None:
    heavy = ("starlette", "uvicorn", "sqlite_utils")
    code = f"import sys, ripeline.__main__; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
