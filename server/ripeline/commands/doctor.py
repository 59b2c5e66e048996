"""`ripeline doctor`: is this installation well, and does a page of the site carry the tag as it must?"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict

import click

from ripeline.commands.doctor_finding import Finding, worst_of
from ripeline.commands.doctor_folder import findings_of_folder
from ripeline.commands.doctor_site import findings_of_page, server_beside
from ripeline.commands.options import serve_options
from ripeline.commands.saying import say
from ripeline.settings import Settings

_SECONDS = 15.0


@click.command()
@click.argument("url", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
@serve_options
def doctor(settings: Settings, url: str | None, as_json: bool) -> None:
    """Look at the data folder and its settings or, with URL, at a page of the site that should carry the tag.

    One line for each thing looked at: ok, warning or problem, and what to do. Ends with 1 when there is a problem.
    Nothing is changed; beside a running server it does no harm. Give it the same settings as the server.
    """
    findings = findings_of_page(url, server_beside(settings), _SECONDS) if url else findings_of_folder(settings)
    if as_json:
        click.echo(_as_json(findings))
    for line in () if as_json else _lines(findings):
        say(line)
    if worst_of(findings) == "problem":
        raise SystemExit(1)


def _lines(findings: Iterable[Finding]) -> list[str]:
    return [
        f"{each.level:<8} {each.check:<14} {each.said}{f'. {each.advice}' if each.advice else ''}" for each in findings
    ]


def _as_json(findings: list[Finding]) -> str:
    return json.dumps({"worst": worst_of(findings), "checks": [asdict(each) for each in findings]}, ensure_ascii=False)
