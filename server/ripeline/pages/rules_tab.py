"""Rules: what counts, in plain words, each number with a − and a +, and what a change would do before it is saved."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass
from typing import Final

from ripeline.pages.desk import Desk
from ripeline.pages.rule_compare import DiffLine, compared
from ripeline.pages.rule_drafts import Draft, draft_of
from ripeline.pages.rule_lines import BandLine, Packet, bands_of, labels_gone, packets_of
from ripeline.pages.rule_site import own_sites
from ripeline.pages.trying import TriedLead, try_lead
from ripeline.pages.unscored import Unscored, unscored_items
from ripeline.pages.what_if import WhatIfView, what_if
from ripeline.rules.drafts import KEYS as RULE_KEYS
from ripeline.rules.fields import WHERE_KEYS
from ripeline.rules.model import Model, Ruleset
from ripeline.rules.models import KEYS as MODEL_KEYS
from ripeline.rules.retyping import shown
from ripeline.store.proposals import Proposal, list_proposals
from ripeline.store.rule_versions import RuleChange, changes_of_rules
from ripeline.visiting import Visit

_VERSIONS: Final = 20
#: Whom only new rules made ripe: so many are shown, and sent when all of them are.
PROPOSALS: Final = 50
#: What the editor completes.
COMPLETED: Final = tuple(
    dict.fromkeys((*RULE_KEYS, *(f"where.{key}" for key in WHERE_KEYS), *MODEL_KEYS, "timezone", "session_timeout"))
)


@dataclass(frozen=True, slots=True)
class RulesTab:
    """The rules of `model` as the `draft` has them, else as they are; `in_force` is the hash of those last saved.

    `whatif`: what the draft would do. `differs`: its text against those, line by line. `gone`: labels of rules it takes
    out. `unscored`: seen lately, worth nothing so far. `going_on`: leads done, and all, of a rescore. `is_fixed`: the
    file cannot be written from here. `tried`: the lead asked for. `proposals`: whom only the new rules made ripe, and
    whether there are more.
    `sites` may be read for a draft; `visit`: one that is, or was.
    """

    model: Model
    models: tuple[Model, ...]
    packets: tuple[Packet, ...]
    bands: tuple[BandLine, ...]
    draft: Draft | None
    whatif: WhatIfView | None
    text: str
    differs: tuple[DiffLine, ...]
    gone: tuple[str, ...]
    unscored: tuple[Unscored, ...]
    versions: tuple[RuleChange, ...]
    in_force: str
    going_on: tuple[int, int] | None
    problem: str
    is_fixed: bool
    tried: TriedLead | None
    proposals: tuple[Proposal, ...]
    more_proposals: bool
    sites: tuple[str, ...]
    visit: Visit | None
    keys: tuple[str, ...] = COMPLETED


def read_rules_tab(desk: Desk) -> RulesTab:
    """The page, for the person who asks."""
    running, now = desk.running, int(time.time() * 1000)
    latest, draft = running.rules.latest, draft_of(desk, desk.user)
    drawn = draft.ruleset if draft and draft.ruleset else latest
    model = next((each for each in drawn.models if each.id == desk.query.get("model")), drawn.models[0])
    proposals = list_proposals(desk.conn, desk.ruleset.hash, 0, PROPOSALS + 1)
    return RulesTab(
        model=model,
        models=drawn.models,
        packets=packets_of(latest, model, desk.locale),
        bands=bands_of(latest, model),
        draft=draft,
        whatif=_what_if(desk, draft),
        text=shown(draft.text if draft else latest.text),
        differs=compared(latest.text, draft.text) if draft else (),
        gone=labels_gone(latest, model),
        unscored=unscored_items(desk.conn, drawn, model, now),
        versions=tuple(changes_of_rules(desk.conn, _VERSIONS)),
        in_force=latest.hash,
        going_on=_going_on(desk, latest),
        problem=running.rules.problem,
        is_fixed=_is_fixed(desk),
        tried=try_lead(desk, drawn, model.id, now),
        proposals=tuple(proposals[:PROPOSALS]),
        more_proposals=len(proposals) > PROPOSALS,
        sites=own_sites(running, desk.conn),
        visit=running.visiting.of(desk.user),
    )


def read_what_if(desk: Desk) -> WhatIfView | None:
    """What the draft would do, as far as it is known; None when nothing is drafted any more."""
    return _what_if(desk, draft_of(desk, desk.user))


def _what_if(desk: Desk, draft: Draft | None) -> WhatIfView | None:
    return what_if(desk, draft.ruleset) if draft and draft.ruleset else None


def _going_on(desk: Desk, latest: Ruleset) -> tuple[int, int] | None:
    """Also between two steps of it: until the scores are those of the latest rules."""
    known = desk.running.rescoring()
    return known[1:] if known else None if latest.hash == desk.ruleset.hash else (0, 0)


def _is_fixed(desk: Desk) -> bool:
    file = desk.running.settings.rules_file
    return file.exists() and not (os.access(file, os.W_OK) and file.stat().st_mode & stat.S_IWUSR)
