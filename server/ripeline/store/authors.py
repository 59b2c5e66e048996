"""Who did something, and when: kept with every deed of a person."""

from __future__ import annotations

from typing import NamedTuple


class Said(NamedTuple):
    """The name of a person or of a program's token, and the moment in ms."""

    author: str
    at: int
