"""Events scored a second, in memory, under the shipped rules: one JSON line, in CPU time (other work shares the cores).

`python benchmarks/replay.py [EVENTS]`; a calibration loop beside it says how fast the machine was just then.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time

from ripeline.domain.event import Event
from ripeline.paths import EXAMPLE_RULES
from ripeline.rules.reading import load_rules
from ripeline.scoring.fold import Scorer

ROUNDS = 5
EVENTS_A_LEAD = 20
BEGIN = 1_772_442_000_000

#: Of a shop much like the demo's: kinds and addresses, and how often each is met.
MIX = {
    ("page", "/"): 20,
    ("page", "/pricing"): 8,
    ("page", "/about"): 5,
    ("page", "/careers"): 2,
    ("page", "/case-studies/acme"): 4,
    **{("page", f"/blog/{number}"): 1 for number in range(12)},
    **{("page", f"/products/{number}"): 1 for number in range(12)},
    ("download", "/files/white-paper-a.pdf"): 3,
    ("download", "/files/white-paper-b.pdf"): 2,
    ("download", "/files/brochure.pdf"): 3,
    ("click", "/"): 6,
    ("engagement", "/"): 12,
    ("form", "/contact"): 2,
    ("identify", "/"): 2,
}


def history(events: int) -> list[list[Event]]:
    """Leads with their events in order: sessions of a few minutes, days apart."""
    chance = random.Random(20_26)
    things, often = list(MIX), list(MIX.values())
    leads: list[list[Event]] = []
    for lead in range(events // EVENTS_A_LEAD):
        at, own = BEGIN + lead * 1_000, list[Event]()
        for number in range(EVENTS_A_LEAD):
            at += chance.choice([20_000, 60_000, 300_000, 86_400_000])
            on, path = chance.choices(things, often)[0]
            own.append(event(lead, number, on, path, at))
        leads.append(own)
    return leads


def event(lead: int, number: int, on: str, path: str, at: int) -> Event:
    names_person = on in ("form", "identify")
    return Event(
        id=f"{lead:06}-{number:03}",
        visitor=lead + 1,
        on=on,
        at=at,
        seq=lead * EVENTS_A_LEAD + number + 1,
        url=f"https://shop.example.com{path}",
        item={"form": "contact", "click": "mailto:sales@example.com"}.get(on, ""),
        email=f"lead{lead}@example.com" if names_person else None,
        props={"job": "Director", "company": "Acme"} if on == "form" else None,
    )


def calibration() -> float:
    """Seconds for a fixed piece of pure Python."""
    begin = time.process_time()
    sum(number % 7 for number in range(2_000_000))
    return time.process_time() - begin


def main() -> None:
    leads = history(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    scorer = Scorer(load_rules(EXAMPLE_RULES))
    events = sum(map(len, leads))
    seconds, calibrations = [], []
    for _ in range(ROUNDS):
        calibrations.append(calibration())
        begin = time.process_time()
        for own in leads:
            scorer.refold(own)
        seconds.append(time.process_time() - begin)
    rates = sorted(events / each for each in seconds)
    figure = {
        "figure": "replay",
        "events": events,
        "events_per_second": round(statistics.median(rates)),
        "min": round(rates[0]),
        "max": round(rates[-1]),
        "us_per_event": round(1e6 / statistics.median(rates), 2),
        "calibration_ms": round(1000 * statistics.median(calibrations), 1),
    }
    print(json.dumps(figure))


if __name__ == "__main__":
    main()
