"""A large file is replayed in several processes; nobody's events are torn apart, and the lines are the same."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ripeline.__main__ import main
from ripeline.commands.lines import Raw
from ripeline.commands.replay import Replay
from ripeline.commands.shares import Share, shares_of
from ripeline.commands.side_by_side import side_by_side
from ripeline.errors import DataProblem
from ripeline.paths import EXAMPLE_RULES
from ripeline.rules.reading import load_rules

SECOND = 1000


def item(id: str, visitor: str | None, **rest: Any) -> Raw:
    said = {
        "id": id,
        "visitor": visitor,
        "on": "page",
        "url": "https://shop.example.com/pricing",
        "at": 1_772_442_000_000,
    }
    return Raw("f", json.dumps({key: value for key, value in (said | rest).items() if value}).encode())


def ids(shares: list[Share]) -> list[set[str]]:
    return [{id_of(raw) for raw in share} for share in shares]


def id_of(raw: Raw) -> str:
    return str(json.loads(raw.text)["id"]) if raw.line == 0 else f"bad{raw.line}"


def test_a_small_file_is_one_share() -> None:
    assert len(shares_of([item("a", "v"), item("b", "w")], most=4, least=2)) == 1


def test_everybody_is_in_one_share_and_shares_are_alike_in_size() -> None:
    items = [item(f"{visitor}{n}", visitor) for n in range(10) for visitor in "vwxy"]
    shares = shares_of(items, most=2, least=1)
    assert sorted(map(len, shares)) == [20, 20]
    assert all(len({id[0] for id in share}) == 2 for share in ids(shares))
    assert all([id_of(raw)[1:] for raw in share] == sorted(id_of(raw)[1:] for raw in share) for share in shares)


def test_a_share_keeps_where_its_items_were() -> None:
    items = [Raw("f", b"1", 0, 1), Raw("f", b"[", 2, 2, 0), Raw("f", b"", 2, 2, 1), Raw("f", b"{}", 9, 4)]
    assert [(raw.place, raw.text) for raw in Share(items)] == [
        ("f:1", b"1"),
        ("f:2[0]", b"["),
        ("f:2[1]", b""),
        ("f:4", b"{}"),
    ]
    assert [raw.place for raw in Share([Raw("f", b"{}", element=1)])] == ["f[1]"]


@pytest.mark.parametrize(
    "bridge",
    [
        [item("b", "v", email="ada@acme.com"), item("c", "w", email=" Ada@Acme.com")],
        [item("b", "v", email="ada@acme.com"), item("c", None, email="ada@acme.com"), item("d", "w")],
        [item("b", "v", on="form", props={"courriel": "ada@acme.com"}), item("c", "w", email="ada@acme.com")],
        [item("b", "v", on="identify", traits={"email": "ada@acme.com"}), item("c", "w", email="ada@acme.com")],
        [item("b", "v", email="ada@acme.com"), item("c", "u", email="ada@acme.com"), item("b", "w")],
    ],
    ids=["an e-mail", "an event without visitor", "a field of a form", "a trait", "an id sent twice"],
)
def test_who_may_be_one_lead_is_in_one_share(bridge: list[Raw]) -> None:
    items = [item("a", "v"), *bridge, item("z", "w"), *[item(f"o{n}", f"o{n}") for n in range(9)]]
    (together,) = [share for share in ids(shares_of(items, most=3, least=1)) if "a" in share]
    joined = {"a", "b", "c", "z"} if b'"d"' not in bridge[-1].text else {"a", "b", "c"}
    assert joined <= together


def test_what_cannot_be_read_is_in_some_share() -> None:
    bad = [Raw("f", b"{nonsense", 0, 1), Raw("f", b'{"id": 7}', 0, 2), item("bad3", None, email="nobody")]
    shares = shares_of([*bad, *[item(f"o{n}", f"o{n}") for n in range(9)]], most=2, least=1)
    assert {"bad1", "bad2", "bad3"} <= set().union(*ids(shares))


def large(folder: Path, *more: str) -> Path:
    """More events than one process takes: 3 000 visitors, some of whom are the same person."""
    chance = random.Random(5)
    lines: list[str] = []
    for number in range(21_000):
        visitor = chance.randrange(3_000)
        names = number % 40 == 0
        event: dict[str, Any] = {
            "id": f"e{number}",
            "visitor": f"v{visitor}",
            "on": "form" if names else "page",
            "url": f"https://shop.example.com{chance.choice(['/', '/pricing', '/about', '/blog/1'])}",
            "at": 1_772_442_000_000 + chance.randrange(40 * 86_400) * SECOND,
        }
        lines.append(json.dumps(event | ({"email": f"p{visitor % 500}@acme.com", "item": "contact"} if names else {})))
    file = folder / "large.ndjson"
    file.write_text("\n".join([*lines, *more]))
    return file


def test_processes_side_by_side_print_what_one_prints(tmp_path: Path) -> None:
    file = large(tmp_path)
    result = CliRunner().invoke(main, ["replay", str(file), "--rules", str(EXAMPLE_RULES)])
    assert result.exit_code == 0, result.output
    work = Replay(load_rules(EXAMPLE_RULES), None)
    items = Share([Raw("", text) for text in file.read_bytes().splitlines()])
    (alone,) = side_by_side(work, [items], lambda done: None)
    assert result.stdout_bytes == b"".join(text for _, text in alone)


def test_the_first_bad_line_of_all_is_named(tmp_path: Path) -> None:
    file = large(tmp_path, '{"id": "x"}', "{nonsense", '{"id": "y", "visitor": "v1", "on": "page"}')
    result = CliRunner().invoke(main, ["replay", str(file), "--rules", str(EXAMPLE_RULES)])
    assert result.exit_code == 1
    assert f"{file}:21001: " in result.stderr


class Failing:
    """Work that ends badly: a process that dies must not leave the others waiting."""

    def first(self, share: int) -> int:
        return share

    def then(self, highest: int, done: object) -> int:
        raise SystemExit(highest)


def test_a_process_that_dies_ends_the_work() -> None:
    with pytest.raises(RuntimeError, match="ended"):
        side_by_side(Failing(), [1, 2], lambda done: None)


def test_a_bad_item_alone_is_a_problem_of_the_data(tmp_path: Path) -> None:
    with pytest.raises(DataProblem, match="here: "):
        side_by_side(Replay(load_rules(EXAMPLE_RULES), None), [Share([Raw("here", b"{")])], lambda done: None)
