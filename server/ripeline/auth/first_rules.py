"""The rule file of a new server, in the language and the zone of whoever sets it up."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from ripeline.paths import EXAMPLE_RULES, EXAMPLE_RULES_FR

_ZONE: Final = re.compile(r'^timezone = "[^"]*"', re.MULTILINE)


def fit_first_rules(file: Path, locale: str, zone: str) -> bool:
    """Put the French twin and the browser's zone into a rule file nobody has touched; whether anything changed.

    A file that differs from the shipped example is somebody's work and stays as it is, as does one we may not write.
    """
    shipped = EXAMPLE_RULES.read_text(encoding="utf-8")
    try:
        if file.read_text(encoding="utf-8") != shipped or not os.access(file.parent, os.W_OK):
            return False
        example = EXAMPLE_RULES_FR.read_text(encoding="utf-8") if locale == "fr" else shipped
        wanted = _ZONE.sub(f'timezone = "{zone}"', example, count=1) if is_zone(zone) else example
        if wanted == shipped:
            return False
        # Beside it first: a crash must leave one rule file or the other.
        fresh = file.with_name(file.name + ".new")
        fresh.write_text(wanted, encoding="utf-8")
        fresh.replace(file)
    except OSError:
        return False
    return True


def is_zone(name: str) -> bool:
    """Whether this is an IANA zone we know; the text comes from a stranger's browser."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_+-]{0,30}(/[A-Za-z][A-Za-z0-9_+-]{0,30}){0,2}", name):
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
