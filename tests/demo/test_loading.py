"""The demo's data folder: ninety days folded, a dozen ready, and nobody else's data touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ripeline.commands.demo import prepare
from ripeline.demo.history import make_history
from ripeline.demo.loading import is_demo, load_demo
from ripeline.errors import DataProblem
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import load_rules
from ripeline.settings import Settings
from ripeline.store.database import Connection, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import append_events
from ripeline.store.opening import open_data
from ripeline.store.reading_events import last_seq
from ripeline.store.reading_handoffs import HandoffQuery, list_handoffs
from ripeline.store.reading_lead import lead_detail
from ripeline.store.reading_leads import LeadQuery, list_leads

NOW = int(datetime(2026, 11, 21, 18, tzinfo=UTC).timestamp() * 1000)
HOUR = 3_600_000


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data=tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def conn(settings: Settings) -> Iterator[Connection]:
    """A demo's database, filled and folded."""
    prepare(settings, NOW)
    opened = open_data(settings)
    with closing(opened.database.writer()) as connection:
        yield connection
    opened.close()


@pytest.fixture(scope="module")
def rules(settings: Settings) -> Ruleset:
    return load_rules(settings.rules_file)


def test_every_event_of_the_history_is_there(conn: Connection) -> None:
    assert last_seq(conn) == len(list(make_history(NOW)))


def test_about_four_hundred_leads_from_cold_to_ripe(conn: Connection, rules: Ruleset) -> None:
    found = list_leads(conn, rules, LeadQuery("general", limit=1000, out_of_target=True))
    assert found.total is not None
    assert 370 <= found.total <= 430
    bands = Counter(lead.band for lead in found.leads if not lead.out_of_target)
    assert bands["cold"] > bands["warm"] > bands["hot"] > 5
    assert any(lead.out_of_target for lead in found.leads)


def test_about_a_dozen_are_ready_some_of_them_since_this_morning(conn: Connection, rules: Ruleset) -> None:
    found, _ = list_handoffs(conn, rules, HandoffQuery())
    assert 12 <= len(found) <= 20
    assert len({each.model for each in found}) == 2
    assert sum(NOW - each.crossed_at < 8 * HOUR for each in found) >= 2
    assert sum("phone" in each.attributes for each in found) >= 10


def test_marc_elodie_and_capucine_are_among_them(conn: Connection, rules: Ruleset) -> None:
    emails = {
        "marc.delaunay@atelier-delaunay.example": 13000,
        "elodie.brunet@maison-brunet.example": 5000,
        "capucine.morel@morel-conseil.example": 18000,
    }
    for email, score in emails.items():
        (vertical,) = [each for each in lead_detail(conn, rules, email).models if each.model == "vertical"]
        assert vertical.score == score


def test_students_are_never_handed_over(conn: Connection, rules: Ruleset) -> None:
    everybody = list_leads(conn, rules, LeadQuery("general", limit=1000, out_of_target=True)).leads
    students = {lead.id for lead in everybody if lead.out_of_target}
    handed, _ = list_handoffs(conn, rules, HandoffQuery(state=None, limit=1000))
    assert students
    assert not students & {each.lead_id for each in handed}


def test_colleagues_share_a_company(conn: Connection, rules: Ruleset) -> None:
    everybody = list_leads(conn, rules, LeadQuery("general", limit=1000, identified=True)).leads
    companies = Counter(lead.attributes.get("company") for lead in everybody if lead.attributes.get("company"))
    assert sum(count >= 2 for count in companies.values()) >= 5


def test_a_demo_is_filled_once(conn: Connection) -> None:
    before = last_seq(conn)
    assert is_demo(conn)
    assert not load_demo(conn, NOW + HOUR)
    assert last_seq(conn) == before


def test_a_demo_cut_short_is_filled_up(tmp_path: Path, conn: Connection) -> None:
    opened = open_data(Settings(data=tmp_path))
    with closing(opened.database.writer()) as own:
        load_demo(own, NOW)
        own.execute("UPDATE meta SET value = 'begun' WHERE key = 'demo'")
        own.execute("DELETE FROM events WHERE seq > 100")
        assert load_demo(own, NOW)
        assert (
            own.execute("SELECT count(*) FROM events").fetchone()
            == conn.execute("SELECT count(*) FROM events").fetchone()
        )
    opened.close()


def test_data_of_somebody_is_never_filled_with_a_demo(tmp_path: Path) -> None:
    opened = open_data(Settings(data=tmp_path))
    with closing(opened.database.writer()) as own:
        with transaction(own):
            append_events(own, list(make_history(NOW))[:1], Dictionary())
        with pytest.raises(DataProblem, match="not a demo's"):
            load_demo(own, NOW)
        assert last_seq(own) == 1
    opened.close()
