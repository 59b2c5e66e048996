"""Time alone: what is due is found by an index, written like any change, and late is as good as punctual."""

from __future__ import annotations

import pytest
from tests.fold.ledger_house import ADA, DAY, HOUR, MARC, MINUTE, START, House, download, identify, open_house, page
from tests.fold.test_rescoring import Plug, Unplugged

#: Half-life, silence, and a band one can fall out of; the days are those of Paris.
FADING = """
timezone = "Europe/Paris"
[models.m]
bands = { warm = 5, hot = { enter = 13, exit = 9 } }
[models.m.rules]
paper = { points = 13, on = "download", decay = { half_life = "30d" } }
visit = { points = 2, on = "page", once_per = "event" }
silent = { points = -100, inactive = "21d" }
"""
#: 2 November, 00:00 in Paris: nine hours (UTC) before the start.
MIDNIGHT = START - 10 * HOUR


def begin(house: House) -> None:
    house.under(FADING)
    house.fold(identify("phone", ADA, 0), download("phone", "c", MINUTE))
    house.fold(identify("laptop", MARC, 0), page("laptop", "/", HOUR))


def sweep_at(house: House, day: float) -> None:
    house.now = MIDNIGHT + int(day * DAY)
    house.sweep()


def read(house: House) -> tuple[float, str]:
    return house.score(ADA, "m"), house.band(ADA, "m")


def test_a_lead_falls_out_of_the_band_on_the_day_its_points_have_faded(house: House) -> None:
    begin(house)
    assert read(house) == (13, "hot")
    sweep_at(house, 15)
    assert read(house) == (9.192, "hot")
    sweep_at(house, 16)
    assert read(house) == (8.982, "warm")
    ((at, entered),) = house.rows("SELECT at, entered FROM crossings WHERE band = 'hot' ORDER BY n DESC LIMIT 1")
    assert (at, entered) == (MIDNIGHT + 16 * DAY, 0)
    assert house.handoffs() == [(ADA, "m", "expired", 13)]
    assert house.differences() == []


def test_silence_begins_and_ends(house: House) -> None:
    begin(house)
    sweep_at(house, 21)
    assert read(house)[0] == pytest.approx(13 * 2 ** (-21 / 30) - 100, abs=0.001)
    assert house.score(MARC, "m") == -98
    house.fold(page("laptop", "/", 22 * DAY))
    assert house.score(MARC, "m") == 4
    assert house.differences() == []


def test_late_is_as_good_as_punctual(house: House, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Five days without a sweep, a month of them, or an event in between: the same ledger, the same times."""
    late = open_house(tmp_path_factory.mktemp("late"))
    for each in (house, late):
        begin(each)
    for day in range(1, 20):
        sweep_at(house, day)
    house.fold(page("phone", "/late", 18 * DAY))
    for day in range(20, 40):
        sweep_at(house, day)
    late.now = house.now
    late.fold(page("phone", "/late", 18 * DAY))
    late.sweep()
    assert late.told() == house.told()
    assert late.differences() == house.differences() == []
    late.conn.close()


def test_a_night_does_the_same_to_leads_nobody_remembers(
    house: House, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Most nights only fade: that is written without looking further, until there is more to say."""
    restarted = open_house(tmp_path_factory.mktemp("restarted"))
    for each in (house, restarted):
        begin(each)
        for day in range(1, 40):
            if each is restarted:
                each.new_folder()
            sweep_at(each, day)
            assert each.differences() == []
    assert restarted.told() == house.told()
    restarted.conn.close()


def test_an_event_of_before_the_last_midnight_refolds_its_lead_to_where_it_was(house: House) -> None:
    begin(house)
    sweep_at(house, 16)
    house.fold(page("phone", "/", 2 * DAY))
    assert read(house) == (10.982, "hot")
    assert house.differences() == []


def test_events_fold_as_of_now_though_no_sweep_has_been(house: House) -> None:
    """What came in while the server was away is told only if it is still so."""
    house.under(FADING)
    house.now = MIDNIGHT + 20 * DAY
    house.fold(identify("phone", ADA, 0), download("phone", "c", MINUTE))
    assert read(house)[0] == pytest.approx(13 * 2 ** (-20 / 30), abs=0.001)
    assert read(house)[1] == "warm"
    assert house.handoffs() == [(ADA, "m", "late", 13)]


def test_only_leads_that_are_due_are_looked_at(house: House) -> None:
    house.under(FADING.replace('silent = { points = -100, inactive = "21d" }\n', ""))
    house.fold(identify("phone", ADA, 0), download("phone", "c", MINUTE))
    house.fold(*[page(f"v{number}", "/", number) for number in range(20)])
    assert house.rows("SELECT count(*) FROM lead_states WHERE due_at IS NOT NULL") == [(1,)]
    house.now = MIDNIGHT + DAY
    assert house.folder.sweep() == 1
    assert house.folder.sweep() == 0
    plan = house.rows("EXPLAIN QUERY PLAN SELECT lead_id FROM lead_states WHERE due_at <= 1 ORDER BY due_at LIMIT 5")
    assert "lead_states_due" in str(plan)


def test_a_clock_put_back_undoes_nothing(house: House) -> None:
    begin(house)
    sweep_at(house, 16)
    before = read(house)
    house.now -= 2 * DAY
    house.sweep()
    house.new_folder()
    house.fold(page("phone", "/", DAY))
    assert read(house) == (before[0] + 2, "hot")
    assert house.differences() == []


def test_a_lead_that_nobody_swept_is_a_difference(house: House) -> None:
    begin(house)
    sweep_at(house, 10)
    house.conn.execute("UPDATE lead_states SET due_at = ? WHERE lead_id = 1", (START,))
    assert any("due" in each for each in house.differences())


def test_stopped_between_any_two_statements_a_sweep_goes_on(house: House) -> None:
    begin(house)
    house.now = MIDNIGHT + 25 * DAY
    for number in range(1, 200):
        house.folder._conn = Plug(house.conn, number)  # type: ignore[assignment]
        house.folder._projection._conn = house.folder._conn
        try:
            while house.folder.sweep(1):
                pass
            break
        except Unplugged:
            house.new_folder()
    assert number > 10
    house.new_folder()
    assert house.score(MARC, "m") == -98
    assert house.handoffs() == [(ADA, "m", "expired", 13)]
    assert house.differences() == []


def test_a_rescore_is_as_of_now_too(house: House) -> None:
    begin(house)
    sweep_at(house, 16)
    before = house.told()
    house.under(FADING + "# the same\n")
    assert house.told() == before
    assert house.differences() == []
