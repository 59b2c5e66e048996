"""Files that are not what a command takes: a sentence with the file, never a traceback, and nothing half done."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import random
import time
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner, Result
from tests.faults.house import many

from ripeline import paths
from ripeline.__main__ import main
from ripeline.settings import Settings
from ripeline.store.database import Database
from ripeline.store.opening import open_data

CSV: Final = "Email;Nom;Étape;Montant;Date\nmarc@example.com;Marc;Gagné;12,5;2026-11-05\n"
EVENT: Final = {"id": "e1", "visitor": "ada", "on": "page", "url": "https://shop.example/", "at": 1_795_200_000_000}
LINE: Final = '203.0.113.7 - - [20/Nov/2026:18:00:00 +0100] "GET / HTTP/1.1" 200 5 "-" "Mozilla/5.0"\n'


def _zip(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def _deep(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


#: What any command may be given by mistake, or for fun.
FILES: Final[dict[str, bytes]] = {
    "empty": b"",
    "a blank line": b"\n",
    "NUL": b"\x00" * 5_000,
    "random": random.Random(5).randbytes(20_000),
    "a picture": b"\x89PNG\r\n\x1a\n" + random.Random(6).randbytes(2_000),
    "UTF-16": CSV.encode("utf-16"),
    "UTF-16 big end first": b"\xfe\xff" + CSV.encode("utf-16-be"),
    "UTF-16 cut": CSV.encode("utf-16")[:-1],
    "UTF-32": CSV.encode("utf-32"),
    "BOM": b"\xef\xbb\xbf",
    "BOM and more": b"\xef\xbb\xbf" + CSV.encode(),
    "Windows": CSV.encode("cp1252"),
    "CR only": CSV.replace("\n", "\r").encode(),
    "half a line": CSV.encode()[:-20],
    "half a character": CSV.encode()[:15] + b"\xc3",
    "an open quote": b'Email;Nom\n"marc@example.com;Marc\nada@example.com;Ada\n' * 50,
    "quotes only": b'"' * 5_000,
    "one long line": b"x" * 3_000_000,
    "one long cell": b"Email;Nom\nmarc@example.com;" + b"x" * 3_000_000 + b"\n",
    "many columns": b";".join(b"c%d" % n for n in range(5_000)) + b"\n" + b";".join([b"x"] * 5_000),
    "twice the same column": b"Email;Email;Email\na@example.com;b@example.com;c@example.com\n",
    "short rows": b"Email;Nom;Date\na@example.com\n;;;;;;;\n\n",
    "no e-mail": b"Nom;Ville\nMarc;Lyon\n",
    "wild dates": b"Email;Date;Etape;Montant\n"
    + b"a@example.com;30/02/2026;won;1e999\nb@example.com;0000-00-00;won;nan\n",
    "NUL in a cell": b"Email;Nom\nmarc@example.com;a\x00b\n",
    "gzip": gzip.compress(CSV.encode()),
    "gzip cut": gzip.compress(CSV.encode() * 500)[:-10],
    "gzip of nothing": gzip.compress(b""),
    "gzip with a wrong sum": gzip.compress(CSV.encode())[:-8] + b"\x00" * 8,
    "gzip with junk behind": gzip.compress(CSV.encode()) + b"junk",
    "bzip2": bz2.compress(CSV.encode()),
    "zip": _zip("a.csv", CSV.encode()),
    "a workbook": _zip("xl/workbook.xml", b"<x/>"),
    "zip that climbs": _zip("../../ripeline.db", b"x"),
    "zip cut": _zip("a.csv", CSV.encode())[:-30],
    "a database": b"SQLite format 3\x00" + b"\x00" * 4_080,
    "JSON": json.dumps(EVENT).encode(),
    "JSON array": json.dumps([EVENT, None, 5, {"id": "x"}]).encode(),
    "JSON over lines": json.dumps([EVENT], indent=1).encode(),
    "JSON array cut": json.dumps([EVENT, EVENT], indent=1).encode()[:-30],
    "JSON depth 990": _deep(990),
    "JSON depth 100 000": _deep(100_000),
    "JSON 1e999": b'{"id":"a","visitor":"b","on":"page","url":"https://a.example/","at":1e999}\n',
    "JSON of many digits": b'{"id":"a","visitor":"b","on":"page","at":' + b"9" * 5_000 + b"}\n",
    "JSON half a character": b'{"id":"a","visitor":"b\\ud800","on":"page","props":{"a":"\\udc00"}}\n"\\ud800"\n',
    "JSON of wrong types": b'{"id":[],"on":{},"props":5,"at":[],"traits":"\\ud800","source":[]}\n',
    "a log": LINE.encode() * 3,
    "a log cut": LINE.encode()[:60],
    "a log of a wild day": LINE.replace("20/Nov/2026", "99/Xyz/0000").encode(),
    "a log with wild numbers": LINE.replace(" 200 ", " " + "9" * 5_000 + " ").encode(),
    "a log of bytes": LINE.encode().replace(b"GET /", b"GET /\xff\x00\x1b[31m"),
    "TOML": paths.EXAMPLE_RULES.read_bytes(),
    "TOML cut": paths.EXAMPLE_RULES.read_bytes()[:-200],
    "HTML": b"<!doctype html><title>Sign in</title>",
}
COMMANDS: Final[dict[str, list[str]]] = {
    "import events": ["import", "events", "FILE", "--data", "DATA"],
    "import leads": ["import", "leads", "FILE", "--data", "DATA"],
    "import outcomes": ["import", "outcomes", "FILE", "--data", "DATA"],
    "import log": ["import", "log", "FILE", "--site", "https://shop.example", "--data", "DATA"],
    "replay": ["replay", "FILE", "--rules", "RULES"],
    "replay with": ["replay", "EVENTS", "--rules", "FILE"],
    "restore": ["restore", "FILE", "--data", "EMPTY"],
    "check": ["check", "FILE"],
    "whatif": ["whatif", "FILE", "--data", "DATA"],
    "doctor": ["doctor", "--data", "FILE"],
}


def run(command: str, file: Path, data: Path) -> Result:
    events = data.with_name("events.ndjson")
    events.write_text(json.dumps(EVENT), encoding="utf-8")
    stands = {"FILE": file, "DATA": data, "EMPTY": data.with_name("empty"), "EVENTS": events}
    stands["RULES"] = paths.EXAMPLE_RULES
    arguments = [str(stands.get(word, word)) for word in COMMANDS[command]]
    return CliRunner().invoke(main, arguments, env={"RIPELINE_DATA": str(data)})


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in use before."""
    folder = tmp_path_factory.mktemp("bad-files") / "data"
    open_data(Settings(data=folder)).close()
    return folder


def state(data: Path) -> list[Any]:
    with closing(Database(data / "ripeline.db")) as database, database.read() as conn:
        columns = (
            "SELECT m.name, p.name, p.type FROM sqlite_master AS m, pragma_table_info(m.name) AS p "
            "WHERE m.type = 'table' ORDER BY 1, 2"
        )
        return list(conn.execute(columns).fetchall())


@pytest.mark.row
@pytest.mark.parametrize("command", COMMANDS)
def test_no_file_is_answered_with_a_traceback(command: str, data: Path, tmp_path: Path) -> None:
    shape = state(data)
    # Some for each command in a short run, all of them together all.
    for what, content in list(FILES.items())[list(COMMANDS).index(command) % many(5, 1) :: many(5, 1)]:
        file = tmp_path / f"{what.replace(' ', '-')}.csv"
        file.write_bytes(content)
        began = time.monotonic()
        result = run(command, file, data)
        where = f"{command} of {what}: {result.output[-500:]}"
        assert result.exception is None or isinstance(result.exception, SystemExit), f"{where}{result.exception!r}"
        assert "Traceback" not in result.output, where
        assert result.exit_code in (0, 1, 2), where
        assert result.output.strip() or (command, result.exit_code) == ("replay", 0), where
        assert time.monotonic() - began < 20, where
        if result.exit_code == 1 and command not in ("doctor", "check", "replay with"):
            assert file.name in result.output, where
    assert state(data) == shape
    assert not (data.with_name("empty") / "ripeline.db").exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_or_nothing_in_the_place_of_a_file_is_said(command: str, data: Path, tmp_path: Path) -> None:
    for file in (tmp_path, tmp_path / "nothing-there"):
        result = run(command, file, data)
        assert isinstance(result.exception, SystemExit) or (command == "doctor" and not result.exception), result.output
        assert "Traceback" not in result.output
        assert result.output.strip()
