"""The rule file a new server begins with."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient
from tests.auth.small_house import PASSWORD, SmallHouse

from ripeline.auth.first_rules import fit_first_rules, is_zone
from ripeline.auth.setup import setup_link
from ripeline.paths import EXAMPLE_RULES, EXAMPLE_RULES_FR
from ripeline.rules.reading import load_rules


@pytest.fixture
def rules(house: SmallHouse) -> Path:
    file = house.settings.rules_file
    file.write_bytes(EXAMPLE_RULES.read_bytes())
    return file


def set_up(client: TestClient, house: SmallHouse, language: str, zone: str) -> None:
    path = urlsplit(asyncio.run(setup_link(house)) or "").path
    form = {"email": "alice@example.com", "password": PASSWORD, "zone": zone}
    assert client.post(path, data=form, headers={"accept-language": language}).status_code == 303


def test_a_french_browser_gets_the_french_twin_in_its_zone(client: TestClient, house: SmallHouse, rules: Path) -> None:
    set_up(client, house, "fr-FR,fr;q=0.9", "Europe/Paris")
    assert house.taken == 1, "the new file must be in force at once"
    ruleset = load_rules(rules)
    assert ruleset.timezone == "Europe/Paris"
    assert [model.label for model in ruleset.models] == [model.label for model in load_rules(EXAMPLE_RULES_FR).models]


def test_an_english_browser_keeps_the_example_in_its_zone(client: TestClient, house: SmallHouse, rules: Path) -> None:
    set_up(client, house, "en-GB", "Europe/London")
    assert rules.read_text() == EXAMPLE_RULES.read_text().replace('timezone = "UTC"', 'timezone = "Europe/London"')


@pytest.mark.parametrize(
    "zone", ["", "Mars/Olympus", "../../etc/passwd", 'UTC"\nx = 1', "Europe/Paris" * 20, "posixrules/"]
)
def test_a_strange_zone_changes_nothing(client: TestClient, house: SmallHouse, rules: Path, zone: str) -> None:
    assert not is_zone(zone)
    set_up(client, house, "en", zone)
    assert rules.read_text() == EXAMPLE_RULES.read_text()


def test_a_file_somebody_wrote_stays(rules: Path) -> None:
    rules.write_text(EXAMPLE_RULES.read_text() + "\n# ours\n")
    before = rules.read_text()
    assert not fit_first_rules(rules, "fr", "Europe/Paris")
    assert rules.read_text() == before


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    assert not fit_first_rules(tmp_path / "rules.toml", "fr", "Europe/Paris")
