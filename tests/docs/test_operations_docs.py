"""docs/operations.md: the ways back work, and the sentences it explains are the ones that are said."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from starlette.testclient import TestClient
from tests.docs.conversation import DOCS, events_sent

from ripeline.app import create_app
from ripeline.auth.tokens import create_token
from ripeline.fold.verify import verify
from ripeline.paths import TEMPLATES
from ripeline.rules.reading import load_rules
from ripeline.settings import Settings
from ripeline.store.copies import problems_of
from ripeline.store.database import Database, open_file, transaction
from ripeline.store.opening import open_data

PAGE: Final = (DOCS / "operations.md").read_text(encoding="utf-8")
PACKAGE: Final = DOCS.parent / "server" / "ripeline"
#: What commands say of files they are given is no matter of operations.
OF_FILES: Final = ("commands", "demo")
LONG_ENOUGH: Final = 12


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", rate_limit=None)


@contextmanager
def serving(settings: Settings) -> Iterator[TestClient]:
    """The server of api.md, with Marc and Élodie, until the block ends."""
    with TestClient(create_app(settings)) as client:
        header = new_token(settings, "crm")
        assert client.post("/api/events", json=events_sent(), headers=header).status_code == 202
        assert client.get("/api/settled", headers=header).json() == {"lag": 0}
        yield client


@pytest.fixture
def server(settings: Settings) -> Iterator[TestClient]:
    with serving(settings) as client:
        yield client


def new_token(settings: Settings, name: str) -> dict[str, str]:
    with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
        return {"Authorization": f"Bearer {create_token(conn, name, frozenset({'read', 'write'}), 1)}"}


def section(heading: str) -> str:
    return re.split(r"(?m)^##+ ", PAGE.partition(f"# {heading}\n")[2])[0]


def scores(settings: Settings) -> list[tuple[object, ...]]:
    with Database(settings.database_file).read() as conn:
        return conn.execute("SELECT lead_id, model, score, band FROM v_leads ORDER BY 1, 2").fetchall()


def test_a_copy_made_beside_the_server_starts_and_is_as_it_was(
    server: TestClient, settings: Settings, tmp_path: Path
) -> None:
    (block,) = re.findall(r"```\n(sqlite3 .*?)```", section("By hand"), re.DOTALL)
    backup = Settings(data=tmp_path / "backup")
    backup.data.mkdir()
    if shutil.which("sqlite3"):
        commands = block.replace("ripeline-data/", f"{settings.data}/")
        done = subprocess.run(["sh", "-c", commands], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout == "ok\n"
    else:
        # What `.backup` does.
        assert '".backup backup/ripeline.db"' in block
        with Database(settings.database_file).read() as conn, closing(open_file(backup.database_file)) as copy:
            conn.backup(copy)
    with closing(open_file(backup.database_file)) as copy:
        assert problems_of(copy) == ""
    for name in ("secret", "rules.toml"):
        shutil.copy(settings.data / name, backup.data / name)
    opened = open_data(backup)
    opened.close()
    assert (opened.is_new, opened.warnings) == (False, ())
    assert opened.secret == settings.secret_file.read_bytes()
    assert scores(backup) == scores(settings) != []
    with Database(backup.database_file).read() as conn:
        assert verify(conn, load_rules(backup.rules_file)) == []


def test_a_folder_copied_while_the_server_is_stopped_starts_and_is_as_it_was(
    settings: Settings, tmp_path: Path
) -> None:
    with serving(settings):
        before = scores(settings)
    backup = Settings(data=tmp_path / "backup")
    shutil.copytree(settings.data, backup.data)
    open_data(backup).close()
    assert scores(backup) == before != []


def test_the_page_names_every_room_behind_the_gear() -> None:
    rooms = (TEMPLATES / "settings_nav.html").read_text(encoding="utf-8")
    names = set(re.findall(r'room\("[^"]+", gettext\("([^"]+)"\)\)', rooms))
    assert {"People", "Tokens", "Privacy", "Audit log", "Health"} <= names
    for name in names - {"Install"}:
        assert f"\n| {name} | " in PAGE, name


def template(node: ast.expr) -> str:
    """A sentence as the code has it, with … where something is put in."""
    if isinstance(node, ast.Call):
        return re.sub(r"%\(\w+\)s", "…", template(node.args[0]))
    if isinstance(node, ast.JoinedStr):
        return "".join(template(part) for part in node.values)
    if isinstance(node, ast.FormattedValue) and isinstance(node.value, ast.IfExp):
        return template(node.value.body)
    return str(node.value) if isinstance(node, ast.Constant) else "…"


def sentences() -> Iterator[tuple[str, str]]:
    """(module, template) of what stops a start or a command because of the data."""
    for module in sorted(PACKAGE.rglob("*.py")):
        if module.parent.name in OF_FILES:
            continue
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "DataProblem":
                yield module.name, template(node.args[0])


REFUSALS: Final = [(module, said) for module, said in sentences() if module != "folder.py"]


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("`", "").replace("'", ""))


@pytest.mark.parametrize(("module", "said"), REFUSALS)
def test_every_refusal_is_explained(module: str, said: str) -> None:
    parts = [part.strip() for part in plain(said).split("…") if len(part.strip()) >= LONG_ENOUGH]
    assert parts
    for part in parts:
        assert part in plain(PAGE), f"{module}: {said}"


def test_the_refusals_were_found() -> None:
    assert len(REFUSALS) >= 12


def rows(heading: str) -> list[str]:
    return re.findall(r"(?m)^\| (`.*?) \| \S.* \|$", section(heading))


@cache
def literals(*folders: str) -> str:
    """All texts of these modules, f-strings with … in their gaps."""
    found = []
    for folder in folders:
        for module in (PACKAGE / folder).rglob("*.py"):
            nodes = ast.walk(ast.parse(module.read_text(encoding="utf-8")))
            found += [template(node) for node in nodes if isinstance(node, ast.JoinedStr | ast.Constant)]
    return plain("\n".join(found))


def test_every_sentence_explained_is_one_that_is_said() -> None:
    said = literals("store", "commands", "rules", "collect", "worker", "fold", "calibration", "drafting")
    explained = rows("When it refuses to start") + [row for row in rows("Health") if "/" not in row]
    assert len(explained) > 20
    for row in explained:
        for part in re.split(r"…|` ?, ?`|\. (?=Nothing)|='", row):
            if len(plain(part).strip(" ():.")) >= LONG_ENOUGH and "rules.toml:12" not in part:
                assert plain(part).strip(" ():.") in said, row


def test_every_reason_of_readyz_is_explained() -> None:
    page = plain(section("Health"))
    for reason in (
        "the disk is full",
        "the database cannot be written:",
        "scores are not being updated:",
        "s behind",
        "the log file (WAL) cannot be emptied:",
        "the database cannot be read:",
        "the writer is not running",
        "the writer gave up:",
    ):
        assert reason in page
        assert reason in literals("worker", "collect", "store")


def test_every_file_of_the_folder_is_explained(server: TestClient, settings: Settings) -> None:
    documented = set(re.findall(r"`([\w.-]+)/?`", "".join(rows("The data folder"))))
    assert {path.name for path in settings.data.iterdir()} <= documented
    assert documented >= {"copies", "ripeline.lock"}
