"""One lead: what is known, the receipt that adds up, the hand-offs, the timeline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.white_papers import CAST, HOUR, NEWSLETTER, RULES, START, fold, form, made, open_database, page, paper

from ripeline.errors import InvalidRequest, NotFound
from ripeline.fold.rescore import rescore
from ripeline.store.database import Connection
from ripeline.store.reading_handoffs import HandoffQuery, list_handoffs
from ripeline.store.reading_lead import lead_detail, lead_id_of
from ripeline.store.reading_leads import LeadQuery, list_leads
from ripeline.store.reading_timeline import lead_timeline
from ripeline.store.views import ModelReading, TimelineEvent


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    connection = open_database(tmp_path / "ripeline.db")
    fold(connection, CAST)
    yield connection
    connection.close()


def reading(conn: Connection, email: str, model: str = "vertical") -> ModelReading:
    return next(each for each in lead_detail(conn, RULES, email).models if each.model == model)


def events(conn: Connection, email: str, limit: int = 20) -> list[TimelineEvent]:
    """All events of a lead, oldest first."""
    found: list[TimelineEvent] = []
    cursor: str | None = None
    while True:
        page = lead_timeline(conn, RULES, lead_id_of(conn, email), cursor, limit)
        for session in page.sessions:
            found = [*session.events, *found]
        if page.next is None:
            return found
        cursor = page.next


def test_the_three_of_the_white_papers_have_their_scores(conn: Connection) -> None:
    found = {email: reading(conn, f"{email}@example.com") for email in ("marc", "elodie", "capucine")}
    assert {email: each.score for email, each in found.items()} == {"marc": 13000, "elodie": 5000, "capucine": 18000}
    assert {email: each.band for email, each in found.items()} == {"marc": "hot", "elodie": "warm", "capucine": "hot"}
    assert (found["elodie"].next_band, found["elodie"].missing) == ("hot", 7000)


def test_the_receipt_adds_up(conn: Connection) -> None:
    for email in ("marc", "elodie", "capucine"):
        for each in lead_detail(conn, RULES, f"{email}@example.com").models:
            assert sum(line.points for line in each.receipt) == each.score
    marc = reading(conn, "marc@example.com").receipt
    assert [(line.rule, line.label, line.times, line.points) for line in marc] == [
        ("blog", "Blog after a paper", 3, 6000),
        ("paper-b", "White paper B", 1, 5000),
        ("paper-a", "White paper A", 1, 2000),
    ]


def test_the_receipt_tells_what_gave_nothing_and_why(conn: Connection) -> None:
    fold(conn, made("v-eve", [(0, page("/blog/1")), (1, page("/blog/2")), (2, form("eve@example.com"))]))
    (line,) = reading(conn, "eve@example.com").receipt
    assert (line.times, line.points, line.refused) == (0, 0, {"not_yet": 2})


def test_fit_is_on_the_receipt_too(conn: Connection) -> None:
    other = reading(conn, "marc@example.com", "other")
    assert (other.fit, other.engagement, other.score) == (3000, 0, 3000)
    assert [(line.rule, line.is_fit) for line in other.receipt] == [("director", True)]
    assert (other.ripeness, other.notch) == (None, None)


def test_what_is_known_says_since_when_and_how_surely(conn: Connection) -> None:
    known = {fact.name: fact for fact in lead_detail(conn, RULES, "marc@example.com").attributes}
    assert (known["job"].value, known["job"].verified) == ("Directeur", False)
    assert known["job"].at == START + int(72.01 * HOUR)


def test_a_lead_is_found_by_id_and_by_e_mail_however_written(conn: Connection) -> None:
    marc = lead_detail(conn, RULES, " Marc@Example.com ")
    assert lead_detail(conn, RULES, marc.id) == marc
    assert (marc.visitors, marc.email, marc.reachable) == (("v-marc",), "marc@example.com", True)


@pytest.mark.parametrize("key", ["nobody@example.com", 999, "", 2**62])
def test_nobody_is_not_found(conn: Connection, key: int | str) -> None:
    with pytest.raises(NotFound):
        lead_detail(conn, RULES, key)


def test_a_merged_lead_answers_as_the_one_it_went_into(conn: Connection) -> None:
    marc, elodie = lead_id_of(conn, "marc@example.com"), lead_id_of(conn, "elodie@example.com")
    conn.execute("UPDATE leads SET merged_into = ? WHERE id = ?", (marc, elodie))
    assert lead_detail(conn, RULES, elodie).email == "marc@example.com"
    conn.execute("UPDATE leads SET merged_into = ? WHERE id = ?", (elodie, marc))
    with pytest.raises(NotFound):
        lead_detail(conn, RULES, elodie)


def test_hand_offs_say_why(conn: Connection) -> None:
    found, following = list_handoffs(conn, RULES, HandoffQuery())
    assert following is None
    by_email = {each.email: each for each in found}
    assert set(by_email) == {"marc@example.com", "capucine@example.com"}
    marc = by_email["marc@example.com"]
    assert (marc.model, marc.model_label, marc.band, marc.state, marc.next_step) == (
        "vertical",
        "White papers",
        "hot",
        "open",
        "Call",
    )
    assert marc.crossed_at == START + 72 * HOUR
    assert marc.reasons[0] == ("blog", "Blog after a paper", 6000, 3)
    assert lead_detail(conn, RULES, "marc@example.com").handoffs == (marc,)


def test_hand_offs_come_a_page_at_a_time(conn: Connection) -> None:
    for state in ("open", None):
        first, cursor = list_handoffs(conn, RULES, HandoffQuery(state=state, limit=1))
        second, last = list_handoffs(conn, RULES, HandoffQuery(state=state, limit=1, cursor=cursor))
        assert last is None
        assert {each.email for each in (*first, *second)} == {"marc@example.com", "capucine@example.com"}


@pytest.mark.parametrize("query", [HandoffQuery(state="opened"), HandoffQuery(model="v"), HandoffQuery(cursor="eve")])
def test_an_impossible_question_about_hand_offs_is_refused(conn: Connection, query: HandoffQuery) -> None:
    with pytest.raises(InvalidRequest):
        list_handoffs(conn, RULES, query)


def test_a_hand_off_outlives_its_model(conn: Connection) -> None:
    conn.execute("UPDATE handoffs SET model = 'old'")
    found, _ = list_handoffs(conn, RULES, HandoffQuery())
    assert {(each.model_label, each.ripeness, each.current_score) for each in found} == {("old", None, 0)}


@pytest.mark.parametrize("limit", [1, 2, 20])
def test_the_timeline_holds_every_event_once_with_the_score_after_it(conn: Connection, limit: int) -> None:
    found = events(conn, "marc@example.com", limit)
    assert [event.id for event in found] == [f"v-marc-{n}" for n in range(6)]
    assert [event.scores["vertical"] for event in found] == [2000, 7000, 9000, 11000, 13000, 13000]
    assert [line.points for event in found for line in event.ledger if line.model == "vertical"] == [
        2000,
        5000,
        2000,
        2000,
        2000,
    ]


def test_a_crossing_stands_at_the_event_that_made_it(conn: Connection) -> None:
    found = {event.id: event.crossings for event in events(conn, "marc@example.com")}
    assert [(each.band, each.entered) for each in found["v-marc-1"]] == [("warm", True)]
    assert [(each.band, each.entered) for each in found["v-marc-4"]] == [("hot", True)]


def test_sessions_are_newest_first_and_name_the_gap_before(conn: Connection) -> None:
    timeline = lead_timeline(conn, RULES, lead_id_of(conn, "marc@example.com"))
    starts = [session.started_at for session in timeline.sessions]
    assert starts == sorted(starts, reverse=True)
    assert [session.gap_before for session in timeline.sessions] == [24 * HOUR, 24 * HOUR, 24 * HOUR - HOUR // 10, None]


def test_the_gap_is_known_at_the_end_of_a_page_too(conn: Connection) -> None:
    timeline = lead_timeline(conn, RULES, lead_id_of(conn, "marc@example.com"), limit=1)
    assert timeline.sessions[0].gap_before == 24 * HOUR


def test_time_on_a_page_is_measured_or_lasts_until_the_next_event(conn: Connection) -> None:
    left = {"on": "engagement", "item": "v-eve-0", "props": {"ms": 42_000, "scroll": 90}}
    steps = [(0.0, page("/a")), (0.1, left), (0.2, page("/b")), (0.3, page("/c")), (0.4, form("eve@example.com"))]
    fold(conn, made("v-eve", steps))
    found = {event.item: event.spent for event in events(conn, "eve@example.com")}
    assert found == {"/a": 42_000, "/b": HOUR // 10, "/c": HOUR // 10, "contact": None}


def test_each_person_at_a_shared_machine_has_only_their_own_events(conn: Connection) -> None:
    steps = [(0.0, page("/a")), (0.1, form("eve@example.com")), (0.2, form("ada@example.com")), (0.3, paper("a"))]
    fold(conn, made("v-shared", [*steps, (0.35, form("eve@example.com"))]))
    assert [event.id for event in events(conn, "eve@example.com")] == ["v-shared-0", "v-shared-1", "v-shared-4"]
    assert [event.id for event in events(conn, "ada@example.com")] == ["v-shared-2", "v-shared-3"]
    shown = conn.execute("SELECT email, event_id FROM v_timeline WHERE event_id LIKE 'v-shared-%' ORDER BY event_id")
    assert [(email.partition("@")[0], id[-1]) for email, id in shown.fetchall()] == [
        ("eve", "0"),
        ("eve", "1"),
        ("ada", "2"),
        ("ada", "3"),
        ("eve", "4"),
    ]


def test_phone_and_laptop_at_once_have_one_running_score(conn: Connection) -> None:
    fold(conn, made("v-phone", [(24.1, form("marc@example.com")), (24.2, paper("c"))]))
    found = events(conn, "marc@example.com", 1)
    by_id = {event.id: event.scores["vertical"] for event in found}
    assert (by_id["v-marc-2"], by_id["v-phone-1"], by_id["v-marc-3"]) == (9000, 21000, 23000)
    assert len(lead_timeline(conn, RULES, lead_id_of(conn, "marc@example.com")).sessions) == 5


def test_an_unknown_visitor_has_a_timeline_too(conn: Connection) -> None:
    (ada,) = list_leads(conn, RULES, LeadQuery("other", identified=False)).leads
    assert (ada.visitor, ada.score, ada.top_rule, ada.channel) == ("v-ada", 5000, "pricing", "direct")
    assert [event.item for event in lead_timeline(conn, RULES, ada.id).sessions[0].events] == ["/pricing", "/about"]


def test_a_lead_remembers_its_first_and_last_source(conn: Connection) -> None:
    arrived = page("/a") | {"source": {"channel": NEWSLETTER.channel, "source": NEWSLETTER.source}}
    fold(conn, made("v-eve", [(0, arrived), (0.1, form("eve@example.com")), (48, page("/a"))]))
    eve = lead_detail(conn, RULES, "eve@example.com")
    assert (eve.first_source, eve.last_source) == ("newsletter", "direct")
    (listed,) = list_leads(conn, RULES, LeadQuery("vertical", q="eve@")).leads
    assert listed.channel == "email"


@pytest.mark.parametrize(("cursor", "limit"), [("eve", 20), (None, 0), (None, 1001)])
def test_an_impossible_page_of_a_timeline_is_refused(conn: Connection, cursor: str | None, limit: int) -> None:
    with pytest.raises(InvalidRequest):
        lead_timeline(conn, RULES, 1, cursor, limit)


def test_the_named_views_speak_of_people_and_days(conn: Connection) -> None:
    scores = dict(
        conn.execute("SELECT email, score FROM v_leads WHERE model = 'vertical' AND email IS NOT NULL").fetchall()
    )
    assert scores == {"marc@example.com": 13.0, "elodie@example.com": 5.0, "capucine@example.com": 18.0}
    counts = {view: conn.execute(f"SELECT count(*) FROM {view}").fetchone()[0] for view in ("v_sessions", "v_timeline")}
    assert counts == {"v_sessions": 10, "v_timeline": len(CAST)}
    points = conn.execute("SELECT sum(points) FROM v_timeline WHERE email = 'elodie@example.com'").fetchone()[0]
    assert (
        points
        == conn.execute("SELECT sum(points) FROM v_ledger WHERE email = 'elodie@example.com'").fetchone()[0]
        == 5.0
    )
    assert conn.execute("SELECT min(crossed_at) FROM v_handoffs").fetchone()[0] == "2026-11-02T10:00:00.000Z"


def test_views_and_search_survive_a_rescore(conn: Connection) -> None:
    before = conn.execute("SELECT * FROM v_leads ORDER BY lead_id, model").fetchall()
    rescore(conn, RULES, lambda done, total: None)
    assert conn.execute("SELECT * FROM v_leads ORDER BY lead_id, model").fetchall() == before
    for view in ("v_sessions", "v_timeline", "v_ledger", "v_handoffs"):
        assert conn.execute(f"SELECT count(*) FROM {view}").fetchone()[0] > 0
    assert [lead.email for lead in list_leads(conn, RULES, LeadQuery("vertical", q="direct")).leads] == [
        "marc@example.com"
    ]
