"""The rules of the house that no linter knows: sizes, names, where SQL and the environment may stand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "server" / "ripeline"
MODULES = sorted(PACKAGE.rglob("*.py"))

LONGEST_MODULE = 250
LONGEST_FUNCTION = 40
MEDIAN_FUNCTION = 8
MOST_PARAMETERS = 5

MODULE_NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "manager", "service", "handler", "data", "info", "common", "misc"}


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_stays_small(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "one line opens every module"
    assert text.count("\n") <= LONGEST_MODULE, "split it along the domain"
    for function in functions(tree):
        assert length(function) <= LONGEST_FUNCTION, function.name
        arguments = function.args
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        # A command's parameters are its options: click passes each by name.
        if "commands" not in module.parts:
            assert len([one for one in named if one.arg not in ("self", "cls")]) <= MOST_PARAMETERS, function.name


def test_half_of_all_functions_are_short() -> None:
    lengths = [length(f) for module in MODULES for f in functions(ast.parse(module.read_text(encoding="utf-8")))]
    assert median(lengths) <= MEDIAN_FUNCTION


def test_modules_are_named_after_the_domain() -> None:
    names = {module.stem for module in MODULES}
    assert not names & MODULE_NAMES_THAT_SAY_NOTHING


SQL = re.compile(
    r"\b(SELECT\b.+\bFROM|INSERT\s+INTO|UPDATE\b.+\bSET|DELETE\s+FROM|CREATE\s+TABLE|PRAGMA\s)\b", re.DOTALL
)


@pytest.mark.parametrize(
    "module", [m for m in MODULES if "store" not in m.parts], ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_sql_stands_only_in_store(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    docstrings = {id(node.body[0].value) for node in ast.walk(tree) if _has_docstring(node)}  # type: ignore[attr-defined]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            assert not SQL.search(node.value), f"line {node.lineno}"


def _has_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and bool(
        ast.get_docstring(node)
    )


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_settings_reads_the_environment(module: Path) -> None:
    if module.name == "settings.py":
        return
    assert not re.search(r"\b(os\.environ|getenv|environb?\[)", module.read_text(encoding="utf-8"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_sqlite_comes_from_one_library(module: Path) -> None:
    """Two SQLite libraries in one process drop each other's locks."""
    assert not re.search(r"^\s*(import sqlite3|from sqlite3)", module.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_top_level_is_what_was_promised() -> None:
    for name in ("server", "tracker", "admin", "rules.toml", "Dockerfile", "pyproject.toml", "tests"):
        assert (ROOT / name).exists(), name
    for folder in ("admin", "tracker"):
        assert not [p for p in (ROOT / folder).rglob("*.py") if "node_modules" not in p.parts]


def test_nothing_is_left_to_do_in_the_code() -> None:
    for module in MODULES:
        assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", module.read_text(encoding="utf-8")), module
