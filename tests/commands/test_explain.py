"""`ripeline explain`: a receipt that adds up, in words, now and at any time before."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from click.testing import Result
from tests.calibration.white_paper_house import folder_of, run
from tests.store.white_papers import form, made, page, paper

from ripeline.store.lock import FolderLock

AS_OF = "2026-11-05T12:00:00+01:00"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of(tmp_path_factory.mktemp("data"))


def explain(data: Path, *words: str) -> Result:
    return run("explain", *words, "--data", data)


def told(data: Path, *words: str) -> dict[str, Any]:
    result = explain(data, *words, "--json")
    assert result.exit_code == 0, result.output
    story: dict[str, Any] = json.loads(result.output)
    return story


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2212", "-")


def test_the_receipt_of_marc_adds_up_line_by_line(data: Path) -> None:
    result = explain(data, "Marc@Example.com", "--model", "vertical", "--as-of", AS_OF)
    assert result.output == dedent("""\
        marc@example.com (lead 1)
        As of Thursday 5 November 2026, 12:00, Europe/Paris

        White papers: 13 points, hot
                +6  3 × Blog after a paper: 2 points, once per page and session, only
                    after a download
                +5  1 × White paper B: 5 points, once per file
                +2  1 × White paper A: 2 points, once per file
              = 13  engagement 13, fit 0
          Monday 2 November 2026, 10:06: becomes warm, with 7
          Thursday 5 November 2026, 10:00: becomes hot, with 13
    """)


def test_it_is_told_in_french_too(data: Path) -> None:
    text = plain(explain(data, "1", "--model", "vertical", "--as-of", AS_OF, "--lang", "fr").output)
    assert "marc@example.com (prospect 1)\nÉtat au jeudi 5 novembre 2026 à 12:00, Europe/Paris\n" in text
    assert "White papers : 13 points, chaud" in text
    assert "+5  1 × White paper B : 5 points, une fois par fichier" in text
    assert "lundi 2 novembre 2026 à 10:06 : devient tiède, avec 7" in text


def test_a_day_alone_is_its_end_and_what_came_later_has_not_happened(data: Path) -> None:
    story = told(data, "marc@example.com", "--as-of", "2026-11-03")
    assert story["as_of"] == "2026-11-03T22:59:59.999Z"
    (vertical, other) = story["models"]
    assert (vertical["score"], vertical["band"], vertical["next_band"], vertical["missing"]) == (9, "warm", "hot", 3)
    assert (other["fit"], other["rules"]) == (0, [])


def test_an_attribute_corrected_today_is_still_there_as_of_yesterday(tmp_path: Path) -> None:
    """Case 25."""
    rules = """
    [models.m]
    bands = { hot = 12 }
    min_fit = 0
    [models.m.rules]
    student = { points = -20, lead.job = "*étudiant*", label = "Student" }
    page = { points = 2, on = "page" }
    """
    wrong = form("eve@example.com", job="Étudiante") | {"verified": True}
    right = form("eve@example.com", job="Directrice") | {"verified": True}
    data = folder_of(tmp_path, made("v-eve", [(0, page("/")), (1, wrong), (25, right)]), rules)
    (yesterday,) = told(data, "eve@example.com", "--as-of", "2026-11-02")["models"]
    (now,) = told(data, "eve@example.com")["models"]
    assert (yesterday["score"], yesterday["out_of_target"]) == (-18, True)
    assert (now["score"], now["out_of_target"]) == (2, False)
    assert "Out of target: fit is -20, and 0 is asked for." in plain(
        explain(data, "eve@example.com", "--as-of", "2026-11-02").output
    )


def test_decay_caps_limits_and_the_day_the_band_is_left_are_lines_of_their_own(tmp_path: Path) -> None:
    rules = """
    [models.m]
    bands = { warm = 4, hot = { enter = 10, exit = 9 } }
    groups = { reading = { max = 3 } }
    grades = { A = 3 }
    [models.m.rules]
    paper-c = { points = 12, on = "download", decay = { half_life = "30d" }, label = "White paper C" }
    blog = { points = 2, on = "page", cap = { points = 4, per = "ever" }, group = "reading", label = "Blog" }
    director = { points = 3, lead.job = "*direct*", label = "Director" }
    """
    steps = [(0, paper("c")), *((hours, page(f"/blog/{hours}")) for hours in (1, 2, 3))]
    data = folder_of(tmp_path, made("v-ada", [*steps, (4, form("ada@example.com", job="Directrice"))]), rules)
    text = plain(explain(data, "1", "--as-of", "2026-11-17").output)
    assert text.splitlines()[3:] == [
        "m: 14.485 points, hot",
        "       +12  1 × White paper C: 12 points, once per file, halves every 30 days",
        "        +4  2 × Blog: 2 points, once per page and session, at most 4 points in",
        "            all, in the group “reading”",
        "        +3  1 × Director: 3 points, when job is like “direct”",
        "    -3.515  White paper C: faded since",
        "        -1  Limit of the group reading",
        "  = 14.485  engagement 11.485, fit 3 (A)",
        "  Gave nothing:",
        "         0  1 × Blog: over its cap",
        "  Monday 2 November 2026, 09:00: becomes warm, with 12",
        "  Monday 2 November 2026, 09:00: becomes hot, with 12",
        "  Leaves the hand-off band on Saturday 2 January 2027, 00:00 if nothing happens.",
    ]


def test_a_handoff_is_told_once_it_was_made(data: Path) -> None:
    (vertical, _) = told(data, "capucine@example.com", "--as-of", "2027-01-01")["models"]
    assert [each["state"] for each in vertical["handoffs"]] == ["open"]
    assert [each["band"] for each in vertical["crossings"]] == ["warm", "hot"]
    (vertical, _) = told(data, "capucine@example.com", "--as-of", AS_OF)["models"]
    assert vertical["handoffs"] == []
    assert "handed to sales" in explain(data, "capucine@example.com", "--as-of", "2027-01-01").output


def test_near_misses_say_what_was_needed_first(tmp_path: Path) -> None:
    data = folder_of(tmp_path, made("v-ada", [(0, page("/blog/1")), (1, paper("a"))]))
    text = explain(data, "1", "--model", "vertical").output
    assert "0  1 × Blog after a paper: needs Download first" in text
    assert "Missing to warm: 3" in text


def test_before_anything_happened_it_says_so(data: Path) -> None:
    assert "Nothing had happened by then." in explain(data, "1", "--as-of", "2026-01-01").output


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (["nobody@example.com"], 1, "ripeline: no lead 'nobody@example.com'"),
        (["4711"], 1, "ripeline: no lead 4711"),
        (["1", "--model", "nope"], 1, "ripeline: no model 'nope'; the rules in force have vertical, other"),
        (["1", "--as-of", "2026-11-05T12:00:00"], 2, "nor a moment with its zone"),
        (["1", "--as-of", "yesterday"], 2, "Invalid value for --as-of: yesterday: neither a day (2026-11-21)"),
        (["1", "--lang", "de"], 2, "'de' is not one of 'en', 'fr'"),
    ],
)
def test_what_is_not_there_is_named(data: Path, words: list[str], code: int, problem: str) -> None:
    result = explain(data, *words)
    assert (result.exit_code, problem in result.stderr) == (code, True), result.stderr


def test_it_works_beside_a_server_and_writes_nothing(data: Path) -> None:
    before = (data / "ripeline.db").read_bytes()
    lock = FolderLock(data)
    assert explain(data, "1").exit_code == 0
    lock.release()
    assert (data / "ripeline.db").read_bytes() == before


@pytest.mark.parametrize("command", [["explain", "1"], ["whatif", "rules.toml"]])
def test_a_damaged_database_is_told_in_a_sentence(
    data: Path, tmp_path: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = (data / "ripeline.db").read_bytes()
    (tmp_path / "ripeline.db").write_bytes(whole[:100])
    (tmp_path / "rules.toml").write_bytes((data / "rules.toml").read_bytes())
    monkeypatch.chdir(tmp_path)
    result = run(*command, "--data", tmp_path)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "cannot be read (database disk image is malformed); `ripeline serve` says how to restore it" in result.stderr
