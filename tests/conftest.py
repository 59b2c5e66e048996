"""For all tests."""

from __future__ import annotations

import pytest
from hypothesis import settings
from tests.faults.house import THOROUGH

# No test is about time: a busy machine must not make one fail.
settings.register_profile("untimed", settings.get_profile(settings.get_current_profile_name()), deadline=None)
settings.load_profile("untimed")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """In `make faults` one line a row: what came of it, in how many seconds, with its figures."""
    for outcome in ("passed", "failed", "error") if THOROUGH else ():
        for report in terminalreporter.getreports(outcome):
            figures = ", ".join(f"{name} {value}" for name, value in report.user_properties)
            name = report.nodeid.removeprefix("tests/")
            terminalreporter.write_line(f"{outcome:6} {report.duration:6.1f} s  {name}  {figures}")
