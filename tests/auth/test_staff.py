"""People come, change and go, by an owner's word; there is always an owner left, and each deed is written down."""

from __future__ import annotations

import pytest
import time_machine
from starlette.testclient import TestClient
from tests.auth.small_house import SmallHouse
from tests.auth.test_signin import sign_in

from ripeline.auth.invitations import invite
from ripeline.auth.staff import change_role, disable, enable, remove
from ripeline.auth.tokens import create_token
from ripeline.errors import Conflict, InvalidRequest, NotFound
from ripeline.store.audit import AuditQuery, failed_signins, read_audit
from ripeline.store.authors import Said
from ripeline.store.invitations import open_invitations
from ripeline.store.people import user_by_email
from ripeline.store.staff import all_people, logins_of
from ripeline.store.token_rows import all_tokens

ALICE = Said("alice@example.com", 5_000)


def id_of(house: SmallHouse, email: str) -> int:
    with house.database.read() as conn:
        user = user_by_email(conn, email)
    assert user is not None
    return user.id


def whats(house: SmallHouse) -> list[tuple[str, str]]:
    with house.database.read() as conn:
        return [(line.what, line.about) for line in read_audit(conn, AuditQuery(), 20)]


def test_another_role_holds_at_once(client: TestClient, house: SmallHouse, alice: str, bob: str) -> None:
    sign_in(client, bob)
    assert client.get("/settings").status_code == 403
    house.now(lambda conn: change_role(conn, ALICE, id_of(house, bob), "owner"))
    assert client.get("/settings").status_code == 200
    assert whats(house)[0] == ("role_changed", "bob@example.com: sales → owner")


def test_who_is_disabled_is_out_at_once_and_may_come_back(
    client: TestClient, house: SmallHouse, alice: str, bob: str
) -> None:
    sign_in(client, bob)
    house.now(lambda conn: disable(conn, ALICE, id_of(house, bob)))
    with house.database.read() as conn:
        assert logins_of(conn, id_of(house, bob), 0) == ()
    assert sign_in(client, bob).status_code == 401
    house.now(lambda conn: enable(conn, ALICE, id_of(house, bob)))
    assert sign_in(client, bob).status_code == 303


def test_the_last_owner_stays(house: SmallHouse, alice: str, bob: str) -> None:
    owner = id_of(house, alice)
    for deed in (lambda conn: change_role(conn, ALICE, owner, "sales"), lambda conn: disable(conn, ALICE, owner)):
        with pytest.raises(Conflict, match="last owner"):
            house.now(deed)
    house.now(lambda conn: change_role(conn, ALICE, id_of(house, bob), "owner"))
    house.now(lambda conn: disable(conn, ALICE, owner))
    with pytest.raises(Conflict, match="last owner"):
        house.now(lambda conn: disable(conn, ALICE, id_of(house, bob)))


def test_only_who_is_out_is_removed_and_their_claims_are_free(house: SmallHouse, alice: str, bob: str) -> None:
    id = id_of(house, bob)
    with pytest.raises(Conflict):
        house.now(lambda conn: remove(conn, ALICE, id))
    house.now(
        lambda conn: conn.execute(
            "INSERT INTO handoffs (lead_id, model, band, score, crossed_at, crossing_event, made_at, state, owner_id, "
            "rules_hash, reasons) VALUES (1, 'm', 'hot', 1, 1, 'e', 1, 'claimed', ?, 'h', '[]')",
            (id,),
        )
    )
    house.now(lambda conn: disable(conn, ALICE, id))
    house.now(lambda conn: remove(conn, ALICE, id))
    with house.database.read() as conn:
        assert [each.email for each in all_people(conn)] == [alice]
        assert conn.execute("SELECT state, owner_id FROM handoffs").fetchall() == [("open", None)]
    assert whats(house)[0] == ("person_removed", bob)


def test_nobody_is_nobody_and_no_role_is_no_role(house: SmallHouse, alice: str) -> None:
    with pytest.raises(NotFound):
        house.now(lambda conn: disable(conn, ALICE, 99))
    with pytest.raises(InvalidRequest):
        house.now(lambda conn: change_role(conn, ALICE, id_of(house, alice), "root"))


def test_sign_ins_are_written_down_and_failed_ones_counted(client: TestClient, house: SmallHouse, bob: str) -> None:
    with time_machine.travel("2026-11-22T12:00:00Z", tick=False):
        sign_in(client, bob)
        sign_in(client, bob, "wrong")
        sign_in(client, "typed by a stranger", "wrong")
    assert whats(house) == [("signed_in", "")]
    with house.database.read() as conn:
        assert failed_signins(conn, "2026-11-22") == 2
        assert "typed by" not in str(conn.execute("SELECT * FROM failed_signins").fetchall())


def test_a_login_is_known_by_its_browser_and_its_last_use(client: TestClient, house: SmallHouse, bob: str) -> None:
    with time_machine.travel(1_000_000, tick=False) as clock:
        client.headers["user-agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
        sign_in(client, bob)
        clock.shift(1800)
        client.get("/ready")
        assert logins(house, bob) == [(1_000_000_000, True)]
        clock.shift(1801)
        client.get("/ready")
        assert logins(house, bob) == [(1_003_601_000, True)]


def logins(house: SmallHouse, email: str) -> list[tuple[int, bool]]:
    with house.database.read() as conn:
        return [(each.seen_at, "Firefox" in each.agent) for each in logins_of(conn, id_of(house, email), 0)]


def test_when_a_token_was_used_last_is_known(client: TestClient, house: SmallHouse) -> None:
    key = house.now(lambda conn: create_token(conn, "crm", frozenset({"read"}), 0))
    with time_machine.travel(1_000_000, tick=False) as clock:
        for _ in range(2):
            assert client.get("/api/leads", headers={"Authorization": f"Bearer {key}"}).status_code == 200
            clock.shift(1800)
    with house.database.read() as conn:
        assert [token.used_at for token in all_tokens(conn)] == [1_000_000_000]


@pytest.mark.parametrize("deed", ["disable", "demote"])
def test_a_link_somebody_made_is_no_way_back_once_they_make_links_no_more(
    house: SmallHouse, alice: str, bob: str, deed: str
) -> None:
    owner = id_of(house, alice)
    house.now(lambda conn: change_role(conn, ALICE, id_of(house, bob), "owner"))
    kept = house.now(lambda conn: invite(conn, Said(bob, 1), "cleo@example.com", "sales"))
    house.now(lambda conn: invite(conn, ALICE, "eve@example.com", "owner"))
    if deed == "disable":
        house.now(lambda conn: disable(conn, Said(bob, 1), owner))
    else:
        house.now(lambda conn: change_role(conn, Said(bob, 1), owner, "marketer"))
    with house.database.read() as conn:
        assert open_invitations(conn, 0) == (kept,)
