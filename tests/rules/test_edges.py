"""A band's edge moved in the text: the number, where it is left with it, and nothing else."""

from __future__ import annotations

import pytest

from ripeline.errors import InvalidRules, NotFound
from ripeline.rules.edges import with_edge

FILE = """[models.m]   # ours
bands = { warm = 5, hot = { enter = 10, exit = 8 } }  # hot from 10
[models.m.rules]
a = { points = 5, on = "page" }
"""


def test_only_the_numbers_of_that_band_change() -> None:
    assert with_edge(FILE, "m", "hot", 14_000) == FILE.replace("enter = 10, exit = 8", "enter = 14, exit = 12")
    assert with_edge(FILE, "m", "warm", 4_500) == FILE.replace("warm = 5", "warm = 4.5")
    assert with_edge(FILE, "m", "warm", 5_000) == FILE


def test_a_band_as_a_table_of_its_own_is_found() -> None:
    file = "[models.m]\n[models.m.bands.hot]\nenter = 10\n[models.m.rules]\na = { points = 5, on = 'page' }\n"
    assert with_edge(file, "m", "hot", 7_000) == file.replace("10", "7")


def test_what_is_not_there_or_would_be_wrong_is_refused() -> None:
    with pytest.raises(NotFound):
        with_edge(FILE, "m", "tepid", 1_000)
    with pytest.raises(InvalidRules):
        with_edge(FILE.replace("warm = 5", "warm = 12"), "m", "hot", 12_000)
