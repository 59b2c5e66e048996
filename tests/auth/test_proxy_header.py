"""Sign-in by a proxy's header: believed from that proxy alone, for people who are there, and for one at a time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from httpx2 import Response
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.auth.small_house import PASSWORD, SmallHouse

from ripeline.errors import InvalidSetting
from ripeline.settings import read_settings
from ripeline.store.staff import shut_out

PROXY = "10.0.0.7"
HEADER = "X-Forwarded-Email"


@pytest.fixture
def behind(house: SmallHouse, client: TestClient) -> TestClient:
    """The same house, asked by the proxy."""
    house.settings = replace(house.settings, trusted_proxies=("10.0.0.0/24",), auth_header=HEADER.lower())
    return asked_from(client, PROXY)


def asked_from(client: TestClient, address: str) -> TestClient:
    app = client.app
    assert isinstance(app, Starlette)
    headers = {"sec-fetch-site": "same-origin"}
    return TestClient(app, follow_redirects=False, headers=headers, client=(address, 50_000))


def ready(client: TestClient, *said: str, **more: str) -> Response:
    headers = [*((HEADER, each) for each in said), *((name.replace("_", "-"), text) for name, text in more.items())]
    return client.get("/ready", headers=headers)


@pytest.mark.parametrize("said", ["alice@example.com", "Alice@Example.COM", "  alice@example.com "])
def test_whom_the_proxy_names_is_signed_in(behind: TestClient, alice: str, said: str) -> None:
    answer = ready(behind, said)
    assert (answer.status_code, answer.text) == (200, alice)
    assert "set-cookie" not in answer.headers
    assert behind.get("/ready", headers={HEADER.upper(): said}).text == alice


def test_the_header_is_nobodys_word_but_the_proxys(client: TestClient, behind: TestClient, alice: str) -> None:
    for address in ("203.0.113.9", "10.0.1.7", "testclient"):
        stranger = asked_from(client, address)
        assert ready(stranger, alice).status_code == 303, address
        assert ready(stranger, alice, x_forwarded_for=PROXY).status_code == 303, "X-Forwarded-For proves nothing here"


def test_without_the_setting_the_header_means_nothing(house: SmallHouse, client: TestClient, alice: str) -> None:
    house.settings = replace(house.settings, trusted_proxies=(PROXY,))
    assert ready(asked_from(client, PROXY), alice).status_code == 303


def test_another_header_means_nothing(behind: TestClient, alice: str) -> None:
    for name in ("X_Forwarded_Email", "X-Forwarded-User", "Remote-User", "X-Forwarded-Emails"):
        assert behind.get("/ready", headers={name: alice}).status_code == 303, name


@pytest.mark.parametrize(
    "said",
    [
        ("alice@example.com", "bob@example.com"),
        ("alice@example.com", "alice@example.com"),
        ("alice@example.com, bob@example.com",),
        ("alice@example.com,",),
        ("alice",),
        ("",),
        ("nobody@example.com",),
    ],
)
def test_two_headers_no_address_and_strangers_are_nobody(
    behind: TestClient, alice: str, bob: str, said: tuple[str, ...]
) -> None:
    answer = ready(behind, *said)
    assert (answer.status_code, answer.text) == (403, "Nobody here has the address your sign-in names.")


def test_who_is_shut_out_is_out_at_once(house: SmallHouse, behind: TestClient, alice: str) -> None:
    assert ready(behind, alice).status_code == 200
    house.now(lambda conn: shut_out(conn, 1, 1))
    assert ready(behind, alice).status_code == 403


def test_the_role_is_the_one_given_here(behind: TestClient, alice: str, bob: str) -> None:
    assert behind.get("/settings", headers={HEADER: alice}).text == "for the owner"
    assert behind.get("/settings", headers={HEADER: bob}).status_code == 403


def test_the_proxys_word_wins_over_a_cookie_and_a_cookie_still_counts_without(
    behind: TestClient, alice: str, bob: str
) -> None:
    assert behind.post("/signin", data={"email": bob, "password": PASSWORD}).status_code == 303
    assert ready(behind).text == bob
    assert ready(behind, alice).text == alice
    assert ready(behind, "nobody@example.com").status_code == 403


def test_a_form_of_another_site_changes_nothing_here_either(behind: TestClient, alice: str) -> None:
    answer = behind.post("/settings", headers={HEADER: alice, "sec-fetch-site": "cross-site"})
    assert "this form was sent from another site" in answer.text


@pytest.mark.parametrize(("language", "said"), [("en", "does not pass on the"), ("fr", "ne transmet pas")])
def test_a_reader_learns_that_the_proxy_may_hide_the_host(behind: TestClient, language: str, said: str) -> None:
    headers = {"origin": "https://leads.example.com:8443", "accept": "text/html", "accept-language": language}
    behind.headers.pop("sec-fetch-site", None)
    answer = behind.post("/signin", headers=headers)
    assert answer.status_code == 403
    assert said in answer.text
    assert '<a href="/">' in answer.text


def test_programs_still_need_their_token(behind: TestClient, alice: str) -> None:
    assert behind.get("/api/leads", headers={HEADER: alice}).status_code == 401


def test_who_is_signed_in_by_the_proxy_is_not_asked_to_sign_in(behind: TestClient, alice: str) -> None:
    answer = behind.get("/signin?next=/ready", headers={HEADER: alice})
    assert (answer.status_code, answer.headers["location"]) == (303, "/ready")


@pytest.mark.parametrize("name", ["Cookie", "Authorization", "X-Forwarded-For", "X Email", "X-Email:", "é"])
def test_a_header_that_others_set_is_refused_at_the_start(name: str) -> None:
    with pytest.raises(InvalidSetting, match="RIPELINE_AUTH_HEADER"):
        read_settings({"auth_header": name, "trusted_proxies": PROXY}, {})


def test_the_header_needs_to_be_said_whom_to_believe() -> None:
    with pytest.raises(InvalidSetting, match="set RIPELINE_TRUSTED_PROXIES too"):
        read_settings({"auth_header": HEADER}, {})
    assert read_settings({"auth_header": HEADER, "trusted_proxies": PROXY}, {}).auth_header == "x-forwarded-email"
