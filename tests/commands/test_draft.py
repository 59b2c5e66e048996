"""`ripeline draft` over the wire: what it prints, what it writes, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.commands.site import Site, site

from ripeline.__main__ import main
from ripeline.rules.reading import load_rules, read_rules


@pytest.fixture
def shop() -> Iterator[Site]:
    with site() as made:
        made.shows('<html lang="en"><a href="/pricing">Prices</a><form id="demo"><input type="email" name="e"></form>')
        made.shows('<html lang="en"><a href="/files/brochure.pdf">b</a>', path="/pricing")
        yield made


def run(*args: str) -> Result:
    return CliRunner().invoke(main, ["draft", *args])


def test_it_prints_a_file_that_is_right(shop: Site) -> None:
    result = run(shop.url, "--timezone", "Europe/Paris")
    assert result.exit_code == 0, result.output
    ruleset = read_rules(result.stdout)
    assert ruleset.timezone == "Europe/Paris"
    assert {"pricing", "demo", "brochure"} <= {rule.id for rule in ruleset.models[0].rules}


def test_it_writes_where_it_is_told_and_over_nothing(shop: Site, tmp_path: Path) -> None:
    file = tmp_path / "draft.toml"
    assert run(shop.url, "--out", str(file), "--language", "fr").exit_code == 0
    assert load_rules(file).models[0].label == "Toutes les offres"
    again = run(shop.url, "--out", str(file))
    assert again.exit_code == 1
    assert "is there already" in again.output


def test_a_site_nobody_answers_at_is_a_sentence() -> None:
    result = run("http://127.0.0.1:9/")
    assert result.exit_code == 1
    assert "gave no page that could be read" in result.output
