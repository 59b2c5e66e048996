"""The rooms behind the gear: who may enter, what each says, and what its forms do, each with a line in the log."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import time_machine
from starlette.testclient import TestClient
from tests.pages.reading_html import links_of, text_of

from ripeline.app import create_app
from ripeline.auth.delays import begin_try, keys_of
from ripeline.auth.guard import ROLES
from ripeline.auth.logins import now_ms
from ripeline.auth.passwords import hash_password
from ripeline.auth.people import add_person
from ripeline.pages.audit_page import A_PAGE, KINDS
from ripeline.settings import Settings
from ripeline.store.audit import AuditQuery, add_audit, read_audit
from ripeline.store.authors import Said
from ripeline.store.database import Connection, Database, transaction
from ripeline.store.destinations import Destination, add_destination
from ripeline.store.people import user_by_email
from ripeline.store.retention import Retention, read_retention
from ripeline.store.staff import all_people
from ripeline.templating.environment import environment

PASSWORD = "a ripe pear in june"
HASH = hash_password(PASSWORD)
PAGES = {
    "owner": {"people", "tokens", "sites", "privacy", "audit", "health"},
    "marketer": {"sites", "privacy", "health"},
    "sales": set(),
}


class Server:
    """A whole server, and one browser whose person changes."""

    def __init__(self, settings: Settings, client: TestClient) -> None:
        self.client, self.settings = client, settings

    def enter(self, role: str) -> None:
        self.client.cookies.clear()
        said = {"email": f"{role}@example.com", "password": PASSWORD}
        self.client.post("/signin", data=said).raise_for_status()

    def text(self, path: str) -> str:
        return text_of(self.client.get(path).raise_for_status().text)

    def send(self, path: str, **fields: str) -> str:
        return text_of(self.client.post(path, data=fields).raise_for_status().text)

    def log(self) -> list[tuple[str, str, str]]:
        with closing(Database(self.settings.database_file)) as database, database.read() as conn:
            return [(line.author, line.what, line.about) for line in read_audit(conn, AuditQuery(), 100)]

    def id(self, email: str) -> int:
        with closing(Database(self.settings.database_file)) as database, database.read() as conn:
            user = user_by_email(conn, email)
        assert user is not None
        return user.id


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    settings = Settings(data=tmp_path / "data", base_url="http://testserver", rate_limit=None)
    headers = {"sec-fetch-site": "same-origin", "accept-language": "en"}
    with TestClient(create_app(settings), headers=headers, follow_redirects=True) as client:
        with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
            for role in ROLES:
                add_person(conn, f"{role}@example.com", role, HASH, 1)
        made = Server(settings, client)
        made.enter("owner")
        yield made


def test_each_role_is_shown_the_rooms_it_may_enter_and_no_other(server: Server) -> None:
    for role, rooms in PAGES.items():
        server.enter(role)
        for room in PAGES["owner"]:
            assert server.client.get(f"/settings/{room}").status_code == (200 if room in rooms else 403), (role, room)
        html = server.client.get("/settings" if rooms else "/ready").text
        shown = {link.rpartition("/")[2] for link in links_of(html).values() if link.startswith("/settings/")}
        assert shown - {"alerts"} == rooms, role
    assert "/settings" not in links_of(server.client.get("/ready").text).values()
    assert links_of(server.client.get("/ready").text)["sales@example.com"] == "/account"


def test_the_gear_leads_to_the_settings_and_they_to_install(server: Server) -> None:
    html = server.client.get("/settings/sites").text
    assert re.search(r'class="gear" href="/settings" aria-current="true"', html)
    assert links_of(html)["Install"] == "/install"
    assert links_of(html)["Suspect and dropped"] == "/suspects"
    assert 'class="rooms"' in server.client.get("/install").text
    assert 'class="rooms"' in server.client.get("/suspects").text


def test_an_invitation_is_shown_to_copy_and_withdrawn_with_one_press(server: Server) -> None:
    said = server.send("/settings/people/invite", email="cleo@example.com", role="sales")
    assert "The link for cleo@example.com is below" in said
    html = server.client.get("/settings/people").text
    (address,) = re.findall(r'id="link-\d+">(http://testserver/invitation/[^<]+)<', html)
    assert server.client.get(address).status_code == 200
    (undo,) = set(re.findall(r'action="(/settings/people/links/\d+/withdraw)"', html))
    assert "opens nothing any more" in server.send(undo)
    assert server.client.get(address).status_code == 404
    assert [line[1:] for line in server.log()[:2]] == [
        ("invitation_withdrawn", "cleo@example.com"),
        ("person_invited", "cleo@example.com (sales)"),
    ]


@pytest.mark.parametrize(
    ("email", "role", "words"),
    [
        ("sales@example.com", "sales", "is there already"),
        ("nobody", "sales", "not an e-mail"),
        ("x@y.example", "root", ""),
    ],
)
def test_who_cannot_be_invited_is_not(server: Server, email: str, role: str, words: str) -> None:
    said = server.send("/settings/people/invite", email=email, role=role)
    assert words in said
    assert "Links that let somebody in" not in server.text("/settings/people")


def test_a_role_is_changed_and_changed_back(server: Server) -> None:
    id = server.id("sales@example.com")
    html = server.client.post(f"/settings/people/{id}/role", data={"role": "marketer"}).text
    assert "The role of sales@example.com is changed." in text_of(html)
    assert re.search(
        rf'action="/settings/people/{id}/role" data-here>\s*<input type="hidden" name="role" value="sales"', html
    )
    server.send(f"/settings/people/{id}/role", role="sales")
    assert [line[2] for line in server.log()[:2]] == [
        "sales@example.com: marketer → sales",
        "sales@example.com: sales → marketer",
    ]


def test_who_is_shut_out_is_out_at_once_and_can_be_removed_then(server: Server) -> None:
    server.enter("sales")
    cookies = dict(server.client.cookies)
    server.enter("owner")
    id = server.id("sales@example.com")
    assert "things are different" in server.send(f"/settings/people/{id}/remove")
    assert "cannot sign in any more" in server.send(f"/settings/people/{id}/disable")
    server.client.cookies.clear()
    server.client.cookies.update(cookies)
    assert server.client.get("/ready").url.path == "/signin"
    server.enter("owner")
    assert "may sign in again" in server.send(f"/settings/people/{id}/enable")
    server.send(f"/settings/people/{id}/disable")
    assert "is removed" in server.send(f"/settings/people/{id}/remove")
    assert "sales@example.com" not in server.text("/settings/people")


def test_the_last_owner_cannot_be_lost(server: Server) -> None:
    id = server.id("owner@example.com")
    for path, fields in ((f"/settings/people/{id}/role", {"role": "sales"}), (f"/settings/people/{id}/disable", {})):
        assert "this is the last owner" in server.send(path, **fields)
    with closing(Database(server.settings.database_file)) as database, database.read() as conn:
        assert [p.email for p in all_people(conn) if p.role == "owner" and not p.disabled_at] == ["owner@example.com"]


def test_a_token_is_shown_once_used_and_withdrawn(server: Server) -> None:
    html = server.client.post("/settings/tokens", data={"name": "crm", "read": "yes"}).text
    (key,) = re.findall(r'id="key">(rpl_[^<]+)<', html)
    bearer = {"Authorization": f"Bearer {key}"}
    assert server.client.get("/api/models", headers=bearer).status_code == 200
    assert server.client.put("/api/rules", headers=bearer).status_code == 403
    later = server.client.get("/settings/tokens").text
    assert key not in later
    assert "crm read used" in text_of(later)
    (withdraw,) = re.findall(r'action="(/settings/tokens/\d+/withdraw)"', later)
    assert "opens nothing any more" in server.send(withdraw)
    assert server.client.get("/api/models", headers=bearer).status_code == 401
    assert key not in str(server.log())


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"name": ""}, "needs a name"), ({"name": "x"}, "Tick what it may do"), ({"name": "x" * 99, "read": "1"}, "name")],
)
def test_a_token_needs_a_name_and_something_it_may(server: Server, fields: dict[str, str], words: str) -> None:
    assert words in server.send("/settings/tokens", **fields)
    server.send("/settings/tokens", name="crm", read="yes")
    assert "a token of that name already" in server.send("/settings/tokens", name="crm", read="yes")


def test_each_site_has_its_tag_and_with_two_of_them_its_key(server: Server) -> None:
    assert "data-site" not in server.text("/settings/sites")
    assert "The site “Shop” is there" in server.send("/settings/sites", name="Shop")
    assert server.text("/settings/sites").count("data-site=") == 2
    server.send("/settings/sites/1/name", name=" Blog ")
    assert "Blog" in server.text("/settings/sites")
    assert "needs a name" in server.send("/settings/sites", name=" ")


def test_an_origin_is_said_to_be_ours_without_leaving_the_page(server: Server) -> None:
    fields = {"origin": "https://shop.example", "mine": "yes", "back": "/settings/sites"}
    answer = server.client.post("/install/origins", data=fields)
    assert answer.url.path == "/settings/sites"
    assert "https://shop.example nothing yet yours" in text_of(answer.text)
    away = server.client.post(
        "/install/origins", data=fields | {"back": "https://evil.example"}, follow_redirects=False
    )
    assert away.headers["location"] == "/install"
    assert server.log()[0] == ("owner@example.com", "origin_owned", "https://shop.example")


def _an_old_visit(conn: Connection) -> None:
    conn.execute("INSERT INTO visitors (id, key) VALUES (1, 'v')")
    conn.execute("INSERT INTO texts (id, text) VALUES (9001, 'thing')")
    conn.execute(
        "INSERT INTO events (site_id, event_id, visitor_id, kind_id, at, received_at, verified) "
        "VALUES (1, 'e', 1, 9001, 0, 0, 0)"
    )


def test_what_retention_takes_is_said_before_it_is_saved(server: Server) -> None:
    assert "Nothing is that old" in server.text("/settings/privacy")
    with closing(Database(server.settings.database_file).writer()) as conn, transaction(conn):
        _an_old_visit(conn)
    asked = server.text("/settings/privacy?visits=6&leads=24")
    assert "Visits 6 months, leads 2 years. The coming night forgets 1 visit from before" in asked
    html = server.client.post("/settings/privacy", data={"visits": "6", "leads": "24"}).text
    assert "it holds from the coming night on" in html
    assert re.search(r'name="visits" value="13">\s*<input type="hidden" name="leads" value="36"', html), "undo"
    assert kept(server) == Retention(6, 24)
    assert server.log()[0] == ("owner@example.com", "retention_changed", "13/36 → 6/24")


@pytest.mark.parametrize("months", ["0", "26", "-1", "x", "", "999999999999"])
def test_no_other_months_are_set(server: Server, months: str) -> None:
    server.send("/settings/privacy", visits=months, leads="24")
    server.send("/settings/privacy", visits="6", leads=months)
    assert kept(server) == Retention()
    assert server.client.get("/settings/privacy", params={"visits": months}).status_code == 200


def kept(server: Server) -> Retention:
    with closing(Database(server.settings.database_file)) as database, database.read() as conn:
        return read_retention(conn)


def test_the_log_is_read_by_person_by_kind_and_page_after_page(server: Server) -> None:
    with closing(Database(server.settings.database_file).writer()) as conn, transaction(conn):
        for number in range(A_PAGE + 5):
            add_audit(conn, Said("mia@example.com", 1_000_000 + number), "token_created", f"key-{number}.")
        add_audit(conn, Said("", 2_000_000), "retention_done", "visits 1, leads 0")
        add_audit(conn, Said("mia@example.com", 3_000_000), "leads_merged", lead=7)
    html = server.client.get("/settings/audit?what=token_created").text
    assert "key-54." in html
    assert "key-4." not in html
    older = server.client.get(links_of(html)["Older"]).text
    assert "key-4." in older
    assert "key-5." not in older
    assert "Older" not in links_of(older)
    assert links_of(server.client.get("/settings/audit?what=leads_merged").text)["lead 7"] == "/leads/7"
    server_only = server.text("/settings/audit?who==")
    assert "the server itself forgot what was kept long enough" in server_only
    assert "key-" not in server_only


@pytest.mark.parametrize("query", ["before=x", "before=-1", "before=" + "9" * 50, "who=" + "x" * 900, "what='"])
def test_what_makes_no_sense_to_the_log_asks_nothing(server: Server, query: str) -> None:
    assert server.client.get(f"/settings/audit?{query}").status_code == 200


@pytest.mark.parametrize("what", KINDS)
def test_every_line_of_the_log_has_its_words_in_both_languages(what: str) -> None:
    english, french = (
        environment(locale).from_string(
            '{% from "audit_words.html" import audit_word with context %}{{ audit_word(w) }}'
        )
        for locale in ("en", "fr")
    )
    assert french.render(w=what) != english.render(w=what) != what


@pytest.mark.parametrize(
    ("size", "english", "french"),
    [(0, "0 MB", "0\xa0Mo"), (1_234_567, "1.2 MB", "1,2\xa0Mo"), (2_500_000_000, "2.5 GB", "2,5\xa0Go")],
)
def test_a_size_is_a_short_number(size: int, english: str, french: str) -> None:
    source = '{% from "settings_words.html" import size with context %}{{ size(bytes) }}'
    assert environment("en").from_string(source).render(bytes=size) == english
    assert environment("fr").from_string(source).render(bytes=size) == french


def test_health_says_what_is_so_and_what_waits(server: Server) -> None:
    text = server.text("/settings/health")
    for words in ("All is well.", "Version", "Running for", "Waiting to be written 0", "Room on the disk"):
        assert words in text
    assert "Version" in server.text("/settings/health/now")


def test_health_names_whom_alerts_do_not_reach(server: Server) -> None:
    with closing(Database(server.settings.database_file).writer()) as conn, transaction(conn):
        add_destination(conn, Destination(0, "email", "Bob <b>", "bob@example.com", ("lead.ready",)))
        conn.execute("""INSERT INTO outbox (id, topic, lead_id, payload, created_at, due_at, done_at)
            VALUES ('m', 'lead.ready', 1, '{}', 1, 1, 1)""")
        conn.execute("""INSERT INTO deliveries
            (message_id, destination_id, lead_id, topic, created_at, due_at, state, attempts, done_at)
            VALUES ('m', 1, 1, 'lead.ready', 1, 1, 'dead', 8, 1)""")
    text = server.text("/settings/health")
    assert "Alerts do not arrive: Bob <b>." in text
    assert "this is to be looked at" in text
    assert "All is well." not in text


def test_health_accounts_for_every_event_received(server: Server) -> None:
    page = {"i": "twice", "n": "page", "u": "https://shop.example/"}
    assert server.client.post("/e", json={"v": "someone", "e": [page, page, {"n": "page"}]}).status_code == 202
    assert server.client.post("/e", content=b"nonsense", headers={"content-type": "text/plain"}).status_code == 400
    text = server.text("/settings/health/now")
    names = (
        "Events received since then",
        "accepted",
        "there already",
        "not readable",
        "refused, to be sent again or never",
    )
    counts = [re.search(rf"{name} (\d+)", text) for name in names]
    received, *became = (int(found[1]) for found in counts if found)
    assert received == sum(became)
    assert min(became) >= 1


def test_the_account_changes_name_language_and_password(server: Server) -> None:
    server.enter("sales")
    said = server.send("/account", name="Bob  Morane", locale="fr")
    assert "Enregistré." in said
    assert 'value="Bob Morane"' in server.client.get("/account").text
    server.send("/account", name="Bob", locale="en")
    assert "another one" in server.send("/account/password", old="wrong", password="another pear in july")
    assert "too short" in server.send("/account/password", old=PASSWORD, password="short")
    said = server.send("/account/password", old=PASSWORD, password=" another pear in july ")
    assert "Your password is changed" in said
    server.client.cookies.clear()
    old = server.client.post("/signin", data={"email": "sales@example.com", "password": PASSWORD})
    assert old.status_code == 401
    new = {"email": "sales@example.com", "password": " another pear in july "}
    assert server.client.post("/signin", data=new).url.path == "/ready"


def test_one_signs_out_everywhere_else(server: Server) -> None:
    server.enter("sales")
    elsewhere = dict(server.client.cookies)
    server.enter("sales")
    assert server.text("/account").count("A browser") == 2
    assert "signed out on every other device" in server.send("/account/elsewhere")
    assert server.text("/account").count("A browser") == 1
    server.client.cookies.clear()
    server.client.cookies.update(elsewhere)
    assert server.client.get("/ready").url.path == "/signin"


def test_a_new_password_ends_the_links_to_another_one(server: Server) -> None:
    id = server.id("sales@example.com")
    server.send(f"/settings/people/{id}/password")
    (link,) = re.findall(r"http://testserver(/reset/[^<]+)<", server.client.get("/settings/people").text)
    server.enter("sales")
    assert server.client.get(link).status_code == 200
    server.send("/account/password", old=PASSWORD, password="another pear in july")
    assert server.client.get(link).status_code == 404


def test_strangers_who_try_to_sign_in_keep_nobody_from_a_new_password(server: Server) -> None:
    server.enter("sales")
    keys = keys_of("sales@example.com", "testclient", "")
    with closing(Database(server.settings.database_file).writer()) as conn, transaction(conn):
        for second in range(20):
            begin_try(conn, keys, now_ms() + second * 1_000_000)
    said = server.send("/account/password", old=PASSWORD, password="another pear in july")
    assert "Your password is changed" in said


def test_the_password_of_before_is_guessed_slowly(server: Server) -> None:
    with time_machine.travel(time.time(), tick=False):
        for _ in range(5):
            server.send("/account/password", old="wrong", password="another pear in july")
        said = server.send("/account/password", old=PASSWORD, password="another pear in july")
    assert "Too many attempts" in said


def test_own_people_are_changed_where_they_are_said_and_not_by_their_events(server: Server) -> None:
    with closing(Database(server.settings.database_file).writer()) as conn, transaction(conn):
        _an_old_visit(conn)
        conn.execute("INSERT INTO texts (id, text) VALUES (9002, 'own_people')")
        conn.execute("UPDATE events SET suspect_id = 9002")
    html = server.client.get("/suspects").text
    assert links_of(html)["Change who is left out"] == "/settings/privacy#left-out"
    assert "These are people" not in html
