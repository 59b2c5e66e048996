"""What goes out by `export events` comes back by `import events`, and scores the same."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from starlette.testclient import TestClient
from tests.store.white_papers import CAST, RULES, form, made, page

from ripeline.__main__ import main
from ripeline.app import create_app
from ripeline.auth.tokens import create_token
from ripeline.commands.lines import lines_of
from ripeline.domain.event import Event
from ripeline.domain.wire_export import api_item
from ripeline.settings import Settings
from ripeline.store.database import Database, transaction
from ripeline.store.opening import open_data
from ripeline.store.reading_leads import LeadQuery, list_leads

Run = Callable[..., Result]
EXPECTED = {"capucine@example.com": 18, "marc@example.com": 13, "elodie@example.com": 5, None: 0}


@pytest.fixture
def run() -> Run:
    return lambda *words, stdin=None: CliRunner().invoke(main, [str(word) for word in words], input=stdin)


def house(folder: Path) -> Path:
    """A data folder under the white-paper model."""
    folder.mkdir()
    (folder / "rules.toml").write_text(RULES.text, encoding="utf-8")
    open_data(Settings(data=folder)).close()
    return folder


def ndjson(events: list[Event]) -> str:
    return "".join(json.dumps(api_item(event, str(event.visitor))) + "\n" for event in events)


def scores(folder: Path) -> dict[str | None, float]:
    with Database(folder / "ripeline.db").read() as conn:
        return {lead.email: lead.score / 1000 for lead in list_leads(conn, RULES, LeadQuery("vertical")).leads}


@pytest.fixture
def full(tmp_path: Path, run: Run) -> Path:
    folder = house(tmp_path / "full")
    file = tmp_path / "cast.ndjson"
    file.write_text(ndjson(CAST), encoding="utf-8")
    assert run("import", "events", file, "--data", folder).exit_code == 0
    return folder


def test_an_import_is_scored_when_no_server_runs(full: Path) -> None:
    assert scores(full) == EXPECTED


def test_an_export_imported_elsewhere_has_the_same_scores(full: Path, tmp_path: Path, run: Run) -> None:
    file, other = tmp_path / "out.ndjson", house(tmp_path / "other")
    written = run("export", "events", file, "--data", full)
    assert (written.exit_code, written.output) == (0, f"{len(CAST)} events written\n")
    assert run("import", "events", file, "--data", other).exit_code == 0
    assert scores(other) == scores(full)
    again = tmp_path / "again.ndjson"
    run("export", "events", again, "--data", other)
    assert again.read_bytes() == file.read_bytes()


def test_ids_are_exported_as_received_in_the_order_they_came(full: Path, run: Run) -> None:
    lines = run("export", "events", "-", "--data", full).stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [event.id for event in CAST]


def test_a_replay_of_the_export_says_what_the_api_says(full: Path, tmp_path: Path, run: Run) -> None:
    file = tmp_path / "out.ndjson"
    run("export", "events", file, "--data", full)
    replayed = run("replay", file, "--rules", full / "rules.toml")
    lines = [json.loads(line) for line in replayed.stdout.splitlines()]
    found = {line["lead"]: line["score"] for line in lines if line["model"] == "vertical"}
    assert found == {email or "visitor:v-ada": score for email, score in EXPECTED.items()}


def test_importing_twice_is_importing_once(full: Path, tmp_path: Path, run: Run) -> None:
    again = run("import", "events", tmp_path / "cast.ndjson", "--data", full)
    assert (again.exit_code, again.stdout) == (0, f"0 imported, {len(CAST)} already there, 0 bad\n")
    assert scores(full) == EXPECTED


def test_a_bad_line_is_named_and_costs_only_itself(tmp_path: Path, run: Run) -> None:
    folder, file = house(tmp_path / "data"), tmp_path / "some.ndjson"
    good = ndjson(CAST).splitlines()
    bad = [
        "{",
        "null",
        '{"id": "1", "on": "page"}',
        '{"id": "2", "visitor": "v", "on": "page", "url": "javascript:alert(1)"}',
    ]
    file.write_text("\n".join([good[0], *bad, "", *good[1:]]), encoding="utf-8")
    done = run("import", "events", file, "--data", folder)
    assert (done.exit_code, done.stdout) == (1, f"{len(CAST)} imported, 0 already there, {len(bad)} bad\n")
    assert [line.split(" ")[0] for line in done.stderr.splitlines()] == [f"{file}:{n}:" for n in (2, 3, 4, 5)]
    assert scores(folder) == EXPECTED


def test_suspicion_survives_a_journey(tmp_path: Path, run: Run) -> None:
    folder, other, file = house(tmp_path / "data"), house(tmp_path / "other"), tmp_path / "out.ndjson"
    items = [api_item(event, "v-bot") | {"suspect": "bot"} for event in made("v-bot", [(0, page("/pricing"))])]
    run("import", "events", "-", "--data", folder, stdin=json.dumps(items))
    run("export", "events", file, "--data", folder)
    run("import", "events", file, "--data", other)
    for each in (folder, other):
        with Database(each / "ripeline.db").read() as conn:
            (lead,) = list_leads(conn, RULES, LeadQuery("other")).leads
        assert lead.score == 0


def test_an_import_beside_a_running_server_is_scored_by_it(tmp_path: Path, run: Run) -> None:
    folder, file = house(tmp_path / "data"), tmp_path / "cast.ndjson"
    file.write_text(ndjson(CAST), encoding="utf-8")
    with TestClient(create_app(Settings(data=folder))) as server:
        with closing(Database(folder / "ripeline.db").writer()) as conn, transaction(conn):
            header = {"Authorization": f"Bearer {create_token(conn, 'test', frozenset({'read'}), 1)}"}
        assert run("import", "events", file, "--data", folder).exit_code == 0
        assert server.get("/api/settled", headers=header).json() == {"lag": 0}
        assert scores(folder) == EXPECTED


def test_a_late_import_refolds_only_to_the_same_scores(tmp_path: Path, run: Run) -> None:
    folder, file = house(tmp_path / "data"), tmp_path / "part.ndjson"
    for part in (CAST[1::2], CAST[::2]):
        file.write_text(ndjson(part), encoding="utf-8")
        run("import", "events", file, "--data", folder)
    assert scores(folder) == EXPECTED


def test_nothing_is_exported_from_nowhere(tmp_path: Path, run: Run) -> None:
    for command in ("export", "import"):
        (tmp_path / "x").touch()
        done = run(command, "events", tmp_path / "x", "--data", tmp_path / "nothing")
        assert done.exit_code == 1
        assert "no database" in done.stderr


def test_the_data_of_a_form_survives_the_journey(tmp_path: Path, run: Run) -> None:
    folder, other, file = house(tmp_path / "data"), house(tmp_path / "other"), tmp_path / "out.ndjson"
    sent = made("v-ada", [(0, form("ada@example.com", job="Directrice", société="Acmé «&»"))])
    run("import", "events", "-", "--data", folder, stdin=ndjson(sent))
    run("export", "events", file, "--data", folder)
    run("import", "events", file, "--data", other)
    for each in (folder, other):
        with Database(each / "ripeline.db").read() as conn:
            (lead,) = list_leads(conn, RULES, LeadQuery("other")).leads
        assert (lead.attributes["company"], lead.attributes["job"], lead.fit) == ("Acmé «&»", "Directrice", 3000)


def test_an_import_reads_where_they_came_from_by_the_table_of_its_folder(tmp_path: Path, run: Run) -> None:
    visit = {"id": "f1", "visitor": "v", "on": "page", "url": "https://shop.example/", "at": "2026-11-02T09:00:00Z"}
    line = json.dumps(visit | {"referrer": "https://forum.example/thread"}) + "\n"
    folder = house(tmp_path / "own")
    (folder / "channels.toml").write_text('["organic social"]\nhosts = ["forum.example"]\n', encoding="utf-8")
    assert run("import", "events", "-", "--data", folder, stdin=line).exit_code == 0
    with Database(folder / "ripeline.db").read() as conn:
        (lead,) = list_leads(conn, RULES, LeadQuery("vertical")).leads
    assert lead.channel == "organic social"


@pytest.mark.parametrize(
    "text",
    [
        '{"n": 1}\n{"n": 2}\n',
        '[{"n": 1}, {"n": 2}]',
        '[\n  {"n": 1},\n  {"n": 2}\n]\n',
        '[{"n": 1}]\n\n[{"n": 2}]',
        '\ufeff{"n": 1}\n{"n": 2}',
    ],
)
def test_lines_arrays_and_whole_files_of_events_are_read(text: str) -> None:
    items: list[Any] = [line.item for line in lines_of(io.BytesIO(text.encode()))]
    assert items == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize("text", ["[" * 100_000, "\xff\xfe", '{"a": 1e999x}', "NaN"])
def test_what_is_no_json_is_one_problem(text: str) -> None:
    assert [bool(line.problem) for line in lines_of(io.BytesIO(text.encode("latin-1")))] == [True]


def test_an_endless_line_does_not_fill_the_memory() -> None:
    text = b'{"id": "' + b"x" * 4_000_000 + b'"}\n{"n": 2}\n'
    first, second = lines_of(io.BytesIO(text))
    assert first.problem
    assert second.item == {"n": 2}
