"""`ripeline whatif`: what other rules would make of Marc, Élodie and Capucine."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from click.testing import Result
from tests.calibration.white_paper_house import folder_of, run
from tests.store.white_papers import NOW, RULES, form, made, page, paper

from ripeline.store.lock import FolderLock

MARC, ELODIE, CAPUCINE = "marc@example.com", "elodie@example.com", "capucine@example.com"
HOT_STAYS = RULES.text.replace("hot = 12", "hot = { enter = 12, exit = 9 }")
CHEAP_B = HOT_STAYS.replace('points = 5, on = "download"', 'points = 3, on = "download"')


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of(tmp_path_factory.mktemp("data"), now=NOW)


def whatif(data: Path, rules: str, *words: str) -> Result:
    file = data / "new.toml"
    file.write_text(rules, encoding="utf-8")
    return run("whatif", file, *words, "--data", data)


def model_of(data: Path, rules: str, *words: str, model: str = "vertical") -> dict[str, Any]:
    result = whatif(data, rules, *words, "--json")
    assert result.exit_code == 0, result.output
    (found,) = [each for each in json.loads(result.output)["models"] if each["model"] == model]
    return dict(found)


def moved(found: dict[str, Any]) -> dict[str, list[str]]:
    return {f"{each['from']} → {each['to']}": [who["email"] for who in each["first"]] for each in found["moves"]}


def test_white_paper_b_at_three_points_loses_marc(data: Path) -> None:
    """Case 18, asked before it is done."""
    result = whatif(data, CHEAP_B)
    assert result.output == dedent("""\
        White papers: who is in which band
          band  now  then  in  out
          hot     2     1   0    1
          warm    1     1   1    1
          cold    1     2   1    0
          hot → warm: 1 lead
            marc@example.com  13 → 11
          warm → cold: 1 lead
            elodie@example.com  5 → 3
           points  now                        then
          18 … 19    1  ████████████████████     1  ████████████████████
          12 … 13    1  ████████████████████     0
          10 … 11    0                           1  ████████████████████
            4 … 5    1  ████████████████████     0
            2 … 3    0                           1  ████████████████████
            0 … 1    1  ████████████████████     1  ████████████████████

        Other: nothing changes.
        Answered from the stored points; nobody had to be folded again.

        White papers: hand-offs
                               now  then
          in 1 week              2     1
          a week                 2     1
          in the busiest week    2     1
          Lost: 1
            marc@example.com  2026-11-05

        Hand-offs come from a replay of the history under both files, as if every event
        had arrived when it occurred and sales had said nothing. What was really handed
        over stays as it is.
    """)


def test_hot_at_five_brings_elodie_and_marc_sooner(data: Path) -> None:
    """Case 19, asked before it is done."""
    rules = RULES.text.replace("warm = 5, hot = 12", "warm = 4, hot = 5")
    result = whatif(data, rules)
    assert "warm → hot: 1 lead\n    elodie@example.com  5\n" in result.output
    assert "  New: 1\n    elodie@example.com  2026-11-02\n" in result.output


def test_who_left_no_email_is_called_what_the_pages_call_them(tmp_path: Path) -> None:
    data = folder_of(tmp_path, made("v-eve-of-paris", [(0, paper("a"))]))
    result = whatif(data, RULES.text.replace("warm = 5, hot = 12", "warm = 2, hot = 3"), "--bands")
    assert "    Visitor v-eve-of (lead 1)  " in result.output


def test_a_group_that_lifts_everybody_hands_over_who_has_no_points_at_all(tmp_path: Path) -> None:
    data = folder_of(tmp_path, made("v-eve", [(0, page("/")), (1, form("eve@example.com"))]))
    rules = RULES.text.replace("hot = 12 }", "hot = 12 }\ngroups = { papers = { min = 12 } }").replace(
        'label = "White paper B"', 'label = "White paper B", group = "papers"'
    )
    found = model_of(data, rules)
    assert moved(found) == {"cold → hot": ["eve@example.com"]}
    assert [each["email"] for each in found["handoffs"]["new_first"]] == ["eve@example.com"]


def test_who_leaves_an_email_sooner_than_being_ripe_is_handed_over_earlier(data: Path, tmp_path: Path) -> None:
    visits = [(24.0 * day, page(f"/blog/{day}")) for day in range(1, 7)]
    events = made("v-eve", [(0, paper("a")), (1, form("eve@example.com")), *visits])
    sooner = RULES.text.replace("hot = 12", "hot = 6")
    found = model_of(folder_of(tmp_path, events), sooner)
    handoffs = found["handoffs"]
    assert (handoffs["earlier"], handoffs["later"], handoffs["median_days"]) == (1, 0, -3)
    (shift,) = handoffs["moved_first"]
    assert (shift["email"], shift["days"], shift["before"]) == ("eve@example.com", -3, "2026-11-07T09:00:00.000Z")
    assert (
        "  Earlier: 1, later: 0; in the median 3 days earlier\n"
        "    eve@example.com  2026-11-07 → 2026-11-04  3 days earlier\n"
    ) in whatif(tmp_path, sooner).output


def test_the_same_rules_change_nothing(data: Path) -> None:
    result = whatif(data, RULES.text + "\n# a note\n", "--bands")
    assert result.output == "The same rules: nothing changes.\n"


def test_another_label_moves_nobody(data: Path) -> None:
    result = whatif(data, RULES.text.replace('label = "White paper B"', 'label = "Paper B"'))
    assert result.output.startswith(
        "White papers: every lead keeps its score and its band.\n\nOther: nothing changes.\n"
    )
    assert "in the busiest week    2     2\n  The same leads, on the same days.\n" in result.output


def test_a_rule_that_matches_otherwise_is_answered_by_folding_everybody_again(data: Path) -> None:
    result = whatif(data, RULES.text.replace('where.path = "/blog*"', 'where.path = "/blog/1"'), "--bands")
    assert "hot → warm: 1 lead\n    marc@example.com  13 → 9\n" in result.output
    assert "Leads folded again from their events: 4." in result.output


def test_a_new_model_has_no_before_and_one_that_is_gone_no_after(data: Path) -> None:
    renamed = RULES.text.replace("[models.vertical", "[models.papers")
    assert moved(model_of(data, renamed, "--bands", model="papers"))["None → hot"] == [CAPUCINE, MARC]
    assert moved(model_of(data, renamed, "--bands", model="vertical"))["hot → None"] == [CAPUCINE, MARC]
    assert "not in this file → hot: 2 leads" in whatif(data, renamed, "--bands").output


def test_a_gone_model_needs_nobodys_history(data: Path) -> None:
    rules = RULES.text[: RULES.text.index("[models.other]")]
    result = whatif(data, rules, "--bands")
    assert "cold → not in this file: 4 leads" in result.output
    assert "nobody had to be folded again" in result.output


def test_it_is_told_in_french_too(data: Path) -> None:
    result = whatif(data, CHEAP_B, "--lang", "fr")
    assert "White papers\u00a0: qui est à quel palier" in result.output
    assert "chaud → tiède\u00a0: 1\u00a0prospect" in result.output


def test_it_works_beside_a_server_and_changes_nothing(data: Path) -> None:
    before = (data / "ripeline.db").read_bytes()
    lock = FolderLock(data)
    assert whatif(data, RULES.text.replace("hot = 12", "hot = 6")).exit_code == 0
    lock.release()
    assert (data / "ripeline.db").read_bytes() == before


def test_a_file_that_is_not_right_is_named_with_its_line(data: Path) -> None:
    result = whatif(data, RULES.text.replace("points = 12", "pont = 12"))
    assert result.exit_code == 1
    assert f"{data / 'new.toml'}:13: paper-c: " in result.stderr


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe[models]", b"not toml at all", b"[models.m]\nbands = {", b"\x00" * 99]
)
def test_odd_files_end_with_one_and_a_sentence(data: Path, content: bytes) -> None:
    file = data / "odd.toml"
    file.write_bytes(content)
    result = run("whatif", file, "--data", data)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"ripeline: {file}")


def test_without_a_database_or_a_file_it_says_so(data: Path, tmp_path: Path) -> None:
    missing = run("whatif", tmp_path / "none.toml", "--data", data)
    assert (missing.exit_code, "none.toml" in missing.stderr) == (1, True)
    nowhere = run("whatif", data / "rules.toml", "--data", tmp_path)
    assert (nowhere.exit_code, "no database" in nowhere.stderr) == (1, True)
