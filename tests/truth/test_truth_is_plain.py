"""Every figure of the Truth page on the demo's data, against plain counting; and the demo's three faults are found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from tests.truth.plain_truth import DAY, Plain, plain_wilson

from ripeline.commands.demo import prepare
from ripeline.demo.grid import MODEL
from ripeline.rules.reading import load_rules
from ripeline.settings import Settings
from ripeline.store.database import Database
from ripeline.truth.shares import share
from ripeline.truth.telling import Truth, truth_of

NOW = int(datetime(2026, 11, 21, 18, tzinfo=UTC).timestamp() * 1000)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    made = Settings(data=tmp_path_factory.mktemp("demo"))
    prepare(made, NOW)
    return made


@pytest.fixture(scope="module")
def plain(settings: Settings) -> Plain:
    return Plain(str(settings.database_file), MODEL, NOW)


@pytest.fixture(scope="module")
def truth(settings: Settings, plain: Plain) -> Iterator[Truth]:
    database, ruleset = Database(settings.database_file), load_rules(settings.rules_file)
    with database.read() as conn:
        yield truth_of(conn, ruleset, ruleset.model(MODEL), plain.now)
    database.close()


def test_the_spread_counts_everybody_once(truth: Truth, plain: Plain) -> None:
    scores = sorted(map(plain.score, plain.leads))
    assert truth.leads == len(scores) == sum(step.leads for step in truth.spread.steps)
    assert truth.spread.middle == scores[(len(scores) - 1) // 2]
    assert sum(score >= truth.spread.top for score in scores) >= len(scores) // 10
    assert truth.spread.none == sum(score <= 0 for score in scores)
    assert dict(truth.spread.bands)["hot"] == sum(score >= 16_000 for score in scores)


def test_the_two_fifths_are_the_plain_ones(truth: Truth, plain: Plain) -> None:
    ranked = sorted(plain.settled(), key=lambda id: (-plain.peak(id), -id))
    size = len(ranked) // 5
    for fifth, leads in ((truth.tops.first, ranked[:size]), (truth.tops.next, ranked[size : 2 * size])):
        assert (fifth.won.part, fifth.won.whole) == (plain.won(leads), size)
        low, high = plain_wilson(plain.won(leads), size, 1.959964)
        assert (fifth.won.low, fifth.won.high) == pytest.approx((max(low, 0), high), abs=1e-5)


def test_the_parts_of_all_points_are_the_plain_ones(truth: Truth, plain: Plain) -> None:
    given = plain.given()
    for each in truth.sources.rules:
        assert each.points == given[each.name]
        assert each.part == pytest.approx(given[each.name] / sum(given.values()))
    assert sum(part for _, part in truth.sources.kinds) == pytest.approx(1)


def test_the_share_of_each_rule_is_the_plain_one(truth: Truth, plain: Plain) -> None:
    everybody = plain.settled()
    assert len(truth.lifts) > 6
    for lift in truth.lifts:
        having = plain.having(lift.rule.id)
        lacking = set(everybody) - set(having)
        assert (lift.having.part, lift.having.whole) == (plain.won(having), len(having))
        assert (lift.lacking.part, lift.lacking.whole) == (plain.won(lacking), len(lacking))


def test_each_threshold_says_what_counting_says(truth: Truth, plain: Plain) -> None:
    weeks = min((plain.now - min(one["first"] for one in plain.leads.values())) / (7 * DAY), 12)
    for each in truth.advice.all:
        reached = [id for id in plain.leads if plain.peak(id) >= each.at]
        settled = [id for id in plain.settled() if plain.peak(id) >= each.at]
        assert each.leads == len(reached)
        assert (each.precision.part, each.precision.whole) == (plain.won(settled), len(settled))
        assert each.missed == plain.won(plain.leads) - plain.won(settled)
        lately = sum((plain.reached_at(id, each.at) or 0) >= plain.now - weeks * 7 * DAY for id in reached)
        assert each.calls == pytest.approx(lately / weeks)
        early = [one["verdict"] for one in plain.leads.values() if one["verdict"] and one["verdict"][0] == "too_early"]
        assert (each.too_early, each.too_early_all) == (sum(score >= each.at for _, score in early), len(early))


def test_the_bands_are_those_they_came_to(truth: Truth, plain: Plain) -> None:
    base = truth.bands.base
    assert (base.part, base.whole) == (plain.won(plain.settled()), len(plain.settled()))
    assert sum(each.won.whole for each in truth.bands.all) == base.whole
    assert sum(each.won.part for each in truth.bands.all) == base.part


def test_the_readers_of_a_page_are_the_plain_ones(truth: Truth, plain: Plain) -> None:
    (pricing,) = [each for each in truth.contents.all if each.item == "/pricing"]
    readers = set()
    for lead, at in plain.rows(
        "SELECT e.lead_id, v.at FROM epochs e JOIN events v ON v.visitor_id = e.visitor_id"
        " JOIN texts u ON u.id = v.url_id JOIN texts k ON k.id = v.kind_id"
        " WHERE k.text = 'page' AND u.text LIKE '%/pricing'"
    ):
        if lead in plain.leads and at <= plain.leads[lead]["until"]:
            readers.add(lead)
    settled = readers & set(plain.settled())
    assert (pricing.won.part, pricing.won.whole) == (plain.won(settled), len(settled))


def test_downloads_that_are_worth_too_much_are_found(truth: Truth) -> None:
    (paper,) = [each for each in truth.lifts if each.rule.id == "white-paper"]
    assert paper.part > 0.15
    assert paper.is_over_scored
    assert paper.packet is not None
    assert paper.packet < 6


def test_the_rule_that_never_pays_is_found(truth: Truth) -> None:
    assert "webinar" in {rule.id for rule in truth.sources.idle}


def test_the_threshold_that_is_too_high_is_found(truth: Truth) -> None:
    assert truth.advice.now is not None
    advised = truth.advice.for_calls(2 * truth.advice.now.calls)
    assert advised is not None
    assert advised.at < truth.advice.now.at
    assert advised.missed < truth.advice.now.missed
    assert advised.precision.rate > truth.advice.now.precision.rate


def test_of_thresholds_with_the_same_buyers_the_highest_is_advised(truth: Truth) -> None:
    for most in (2.0, 4.0, 6.0, 8.0, 12.0):
        lowest = next(each for each in truth.advice.all if each.calls <= most)
        advised = truth.advice.for_calls(most)
        assert advised is not None
        assert advised.at >= lowest.at
        if lowest.precision.part == 0:
            assert advised == lowest, "nothing is known of those between"
            continue
        assert (advised.missed, advised.too_late) == (lowest.missed, lowest.too_late)
        assert advised.calls <= lowest.calls
        higher = (each for each in truth.advice.all if each.at > advised.at)
        assert not [each for each in higher if (each.missed, each.too_late) == (lowest.missed, lowest.too_late)]


def test_fewer_calls_catch_the_same_buyers_of_the_demo(truth: Truth) -> None:
    lowest = next(each for each in truth.advice.all if each.calls <= 8)
    advised = truth.advice.for_calls(8)
    assert advised is not None
    assert advised.at > lowest.at
    assert advised.leads < lowest.leads


def test_a_share_of_nobody_is_nothing() -> None:
    nobody = share(0, 0)
    assert (nobody.rate, nobody.low, nobody.high) == (0, 0, 1)
