"""A what-if on a page: asked in the background, shown as far as it is, and with people by their names."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ripeline.calibration.asking import Answer
from ripeline.pages.desk import Desk
from ripeline.pages.names_of_leads import names_of_leads
from ripeline.rules.editing import changes
from ripeline.rules.model import Ruleset

#: As long a page waits for a what-if before it shows how far it is.
PATIENCE_SECONDS: Final = 0.35


@dataclass(frozen=True, slots=True)
class WhatIfView:
    """What new rules would do, as far as that is known: `answer` is None when they touch no score, or `waits` for the
    scores of other rules. `names` of the leads in it, as the lists call them. `several`: the rules have several
    models, so that it must say of which it speaks."""

    answer: Answer | None = None
    waits: bool = False
    names: Mapping[int, str] = field(default_factory=dict)
    several: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether the page is to look again."""
        return self.waits or (self.answer is not None and not self.answer.is_over)


def what_if(desk: Desk, new: Ruleset) -> WhatIfView:
    """What those rules would do in the place of the latest ones."""
    running = desk.running
    if not changes(running.rules.latest, new):
        return WhatIfView()
    if running.rescoring() or running.rules.latest.hash != desk.ruleset.hash:
        return WhatIfView(waits=True)
    answer = running.asking.ask(desk.ruleset.hash, new, int(time.time() * 1000), PATIENCE_SECONDS)
    names = names_of_leads(desk.conn, answer.finding.names, desk.locale) if answer.finding else {}
    return WhatIfView(answer, names=names, several=len(new.models) > 1)
