"""The script that sites include: small, fresh, and a file of its own."""

from __future__ import annotations

import re
import shutil
import subprocess

import brotli  # type: ignore[import-untyped]
import pytest

from ripeline.paths import ROOT, TRACKER

FOLDER = ROOT / "tracker"

MOST_BYTES = 2_600


@pytest.mark.skipif(shutil.which("node") is None, reason="only Node can minify")
def test_the_minified_script_is_made_of_the_source() -> None:
    if not (FOLDER / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--silent"], cwd=FOLDER, check=True)
    built = subprocess.run(["node", "build.mjs", "--check"], cwd=FOLDER, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr


def test_the_script_weighs_at_most_2600_bytes_on_its_way() -> None:
    assert len(brotli.compress(TRACKER.read_bytes())) <= MOST_BYTES


def test_the_script_runs_as_it_lies_there() -> None:
    script = TRACKER.read_text(encoding="utf-8")
    assert not re.search(r"{{|}}\s*%|__[A-Z]+__", script), "a placeholder"
    assert script.count("import(") <= 1, "nothing but the corner of test mode"
    assert "http" not in re.sub(r"/\^\(http\|", "", script), "an address of its own"


def test_the_script_never_listens_to_unload() -> None:
    """A listener to `unload` or `beforeunload` keeps pages out of the back/forward cache."""
    assert "unload" not in TRACKER.read_text(encoding="utf-8")
