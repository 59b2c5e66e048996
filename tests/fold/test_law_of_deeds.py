"""The law with people, time and other rules in it: whatever was done in whatever order, the facts decide alone.

Events come late and twice; people merge, part, take out, mark, erase, give points, correct; nights pass; rules change
under way; the server restarts. In the end the database says what a plain reading of the facts says, a verification
finds nothing, a rebuild changes nothing, and every hand-off that sales heard of was told exactly once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fold.ledger_house import DAY, HOUR, PAPERS, START, House, open_house
from tests.fold.test_law import PEOPLE, VISITORS, histories

from ripeline.domain.event import Event
from ripeline.errors import Conflict, InvalidRequest, NotFound
from ripeline.fold.marking import erase_event, mark
from ripeline.fold.merging import detach, merge, undo_merge
from ripeline.fold.rescore import Rescore, rescore
from ripeline.fold.saying import Points, give_points, tell_attributes
from ripeline.fold.selling import Outcome, Word, end_with, judge_lead, lift
from ripeline.identity.epochs import Claim, claim_of, epoch_at, epochs_of
from ripeline.rules.reading import read_rules
from ripeline.scoring.fold import Scorer
from ripeline.store.authors import Said
from ripeline.store.log_reading import events_after
from ripeline.store.reading_events import visitor_keys

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
    """What happens to one database, and the facts about identity as a plain list."""

    house: House
    random: Random
    arriving: list[Event]
    merged: dict[str, str] = field(default_factory=dict)
    taken_out: dict[str, set[str]] = field(default_factory=dict)
    work: Rescore | None = None

    def happens(self) -> None:
        for _ in range(self.random.randint(0, 4)):
            self.come_in()
        for _ in range(self.random.randint(5, 30)):
            try:
                self.random.choice(HAPPENINGS)(self)
            except (Conflict, NotFound, InvalidRequest):
                continue
        self.house.append(*self.arriving)
        self.house.fold(limit=self.random.randint(1, 50))
        while self.work is not None:
            self.rescore_on()
        self.house.sweep(self.random.randint(1, 5))

    def person(self) -> str:
        """Somebody who is known by now, if anybody is."""
        return self.random.choice(sorted(self.known({*PEOPLE})) or PEOPLE)

    def event(self) -> str:
        """The id of an event that came in, of whatever kind."""
        ids = [id for (id,) in self.house.rows("SELECT event_id FROM events ORDER BY seq")]
        return str(self.random.choice(ids or ["none"]))

    def root(self, person: str) -> str:
        while person in self.merged:
            person = self.merged[person]
        return person

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
        self.house.under(self.random.choice(RULES))

    def rescore_beside(self) -> None:
        self.work = Rescore.begun(
            self.house.conn, read_rules(self.random.choice(RULES)), Said("", self.house.now), self.clock
        )

    def rescore_on(self) -> None:
        if self.work is not None and self.work.step(self.random.randint(1, 3)):
            self.house.ruleset = self.work.ruleset
            self.house.folder.adopt(self.work.ruleset)
            self.work = None

    def merge(self) -> None:
        one, other = self.person(), self.person()
        self.house.do(merge, one, other)
        self.merged[self.root(other)] = self.root(one)

    def part(self) -> None:
        other = self.random.choice(sorted(self.merged) or PEOPLE)
        self.house.do(undo_merge, self.root(other), other)
        del self.merged[other]

    def take_out(self) -> None:
        person, visitor = self.person(), self.random.choice(VISITORS)
        self.house.do(detach, person, visitor)
        names = {each for each in PEOPLE if self.root(each) == self.root(person)}
        self.taken_out.setdefault(visitor, set()).update(self.known(names))

    def known(self, names: set[str]) -> set[str]:
        return {email for (email,) in self.house.rows("SELECT email FROM leads WHERE email IS NOT NULL")} & names

    def mark(self) -> None:
        self.house.do(mark, self.event(), self.random.random() < 0.6)

    def erase(self) -> None:
        self.house.do(erase_event, self.event())

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
    Life.part,
    *[Life.take_out] * 2,
    *[Life.mark] * 2,
    Life.erase,
    Life.give,
    Life.correct,
    *[Life.say] * 2,
    Life.lift,
    Life.end,
)


def plain_reading(life: Life) -> dict[str, dict[str, int]]:
    """Everybody's scores by the facts: the log, who is whom, whom a person took out; nothing that was derived."""
    house = life.house
    events = events_after(house.conn, 0, 10_000)
    keys = visitor_keys(house.conn, {int(event.visitor) for event in events})
    of_visitor: dict[str, list[Event]] = {}
    for event in events:
        of_visitor.setdefault(keys[int(event.visitor)], []).append(event)
    of_person: dict[str, list[Event]] = {}
    for visitor, theirs in of_visitor.items():
        claims = [claim for event in theirs if (claim := claim_of(event)) is not None]
        epochs = epochs_of(_allowed(claim, life.taken_out.get(visitor, set())) for claim in claims)
        for event in theirs:
            email = epoch_at(epochs, event.order).email
            of_person.setdefault(life.root(email) if email else f"visitor:{visitor}", []).append(event)
    return {person: _scores(house, theirs) for person, theirs in of_person.items()}


def _allowed(claim: Claim, refused: set[str]) -> Claim:
    return (claim[0], None) if claim[1] in refused else claim


def _scores(house: House, events: list[Event]) -> dict[str, int]:
    scorer = Scorer(house.ruleset)
    state, _ = scorer.refold(events)
    scorer.advance(state, house.now)
    return {model.id: state.models[place].score for place, model in enumerate(house.ruleset.models)}


def stored_scores(house: House) -> dict[str, dict[str, int]]:
    """Of everybody who did anything."""
    return {
        person: {model: round(story[model]["score"] * 1000) for model in ("vertical", "general")}
        for person, story in house.told().items()
        if story["ledger"] or story["sessions"]
    }


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories, st.randoms(use_true_random=False))
def test_the_facts_decide_alone(history: list[Event], random: Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = open_house(Path(folder))
        arriving = [*history, *random.sample(history, k=random.randint(0, len(history)))]
        random.shuffle(arriving)
        life = Life(house, random, arriving)
        house.under(PAPERS)
        house.now = START + 4 * DAY
        life.happens()
        assert house.differences() == []
        expected = plain_reading(life)
        stored = stored_scores(house)
        assert stored == {person: scores for person, scores in expected.items() if person in stored}
        assert all(not any(scores.values()) for person, scores in expected.items() if person not in stored)
        before = house.told()
        rescore(house.conn, house.ruleset, lambda done, total: None, lambda: house.now)
        assert house.told() == before
        assert_sales_heard_of_each_once(house)
        house.conn.close()


def assert_sales_heard_of_each_once(house: House) -> None:
    ((told, messages),) = house.rows(
        "SELECT (SELECT count(*) FROM handoffs WHERE state <> 'late'), (SELECT count(*) FROM outbox)"
    )
    assert told == messages
    hidden = (
        "SELECT 1 FROM handoffs AS h JOIN leads AS l ON l.id = h.lead_id WHERE merged_into IS NOT NULL AND state = "
    )
    assert house.rows(hidden + "'open'") == []
