"""`ripeline check`: is the rule file right, and do its stories still end as they must?"""

from __future__ import annotations

from pathlib import Path

import click

from ripeline.commands.options import data_option
from ripeline.commands.saying import counted, say
from ripeline.domain.points import as_number
from ripeline.errors import InvalidRules
from ripeline.rules.advice import advice_on
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import load_rules
from ripeline.scoring.scenarios import ScenarioResult, run_scenarios
from ripeline.settings import Settings


@click.command()
@click.argument("file", metavar="[RULES]", required=False, type=click.Path(path_type=Path))
@data_option
def check(settings: Settings, file: Path | None) -> None:
    """Check a rule file and play its scenarios.

    Without RULES: the file of the data folder, else rules.toml here. Exits with 1 when the file has a mistake or a
    scenario ends otherwise than it says; warnings refuse nothing.
    """
    file = file or _file_in_force(settings)
    ruleset = _read(file)
    for advice in advice_on(ruleset):
        say(f"{file}:{advice.line}: warning: {advice.rule + ': ' if advice.rule else ''}{advice.problem}")
    results = run_scenarios(ruleset)
    for result in results:
        _tell(file, result)
    click.echo(_summary(file, ruleset, results))
    if not all(result.passed for result in results):
        raise SystemExit(1)


def _file_in_force(settings: Settings) -> Path:
    here = Path("rules.toml")
    return here if here.is_file() and not settings.rules_file.is_file() else settings.rules_file


def _read(file: Path) -> Ruleset:
    """The file read; every mistake is printed, one a line, before it ends with 1."""
    try:
        return load_rules(file)
    except InvalidRules as error:
        mistakes = (error, *error.others)
        for mistake in mistakes:
            say(str(mistake))
        click.echo(f"{counted(len(mistakes), 'mistake')} in {file}")
        raise SystemExit(1) from error


def _tell(file: Path, result: ScenarioResult) -> None:
    numbers = f"{as_number(result.score)} points, {result.band}{', handed to sales' if result.handoff else ''}"
    if result.passed:
        say(f"  ok      {result.name} ({numbers})")
        return
    say(f'{file}:{result.line}: scenario "{result.name}": {"; ".join(result.problems)}')
    paid = ", ".join(f"{rule} {as_number(points)}" for rule, points in result.rules.items() if points)
    say(f"          it ends with {numbers}: {paid or 'no rule paid'}")


def _summary(file: Path, ruleset: Ruleset, results: list[ScenarioResult]) -> str:
    rules = {(rule.shared or model.id, rule.id) for model in ruleset.models for rule in model.rules}
    parts = f"{counted(len(ruleset.models), 'model')}, {counted(len(rules), 'rule')}"
    failed = sum(not result.passed for result in results)
    if failed:
        return f"{file}: {parts}, {failed} of {counted(len(results), 'scenario')} not as expected"
    stories = f"{counted(len(results), 'scenario')} as expected" if results else "no scenarios yet"
    return f"{file} is right: {parts}, {stories}"
