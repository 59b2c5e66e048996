"""Visits from web servers' logs: pages of anonymous people, without their addresses, once."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ripeline.__main__ import main
from ripeline.domain.wire_log import Visit, parse_log_line
from ripeline.settings import Settings
from ripeline.store.database import Database
from ripeline.store.opening import open_data

Run = Callable[..., Result]

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
ADDRESS = "203.0.113.77"


def line(target: str, *, agent: str = FIREFOX, address: str = ADDRESS, status: int = 200, more: str = "") -> str:
    request = f'"GET {target} HTTP/1.1" {status} 512 "https://www.google.com/" "{agent}"'
    return f"{address} - - [20/Nov/2026:18:00:00 +0100] {request}{more}"


def caddy(target: str, **changed: object) -> str:
    request = {
        "remote_ip": ADDRESS,
        "method": "GET",
        "host": "shop.example",
        "uri": target,
        "headers": {"User-Agent": [FIREFOX], "Referer": ["https://www.google.com/"]},
    }
    return json.dumps({"level": "info", "ts": 1_795_194_000.5, "status": 200, "request": request} | changed)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    open_data(Settings(data=tmp_path / "data")).close()
    return tmp_path / "data"


@pytest.fixture
def run(house: Path, tmp_path: Path) -> Run:
    def run(*lines: str, site: str = "https://shop.example", more: tuple[str, ...] = ()) -> Result:
        (tmp_path / "access.log").write_text("\n".join(lines) + "\n", encoding="utf-8")
        words = ["import", "log", str(tmp_path / "access.log"), "--data", str(house), *more]
        return CliRunner().invoke(main, [*words, "--site", site] if site else words)

    return run


def kept(house: Path) -> list[tuple[str, str]]:
    """(name, address) of each event."""
    sql = """SELECT kind.text, url.text FROM events AS e JOIN texts AS kind ON kind.id = e.kind_id
    JOIN texts AS url ON url.id = e.url_id ORDER BY e.seq"""
    with closing(Database(house / "ripeline.db")) as database, database.read() as conn:
        return conn.execute(sql).fetchall()


@pytest.mark.parametrize(
    ("text", "visit"),
    [
        (line("/a?b=1"), Visit(ADDRESS, FIREFOX, 1_795_194_000_000, "GET", "/a?b=1", 200, "https://www.google.com/")),
        (line("/a", more=' "203.0.113.9" 0.003').replace('"https://www.google.com/"', '"-"'),
         Visit(ADDRESS, FIREFOX, 1_795_194_000_000, "GET", "/a", 200, "")),
        ("shop.example:443 " + line("/a"),
         Visit(ADDRESS, FIREFOX, 1_795_194_000_000, "GET", "/a", 200, "https://www.google.com/", "shop.example")),
        (line("/a").replace("- - [", "- Ada L [").replace(FIREFOX, r'an \"agent\"'),
         Visit(ADDRESS, r'an \"agent\"', 1_795_194_000_000, "GET", "/a", 200, "https://www.google.com/")),
        (caddy("/a"),
         Visit(ADDRESS, FIREFOX, 1_795_194_000_500, "GET", "/a", 200, "https://www.google.com/", "shop.example")),
        (caddy("/a", ts="2026-11-20T18:00:00+01:00"),
         Visit(ADDRESS, FIREFOX, 1_795_194_000_000, "GET", "/a", 200, "https://www.google.com/", "shop.example")),
        (line("/a").replace("GET /a HTTP/1.1", r"\x16\x03\x01"),
         Visit(ADDRESS, FIREFOX, 1_795_194_000_000, r"\x16\x03\x01", "", 200, "https://www.google.com/")),
        (line("/a").replace("Nov", "Foo"), None),
        (line("/a").replace("20/Nov", "31/Nov"), None),
        ("{}", None),
        ("{", None),
        ("2026/11/20 18:00:00 [error] something", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_line_is_read(text: str, visit: Visit | None) -> None:
    assert parse_log_line(text) == visit


@pytest.mark.parametrize(
    ("target", "status", "on"),
    [
        ("/", 200, "page"),
        ("/pricing", 304, "page"),
        ("/old/page.PHP?x=1", 200, "page"),
        ("/v1.2", 200, "page"),
        ("/files/guide.pdf", 200, "download"),
        ("/files/guide.pdf", 304, ""),
        ("/pricing", 404, ""),
        ("/pricing", 301, ""),
        ("/style.css", 200, ""),
        ("/.env", 200, ""),
        ("/.well-known/x", 200, ""),
        ("http://other.example/", 200, ""),
    ],
)
def test_only_what_people_saw_is_an_event(target: str, status: int, on: str) -> None:
    visit = parse_log_line(line(target, status=status))
    assert visit is not None
    assert visit.on == on
    assert visit._replace(method="POST").on == ""


def test_pages_and_documents_of_people_are_imported_once(house: Path, run: Run) -> None:
    lines = [
        line("/pricing?plan=1"),
        line("/guide.pdf"),
        line("/logo.png"),
        line("/admin/x"),
        line("/", agent=GOOGLEBOT),
    ]
    again = [run(*lines, more=("--leave-out", "/admin/*")) for _ in range(2)]
    assert [done.stdout for done in again] == [
        "2 imported, 0 already there, 1 of robots left out, 0 bad\n",
        "0 imported, 2 already there, 1 of robots left out, 0 bad\n",
    ]
    assert kept(house) == [("page", "https://shop.example/pricing"), ("download", "https://shop.example/guide.pdf")]


def test_an_address_with_an_agent_is_a_visitor_and_is_not_stored(house: Path, run: Run) -> None:
    run(line("/a"), line("/b"), line("/a", address="203.0.113.78"), line("/a", agent=FIREFOX + " other"))
    with closing(Database(house / "ripeline.db")) as database, database.read() as conn:
        assert conn.execute("SELECT count(*) FROM visitors").fetchone() == (3,)
        assert conn.execute("SELECT count(*) FROM leads WHERE email IS NOT NULL").fetchone() == (0,)
    for file in house.iterdir():
        assert b"203.0.113." not in file.read_bytes(), file.name


def test_the_same_page_twice_in_a_second_is_two_views(house: Path, run: Run) -> None:
    assert run(line("/a"), line("/a")).exit_code == 0
    assert len(kept(house)) == 2


def test_a_log_of_caddy_says_its_site_itself(house: Path, run: Run) -> None:
    assert run(caddy("/a"), site="").exit_code == 0
    assert kept(house) == [("page", "https://shop.example/a")]


def test_a_log_that_does_not_say_its_site_is_asked_for_it(run: Run) -> None:
    assert run(line("/a"), site="").exit_code == 2
    assert run(line("/a"), site="shop.example").exit_code == 2


def test_a_compressed_log_is_read(house: Path, tmp_path: Path) -> None:
    file = tmp_path / "access.log.1.gz"
    file.write_bytes(gzip.compress((line("/a") + "\n").encode()))
    words = ["import", "log", str(file), "--data", str(house), "--site", "https://shop.example/"]
    assert CliRunner().invoke(main, words).exit_code == 0
    assert kept(house) == [("page", "https://shop.example/a")]


def test_a_line_in_no_format_is_named_and_costs_only_itself(house: Path, tmp_path: Path, run: Run) -> None:
    done = run(line("/a"), "nonsense", line("/b"))
    assert (done.exit_code, done.stdout) == (1, "2 imported, 0 already there, 0 of robots left out, 1 bad\n")
    assert done.stderr.startswith(f"{tmp_path / 'access.log'}:2: is neither")


def test_where_they_came_from_is_read_by_the_table_of_the_folder(house: Path, run: Run) -> None:
    (house / "channels.toml").write_text('["referral"]\nhosts = ["www.google.com", "google.com"]\n', encoding="utf-8")
    assert run(line("/pricing")).exit_code == 0
    with Database(house / "ripeline.db").read() as conn:
        assert conn.execute("SELECT DISTINCT channel FROM v_sessions").fetchall() == [("referral",)]
    (house / "channels.toml").write_text('[spam]\nhosts = ["google.com"]\n', encoding="utf-8")
    assert "0 imported" in run(line("/about")).output
