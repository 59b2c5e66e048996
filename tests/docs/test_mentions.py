"""What the pages for people name is there: commands and their flags, variables, pages and headings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import click
import pytest
from tests.docs.conversation import DOCS

from ripeline.__main__ import COMMANDS, main
from ripeline.settings import SETTINGS

ROOT: Final = DOCS.parent
PAGES: Final = [
    *sorted(DOCS.rglob("*.md")),
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "tracker/README.md")),
]
NAMES: Final = [str(page.relative_to(ROOT)) for page in PAGES]

each_page = pytest.mark.parametrize("written", PAGES, ids=NAMES)


def code(text: str) -> list[str]:
    """Lines of code blocks, and what stands between backticks."""
    blocks = re.findall(r"(?ms)^ *```\w*[^\n]*\n(.*?)^ *```", text)
    prose = re.sub(r"(?ms)^ *```.*?^ *```", "", text)
    return [line for block in blocks for line in block.splitlines()] + re.findall(r"`([^`]+)`", prose)


def subject(words: list[str]) -> tuple[click.Command, int] | None:
    """The command these words begin with, and how many words name it; None when they name none."""
    context = click.Context(main)
    command: click.Command | None = main
    for count, word in enumerate(words):
        if not isinstance(command, click.Group):
            return (command, count) if command else None
        command = command.get_command(context, word)
    return (command, len(words)) if command and not isinstance(command, click.Group) else None


@each_page
def test_every_command_is_there_and_takes_its_flags(written: Path) -> None:
    for line in code(written.read_text(encoding="utf-8")):
        for call in re.findall(r"(?:^|[\s/])ripeline (?!ripeline )([a-z][^#&|;]*)", line.replace("\n", " ")):
            found = subject(re.findall(r"^[a-z]+|(?<= )[a-z]+", call)[:2] or [call])
            assert found, f"ripeline {call}"
            known = {option for parameter in found[0].params for option in parameter.opts} | {"--help"}
            assert set(re.findall(r"(?<![\w-])--[a-z-]+", call)) <= known, f"ripeline {call}"


def leaves() -> dict[str, click.Command]:
    """Every command that does something, by its whole name."""
    context = click.Context(main)
    found: dict[str, click.Command] = {}
    for entry in COMMANDS:
        command = main.get_command(context, entry.name)
        assert command
        parts = command.commands.items() if isinstance(command, click.Group) else [("", command)]
        found |= {f"{entry.name} {name}".strip(): leaf for name, leaf in parts}
    return found


def test_every_command_has_its_row() -> None:
    table = (DOCS / "operations.md").read_text(encoding="utf-8").partition("## Commands")[2].partition("\n## ")[0]
    assert re.findall(r"(?m)^\| `ripeline ([a-z ]+)`", table) == list(leaves())


def variables() -> set[str]:
    """Settings, what commands read by themselves, and what compose.yaml asks for."""
    of_settings = {setting.variable for setting in SETTINGS}
    of_commands = {str(each.envvar) for leaf in leaves().values() for each in leaf.params if each.envvar}
    of_compose = set(re.findall(r"\$\{(RIPELINE_\w+)", (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    return of_settings | {f"{name}_FILE" for name in of_settings} | of_commands | of_compose


@each_page
def test_every_variable_is_there(written: Path) -> None:
    named = set(re.findall(r"\bRIPELINE_[A-Z_]*[A-Z]\b", written.read_text(encoding="utf-8")))
    assert named <= variables()


@each_page
def test_every_make_target_is_there(written: Path) -> None:
    targets = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    for line in code(written.read_text(encoding="utf-8")):
        for words in re.findall(r"(?:^|&& )make ([a-z ]+)", line):
            assert set(words.split()) <= targets, line


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"(?m)^#+ (.*)$", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("written", [page for page in PAGES if page.name != "README.md" or page.parent == DOCS])
def test_every_link_leads_somewhere(written: Path) -> None:
    text = re.sub(r"(?ms)^```.*?^```", "", written.read_text(encoding="utf-8"))
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)", text):
        place = (written.parent / target).resolve() if target else written
        assert place.exists(), target
        assert not anchor or anchor in anchors(place), f"{target}#{anchor}"


def test_every_page_is_in_the_index() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    for page in DOCS.glob("*.md"):
        assert page.name == "README.md" or f"]({page.name})" in index, page.name
