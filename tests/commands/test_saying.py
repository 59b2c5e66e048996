"""What commands say to people."""

from __future__ import annotations

from ripeline.commands.saying import counted


def test_one_is_not_many() -> None:
    assert [counted(number, "lead") for number in (0, 1, 2)] == ["0 leads", "1 lead", "2 leads"]
