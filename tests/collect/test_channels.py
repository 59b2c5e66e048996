"""Where page views came from, on a server with sites and a table of its own; and those that came from nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.collect.doorstep import NOW, SHOP, Doorstep, batch, reported, visit

from ripeline.app import create_app
from ripeline.errors import DataProblem
from ripeline.settings import Settings

SOURCES = "SELECT event_id, channel, source FROM events AS e JOIN sources AS s ON s.id = e.source_id ORDER BY seq"


def settings_with(tmp_path: Path, table: str) -> Settings:
    data = tmp_path / "data"
    data.mkdir()
    (data / "channels.toml").write_text(table, encoding="utf-8")
    return Settings(data=data, rate_limit=None, origins=(SHOP, "https://www.blog.example"))


def test_the_table_of_the_folder_and_the_registered_sites_say_where_somebody_came_from(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, '["organic social"]\nhosts = ["malt.fr"]\n')
    with TestClient(create_app(settings)) as client:
        door = Doorstep(client, settings)
        views = [visit("a", r="https://www.malt.fr/x"), visit("b", r="https://blog.example/"), visit("c")]
        door.send(batch(*views, visit("d", u=f"{SHOP}/?gclid=1")), origin=SHOP)
        door.report(
            reported("e", referrer="https://www.malt.fr/"), authorization=door.new_token("crm", "write")
        ).raise_for_status()
        assert door.rows(SOURCES) == [
            ("a", "organic social", "malt.fr"),
            ("b", "internal", "blog.example"),
            ("c", "direct", ""),
            ("d", "paid search", "google"),
            ("e", "organic social", "malt.fr"),
        ]
        # Addresses are stored without their campaign parameters.
        assert door.rows("SELECT count(*) FROM texts WHERE text LIKE '%gclid%'") == [(0,)]


@pytest.mark.parametrize("table", ["[partners]\n", "[referral\n"])
def test_a_table_that_cannot_be_used_stops_the_start(tmp_path: Path, table: str) -> None:
    settings = settings_with(tmp_path, table)
    said = r"the table of channels .*channels\.toml cannot be used: "
    with pytest.raises(DataProblem, match=said), TestClient(create_app(settings)):
        pass


def test_referrer_spam_is_dropped_and_said_so_but_not_what_comes_beside_it(door: Doorstep) -> None:
    spam = visit("spam", r="http://www.semalt.com/crawler.php")
    answer = door.send(batch(spam, visit("e1"), visit("bad", u="javascript:1"), t=NOW))
    assert answer.headers["X-Ripeline-Dropped"] == "referrer_spam"
    assert answer.json() == {"accepted": 1, "duplicate": 0, "rejected": [{"i": 2, "code": "bad_url"}]}
    assert door.stored() == ["e1"]
