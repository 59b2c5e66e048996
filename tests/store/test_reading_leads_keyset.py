"""Any list of leads, in any order, against one made by hand: every lead once, in its place, whatever the pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.white_papers import open_database

from ripeline.rules.model import Band, Model, Ruleset
from ripeline.store import reading_leads_chips, reading_leads_walks
from ripeline.store.database import Connection, transaction
from ripeline.store.reading_leads import LeadQuery, list_leads, neighbours
from ripeline.store.reading_leads_query import SORTS
from ripeline.store.seen_items import index_seen

BANDS = (Band("warm", 5000, 5000), Band("hot", 12000, 9000))
MODEL = Model("general", "All offers", BANDS, (), "hot")
RULES = Ruleset("", "", "UTC", 1800, {}, {}, (MODEL,))
CHANNELS = ("direct", "email", "referral")
PAGES = ("/pricing", "/pricing/pro", "/blog/a")
PERSON = 7


@dataclass(frozen=True)
class Made:
    """One lead; `channel` 0: no source, `pages` by place, `was` what the visitor saw while it was somebody else's."""

    score: int
    keeps: bool
    out: bool
    seen: int
    known: bool
    channel: int
    pages: frozenset[int]
    was: int | None
    owner: int | None
    merged: bool

    @property
    def band(self) -> str:
        """Between exit and enter of hot, hot is kept or not."""
        if self.score >= 12000 or (self.score >= 9000 and self.keeps):
            return "hot"
        return "warm" if self.score >= 5000 else "cold"


LEADS = st.lists(
    st.builds(
        Made,
        score=st.sampled_from([-2000, 0, 1000, 5000, 9000, 10000, 12000, 15000]),
        keeps=st.booleans(),
        out=st.sampled_from([False, False, False, True]),
        seen=st.integers(0, 4),
        known=st.booleans(),
        channel=st.integers(0, 2),
        pages=st.frozensets(st.integers(0, 2), max_size=2),
        was=st.sampled_from([None, None, 0, 2]),
        owner=st.sampled_from([None, None, PERSON, 8]),
        merged=st.booleans(),
    ),
    max_size=14,
)
ASKED = st.fixed_dictionaries(
    {},
    optional={
        "band": st.sampled_from(["cold", "warm", "hot"]),
        "identified": st.booleans(),
        "out_of_target": st.booleans(),
        "channel": st.sampled_from(CHANNELS),
        "page": st.sampled_from(["/pricing", "/blog", "pric", "/*/pro"]),
        "seen_since": st.integers(0, 4),
        "silent_since": st.integers(0, 4),
        "owner": st.sampled_from([PERSON, "somebody", "nobody"]),
    },
)


@pytest.fixture(scope="module")
def conn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    connection = open_database(Path(tmp_path_factory.mktemp("lists")) / "ripeline.db")
    connection.executemany(
        "INSERT INTO texts (id, text) VALUES (?, ?)",
        [(1, "general"), (2, "page"), *((10 + n, f"https://shop.example{path}") for n, path in enumerate(PAGES))],
    )
    connection.executemany(
        "INSERT INTO sources VALUES (?, ?, '', '', '', '')", [(n, name) for n, name in enumerate(CHANNELS) if n]
    )
    for id in (PERSON, 8):
        connection.execute("INSERT INTO users (id, email, role, created_at) VALUES (?, ?, 'sales', 0)", (id, f"{id}@x"))
    yield connection
    connection.close()


def put(conn: Connection, id: int, lead: Made) -> None:
    """The lead as the fold would leave it; a merged one has its visitor from the lead it swallowed."""
    email = f"{id}@example.com" if lead.known else None
    conn.execute(
        "INSERT INTO leads (id, email, created_at, first_seen, last_seen) VALUES (?, ?, 1, 1, ?)",
        (id, email, lead.seen or None),
    )
    conn.execute("INSERT INTO scores VALUES (1, ?, ?, ?, 0, ?, ?)", (id, lead.score, lead.score, lead.band, lead.out))
    if lead.channel:
        conn.execute("INSERT INTO sessions VALUES (?, 1, ?, ?, 2, 1, NULL, ?)", (id, id, id, lead.channel))
    own = id
    if lead.merged:
        own = id + 1000
        conn.execute("INSERT INTO leads (id, created_at, merged_into) VALUES (?, 1, ?)", (own, id))
    if lead.was is not None:
        conn.execute("INSERT INTO leads (id, created_at) VALUES (?, 1)", (id + 2000,))
        conn.execute("INSERT INTO epochs VALUES (?, -1, 0, '', ?)", (id, id + 2000))
        see(conn, id, 0, lead.was)
    conn.execute("INSERT INTO epochs VALUES (?, ?, 0, '', ?)", (id, 1 if lead.was is not None else -5, own))
    for page in sorted(lead.pages):
        see(conn, id, 2, page)
    if lead.owner:
        conn.execute(
            "INSERT INTO handoffs (lead_id, model, band, score, crossed_at, crossing_event, made_at, state, owner_id,"
            " rules_hash, reasons) VALUES (?, 'general', 'hot', 1, 1, 'e', 1, 'claimed', ?, '', '[]')",
            (id, lead.owner),
        )


def see(conn: Connection, visitor: int, at: int, page: int) -> None:
    conn.execute(
        "INSERT INTO events (site_id, event_id, visitor_id, kind_id, at, received_at, url_id, verified)"
        " VALUES (1, ?, ?, 2, ?, 0, ?, 0)",
        (f"{visitor}-{at}-{page}", visitor, at, 10 + page),
    )


def empty(conn: Connection) -> None:
    for table in ("scores", "leads", "sessions", "epochs", "events", "handoffs", "seen_items", "items", "meta"):
        conn.execute(f"DELETE FROM {table}")


def fits(lead: Made, asked: dict[str, Any]) -> bool:
    meant = {"/pricing": {0, 1}, "pric": {0, 1}, "/blog": {2}, "/*/pro": {1}}
    owners = {"somebody": lead.owner is not None, "nobody": lead.owner is None, PERSON: lead.owner == PERSON}
    return all(
        {
            "band": lead.band == asked.get("band"),
            "identified": lead.known == asked.get("identified"),
            "out_of_target": True,
            "channel": CHANNELS[lead.channel] == asked.get("channel"),
            "page": bool(lead.pages & meant.get(asked.get("page", ""), set())),
            "seen_since": lead.seen >= asked.get("seen_since", 0),
            "silent_since": lead.seen < asked.get("silent_since", 0),
            "owner": owners.get(asked.get("owner", ""), False),
        }[name]
        for name in asked
    ) and (asked.get("out_of_target", False) or not lead.out)


def place(id: int, lead: Made, sort: str) -> tuple[int, int, int]:
    if sort != "missing":
        return int(lead.out), -(lead.seen if sort == "seen" else lead.score), -id
    if lead.out:
        return 2, -lead.score, -id
    above = {"cold": 5000, "warm": 12000}.get(lead.band)
    return (1, -lead.score, -id) if above is None else (0, above - lead.score, -id)


def ranked(leads: list[Made], asked: dict[str, Any], sort: str) -> list[int]:
    found = [(id, lead) for id, lead in enumerate(leads, 1) if fits(lead, asked)]
    return [id for id, lead in sorted(found, key=lambda each: place(each[0], each[1], sort))]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LEADS, ASKED, st.sampled_from(SORTS), st.integers(1, 5), st.booleans(), st.integers(0, 30))
def test_the_pages_together_are_the_list(
    conn: Connection, leads: list[Made], asked: dict[str, Any], sort: str, limit: int, walked: bool, indexed: int
) -> None:
    with pytest.MonkeyPatch.context() as patched, transaction(conn):
        patched.setattr(reading_leads_walks, "FEW", -1 if walked else reading_leads_walks.FEW)
        patched.setattr(reading_leads_chips, "FEW_TEXTS", -1 if indexed % 2 else reading_leads_chips.FEW_TEXTS)
        empty(conn)
        for id, lead in enumerate(leads, 1):
            if id == indexed:
                index_seen(conn)
            put(conn, id, lead)
        wanted = ranked(leads, asked, sort)
        found: list[int] = []
        cursor: str | None = None
        while True:
            part = list_leads(conn, RULES, LeadQuery("general", sort=sort, limit=limit, cursor=cursor, **asked))
            assert part.total == part.at_least == len(wanted) + (cursor is not None and is_late(leads, asked))
            found += [lead.id for lead in part.leads]
            if cursor is None:
                # Whoever comes in while one reads changes nobody else's turn.
                put(conn, 500, LATE)
            cursor = part.next
            if cursor is None:
                break
            assert len(part.leads) == limit
        assert [id for id in found if id != 500] == wanted
        assert found.count(500) <= 1


LATE = Made(9000, True, False, 2, True, 1, frozenset({0}), None, PERSON, False)


def is_late(leads: list[Made], asked: dict[str, Any]) -> bool:
    return fits(LATE, asked)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LEADS, ASKED, st.sampled_from(SORTS))
def test_neighbours_are_those_of_the_list_or_of_where_the_lead_would_stand(
    conn: Connection, leads: list[Made], asked: dict[str, Any], sort: str
) -> None:
    with transaction(conn):
        empty(conn)
        for id, lead in enumerate(leads, 1):
            put(conn, id, lead)
        wanted = ranked(leads, asked, sort)
        for id, lead in enumerate(leads, 1):
            here = place(id, lead, sort)
            before = [each for each in wanted if place(each, leads[each - 1], sort) < here]
            after = [each for each in wanted if place(each, leads[each - 1], sort) > here]
            expected = (before[-1] if before else None, after[0] if after else None)
            assert neighbours(conn, RULES, LeadQuery("general", sort=sort, **asked), id) == expected


def test_a_lead_without_a_score_has_no_neighbours(conn: Connection) -> None:
    with transaction(conn):
        empty(conn)
        put(conn, 1, LATE)
        assert neighbours(conn, RULES, LeadQuery("general"), 404) == (None, None)


def test_the_owner_is_who_took_the_newest_hand_off_of_the_model(conn: Connection) -> None:
    with transaction(conn):
        empty(conn)
        put(conn, 1, LATE)
        put(conn, 2, LATE)
        conn.execute("UPDATE handoffs SET state = 'closed'")
        conn.execute(
            "INSERT INTO handoffs (lead_id, model, band, score, crossed_at, crossing_event, made_at, state, rules_hash,"
            " reasons) VALUES (2, 'general', 'hot', 1, 9, 'again', 9, 'open', '', '[]')"
        )
        found = {lead.id: lead.owner for lead in list_leads(conn, RULES, LeadQuery("general")).leads}
        mine = list_leads(conn, RULES, LeadQuery("general", owner=PERSON)).leads
    assert json.dumps(found) == '{"2": null, "1": "7@x"}'
    assert [lead.id for lead in mine] == [1]
