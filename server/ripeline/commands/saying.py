"""What a command says to whoever reads its output: what others wrote may stand in it, and steers no terminal."""

from __future__ import annotations

import click

from ripeline.terminal import in_one_line


def say(line: str, *, err: bool = False) -> None:
    """One line, on the output or the error output."""
    click.echo(in_one_line(line), err=err)


def sized(number: int) -> str:
    """ "23 kB", "4.7 MB", of bytes."""
    return f"{number / 1e6:.1f} MB" if number >= 1_000_000 else f"{-(-number // 1000)} kB"


def counted(number: int, what: str) -> str:
    """ "1 lead", "2 leads"."""
    return f"{number} {what}{'' if number == 1 else 's'}"
