"""What strangers wrote steers no terminal: every command that shows it, and what the server logs, is plain text."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Final

import pytest
from click.testing import CliRunner, Result

from ripeline.__main__ import main
from ripeline.logs import JsonLines, Lines
from ripeline.settings import Settings
from ripeline.store.opening import open_data
from ripeline.terminal import shown

pytestmark = pytest.mark.row

#: A title set, the screen cleared, a line written over, text turned around, a reset; 8-bit and 7-bit.
STEERS: Final = "\x1b]0;gone\x07\x1b[2J\x9b31m\rall is well\b\b\u202ereversed\x1bc\x7f"
_STEERED: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

RULES: Final = f"""
[models.one]
label = {json.dumps(STEERS)}
bands = {{ {json.dumps("hot" + STEERS)} = 5 }}
[models.one.rules]
seen = {{ points = 7, on = "page", label = {json.dumps(STEERS)} }}
[[scenarios]]
name = {json.dumps(STEERS)}
steps = [{{ on = "page", path = "/x" }}]
expect = {{ score = 8 }}
""".replace("\x7f", "\\u007f").replace("\x9b", "\\u009b")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder under those rules, with a lead that has such a name."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "rules.toml").write_text(RULES, encoding="utf-8")
    open_data(Settings(data=folder)).close()
    event = {"id": "1", "email": "ada@example.com", "on": "page", "url": "https://shop.example/", "title": STEERS}
    (folder / "events.ndjson").write_text(json.dumps(event | {"traits": {"name": STEERS}}) + "\n", encoding="utf-8")
    assert run(folder, "import", "events", str(folder / "events.ndjson")).exit_code == 0
    return folder


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--data", str(folder)])


def plain(done: Result, *codes: int) -> str:
    """What it said, which must be plain text with something of ours in it."""
    assert done.exit_code in codes, (done.output, done.exception)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert not _STEERED.search(done.output), repr(done.output)
    return done.output


def written(folder: Path, name: str, text: str) -> str:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_rules_and_leads_are_shown_as_they_are_written(house: Path) -> None:
    assert "\\x1b]0;gone\\x07" in plain(run(house, "explain", "ada@example.com"), 0)
    assert "\\x1b]0;gone\\x07" in plain(CliRunner().invoke(main, ["check", str(house / "rules.toml")]), 1)
    other = written(house, "new.toml", RULES.replace("points = 7", "points = 3"))
    plain(run(house, "whatif", other), 0)
    plain(run(house, "rescore", "--verify"), 0)
    wrong = written(house, "wrong.toml", RULES.replace("points = 7", f"{json.dumps(STEERS)} = 7").replace("\x7f", ""))
    plain(CliRunner().invoke(main, ["check", wrong]), 1)


def test_files_of_others_are_told_of_as_they_are(house: Path) -> None:
    told = STEERS.replace("\r", "")
    table = f"email,{told},company\nx@example.com,{told},{told}\n"
    assert "\\x1b" in plain(run(house, "import", "leads", written(house, "l.csv", table), "--dry-run"), 0)
    wrong = table + f"no address {told},b,c\n"
    plain(run(house, "import", "leads", written(house, "w.csv", wrong), "--dry-run"), 1)
    ended = f"email,outcome,{told}\nada@example.com,won,x\neve@example.com,won{told},x\n"
    plain(run(house, "import", "outcomes", written(house, "o.csv", ended), "--dry-run"), 0, 1)
    events = [json.dumps({"id": told}), json.dumps({"id": "2", "on": told, "visitor": "v"}), "{" + told]
    assert "bad_" in plain(run(house, "import", "events", written(house, "e.ndjson", "\n".join(events))), 1)
    visits = written(house, "access.log", f"{told} GET\n")
    plain(run(house, "import", "log", visits, "--site", "https://shop.example"), 0, 1)
    for words in (("explain", STEERS), ("dump", STEERS)):
        plain(run(house, *words), 1, 2)


class _Page(BaseHTTPRequestHandler):
    """A page of a site that answers the doctor."""

    def do_GET(self) -> None:
        body = f'<meta http-equiv="Content-Security-Policy" content="script-src {STEERS}"><script src="/t.js?{STEERS}"'
        body += f' data-site="{STEERS}" data-api="http://[{STEERS}">'
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body.encode() + b"</script>")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def site() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Page) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_the_doctor_shows_what_a_page_says_as_it_is(house: Path) -> None:
    with site() as address:
        said = plain(run(house, "doctor", address), 0, 1)
    assert "tag" in said


@pytest.mark.parametrize("lines", [Lines(), JsonLines()])
def test_no_line_of_the_log_is_a_strangers(lines: logging.Formatter) -> None:
    """Whatever gets into a message: one record, and no other line that looks like the beginning of one."""
    forged = f"{STEERS}\n2026-11-22T08:00:00.000Z ERROR ripeline: all leads are gone\n{{}}"
    for error in (None, ValueError(forged)):
        exc_info = (type(error), error, None) if error else None
        record = logging.LogRecord("ripeline", logging.ERROR, "", 0, "failed: %s", (forged,), exc_info)
        said = lines.format(record)
        assert not _STEERED.search(said)
        assert [line for line in said.splitlines() if re.match(r"\d{4}-|{", line)] == said.splitlines()[:1]


def test_what_is_plain_is_shown_as_it_is() -> None:
    for text in ("Élodie — « à point »\n\t12 pts", "日本", "👩\u200d🌾", ""):
        assert shown(text) == text
