"""Rules and scores that are read together are of one version, at whatever moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.fold.ledger_house import MARC, PAPERS, House, open_house, white_papers

from ripeline.app import create_app
from ripeline.fold.folder import RULES_HASH
from ripeline.rules.reading import read_rules
from ripeline.running import RulesInForce, Running
from ripeline.settings import Settings
from ripeline.store.authors import Said
from ripeline.store.meta import read_meta
from ripeline.store.reading_leads import LeadQuery, list_leads

VERSIONS = [PAPERS.replace("points = 12", f"points = {points}") for points in (12, 20, 30, 40, 50, 60)]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    (tmp_path / "data").mkdir()
    house = open_house(tmp_path / "data")
    house.under(VERSIONS[0])
    house.fold(*white_papers(["C", MARC], "marc"))
    yield house
    house.conn.close()


def test_who_reads_from_before_a_change_has_the_rules_of_before(house: House) -> None:
    rules = RulesInForce(house.ruleset)
    with house.database.read() as early:
        assert rules.beside(early).hash == house.ruleset.hash
        for text in VERSIONS[1:]:
            rules.taken(read_rules(text), False)
            house.under(text)
            with house.database.read() as late:
                assert rules.beside(late).text == text
            rules.taken(house.ruleset, True)
        assert rules.beside(early).text == VERSIONS[0]


def test_readers_never_see_scores_of_one_version_by_rules_of_another(house: House, tmp_path: Path) -> None:
    house.conn.close()
    settings = Settings(data=tmp_path / "data", base_url="http://testserver")
    settings.rules_file.write_text(VERSIONS[0])
    stop, wrong, seen = threading.Event(), list[object](), set[str]()

    def look(running: Running) -> None:
        while not stop.is_set():
            with running.reading() as (conn, ruleset):
                (lead,) = list_leads(conn, ruleset, LeadQuery("vertical", limit=2)).leads
                seen.add(ruleset.hash)
                worth = next(rule.points for rule in ruleset.model("vertical").rules if rule.id == "livre-c")
                if read_meta(conn, RULES_HASH) != ruleset.hash or lead.score != worth:
                    wrong.append((lead.score, worth))

    with TestClient(create_app(settings)) as client:
        running: Running = client.app.state.running  # type: ignore[attr-defined]
        readers = [threading.Thread(target=look, args=(running,)) for _ in range(3)]
        for reader in readers:
            reader.start()
        try:
            for text in VERSIONS[1:] * 2:
                ruleset = read_rules(text)
                assert client.portal is not None
                client.portal.call(running.take, ruleset, Said("ada", 1))
                wait_until(lambda: running.rules.ruleset.hash == ruleset.hash)  # noqa: B023 - asked at once
        finally:
            stop.set()
            for reader in readers:
                reader.join(10)
    assert wrong == []
    assert len(seen) > 1


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_between_a_swap_and_its_being_known_the_rules_that_came_are_used(house: House) -> None:
    rules, coming = RulesInForce(house.ruleset), read_rules(VERSIONS[1])
    rules.taken(coming, False)
    house.under(VERSIONS[1])
    assert rules.ruleset.text == VERSIONS[0]
    assert rules.beside(house.conn) is coming
