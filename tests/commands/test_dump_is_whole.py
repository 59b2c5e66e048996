"""The export of a person is everything: each table that names a lead, a browser or an event is walked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from tests.fold.ledger_house import ADA, DAY, HOUR, MARC, PAPERS, START, House, event, form, open_house, page
from tests.fold.ledger_house import download as downloaded

from ripeline.domain.source import Source
from ripeline.fold.dumping import dump_of
from ripeline.fold.marking import mark
from ripeline.fold.merging import detach, merge
from ripeline.fold.noting import change_note, write_note
from ripeline.fold.saying import Points, give_points
from ripeline.fold.selling import Outcome, Word, judge_lead
from ripeline.fold.selling import end_with as ended
from ripeline.fold.starring import star

#: Columns that say whom a row is about.
OF_SOMEBODY: Final = {"lead_id", "visitor_id", "gone_id", "into_id", "event_seq", "seq", "email"}

#: What a table about a lead holds of hers, as the export must show it: every column, or why it is left out.
SHOWN: Final = {
    "leads": "email",
    "visitors": "key",
    "events": "event_id",
    "handoffs": "note",
    "outbox": "payload",
    "verdicts": "note",
    "outcomes": "author",
    "notes": "text",
    "merges": "author",
    "detachments": "author",
    "deliveries": "answer",
    "stars": "author",
    "marks": "author",
    "quarantine": "problem",
    "proposals": "band",
    "review_cards": "verdict",
    "own_visitors": "domain",
    "last_actions": "at",
    "audit": "about",
    "crossings": "band",
    "scores": "band",
    "ledger": "reason",
    "sessions": "events",
}
#: Rows that say nothing of a person which is not in another table of the export.
LEFT_OUT: Final = {
    "epochs": "which browsers are hers: `visitors`",
    "lead_states": "where the fold stands: `scores` and `known` say it in words",
    "leads_search": "pieces of what `known` says",
    "seen_items": "which browser saw what: `events`",
    "looks": "when the lead is looked at again, for a moment",
    "leads_again": "that a rescore takes the lead again, for a moment",
    "users": "colleagues",
    "invitations": "colleagues",
}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Ada, of whom everything there is was said; and Marc, of whom nothing may be in it."""
    made = open_house(tmp_path, PAPERS)
    source = Source("email", "c-source", "c-medium", "c-campaign", "c-term")
    made.fold(
        page("phone", "/c-path", 0, title="c-title", agent="c-agent", source=source, referrer="https://c-referrer.fr/"),
        form("phone", "c-form", HOUR, email=ADA, props={"c-prop": "c-value"}, traits={"company": "c-company"}),
        downloaded("phone", "c", 2 * HOUR),
        event("c-own", "phone", 3 * HOUR, item="c-item"),
        page("tablet", "/c-tablet", 4 * HOUR, id="c-tablet-event"),
        form("work", "c-work", 5 * HOUR, email="c-other@example.com", id="c-work-event"),
        form("robot", "c-robot", 6 * HOUR, email=ADA, suspect="crawler", id="c-robot-event"),
        form("laptop", "m-form", HOUR, email=MARC, props={"m-prop": "m-value"}),
    )
    made.now = START + DAY
    made.do(merge, ADA, "c-other@example.com")
    made.do(judge_lead, ADA, "vertical", Word("too_early", "c-verdict"))
    made.do(ended, ADA, "general", Outcome("won", made.now))
    made.do(give_points, ADA, Points(1, "c-reason", "vertical"))
    made.do(change_note, made.do(write_note, ADA, "call", "c-note-before"), "c-note")
    seq = {id: seq for seq, id in made.rows("SELECT seq, event_id FROM events")}
    made.do(star, ADA, seq[f"form-phone-{HOUR}"])
    made.do(mark, f"c-own-phone-{3 * HOUR}", True)
    made.do(judge_lead, MARC, "vertical", Word("off_target", "m-verdict"))
    made.fold()
    _say_the_rest(made, seq)
    yield made
    made.database.close()


def _say_the_rest(house: House, seq: dict[str, int]) -> None:
    """What only happens rarely, as it would be written down."""
    ((ada, phone),) = house.rows(
        "SELECT l.id, v.id FROM leads l, visitors v WHERE l.email = ? AND v.key = 'phone'", ADA
    )
    for sql, *bound in (
        ("UPDATE handoffs SET note = 'c-handoff' WHERE lead_id = ?", ada),
        ("UPDATE outcomes SET author = 'c-author' WHERE lead_id = ?", ada),
        ("UPDATE outbox SET failure = 'c-failure' WHERE lead_id = ?", ada),
        ("INSERT INTO quarantine (seq, at, problem, unplaced) VALUES (?, 1, 'c-problem', 0)", seq["c-work-event"]),
        ("INSERT INTO reviews (model, at, author) VALUES ('vertical', 1, 'c-reviewer')",),
        ("INSERT INTO review_cards (review_id, place, lead_id, part, verdict) VALUES (1, 0, ?, 'top', 'c-card')", ada),
        ("INSERT INTO own_visitors (visitor_id, domain) VALUES (?, 'c-domain.fr')", phone),
        ("INSERT INTO detachments (visitor_id, email, at, author) VALUES (?, ?, 1, 'c-detacher')", phone, ADA),
        ("INSERT INTO last_actions (lead_id, at) VALUES (?, 1234567890123)", ada),
        (
            "INSERT INTO audit (at, author, what, about, lead_id) VALUES (1, 'c-asker', 'lead_exported', 'c-about', ?)",
            ada,
        ),
        (
            "INSERT INTO proposals (rules_hash, lead_id, model, band, score, crossed_at, crossing_event, made_at) "
            "VALUES ('x', ?, 'vertical', 'c-band', 1, 1, 'x', 1)",
            ada,
        ),
        (
            "INSERT INTO deliveries (message_id, destination_id, lead_id, topic, state, attempts, created_at, due_at, "
            "answer) VALUES ('m', 1, ?, 'lead.ready', 'sent', 1, 1, 1, 'c-answer')",
            ada,
        ),
    ):
        house.conn.execute(sql, bound)


def test_every_table_about_somebody_is_in_the_export_or_said_why_not(house: House) -> None:
    tables = [name for (name,) in house.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    about = {
        table
        for table in tables
        if not table.startswith(("sqlite_", "_", "leads_search_"))
        and OF_SOMEBODY & {name for _, name, *_ in house.rows(f"PRAGMA table_info({table})")}
    }
    assert about | {"visitors"} == SHOWN.keys() | LEFT_OUT.keys(), "show the new table in the export, or say why not"


def test_what_each_table_says_of_her_is_in_it_and_nothing_of_him(house: House) -> None:
    dump = json.dumps(dump_of(house.conn, house.ruleset, ADA, house.now), ensure_ascii=False)
    missing = []
    for table, column in SHOWN.items():
        hers = _rows_about_her(house, table, column)
        assert hers, f"the story says nothing in {table}"
        missing += [(table, column, each) for each in hers if each is not None and not _is_said(each, dump)]
    assert missing == []
    canaries = _canaries(house) | {"c-prop", "c-value", "c-company", "c-path", "c-referrer.fr", "c-note-before"}
    assert len(canaries) > 30
    assert [canary for canary in canaries if canary not in dump] == []
    assert [each for each in ('"m-form', "m-value", "m-verdict", "laptop") if each in dump] == []
    assert MARC not in dump


def _rows_about_her(house: House, table: str, column: str) -> list[Any]:
    visitors = "('phone', 'work')"
    whose = {
        "leads": "email IN ('ada@example.com', 'c-other@example.com')",
        "visitors": f"key IN {visitors}",
        "events": f"visitor_id IN (SELECT id FROM visitors WHERE key IN {visitors})",
        "merges": "true",
        "stars": "true",
        "marks": "true",
        "quarantine": "true",
        "detachments": "true",
        "own_visitors": "true",
    }.get(table, "lead_id IN (SELECT id FROM leads WHERE email IN ('ada@example.com', 'c-other@example.com'))")
    return [value for (value,) in house.rows(f"SELECT DISTINCT {column} FROM {table} WHERE {whose}")]


def _is_said(value: Any, dump: str) -> bool:
    if isinstance(value, int) and value > 1_000_000_000_000:
        return "2009-02-1" in dump
    return json.dumps(str(value), ensure_ascii=False)[1:-1] in dump


def _canaries(house: House) -> set[str]:
    """Each word of the story that begins with `c-`, wherever it is stored."""
    found: set[str] = set()
    for table in SHOWN.keys() | {"texts", "sources", "reviews"}:
        for row in house.rows(f"SELECT * FROM {table}"):
            found |= {value for value in row if isinstance(value, str) and value.startswith("c-")}
    # Another's browser, that nobody tied to her.
    return {each for each in found if "tablet" not in each}


def test_a_browser_that_was_taken_out_of_her_is_named(house: House) -> None:
    house.do(detach, ADA, "work")
    dump = dump_of(house.conn, house.ruleset, ADA, house.now)
    assert "work" in [each["visitor"] for each in dump["taken_out"]]


def test_events_that_name_her_and_are_not_hers_are_in_it_too(house: House) -> None:
    dump = dump_of(house.conn, house.ruleset, ADA, house.now)
    assert [each["id"] for each in dump["named_elsewhere"]] == ["c-robot-event"]
    assert "c-robot-event" not in [each["id"] for each in dump["events"]]
