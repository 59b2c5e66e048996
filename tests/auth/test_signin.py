"""Signing in and out, and what a stranger can learn from it."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from starlette.testclient import TestClient
from tests.auth.small_house import PASSWORD, SmallHouse

from ripeline.auth.forms import safe_next
from ripeline.store.people import change_password, user_by_email

DAY = 24 * 3600


def sign_in(client: TestClient, email: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/signin", data={"email": email, "password": password, **more})


def test_the_right_password_opens_the_page_that_was_asked_for(client: TestClient, bob: str) -> None:
    asked = client.get("/ready?model=general")
    assert (asked.status_code, asked.headers["location"]) == (303, "/signin?next=/ready%3Fmodel%3Dgeneral")
    answer = sign_in(client, " Bob@Example.com", next="/ready?model=general")
    assert (answer.status_code, answer.headers["location"]) == (303, "/ready?model=general")
    assert client.get("/ready").text == bob


def test_the_cookie_is_for_the_server_alone(client: TestClient, bob: str) -> None:
    cookie = sign_in(client, bob).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie


def test_only_the_hash_of_a_login_is_stored(client: TestClient, house: SmallHouse, bob: str) -> None:
    sign_in(client, bob)
    key = client.cookies["ripeline"]
    with house.database.read() as conn:
        stored = conn.execute("SELECT token_hash FROM logins").fetchall()
    assert len(stored) == 1
    assert key not in stored[0][0]


def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(client: TestClient, bob: str) -> None:
    wrong, unknown = sign_in(client, bob, "not the password"), sign_in(client, "bub@example.com")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace("bob@", "") == unknown.text.replace("bub@", "")


def test_a_disabled_person_is_out_at_once(client: TestClient, house: SmallHouse, bob: str) -> None:
    sign_in(client, bob)
    house.now(lambda conn: conn.execute("UPDATE users SET disabled_at = 1"))
    assert client.get("/ready").status_code == 303
    assert sign_in(client, bob).status_code == 401


def test_signing_out_ends_the_login_on_the_server(client: TestClient, bob: str) -> None:
    sign_in(client, bob)
    key = client.cookies["ripeline"]
    client.post("/signout")
    client.cookies.set("ripeline", key)
    assert client.get("/ready").status_code == 303


def test_a_new_password_ends_every_login(client: TestClient, house: SmallHouse, bob: str) -> None:
    sign_in(client, bob)
    with house.database.read() as conn:
        user = user_by_email(conn, bob)
    assert user is not None
    house.now(lambda conn: change_password(conn, user.id, "other"))
    assert client.get("/ready").status_code == 303


def test_a_login_that_is_used_lasts_sixty_days_and_ends(client: TestClient, bob: str) -> None:
    with time_machine.travel(0, tick=False) as clock:
        sign_in(client, bob)
        asked = {"cookie": f"ripeline={client.cookies['ripeline']}"}
        client.cookies.clear()
        for _ in range(2):
            clock.shift(29 * DAY)
            assert client.get("/ready", headers=asked).status_code == 200
        clock.shift(2 * DAY)
        assert client.get("/ready", headers=asked).status_code == 303


def test_a_login_left_alone_for_thirty_days_is_over(client: TestClient, bob: str) -> None:
    with time_machine.travel(0, tick=False) as clock:
        sign_in(client, bob)
        asked = {"cookie": f"ripeline={client.cookies['ripeline']}"}
        client.cookies.clear()
        clock.shift(30 * DAY)
        assert client.get("/ready", headers=asked).status_code == 303
        clock.shift(-3600)
        assert client.get("/ready", headers=asked).status_code == 200, "a clock set back signs nobody out"


def test_tries_are_answered_ever_more_slowly_and_nobody_is_shut_out_for_ever(client: TestClient, bob: str) -> None:
    with time_machine.travel(1_000_000, tick=False) as clock:
        for _ in range(5):
            assert sign_in(client, bob, "wrong").status_code == 401
        refused = sign_in(client, bob)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        clock.shift(1)
        assert sign_in(client, bob, "wrong").status_code == 401
        assert sign_in(client, bob).headers["retry-after"] == "2"
        clock.shift(-3600)
        assert int(sign_in(client, bob).headers["retry-after"]) <= 2, "a clock set back adds nothing"
        clock.shift(3600 + 2)
        assert sign_in(client, bob).status_code == 303


def test_an_unknown_account_slows_down_the_same_way(client: TestClient) -> None:
    with time_machine.travel(1_000_000, tick=False):
        answers = [sign_in(client, "nobody@example.com", "wrong").status_code for _ in range(6)]
    assert answers == [401] * 5 + [429]


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/a\nb", "", "/ x"]
)
def test_nobody_is_led_away_after_signing_in(path: str) -> None:
    assert safe_next(path) == "/"


@pytest.mark.parametrize("cookie", ["", "é", "x" * 5000, "null", "'; DROP TABLE users;--"])
def test_a_forged_cookie_is_nobody(client: TestClient, bob: str, cookie: str) -> None:
    answer = client.get("/ready", headers=[(b"cookie", f"ripeline={cookie}".encode())])
    assert answer.status_code == 303


def test_a_sales_person_does_not_enter_the_owners_room(client: TestClient, bob: str, alice: str) -> None:
    sign_in(client, bob)
    assert client.get("/settings").status_code == 403
    client.post("/signout")
    sign_in(client, alice)
    assert client.get("/settings").text == "for the owner"
