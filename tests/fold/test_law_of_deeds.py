"""The law with people, time and other rules in it: whatever was done in whatever order, the facts decide alone.

Events come late and twice; people merge and part leads (known or not), take out, mark, erase events and whole leads,
give points, correct; nights pass; rules change under way, to any rules there may be; the server restarts. In the end
the database says what the brute force reads from the facts, a verification finds nothing, a rebuild changes nothing,
and every hand-off that sales heard of was told exactly once.
"""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fold.ledger_house import ADA, DAY, HOUR, PAPERS, START, House, open_house
from tests.fold.plain_people import as_wire, events_of_leads, stored_crossings, stored_lines, stored_scores
from tests.fold.test_law import PEOPLE, VISITORS, event, histories
from tests.scoring.brute_force import Crossing, Reading
from tests.scoring.random_files import rule_files, toml_text

from ripeline.domain.event import Event
from ripeline.errors import Conflict, InvalidRequest, NotFound
from ripeline.fold.erasing import erase_lead
from ripeline.fold.marking import erase_event, mark
from ripeline.fold.merging import detach, merge, undo_merge
from ripeline.fold.rebuilding import Rescore
from ripeline.fold.rescore import rescore
from ripeline.fold.saying import Points, give_points, tell_attributes
from ripeline.fold.selling import Outcome, Word, end_with, judge_lead, lift
from ripeline.rules.reading import read_rules
from ripeline.scoring.fold import Scorer
from ripeline.store.authors import Said

EXAMPLES = int(os.environ.get("RIPELINE_LAW_EXAMPLES", "120"))

#: One after the other may come into force: other points, fading ones, silence, a cap and a group.
RULES = (
    PAPERS,
    PAPERS.replace("points = 12", "points = 4").replace("hot = 12", "hot = { enter = 8, exit = 6 }"),
    PAPERS.replace("min_fit = 0\n", 'decay = { half_life = "2d" }\n'),
    PAPERS.replace('once_per = "lead" }', 'once_per = "lead", decay = { expire = "3d" } }').replace(
        "gone = {", 'quiet = { points = -3, inactive = "2d" }\ngone = {'
    ),
)


@dataclass(slots=True)
class Life:
    """What happens to one database."""

    house: House
    random: Random
    arriving: list[Event]
    rules: tuple[str, ...]
    work: Rescore | None = None
    done: list[str] = field(default_factory=list)

    def happens(self) -> None:
        for _ in range(self.random.randint(0, 4)):
            self.come_in()
        for _ in range(self.random.randint(5, 30)):
            happening = self.random.choice(HAPPENINGS)
            try:
                happening(self)
            except (Conflict, NotFound, InvalidRequest):
                continue
            self.done.append(happening.__name__)
        self.house.append(*self.arriving)
        self.house.fold(limit=self.random.randint(1, 50))
        while self.work is not None:
            self.rescore_on()
        self.house.sweep(self.random.randint(1, 5))

    def person(self) -> str | int:
        """Somebody who is there by now, known or not; else a name nobody has heard."""
        leads = [id for (id,) in self.house.rows("SELECT id FROM leads WHERE merged_into IS NULL ORDER BY id")]
        found: str | int = self.random.choice([*leads, self.random.choice(PEOPLE)])
        return found

    def event(self) -> str:
        """The id of an event that came in, of whatever kind."""
        ids = [id for (id,) in self.house.rows("SELECT event_id FROM events ORDER BY seq")]
        return str(self.random.choice(ids or ["none"]))

    def come_in(self) -> None:
        taken = self.random.randint(1, 6)
        self.house.append(*self.arriving[:taken])
        del self.arriving[:taken]
        self.house.folder.step(self.random.randint(1, 4))

    def restart(self) -> None:
        if self.work is not None:
            self.work = Rescore.resumed(self.house.conn, self.work.ruleset, self.clock)
        self.house.new_folder()

    def clock(self) -> int:
        return self.house.now

    def night(self) -> None:
        self.house.now += self.random.choice((HOUR, 13 * HOUR, DAY, 4 * DAY, 31 * DAY))
        for _ in range(self.random.randint(0, 3)):
            self.house.folder.sweep(self.random.randint(1, 3))

    def new_rules(self) -> None:
        self.work = None
        self.house.under(self.random.choice(self.rules))

    def rescore_beside(self) -> None:
        self.work = Rescore.begun(
            self.house.conn, read_rules(self.random.choice(self.rules)), Said("", self.house.now), self.clock
        )

    def rescore_on(self) -> None:
        if self.work is not None and self.work.step(self.random.randint(1, 3)):
            self.house.ruleset = self.work.ruleset
            self.house.folder.adopt(self.work.ruleset)
            self.work = None

    def merge(self) -> None:
        self.house.do(merge, self.person(), self.person())

    def part(self) -> None:
        into, gone = self.random.choice(
            self.house.rows("SELECT into_id, gone_id FROM merges WHERE undone_at IS NULL ORDER BY id") or [(0, 0)]
        )
        self.house.do(undo_merge, into, gone)

    def take_out(self) -> None:
        self.house.do(detach, self.person(), self.random.choice(VISITORS))

    def mark(self) -> None:
        self.house.do(mark, self.event(), self.random.random() < 0.6)

    def erase(self) -> None:
        self.house.do(erase_event, self.event())

    def erase_person(self) -> None:
        self.house.do(erase_lead, self.person())

    def give(self) -> None:
        model = self.random.choice(("vertical", "general"))
        self.house.do(give_points, self.person(), Points(self.random.choice((-4, 1.5, 9)), "because", model))

    def correct(self) -> None:
        self.house.do(tell_attributes, self.person(), {"job": self.random.choice(("Student", "Director"))})

    def say(self) -> None:
        word = Word(self.random.choice(("too_early", "right_time", "off_target")))
        self.house.do(judge_lead, self.person(), self.random.choice(("vertical", "general")), word)

    def lift(self) -> None:
        self.house.do(lift, self.person(), self.random.choice(("vertical", "general")))

    def end(self) -> None:
        outcome = Outcome(self.random.choice(("won", "lost")), self.house.now)
        self.house.do(end_with, self.person(), self.random.choice(("vertical", None)), outcome)


HAPPENINGS: tuple[Callable[[Life], None], ...] = (
    *[Life.come_in] * 6,
    Life.restart,
    *[Life.night] * 2,
    Life.new_rules,
    Life.rescore_beside,
    *[Life.rescore_on] * 3,
    *[Life.merge] * 3,
    *[Life.part] * 2,
    *[Life.take_out] * 2,
    *[Life.mark] * 2,
    Life.erase,
    Life.erase_person,
    Life.give,
    Life.correct,
    *[Life.say] * 2,
    *[Life.lift] * 2,
    Life.end,
)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories, st.lists(rule_files(), max_size=2), st.randoms(use_true_random=False))
def test_the_facts_decide_alone(history: list[Event], files: list[dict[str, Any]], random: Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = open_house(Path(folder))
        arriving = [*history, *random.sample(history, k=random.randint(0, len(history)))]
        random.shuffle(arriving)
        life = Life(house, random, arriving, (*RULES, *map(with_both_models, files)))
        house.under(PAPERS)
        house.now = START + 4 * DAY
        life.happens()
        assert house.differences() == []
        assert_database_is_the_definition(house)
        before = house.told()
        rescore(house.conn, house.ruleset, lambda done, total: None, lambda: house.now)
        assert house.told() == before
        assert_sales_heard_of_each_once(house)
        house.conn.close()


def test_all_that_can_happen_does() -> None:
    """What people do is refused now and then; a law tried on refusals alone would prove little."""
    all_of_them = {happening.__name__ for happening in HAPPENINGS}
    done: set[str] = set()
    for seed in range(40):
        if done != all_of_them:
            done.update(life_of_twenty_events(Random(seed)))
    assert done == all_of_them


def life_of_twenty_events(random: Random) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        house = open_house(Path(folder))
        told = [event(random.randrange(9), random.choice(VISITORS), n * HOUR, n, ADA) for n in range(20)]
        life = Life(house, random, told, RULES)
        life.happens()
        house.conn.close()
        return life.done


def assert_database_is_the_definition(house: House) -> None:
    """Every lead's ledger, crossings and scores are those of the brute force, which shares no code with the fold."""
    file = tomllib.loads(house.ruleset.text)
    scores, lines, crossings = stored_scores(house.conn), stored_lines(house.conn), stored_crossings(house.conn)
    for lead, events in events_of_leads(house.conn).items():
        reading = Reading(file, [as_wire(event) for event in events], house.now)
        assert lines.pop(lead, []) == sorted([tuple(line) for line in reading.lines], key=repr)
        assert crossings.pop(lead, []) == sorted(map(turned, reading.crossings), key=repr)
        assert scores.pop(lead) == {
            model: (*reading.scores[model], reading.out_of_target[model]) for model in reading.scores
        }
    # Whoever did nothing (any more) has nothing.
    assert (lines, crossings) == ({}, {})
    nobody = Scorer(house.ruleset)
    idle = {each.model: (each.engagement, each.fit) for each in nobody.readings(nobody.fresh())}
    assert all((e, f) == idle[model] for of_lead in scores.values() for model, (e, f, _) in of_lead.items())


def assert_sales_heard_of_each_once(house: House) -> None:
    ((told, messages),) = house.rows(
        "SELECT (SELECT count(*) FROM handoffs WHERE state <> 'late'), (SELECT count(*) FROM outbox)"
    )
    assert told == messages
    hidden = (
        "SELECT 1 FROM handoffs AS h JOIN leads AS l ON l.id = h.lead_id WHERE merged_into IS NOT NULL AND state = "
    )
    assert house.rows(hidden + "'open'") == []


def turned(crossing: Crossing) -> tuple[Any, ...]:
    """As it is stored: without its score, and at a midnight without an event."""
    event = None if crossing.event.startswith("midnight") else crossing.event
    return (crossing.model, crossing.band, int(crossing.entered), event, crossing.at)


def with_both_models(file: dict[str, Any]) -> str:
    """A random file for a house whose two models have names."""
    vertical, *other = file["models"].values()
    return toml_text(file | {"models": {"vertical": vertical, "general": other[0] if other else vertical}})
