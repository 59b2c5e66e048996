"""Links that let in: one person, one role, once, for a while; and nobody else by any junk around them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import time_machine
from starlette.testclient import TestClient
from tests.auth.small_house import PASSWORD, SmallHouse
from tests.auth.test_signin import sign_in

from ripeline.auth.invitations import address_of, invite, offer_reset, withdraw
from ripeline.auth.logins import now_ms
from ripeline.errors import Conflict, InvalidRequest, InvalidSetting
from ripeline.store.authors import Said
from ripeline.store.invitations import Invitation
from ripeline.store.people import User, user_by_email

CLEO = "cleo@example.com"
DAY = 24 * 3600


def by_alice() -> Said:
    return Said("alice@example.com", now_ms())


def invited(house: SmallHouse, email: str = CLEO, role: str = "sales") -> Invitation:
    return house.now(lambda conn: invite(conn, by_alice(), email, role))


def path_of(house: SmallHouse, link: Invitation) -> str:
    return address_of(house, link).removeprefix("http://testserver")


def person(house: SmallHouse, email: str) -> User | None:
    with house.database.read() as conn:
        return user_by_email(conn, email)


def join(client: TestClient, path: str, **more: str) -> int:
    form = {"name": "Cléo", "password": PASSWORD, "locale": "fr"} | more
    return client.post(path, data=form).status_code


def test_who_is_invited_joins_with_name_password_language_and_role(client: TestClient, house: SmallHouse) -> None:
    path = path_of(house, invited(house, role="marketer"))
    shown = client.get(path).text
    assert CLEO in shown
    assert "alice@example.com invites you" in shown
    assert join(client, path) == 303
    assert client.get("/ready").text == CLEO
    cleo = person(house, CLEO)
    assert cleo is not None
    assert (cleo.name, cleo.role, cleo.locale) == ("Cléo", "marketer", "fr")
    client.post("/signout")
    assert sign_in(client, CLEO).status_code == 303


def test_an_invitation_is_good_once(client: TestClient, house: SmallHouse) -> None:
    path = path_of(house, invited(house))
    assert join(client, path) == 303
    house.now(lambda conn: conn.execute("DELETE FROM users"))
    assert client.get(path).status_code == 404
    assert join(client, path) == 404
    assert person(house, CLEO) is None


def test_an_invitation_is_good_for_seven_days(client: TestClient, house: SmallHouse) -> None:
    with time_machine.travel(1_000_000, tick=False) as clock:
        path = path_of(house, invited(house))
        clock.shift(7 * DAY - 1)
        assert client.get(path).status_code == 200
        clock.shift(1)
        assert client.get(path).status_code == 404
        assert join(client, path) == 404


def test_the_role_is_the_owners_word_and_not_the_forms(client: TestClient, house: SmallHouse) -> None:
    assert join(client, path_of(house, invited(house)), role="owner", email="eve@example.com") == 303
    cleo = person(house, CLEO)
    assert cleo is not None
    assert cleo.role == "sales"
    assert person(house, "eve@example.com") is None


def test_a_second_invitation_ends_the_first(client: TestClient, house: SmallHouse) -> None:
    first = path_of(house, invited(house))
    second = path_of(house, invited(house, role="marketer"))
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200


def test_a_withdrawn_invitation_lets_nobody_in(client: TestClient, house: SmallHouse) -> None:
    link = invited(house)
    house.now(lambda conn: withdraw(conn, by_alice(), link.id))
    assert join(client, path_of(house, link)) == 404


def test_a_link_of_one_kind_or_another_server_is_not_taken_for_another(
    client: TestClient, house: SmallHouse, bob: str
) -> None:
    user = person(house, bob)
    assert user is not None
    token = path_of(house, house.now(lambda conn: offer_reset(conn, by_alice(), user.id))).rpartition("/")[2]
    assert client.get(f"/invitation/{token}").status_code == 404
    elsewhere = address_of(replace(house, secret=b"t" * 32), invited(house))
    assert client.get(elsewhere).status_code == 404


@pytest.mark.parametrize("junk", ["{}x", "x{}", "{}.", "{}%C3%A9", "1", "W10.x", "{}" + "A" * 400, "null"])
def test_junk_around_a_link_opens_nothing(client: TestClient, house: SmallHouse, junk: str) -> None:
    token = path_of(house, invited(house)).rpartition("/")[2]
    assert client.get("/invitation/" + junk.format(token)).status_code == 404


def test_a_short_password_is_refused_and_the_link_stays_good(client: TestClient, house: SmallHouse) -> None:
    path = path_of(house, invited(house))
    refused = client.post(path, data={"name": "Cléo", "password": "short"})
    assert refused.status_code == 422
    assert 'value="Cléo"' in refused.text
    assert join(client, path) == 303


def test_whoever_is_there_already_is_not_invited(house: SmallHouse, bob: str) -> None:
    with pytest.raises(Conflict, match="there already"):
        invited(house, bob)
    with pytest.raises(InvalidSetting):
        invited(house, "nobody")
    with pytest.raises(InvalidRequest):
        invited(house, CLEO, "root")


def test_whoever_joined_another_way_meanwhile_is_not_made_twice(
    client: TestClient, house: SmallHouse, bob: str
) -> None:
    path = path_of(house, invited(house))
    house.now(lambda conn: conn.execute("UPDATE users SET email = ?", (CLEO,)))
    assert join(client, path) == 404
    cleo = person(house, CLEO)
    assert cleo is not None
    assert cleo.name == ""


def test_a_reset_link_gives_a_new_password_and_ends_every_login(
    client: TestClient, house: SmallHouse, bob: str
) -> None:
    sign_in(client, bob)
    before = client.cookies["ripeline"]
    user = person(house, bob)
    assert user is not None
    path = path_of(house, house.now(lambda conn: offer_reset(conn, by_alice(), user.id)))
    client.cookies.clear()
    assert client.post(path, data={"password": "another pear in july"}).status_code == 303
    assert client.get("/ready").text == bob
    client.cookies.clear()
    client.cookies.set("ripeline", before)
    assert client.get("/ready").status_code == 303
    assert sign_in(client, bob).status_code == 401
    assert sign_in(client, bob, "another pear in july").status_code == 303
    assert client.post(path, data={"password": "a third pear in may"}).status_code == 404


def test_who_is_shut_out_gets_no_new_password(client: TestClient, house: SmallHouse, bob: str) -> None:
    user = person(house, bob)
    assert user is not None
    path = path_of(house, house.now(lambda conn: offer_reset(conn, by_alice(), user.id)))
    house.now(lambda conn: conn.execute("UPDATE users SET disabled_at = 1"))
    assert client.post(path, data={"password": "another pear in july"}).status_code == 404
    with pytest.raises(Conflict):
        house.now(lambda conn: offer_reset(conn, by_alice(), user.id))


def test_a_login_planted_before_is_not_the_one_after(client: TestClient, house: SmallHouse, bob: str) -> None:
    client.cookies.set("ripeline", "planted by eve")
    sign_in(client, bob)
    keys = [cookie.value for cookie in client.cookies.jar]
    assert "planted by eve" not in keys[-1:]
    client.cookies.clear()
    client.cookies.set("ripeline", "planted by eve")
    assert client.get("/ready").status_code == 303


def test_signing_in_ends_the_login_this_browser_had(client: TestClient, house: SmallHouse, bob: str) -> None:
    sign_in(client, bob)
    before = client.cookies["ripeline"]
    sign_in(client, bob)
    client.cookies.clear()
    client.cookies.set("ripeline", before)
    assert client.get("/ready").status_code == 303
