"""`--column`: what a person says the columns of a table are."""

from __future__ import annotations

from collections.abc import Sequence

import click


def column_option(command: click.decorators.FC) -> click.decorators.FC:
    """`--column "HEADING=NAME"`, as often as need be; the command gets them as `column`."""
    meaning = (
        'What a column is, where the guess is wrong: "Job function=job"; "Notes=" leaves it out. As often as need be.'
    )
    return click.option("--column", metavar="HEADING=NAME", multiple=True, help=meaning)(command)


def told(columns: Sequence[str], heading: Sequence[str]) -> dict[str, str]:
    """Names by heading, as somebody wrote them; raises `click.UsageError` for a heading there is not."""
    found: dict[str, str] = {}
    for text in columns:
        name, equals, target = text.rpartition("=")
        if not equals or name not in heading:
            raise click.UsageError(f"--column {text!r}: there is no column {name!r}; there are {', '.join(heading)}")
        found[name] = target.strip()
    return found
