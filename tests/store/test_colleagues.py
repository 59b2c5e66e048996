"""The other leads of one's company."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database as SqliteUtils
from tests.store.white_papers import HOUR, NOW, RULES, START, fold, form, made, open_database, page

from ripeline.fold.desk import Desk
from ripeline.fold.keeper import Keeper
from ripeline.fold.merging import merge
from ripeline.store.authors import Said
from ripeline.store.colleagues import colleagues_of
from ripeline.store.database import Connection, Database, transaction
from ripeline.store.migrations import migrations
from ripeline.store.reading_lead import lead_id_of
from ripeline.store.views import Colleagues

ADA, MARC, LISA, EVE = "ada@mail.acme.co.uk", "marc@acme.co.uk", "lisa@acme.co.uk", "eve@other.co.uk"
MAIL = "one@orange.fr"


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    """Ada, then Marc and Lisa of the same company, Eve of another, two with an address of a provider."""
    with closing(open_database(tmp_path / "ripeline.db")) as connection:
        people = [ADA, MARC, LISA, EVE, MAIL, "two@orange.fr"]
        for hours, email in enumerate(people):
            # Marc was anonymous first, the others are known from their first event on.
            visits = [(hours, page("/pricing"))] if email == MARC else []
            fold(connection, made(f"v{hours}", [*visits, (hours + 0.5, form(email))]))
        fold(connection, made("v9", [(9, page("/about"))]))
        yield connection


def of(conn: Connection, email: str, since: int = 0, limit: int = 20) -> Colleagues | None:
    return colleagues_of(conn, lead_id_of(conn, email), since, limit)


def names(found: Colleagues | None) -> list[str]:
    assert found is not None
    return [each.email for each in found.leads]


def test_colleagues_share_the_domain_their_company_registered_the_latest_first(conn: Connection) -> None:
    found = of(conn, ADA)
    assert found is not None
    assert (found.domain, found.count, names(found)) == ("acme.co.uk", 2, [LISA, MARC])
    assert names(of(conn, MARC)) == [LISA, ADA]
    assert names(of(conn, EVE)) == []


def test_a_provider_makes_nobody_a_colleague_and_who_is_anonymous_has_none(conn: Connection) -> None:
    assert of(conn, MAIL) is None
    assert colleagues_of(conn, lead_id_of(conn, EVE) + 3, 0, 20) is None


def test_only_those_seen_since_then_count(conn: Connection) -> None:
    found = of(conn, ADA, since=START + 2 * HOUR)
    assert found is not None
    assert (found.count, names(found)) == (1, [LISA])


def test_all_are_counted_when_not_all_are_shown(conn: Connection) -> None:
    found = of(conn, ADA, limit=1)
    assert found is not None
    assert (found.count, names(found)) == (2, [LISA])


def test_who_went_into_another_lead_is_nobodys_colleague(conn: Connection) -> None:
    with transaction(conn):
        merge(Desk(conn, Keeper(conn, RULES), Said("bob", NOW), lambda: None), MARC, LISA)
    assert names(of(conn, ADA)) == [MARC]


def test_the_look_up_reads_one_company_off_the_index(conn: Connection) -> None:
    (plan,) = conn.execute(
        "EXPLAIN QUERY PLAN SELECT count(*) FROM leads WHERE company_domain = 'acme.fr' AND last_seen >= 0 "
        "AND merged_into IS NULL AND id <> 1"
    ).fetchall()
    assert "COVERING INDEX leads_by_company (company_domain=? AND last_seen>?)" in plan[3]


def test_an_upgrade_finds_the_companies_of_the_leads_there_are(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "old.db").writer()) as old:
        migrations.apply(SqliteUtils(old), stop_before="companies_by_domain")
        old.execute("INSERT INTO leads (id, email, created_at) VALUES (1, ?, 1), (2, ?, 1), (3, NULL, 1)", (ADA, MAIL))
        migrations.apply(SqliteUtils(old))
        found = old.execute("SELECT id, company_domain FROM leads ORDER BY id").fetchall()
    assert found == [(1, "acme.co.uk"), (2, None), (3, None)]
