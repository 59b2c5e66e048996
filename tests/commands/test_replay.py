"""`ripeline replay`: a file of events in, a line per lead and model out."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ripeline.__main__ import main
from ripeline.paths import EXAMPLE_RULES

A, B, C = (f"https://shop.example.com/files/white-paper-{letter}.pdf" for letter in "abc")
BLOG = "https://shop.example.com/blog/"

Item = dict[str, Any]


def item(id: str, on: str, url: str, at: str, **rest: Any) -> Item:
    return {"id": id, "visitor": "m", "on": on, "url": url, "at": f"2026-11-{at}:00+01:00"} | rest


MARC = [
    item("m1", "download", A, "02T09:00", email="Marc@Example.com "),
    item("m2", "download", B, "02T09:10"),
    item("m3", "page", f"{BLOG}1", "03T10:00"),
    item("m4", "page", f"{BLOG}2", "04T10:00"),
    item("m5", "page", f"{BLOG}3", "05T10:00"),
]
ELODIE = [item("e1", "download", B, "02T09:00", visitor="e", email="elodie@example.com")]
CAPUCINE = [
    item("c0", "download", C, "02T09:00", visitor="c"),
    item("c1", "page", f"{BLOG}1", "02T09:10", visitor="c"),
    item("c2", "page", f"{BLOG}2", "02T09:20", visitor="c"),
    item("c3", "page", f"{BLOG}3", "02T09:30", visitor="c"),
    item("c4", "identify", "https://shop.example.com/", "02T09:40", visitor="c", email="capucine@example.com"),
]


def run(folder: Path, items: list[Item] | str, *options: str) -> Result:
    file = folder / "events.ndjson"
    file.write_text(items if isinstance(items, str) else "".join(json.dumps(each) + "\n" for each in items))
    return CliRunner().invoke(main, ["replay", str(file), "--rules", str(EXAMPLE_RULES), *options])


def lines(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def scores(result: Result, model: str = "vertical") -> dict[str, float]:
    return {line["lead"]: line["score"] for line in lines(result) if line["model"] == model}


def test_marc_elodie_and_capucine_have_13_5_and_18(tmp_path: Path) -> None:
    assert scores(run(tmp_path, [*MARC, *ELODIE, *CAPUCINE])) == {
        "capucine@example.com": 18,
        "elodie@example.com": 5,
        "marc@example.com": 13,
    }


def test_a_line_says_score_band_crossings_and_what_each_rule_gave(tmp_path: Path) -> None:
    general, vertical = lines(run(tmp_path, MARC))
    assert (general["lead"], general["model"]) == ("marc@example.com", "general")
    assert vertical == {
        "lead": "marc@example.com",
        "model": "vertical",
        "score": 13,
        "engagement": 13,
        "fit": 0,
        "band": "hot",
        "out_of_target": False,
        "crossings": [
            {"band": "warm", "at": "2026-11-02T08:10:00.000Z", "event": "m2"},
            {"band": "hot", "at": "2026-11-05T09:00:00.000Z", "event": "m5"},
        ],
        "rules": {"white-paper-a": 2, "white-paper-b": 5, "blog": 6},
    }


def test_lines_are_sorted_by_lead_then_model(tmp_path: Path) -> None:
    found = lines(run(tmp_path, [*MARC, *ELODIE, item("x", "page", BLOG, "02T09:00", visitor="z")]))
    keys = [(line["lead"], line["model"]) for line in found]
    assert keys == sorted(keys)
    assert keys[-1] == ("visitor:z", "vertical")


@pytest.mark.parametrize("seed", range(5))
def test_neither_order_nor_doubled_lines_matter(tmp_path: Path, seed: int) -> None:
    items = [*MARC, *ELODIE, *CAPUCINE]
    straight = run(tmp_path, items).stdout
    chance = random.Random(seed)
    arrived = [*items, *chance.sample(items, 4)]
    chance.shuffle(arrived)
    assert run(tmp_path, arrived).stdout == straight


def test_as_of_leaves_out_what_came_later(tmp_path: Path) -> None:
    assert scores(run(tmp_path, MARC, "--as-of", "2026-11-04T10:00:00+01:00")) == {"marc@example.com": 11}
    assert scores(run(tmp_path, MARC, "--as-of", "2026-11-04T09:59:59.999+01:00")) == {"marc@example.com": 9}


def test_as_of_knows_who_a_visitor_turned_out_to_be(tmp_path: Path) -> None:
    assert scores(run(tmp_path, CAPUCINE, "--as-of", "2026-11-02T09:10:00+01:00")) == {"capucine@example.com": 14}


def test_a_lead_that_did_nothing_by_then_has_no_line(tmp_path: Path) -> None:
    assert lines(run(tmp_path, MARC, "--as-of", "2026-11-01T00:00:00Z")) == []


FADING = """
timezone = "Europe/Paris"
[models.m]
bands = { hot = { enter = 12, exit = 9 } }
groups = { web = { max = 4 } }
[models.m.rules]
c = { points = 12, on = "download", decay = { half_life = "30d" } }
visit = { points = 3, on = "page", group = "web" }
silent = { points = -100, inactive = "40d" }
"""


@pytest.mark.parametrize(
    ("until", "score", "band"),
    [
        ("2026-11-02T10:00:00+01:00", 16, "hot"),
        ("2026-11-17T00:00:00+01:00", 12.485, "hot"),
        ("2026-12-11T23:59:59+01:00", 8.874, "cold"),
        ("2026-12-12T00:00:00+01:00", -91.238, "cold"),
    ],
)
def test_as_of_a_later_day_points_have_faded_and_silence_begun(
    tmp_path: Path, until: str, score: float, band: str
) -> None:
    rules = tmp_path / "fading.toml"
    rules.write_text(FADING)
    (line,) = lines(run(tmp_path, [CAPUCINE[0], *CAPUCINE[1:3]], "--rules", str(rules), "--as-of", until))
    assert (line["score"], line["band"]) == (score, band)
    # The limit of the group is no rule's: 6 points for visits are read as 4.
    assert line["rules"]["visit"] == 6
    assert line["score"] == round(sum(line["rules"].values()) - 2, 3)


def test_without_as_of_everybody_is_read_at_the_last_event_of_the_file(tmp_path: Path) -> None:
    rules = tmp_path / "fading.toml"
    rules.write_text(FADING)
    late = item("z", "form", "https://shop.example.com/", "17T00:00", visitor="z")
    found = lines(run(tmp_path, [*CAPUCINE, late], "--rules", str(rules)))
    assert {line["lead"]: line["score"] for line in found} == {"capucine@example.com": 12.485, "visitor:z": 0}


def test_points_given_by_hand_are_taken_over(tmp_path: Path) -> None:
    given = item(
        "g", "points", "", "03T09:00", visitor="e", props={"model": "vertical", "points": 1.5, "reason": "fair"}
    )
    (general, vertical) = lines(run(tmp_path, [*ELODIE, given]))
    assert (vertical["score"], vertical["engagement"], vertical["rules"]["manual"]) == (6.5, 6.5, 1.5)
    assert "manual" not in general["rules"]


def test_a_second_person_on_the_same_browser_is_another_lead(tmp_path: Path) -> None:
    eve = item("x", "identify", "https://shop.example.com/", "06T09:00", email="eve@example.com")
    again = item("y", "page", f"{BLOG}4", "06T09:10")
    assert scores(run(tmp_path, [*MARC, eve, again])) == {"eve@example.com": 0, "marc@example.com": 13}


def test_two_browsers_of_one_person_are_one_lead(tmp_path: Path) -> None:
    phone = [{**each, "visitor": "phone", "id": f"p{each['id']}"} for each in MARC]
    _, vertical = lines(run(tmp_path, [*MARC, *phone]))
    # A file is paid once however many browsers it was taken with, an article once a session.
    assert vertical["rules"] == {"white-paper-a": 2, "white-paper-b": 5, "blog": 12}


def test_an_event_with_an_email_and_no_visitor_has_a_lead(tmp_path: Path) -> None:
    known = {key: value for key, value in ELODIE[0].items() if key != "visitor"}
    assert scores(run(tmp_path, [known])) == {"elodie@example.com": 5}


def test_what_a_server_marked_suspect_stays_so(tmp_path: Path) -> None:
    assert scores(run(tmp_path, [{**ELODIE[0], "suspect": "bot"}])) == {"visitor:e": 0}


def test_points_below_one_are_numbers(tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('[models.m]\nbands = { hot = 1 }\n[models.m.rules]\nr = { points = 2.5, on = "page" }\n')
    file = tmp_path / "events.ndjson"
    file.write_text(json.dumps(MARC[2]))
    (line,) = lines(CliRunner().invoke(main, ["replay", str(file), "--rules", str(rules)]))
    assert (line["score"], line["rules"]) == (2.5, {"r": 2.5})


def test_the_input_may_be_a_pipe_and_a_line_an_array() -> None:
    text = json.dumps(MARC)
    result = CliRunner().invoke(main, ["replay", "-", "--rules", str(EXAMPLE_RULES)], input=text)
    assert scores(result) == {"marc@example.com": 13}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{nonsense", "is no JSON"),
        ('{"id": "x", "visitor": "v", "on": "page", "at": "2026-11-02T09:00:00Z"}', "url: is missing"),
        ('{"id": "x", "visitor": "v", "on": "page", "url": "https://a.example/"}', "at: is missing"),
        ('{"id": 7, "visitor": "v", "on": "page", "url": "https://a.example/", "at": "2026-11-02T09:00:00Z"}', "id"),
        ("17", ""),
    ],
)
def test_a_bad_line_is_named_with_its_file(tmp_path: Path, line: str, problem: str) -> None:
    result = run(tmp_path, json.dumps(MARC[0]) + "\n\n" + line + "\n")
    assert result.exit_code == 1
    assert f"{tmp_path / 'events.ndjson'}:3: " in result.stderr
    assert problem in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_bad_rule_file_is_named_with_its_line(tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('[models.m]\nbands = { hot = 1 }\n[models.m.rules]\nr = { pont = 2, on = "page" }\n')
    file = tmp_path / "events.ndjson"
    file.write_text("")
    result = CliRunner().invoke(main, ["replay", str(file), "--rules", str(rules)])
    assert result.exit_code == 1
    assert f"{rules}:4: r: " in result.stderr


def test_a_time_without_its_zone_is_wrong_usage(tmp_path: Path) -> None:
    result = run(tmp_path, MARC, "--as-of", "2026-11-04T10:00:00")
    assert (result.exit_code, "has no zone" in result.stderr) == (2, True)


def test_the_channels_beside_the_rule_file_are_read(tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    forum = 'forum = { points = 3, on = "page", where.channel = "organic social" }'
    rules.write_text(f"[models.m]\nbands = {{ hot = 9 }}\n[models.m.rules]\n{forum}\n")
    events = [item("e1", "page", f"{BLOG}1", "02T09:00", referrer="https://forum.example/thread")]
    assert scores(run(tmp_path, events, "--rules", str(rules)), "m") == {"visitor:m": 0}
    (tmp_path / "channels.toml").write_text('["organic social"]\nhosts = ["forum.example"]\n')
    assert scores(run(tmp_path, events, "--rules", str(rules)), "m") == {"visitor:m": 3}
    (tmp_path / "channels.toml").write_text("hosts")
    assert run(tmp_path, events, "--rules", str(rules)).exit_code == 1


def test_no_events_give_no_lines(tmp_path: Path) -> None:
    assert lines(run(tmp_path, "")) == []
