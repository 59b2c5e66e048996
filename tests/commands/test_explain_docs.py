"""docs/explain.md: what it shows is what the commands print, and every key of --json has its place."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from tests.calibration.white_paper_house import folder_of, run
from tests.store.white_papers import RULES

TEXT = (Path(__file__).parents[2] / "docs" / "explain.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```console\n\$ ripeline (.+)\n((?:.*\n)*?)```", TEXT)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = folder_of(tmp_path_factory.mktemp("data"))
    cheap = RULES.text.replace('points = 5, on = "download"', 'points = 3, on = "download"')
    (folder / "cheap-b.toml").write_text(cheap, encoding="utf-8")
    return folder


def test_there_is_an_example_of_each_command() -> None:
    assert [command.split()[0] for command, _ in EXAMPLES] == ["explain", "whatif"]


@pytest.mark.parametrize(("command", "output"), EXAMPLES, ids=lambda text: text.split()[0])
def test_an_example_prints_what_is_shown(
    data: Path, command: str, output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(data)
    assert run(*shlex.split(command), "--data", data).output == output


@pytest.mark.parametrize("command", ["explain marc@example.com", "whatif cheap-b.toml"])
def test_every_key_is_documented(data: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(data)
    said = json.loads(run(*shlex.split(command), "--json", "--data", data).output)
    (first, *_) = said["models"]
    tables = [first, *(each[0] for each in first.values() if isinstance(each, list) and each and "rule" in each[0])]
    for key in {
        *said,
        *(key for table in (*tables, first.get("handoffs", {})) if isinstance(table, dict) for key in table),
    }:
        assert f"`{key}`" in TEXT or f"`.{key}`" in TEXT or f"`.{key}[]`" in TEXT or f"`{key}[]`" in TEXT, key
