"""The rule file a person is changing: what it says by now, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from ripeline.errors import InvalidRules
from ripeline.pages.desk import Desk
from ripeline.rules.advice import Advice, advice_on
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import read_rules
from ripeline.scoring.scenarios import ScenarioResult, run_scenarios
from ripeline.store.rule_drafts import rule_draft_of


@dataclass(frozen=True, slots=True)
class Draft:
    """A text nobody has put in force yet.

    `ruleset` is None while it has `mistakes` (by line); `ended` are the scenarios
    that end otherwise than they say; `is_behind`: others were put in force since it was begun.
    """

    text: str
    ruleset: Ruleset | None
    mistakes: tuple[InvalidRules, ...]
    advice: tuple[Advice, ...]
    ended: tuple[ScenarioResult, ...]
    is_behind: bool
    may_undo: bool

    @property
    def may_be_saved(self) -> bool:
        return self.ruleset is not None and not self.ended


def draft_of(desk: Desk, user: int) -> Draft | None:
    """What that person is changing; None when they change nothing."""
    kept = rule_draft_of(desk.conn, user)
    if kept is None:
        return None
    ruleset, mistakes = read(kept.text, desk.running.settings.rules_file.name)
    return Draft(
        text=kept.text,
        ruleset=ruleset,
        mistakes=mistakes,
        advice=tuple(advice_on(ruleset)) if ruleset else (),
        ended=tuple(result for result in run_scenarios(ruleset) if not result.passed) if ruleset else (),
        is_behind=kept.base_hash != desk.running.rules.latest.hash,
        may_undo=kept.before is not None,
    )


def read(text: str, file: str) -> tuple[Ruleset | None, tuple[InvalidRules, ...]]:
    """The rules a text says, else all its mistakes."""
    try:
        return read_rules(text, file), ()
    except InvalidRules as error:
        return None, (error, *error.others)
