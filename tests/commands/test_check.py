"""`ripeline check`: what it prints, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ripeline import paths
from ripeline.commands.check import check

EXAMPLE = paths.EXAMPLE_RULES.read_text(encoding="utf-8")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(check, arguments)


def check_text(tmp_path: Path, text: str) -> tuple[int, list[str]]:
    """The exit code and the lines printed, with the file called FILE."""
    file = tmp_path / "rules.toml"
    file.write_text(text, encoding="utf-8")
    result = run(str(file))
    return result.exit_code, result.output.replace(str(file), "FILE").splitlines()


def test_a_file_that_is_right_is_said_to_be(tmp_path: Path) -> None:
    code, lines = check_text(tmp_path, EXAMPLE)
    assert code == 0
    assert lines[-1] == "FILE is right: 2 models, 19 rules, 6 scenarios as expected"
    assert "13 points, hot, handed to sales" in lines[0]
    assert "5 points, warm)" in lines[1]
    assert "18 points, hot, handed to sales" in lines[2]
    assert "5 points, out of target)" in lines[3]
    assert "12 points, hot, handed to sales" in lines[4]
    assert "7 points, warm, handed to sales" in lines[5]


def test_each_mistake_has_its_line_and_its_rule(tmp_path: Path) -> None:
    text = EXAMPLE.replace("points = 5,  on", "pont = 5, on", 1).replace("points = 2, ", "points = 2,5, ", 1)
    text = text.replace('label = "Pricing" }\n#', "label = “Pricing” }\n#", 1)
    code, lines = check_text(tmp_path, text)
    number = {line.split(" ")[0]: at for at, line in enumerate(text.split("\n"), start=1)}
    assert code == 1
    assert f"FILE:{number['brochure']}: brochure: 2,5 has a decimal comma: write 2.5" in lines
    assert f"FILE:{number['pricing']}: pricing: unknown key `pont`: did you mean `points`?" in lines
    assert lines[-1].endswith("in FILE")
    assert all(line.startswith("FILE:") for line in lines[:-1])


def test_a_timezone_below_the_rules_is_told_where_it_belongs(tmp_path: Path) -> None:
    code, lines = check_text(
        tmp_path, EXAMPLE.replace('timezone = "UTC"', "").replace("[rules]", '[rules]\ntimezone = "UTC"', 1)
    )
    assert code == 1
    assert "move it to the top" in lines[0]


def test_a_scenario_that_ends_otherwise_refuses_the_file(tmp_path: Path) -> None:
    code, lines = check_text(tmp_path, EXAMPLE.replace("score = 13", "score = 14"))
    assert code == 1
    assert lines[0].startswith("FILE:")
    assert "the score is 13, not 14" in lines[0]
    assert "blog 6, white-paper-b 5, white-paper-a 2" in lines[1]
    assert lines[-1] == "FILE: 2 models, 19 rules, 1 of 6 scenarios not as expected"


def test_a_warning_refuses_nothing(tmp_path: Path) -> None:
    code, lines = check_text(
        tmp_path, EXAMPLE.replace('points = -5,  on = "unsubscribe"', 'points = -100, on = "unsubscribe"')
    )
    assert code == 0
    assert "warning: unsubscribed: it takes 100 points where 10 are enough" in lines[0]


def test_a_file_without_scenarios_is_right(tmp_path: Path) -> None:
    code, lines = check_text(tmp_path, EXAMPLE.partition("[[scenarios]]")[0])
    assert code == 0
    assert lines == ["FILE is right: 2 models, 19 rules, no scenarios yet"]


def test_no_file_is_a_sentence(tmp_path: Path) -> None:
    result = run(str(tmp_path / "none.toml"))
    assert result.exit_code == 1
    assert "there is no such file" in result.output


def test_without_a_name_it_is_the_file_of_the_data_folder_or_the_one_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "ripeline-data/rules.toml: there is no such file" in run().output
    (tmp_path / "rules.toml").write_text(EXAMPLE, encoding="utf-8")
    assert "rules.toml is right" in run().output
    in_force = tmp_path / "elsewhere.toml"
    in_force.write_text(EXAMPLE, encoding="utf-8")
    monkeypatch.setenv("RIPELINE_RULES", str(in_force))
    assert f"{in_force} is right" in run().output


TEN_MINUTES = {
    "english": (
        paths.EXAMPLE_RULES,
        [
            ('where.path = "/pricing*", once', 'where.path = ["/pricing*", "/plans*"], once'),
            ("case-study  = { points = 5", "case-study  = { points = 2"),
            (
                "# 10 means to buy",
                'calculator = { points = 5, on = "page", where.path = "/calc*", label = "Calculator" }',
            ),
            ("\ncall ", "\n#call "),
            ("enter = 10, exit = 8", "enter = 12, exit = 8"),
        ],
    ),
    "french": (
        paths.EXAMPLE_RULES_FR,
        [
            ('["/tarifs*", ', '["/offres*", "/tarifs*", '),
            ("etude-de-cas  = { points = 5", "etude-de-cas  = { points = 2"),
            (
                "# 10 veut acheter",
                'calculer = { points = 5, on = "page", where.path = "/calculer*", label = "Calcul" }',
            ),
            ("\nappel ", "\n#appel "),
            ("enter = 10, exit = 8", "enter = 12, exit = 8"),
        ],
    ),
}


@pytest.mark.parametrize("language", TEN_MINUTES)
def test_the_first_ten_minutes_of_a_marketer_end_with_a_file_that_is_right(tmp_path: Path, language: str) -> None:
    """The steps of docs/rules.md, one after the other, on the file that ships."""
    file, steps = TEN_MINUTES[language]
    text = file.read_text(encoding="utf-8")
    for old, new in steps:
        assert text.count(old) == 1
        text = text.replace(old, new)
        code, lines = check_text(tmp_path, text)
        assert (code, [line for line in lines if not line.startswith("  ok")]) == (0, lines[-1:]), lines
