"""What is done on the command line stands in the audit log too, in words of both languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import click
import pytest
from click.testing import CliRunner
from tests.store.white_papers import CAST, RULES

from ripeline.__main__ import main
from ripeline.domain.wire_export import api_item
from ripeline.settings import Settings
from ripeline.store.audit import COMMAND_LINE, AuditQuery, read_audit
from ripeline.store.database import Database
from ripeline.store.opening import open_data
from ripeline.templating.audit_about import about_in_words
from ripeline.templating.languages import catalog

#: What changes access or data, or takes data away: the line it writes, and how it is read in French.
WRITES: Final = {
    "user add": ("person_added", "bob@example.com (marketer)", "bob@example.com (Marketing)"),
    "token create": ("token_created", "crm (read, write)", "crm (lire, écrire)"),
    "import events": ("data_imported", "events: 16", "événements (16)"),
    "import leads": ("data_imported", "leads: 1", "prospects (1)"),
    "import outcomes": ("data_imported", "outcomes: 1", "issues (1)"),
    "import log": ("data_imported", "events: 1", "événements (1)"),
    "export events": ("leads_exported", "events: 18", "événements (18)"),
    "export leads": ("leads_exported", "leads: 6", "prospects (6)"),
    "dump": ("lead_exported", "", ""),
    "backup": ("backup_written", "20", "20"),
    "erase": ("lead_erased", "", ""),
}
#: Those that only look or calculate, that serve (what is done there is written down there), and the one that is tested
#: with the restored data itself.
WRITES_NOTHING: Final = frozenset(
    "serve demo check link version draft doctor replay explain whatif rescore restore".split()
)


def words_of(folder: Path) -> dict[str, tuple[str, ...]]:
    """Every command in full."""
    given = {
        "user add": ("bob@example.com", "--role", "marketer", "--password", "a ripe pear in june"),
        "token create": ("crm", "--scope", "write", "--scope", "read"),
        "import events": (str(folder / "events.ndjson"),),
        "import leads": (str(folder / "leads.csv"),),
        "import outcomes": (str(folder / "deals.csv"),),
        "import log": (str(folder / "access.log"), "--site", "https://shop.example"),
        "export events": (str(folder / "out.ndjson"),),
        "export leads": (str(folder / "out.csv"),),
        "dump": ("marc@example.com",),
        "backup": (str(folder / "backup.zip"),),
        "erase": ("marc@example.com", "--yes"),
    }
    return {name: (*name.split(), *words, "--data", str(folder / "data")) for name, words in given.items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("audited")
    (made / "data").mkdir()
    (made / "data" / "rules.toml").write_text(RULES.text, encoding="utf-8")
    open_data(Settings(data=made / "data")).close()
    events = "".join(json.dumps(api_item(each, str(each.visitor))) + "\n" for each in CAST)
    (made / "events.ndjson").write_text(events, encoding="utf-8")
    (made / "leads.csv").write_text("email,company\nada@example.com,Acme\n", encoding="utf-8")
    (made / "deals.csv").write_text("email,stage,date,amount\nmarc@example.com,won,2026-10-05,5\n", encoding="utf-8")
    visit = '203.0.113.9 - - [20/Nov/2026:10:00:00 +0000] "GET /pricing HTTP/1.1" 200 5 "-" "Mozilla/5.0 Firefox/140.0"'
    (made / "access.log").write_text(visit + "\n", encoding="utf-8")
    return made


def commands() -> Iterator[str]:
    """Every command there is, those of a group by their whole name."""
    with click.Context(main) as context:
        for name in main.list_commands(context):
            command = main.get_command(context, name)
            assert command is not None
            more = command.commands if isinstance(command, click.Group) else {}
            yield from (f"{name} {each}" for each in more) if more else [name]


def test_of_every_command_it_is_decided_whether_it_is_written_down() -> None:
    assert set(commands()) == set(WRITES) | WRITES_NOTHING


def test_each_writes_its_line(folder: Path) -> None:
    for name, words in words_of(folder).items():
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, (name, done.output)
        assert "audit log" not in done.output
        with closing(Database(folder / "data" / "ripeline.db")) as database, database.read() as conn:
            line, *_ = read_audit(conn, AuditQuery(), 100)
        what, about, french = WRITES[name]
        assert (line.author, line.what) == (COMMAND_LINE, what), name
        assert line.about.startswith(about), name
        assert about_in_words(line.what, line.about, catalog("fr")).startswith(french), name
        assert (line.lead is not None) == (name in ("dump", "erase"))


def test_a_command_that_fails_writes_nothing(folder: Path) -> None:
    before = lines(folder)
    for words in (("user", "add", "nobody"), ("dump", "nobody@example.com"), ("token", "create", "")):
        assert CliRunner().invoke(main, [*words, "--password", "short", "--data", str(folder / "data")]).exit_code != 0
    assert lines(folder) == before


def lines(folder: Path) -> int:
    with closing(Database(folder / "data" / "ripeline.db")) as database, database.read() as conn:
        return len(read_audit(conn, AuditQuery(), 1_000))


@pytest.mark.parametrize(
    ("what", "about", "english", "french"),
    [
        ("role_changed", "a@b.fr: sales → owner", "a@b.fr (Sales → Owner)", "a@b.fr (Commercial → Propriétaire)"),
        ("person_joined", "owner", "Owner", "Propriétaire"),
        ("person_invited", "a@b.fr (sales)", "a@b.fr (Sales)", "a@b.fr (Commercial)"),
        ("retention_done", "visits 1, leads 2", "1 visit, 2 leads", "1 visite, 2 prospects"),
        (
            "retention_changed",
            "13/36 → 6/24",
            "months of visits: 13 → 6, of leads: 36 → 24",
            "mois de visites\xa0: 13 → 6, de prospects\xa0: 36 → 24",
        ),
        (
            "backup_restored",
            "of 2026-11-21T10:00:00Z; erased again: leads 2, events 3",
            "of 2026-11-21T10:00:00Z; erased again: 2 leads, 3 events",
            "du 2026-11-21T10:00:00Z\xa0; effacés de nouveau\xa0: 2 prospects, 3 événements",
        ),
        ("suspects_changed", "head: 3", "Links of e-mails asked for their headers only (3)", None),
        ("token_created", "a (b) (admin)", "a (b) (everything)", "a (b) (tout)"),
        ("alerts_changed", "+ Sales: 3", "+ Sales: 3", "+ Sales: 3"),
        ("role_changed", "written by an older version", "written by an older version", None),
    ],
)
def test_what_a_line_is_about_is_in_the_readers_words(what: str, about: str, english: str, french: str | None) -> None:
    assert about_in_words(what, about, catalog("en")) == english
    said = about_in_words(what, about, catalog("fr"))
    assert said == french if french else said


def test_who_did_it_is_in_the_readers_words() -> None:
    assert catalog("fr").gettext("the command line") == "la ligne de commande"
