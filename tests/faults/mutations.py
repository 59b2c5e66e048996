"""Tests that test the tests: the product is broken in eight known ways, and each must turn a test red.

    python -m tests.faults.mutations [NAME]

In a copy, so that nothing is left behind when it is cut off. Ends with 1 when a broken product is taken for whole.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
#: What tests need of a checkout.
COPIED: Final = ("server", "admin", "tests", "tracker", "docs", "rules.toml", "pyproject.toml", "README.md", "Makefile")
PATIENCE_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Edit:
    """`then` instead of `now`, which stands exactly once in the file."""

    file: str
    now: str
    then: str


@dataclass(frozen=True, slots=True)
class Mutation:
    """A way to break the product, and where a test must notice."""

    name: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]


_APPEND: Final = "            outcomes = append_batch(self._conn, batch, self._dictionary)\n"
_PAID: Final = "limit.points - sum([points for _, points in awards])"
_LEFT: Final = """limit.points - sum(
            [
                __import__("ripeline.scoring.fading").scoring.fading.fading_of(match.rule.decay).left(
                    points, max(0, (moment.event.at - at) // 86_400_000)
                ) if match.rule.decay and limit.per not in ("day", "ever") else points
                for at, points in awards
            ]
        )"""

MUTATIONS: Final = (
    Mutation(
        "answer before commit",
        (
            Edit(
                "server/ripeline/worker/writer.py",
                _APPEND,
                "            self._events.answer(batch, [[True] * len(each.events) for each in batch])\n" + _APPEND,
            ),
            Edit("server/ripeline/worker/writer.py", "        self._events.answer(batch, outcomes)\n", ""),
        ),
        ("tests/worker/test_writer.py", "tests/worker/test_killed_writer.py"),
    ),
    Mutation(
        "synchronous=NORMAL",
        (Edit("server/ripeline/store/database.py", '"PRAGMA synchronous = FULL"', '"PRAGMA synchronous = NORMAL"'),),
        ("tests/store/test_database.py", "tests/faults/test_power_loss.py"),
    ),
    Mutation(
        "autoescape off",
        (Edit("server/ripeline/templating/environment.py", "autoescape=True", "autoescape=False"),),
        ("tests/pages/test_said.py", "tests/pages/test_lead_page.py"),
    ),
    Mutation(
        "no conflict clause",
        (Edit("server/ripeline/store/log_rows.py", " ON CONFLICT DO NOTHING", ""),),
        ("tests/store/test_log_rows.py", "tests/worker/test_writer.py"),
    ),
    Mutation(
        "no origin check",
        (
            Edit(
                "server/ripeline/collect/origins.py",
                "if self._registered and origin not in self._registered:",
                "if False:",
            ),
        ),
        ("tests/collect/test_cors.py",),
    ),
    Mutation(
        "no address pinning",
        (Edit("server/ripeline/outbox/web.py", "self._wire.connect_tcp(address,", "self._wire.connect_tcp(host,"),),
        ("tests/outbox/test_web.py",),
    ),
    Mutation(
        "> for >= at the threshold",
        (
            Edit(
                "server/ripeline/scoring/bands.py",
                "holds = score >= (leave if is_on else enter)",
                "holds = score > (leave if is_on else enter)",
            ),
        ),
        ("tests/scoring/test_cases.py", "tests/scoring/test_bands.py"),
    ),
    Mutation(
        "caps applied after decay",
        (Edit("server/ripeline/scoring/steps.py", _PAID, _LEFT),),
        ("tests/scoring/test_cases.py", "tests/scoring/test_cases_time.py"),
    ),
)


def mutate(tree: Path, mutation: Mutation) -> None:
    """Raises ValueError when the product no longer looks as the mutation was written for."""
    for edit in mutation.edits:
        file = tree / edit.file
        text = file.read_text("utf-8")
        if text.count(edit.now) != 1:
            raise ValueError(f"{mutation.name}: {edit.file} holds {text.count(edit.now)} times, not once: {edit.now}")
        file.write_text(text.replace(edit.now, edit.then), "utf-8")


def copy_of(root: Path, folder: Path) -> Path:
    tree = folder / "tree"
    ignored = shutil.ignore_patterns("__pycache__", "node_modules", ".venv")
    for name in COPIED:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=ignored, symlinks=True)
        else:
            tree.mkdir(exist_ok=True)
            shutil.copy2(source, tree / name)
    return tree


def first_red(tree: Path, tests: tuple[str, ...]) -> str:
    """The first test that fails there, "" when all pass; raises RuntimeError when they could not be run."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-n0", "-p", "no:cacheprovider", "--tb=no", "-rfE", *tests],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree / "server"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    if done.returncode == 0:
        return ""
    found = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    if done.returncode != 1 or found is None:
        raise RuntimeError(f"pytest ended with {done.returncode}:\n{done.stdout[-2_000:]}{done.stderr[-2_000:]}")
    return found[1]


def stopped(mutation: Mutation) -> str:
    """The test that noticed; "" when none did."""
    with tempfile.TemporaryDirectory(prefix="ripeline-mutation-") as folder:
        tree = copy_of(ROOT, Path(folder))
        mutate(tree, mutation)
        return first_red(tree, mutation.tests)


def main(names: list[str]) -> int:
    unknown = set(names) - {each.name for each in MUTATIONS}
    if unknown:
        print(f"no such mutation: {', '.join(sorted(unknown))}; there are: {', '.join(m.name for m in MUTATIONS)}")
        return 2
    chosen = [each for each in MUTATIONS if not names or each.name in names]
    with tempfile.TemporaryDirectory(prefix="ripeline-whole-") as folder:
        tests = tuple(sorted({test for each in chosen for test in each.tests}))
        if red := first_red(copy_of(ROOT, Path(folder)), tests):
            print(f"the product as it is fails {red}: nothing can be told from that")
            return 1
    alive = 0
    for mutation in chosen:
        began = time.perf_counter()
        red = stopped(mutation)
        alive += not red
        print(f"{mutation.name:28} {red or 'NOBODY NOTICED':90} {time.perf_counter() - began:5.1f} s", flush=True)
    return int(alive > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
