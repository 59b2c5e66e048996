"""What a stranger can name as a key is remembered in bounded memory, wherever it is remembered."""

from __future__ import annotations

import ast
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from ripeline.app import Application, create_app
from ripeline.collect import clicks, origins, scanners, tokens
from ripeline.collect.agents import agent_of
from ripeline.collect.arrivals import Arrival
from ripeline.collect.browser_steps import WITH_THE_BODY, allow_origin
from ripeline.collect.clicks import Click, Clicks
from ripeline.collect.intake import Intake
from ripeline.collect.refusals import Refused
from ripeline.collect.scanners import Watch
from ripeline.domain.links import Link
from ripeline.paths import EXAMPLE_RULES
from ripeline.rules.reading import load_rules
from ripeline.scoring.plan import make_plan
from ripeline.settings import Settings
from ripeline.sightings import Sightings

PACKAGE = Path(__file__).resolve().parents[2] / "server" / "ripeline"
MODULES = sorted(PACKAGE.rglob("*.py"))

#: `cache` never forgets: what has an argument has one that only we choose.
OURS = {"_gate": "one an event loop", "corner_bytes": "the endpoint's path, a setting"}


def test_a_cache_of_what_is_given_forgets() -> None:
    for module, node in [(each, node) for each in MODULES for node in ast.walk(ast.parse(each.read_bytes()))]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names = [each.id for each in node.decorator_list if isinstance(each, ast.Name)]
            assert "cache" not in names or not node.args.args or node.name in OURS, (module, node.name)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            given = [*node.args, *(each.value for each in node.keywords)]
            unbounded = [each for each in given if isinstance(each, ast.Constant) and each.value is None]
            assert not (node.func.id == "lru_cache" and unbounded), (module, node.lineno)


def link(n: int) -> Link:
    return Link("click", f"letter {n}", "marc@example.com", 0, "", f"https://shop.example/{n}")


def test_clicks_under_way_are_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clicks, "_MOST_WAITING", 100)
    waiting = Clicks()
    ids = [waiting.sent_on(Click(link(n), n)) for n in range(300)]
    assert len(waiting._waiting) == 100
    assert waiting.arrived(ids[0], 1) is None
    assert waiting.arrived(ids[-1], 400) is not None


def test_letters_that_are_watched_are_so_many_and_each_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanners, "_MOST_LETTERS", 100)
    watch = Watch()
    for n in range(300):
        watch.note(link(n), n)
    assert len(watch._letters) == 100
    for n in range(5_000):
        watch.note(link(1), 1_000)
        watch.keep(link(1), 1_000, [f"event {n}"])
    seen = watch._letters[link(1).letter]
    assert len(seen.clicks) <= 21
    assert len(seen.kept) <= 20


def test_who_asks_for_the_script_from_anywhere_is_remembered_fifty_times() -> None:
    seen = Sightings()
    for n in range(300):
        seen.loaded(f"https://site{n}.example/", "/t.js", n)
        seen.refused(f"https://site{n}.example", n)
    assert (len(seen._loads), len(seen._refusals)) == (50, 50)


@pytest.fixture
def intake(tmp_path: Path) -> Any:
    app = create_app(Settings(data=tmp_path / "data"))
    assert isinstance(app, Application)
    with TestClient(app):
        yield app.state.intake


def test_origins_and_tokens_of_strangers_are_so_many(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(origins, "_MOST_REMEMBERED", 100)
    monkeypatch.setattr(tokens, "_MOST_REMEMBERED", 100)
    monkeypatch.setattr(intake.sites, "_write", lambda _: None)
    intake.sites.refresh(1)
    for n in range(300):
        origin = f"https://site{n}.example".encode()
        intake.sites.cors(origin)
        intake.sites.saw(1, origin, 1)
        with pytest.raises(Refused):
            intake.tokens.check(b"Bearer key-%d" % n, "write", 1)
    assert len(intake.sites._cors) <= 100
    assert len(intake.sites._recorded) <= 100
    assert len(intake.tokens._known) <= 100


def test_visitors_and_their_cookies_are_so_many(intake: Intake) -> None:
    for n in range(5_000):
        made = intake.cookies.made_for(f"visitor-{n}").partition(b";")[0]
        intake.cookies.visitor_of(made)
        intake.cookies.visitor_of(b"ripeline_visitor=forged-%d" % n)
    for cached in (intake.cookies.made_for, intake.cookies._unsigned):
        assert cached.cache_info().currsize <= 4_096


def kept_of(texts: list[str], look: Callable[[str], object]) -> int:
    """How many bytes stay in memory when each of these texts was looked at."""
    look(texts[0])
    tracemalloc.start()
    try:
        for text in texts:
            look(text)
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def test_of_the_longest_names_of_browsers_only_the_beginning_is_remembered() -> None:
    longest = [f"Mozilla/5.0 ({n}){'x' * 30_000}" for n in range(100)]
    assert kept_of(longest, lambda name: agent_of(name.encode())) < 100 * 2_000


def test_of_the_longest_addresses_none_is_remembered() -> None:
    plan = make_plan(load_rules(EXAMPLE_RULES)).kinds["page"]
    longest = [f"https://shop.example/{n}{'x' * 2_000}" for n in range(500)]
    # Python's own `urlsplit` remembers the last hundred or so.
    assert kept_of(longest, lambda address: plan(address, "")) < 500 * 1_000


def test_who_waits_for_the_commit_waits_with_the_events_alone(intake: Intake) -> None:
    sent = {"v": "v1", "e": [{"i": "e1", "n": "page", "u": "https://shop.example/", "p": {"text": "x" * 2_000}}]}
    arrival = Arrival({"type": "http", "method": "POST", "headers": [], "client": ("127.0.0.1", 1)}, intake.clock())
    arrival.body = json.dumps(sent).encode()
    for step in (allow_origin, *WITH_THE_BODY):
        step(intake, arrival)
    assert [event.id for event in arrival.events] == ["e1"]
    assert (arrival.body, arrival.envelope.e, arrival.items) == (b"", None, ())
