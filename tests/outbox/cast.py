"""Alerts about Ada, one of each topic, and one about somebody who writes what breaks messages."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ripeline.outbox.alert import Alert, LastPage, Person, Reason

ADA_IS_RIPE: Final = Alert(
    id="msg_5f0c2b3a4d5e6f708192a3b4",
    topic="lead.ready",
    at=1_795_284_600_000,
    lead=7,
    who=Person("Ada Lovelace", "ada@example.com", "Analytical Engines", "Director", "+33 1 23 45 67 89"),
    model="vertical",
    model_label="Vertical farming",
    score=13_000,
    band="hot",
    link="https://leads.example.com/leads/7?model=vertical",
    reasons=(
        Reason("pricing", "Pricing", 6_000, 3),
        Reason("paper-b", "White paper B", 5_000, 1),
        Reason("demo", "Demo asked", 2_000, 1),
    ),
    last_page=LastPage("Prices", "https://shop.example/pricing", 1_795_284_540_000),
    source="newsletter",
    next_step="Call today",
    handoff=3,
)

ADA_COOLED: Final = replace(
    ADA_IS_RIPE, topic="lead.cooled", score=4_000, band="cold", before="hot", next_step="", handoff=None
)
ADA_IS_WARM: Final = replace(
    ADA_IS_RIPE, topic="lead.band", score=5_000, band="warm", before="cold", next_step="Nurture", handoff=None
)
ADA_WAS_CALLED: Final = replace(
    ADA_IS_RIPE, topic="handoff.verdict", verdict="right_time", note="Meeting on Monday", by="bob@example.com"
)
ADA_IS_WON: Final = replace(ADA_IS_RIPE, topic="lead.outcome", outcome="won", value=4_900_000, by="bob@example.com")

ALL_TOPICS: Final = (ADA_IS_RIPE, ADA_COOLED, ADA_IS_WARM, ADA_WAS_CALLED, ADA_IS_WON)

#: What somebody may type into a form to call a channel, draw a link, or turn text around.
EVIL: Final = (
    "<!channel> & <https://evil.example|click> *b* [x](javascript:alert(1)) {{DATE(2026)}} @channel\n@here \u202eabc"
)
EVE: Final = replace(
    ADA_IS_RIPE,
    who=Person(EVIL, "eve@example.com", EVIL, EVIL, EVIL),
    reasons=(Reason("r", EVIL, 1_000, 2),),
    last_page=LastPage(EVIL, "https://shop.example/?q=<!here>", 0),
    source=EVIL,
    note=EVIL,
)
NOBODY: Final = replace(ADA_IS_WARM, who=Person(), reasons=(), last_page=None, source="", next_step="")
