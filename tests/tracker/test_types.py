"""The types of `window.ripeline` let through what the script understands, and nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ripeline.paths import ROOT

FOLDER = ROOT / "tracker"
TYPES = FOLDER / "ripeline.d.ts"
CALLS = Path(__file__).with_name("calls.ts")


@pytest.mark.skipif(shutil.which("node") is None, reason="TypeScript runs on Node only")
def test_the_compiler_takes_every_call_and_refuses_others() -> None:
    compiler = FOLDER / "node_modules" / "typescript" / "bin" / "tsc"
    if not compiler.exists():
        subprocess.run(["npm", "ci", "--silent"], cwd=FOLDER, check=True)
    options = "--noEmit --strict --target es2020 --lib es2020,dom".split()
    done = subprocess.run(
        ["node", str(compiler), *options, str(TYPES), str(CALLS)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout


def test_the_types_know_every_call_of_the_script() -> None:
    source = (FOLDER / "ripeline.js").read_text(encoding="utf-8")
    calls = re.search(r"const calls = \{\n(.*?)\n  \}\n", source, re.DOTALL)
    assert calls
    names = re.findall(r"^    (\w+):", calls[1], re.MULTILINE)
    assert len(names) >= 6
    types = TYPES.read_text(encoding="utf-8")
    assert [name for name in names if f"'{name}'" not in types] == []
