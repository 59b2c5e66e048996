"""Nine thousand leads with and without decay: every rate is the plain one, and the page is not kept waiting."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import pytest
from tests.truth.many import DAY, DECAYING, HALF_LIFE_DAYS, LEADS, NOW, PLAIN, fill
from tests.truth.plain_truth import Plain

from ripeline.rules.model import Ruleset
from ripeline.store.database import Database
from ripeline.truth.lives import Lives, read_lives
from ripeline.truth.telling import Truth, truth_of


class Fading(Plain):
    """The same counting where every point but those of r4 halves each month, whole days at a time."""

    def score(self, lead: int) -> int:
        return self.score_on(lead, self.leads[lead]["until"] // DAY)

    def peak(self, lead: int) -> int:
        days = [at // DAY for at, _, _, _ in self.leads[lead]["lines"]]
        return max([0, *(self.score_on(lead, day, upto) for upto, day in enumerate(days, 1))])

    def score_on(self, lead: int, day: int, upto: int | None = None) -> int:
        total = 0
        for at, rule, points, _ in self.leads[lead]["lines"][:upto]:
            kept = 1.0 if rule == "r4" else 0.5 ** ((day - at // DAY) / HALF_LIFE_DAYS)
            total += math.floor(points * kept + 0.5)
        return total


@pytest.fixture(scope="module", params=["plain", "decaying"])
def read(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Truth, Lives, Plain]]:
    """What the page would say, the lives it is said of, and the plain counting."""
    ruleset: Ruleset = PLAIN if request.param == "plain" else DECAYING
    file = tmp_path_factory.mktemp(request.param) / "ripeline.db"
    fill(file, ruleset).close()
    database = Database(file)
    with database.read() as conn:
        model = ruleset.models[0]
        began = time.process_time()
        truth = truth_of(conn, ruleset, model, NOW)
        took = time.process_time() - began
        assert took < 5, "a plan that reads each lead against each other takes half a minute"
        kind = Plain if request.param == "plain" else Fading
        yield truth, read_lives(conn, ruleset, model, NOW), kind(str(file), "offer", NOW)
    database.close()


def test_every_score_and_every_peak_is_the_plain_one(read: tuple[Truth, Lives, Plain]) -> None:
    truth, lives, plain = read
    assert truth.leads == LEADS
    wrong = [life.lead for life in lives.all if life.score != plain.score(life.lead)]
    assert wrong == []
    assert [life.lead for life in lives.all if life.peak != plain.peak(life.lead)] == []


def test_every_rate_is_the_plain_one(read: tuple[Truth, Lives, Plain]) -> None:
    truth, _, plain = read
    settled = plain.settled()
    peaks = {lead: plain.peak(lead) for lead in settled}
    assert (truth.bands.base.part, truth.bands.base.whole) == (plain.won(settled), len(settled))
    ranked = sorted(settled, key=lambda lead: (-peaks[lead], -lead))
    size = len(ranked) // 5
    assert truth.tops.first.won.part == plain.won(ranked[:size])
    assert truth.tops.next.won.part == plain.won(ranked[size : 2 * size])
    assert len(truth.lifts) == 5
    for lift in truth.lifts:
        having = plain.having(lift.rule.id)
        assert (lift.having.part, lift.having.whole) == (plain.won(having), len(having))
    for each in truth.advice.all[::4]:
        reached = [lead for lead in settled if peaks[lead] >= each.at]
        assert (each.precision.part, each.precision.whole) == (plain.won(reached), len(reached))


def test_every_reader_is_counted(read: tuple[Truth, Lives, Plain]) -> None:
    truth, _, plain = read
    settled = set(plain.settled())
    for content in truth.contents.all:
        readers = {
            lead
            for lead, at in plain.rows(
                "SELECT e.visitor_id, e.at FROM events e JOIN texts u ON u.id = e.url_id WHERE u.text = ?",
                f"https://s.example{content.item}",
            )
            if at <= plain.leads[lead]["until"] and lead in settled
        }
        assert (content.won.part, content.won.whole) == (plain.won(readers), len(readers))
