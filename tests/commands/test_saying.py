"""What commands say to people."""

from __future__ import annotations

from ripeline.commands.saying import counted, sized


def test_one_is_not_many() -> None:
    assert [counted(number, "lead") for number in (0, 1, 2)] == ["0 leads", "1 lead", "2 leads"]


def test_a_small_backup_is_not_said_to_be_nothing() -> None:
    assert [sized(number) for number in (1, 23_176, 999_999, 4_700_000)] == ["1 kB", "24 kB", "1000 kB", "4.7 MB"]
