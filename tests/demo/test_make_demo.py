"""`make demo` hands on what it is told."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not here")


@pytest.mark.parametrize(("more", "is_reset"), [((), False), (("RESET=1",), True)])
def test_only_who_asks_for_it_begins_a_demo_anew(more: tuple[str, ...], is_reset: bool) -> None:
    told = subprocess.run(["make", "--dry-run", "demo", *more], cwd=ROOT, capture_output=True, text=True, check=True)
    assert (" demo --reset" in told.stdout) == is_reset
    assert " -m ripeline demo" in told.stdout
