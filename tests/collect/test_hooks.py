"""What e-mail tools report: each payload as its tool documents it, what becomes of it, and who may send it."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient
from tests.collect.doorstep import NOW, Doorstep
from tests.collect.mailbox import BROWSER, EVENTS, MARC, RULES

from ripeline.app import create_app
from ripeline.domain.mail_tools import TOOLS
from ripeline.settings import Settings

KEY = "mailgun-signing-key"
AT = NOW // 1000 - 60

BREVO: dict[str, Any] = {
    "id": 4711,
    "camp_id": 5,
    "email": MARC,
    "campaign name": "Spring",
    "date_sent": "2026-11-20 10:00:00",
    "date_event": "2026-11-21 19:00:00",
    "tag": "newsletter",
    "ts_sent": AT - 3600,
    "ts_event": AT,
    "ts": AT + 3600,
}
BREVO_ONE: dict[str, Any] = {
    "id": 4712,
    "email": MARC,
    "date": "2026-11-21 19:00:00",
    "ts": AT,
    "ts_event": AT,
    "ts_epoch": AT * 1000 + 250,
    "message-id": "<202611211800.1@smtp-relay.mailin.fr>",
    "subject": "Your guide",
    "template_id": 17,
    "tag": '["workflow"]',
    "tags": ["workflow"],
    "sending_ip": "192.0.2.1",
    "X-Mailin-custom": "some_custom_header",
}
MAILJET: dict[str, Any] = {
    "time": AT,
    "MessageID": 19421777396190490,
    "Message_GUID": "1ab23cd4-e567-8901-2345-6789f0gh1i2j",
    "email": MARC,
    "mj_campaign_id": 7173,
    "mj_contact_id": 320,
    "customcampaign": "spring",
    "CustomID": "helloworld",
    "Payload": "",
    "ip": "192.0.2.1",
    "geo": "FR",
    "agent": BROWSER,
}
MAILGUN: dict[str, Any] = {
    "id": "Ase7i2zsRYeDXztHGENqRA",
    "timestamp": AT + 0.5,
    "log-level": "info",
    "recipient": MARC,
    "recipient-domain": "example.com",
    "message": {"headers": {"message-id": "20261121.1@mail.example.com", "subject": "Spring"}},
    "campaigns": [],
    "tags": ["rss", "weekly"],
    "user-variables": {"my_var": "a value"},
    "ip": "192.0.2.1",
    "geolocation": {"country": "FR", "region": "IDF", "city": "Paris"},
    "client-info": {"client-os": "Linux", "device-type": "desktop", "client-name": "Chrome", "user-agent": BROWSER},
}
PRICING = "https://shop.example/pricing?utm_source=spring"

#: (tool, report, its event, its item, its category, its suspicion)
SAMPLES = {
    "Brevo, campaign opened": ("brevo", BREVO | {"event": "opened"}, "email_open", "Spring", "newsletter", ""),
    "Brevo, campaign clicked": (
        "brevo",
        BREVO | {"event": "click", "URL": PRICING},
        "email_click",
        "Spring",
        "newsletter",
        "",
    ),
    "Brevo, campaign left": ("brevo", BREVO | {"event": "unsubscribe"}, "unsubscribe", "Spring", "newsletter", ""),
    "Brevo, campaign bounced": ("brevo", BREVO | {"event": "hard_bounce"}, "bounce", "Spring", "newsletter", ""),
    "Brevo, soft bounce": ("brevo", BREVO | {"event": "soft_bounce"}, "bounce", "Spring", "newsletter", ""),
    "Brevo, spam": ("brevo", BREVO | {"event": "spam"}, "unsubscribe", "Spring", "newsletter", ""),
    "Brevo, by Apple's proxy": (
        "brevo",
        BREVO | {"event": "proxy_open"},
        "email_open",
        "Spring",
        "newsletter",
        "prefetch",
    ),
    "Brevo, one e-mail opened": (
        "brevo",
        BREVO_ONE | {"event": "unique_opened", "user_agent": BROWSER},
        "email_open",
        "template-17",
        "workflow",
        "",
    ),
    "Brevo, one e-mail clicked": (
        "brevo",
        BREVO_ONE | {"event": "click", "link": PRICING},
        "email_click",
        "template-17",
        "workflow",
        "",
    ),
    "Brevo, one e-mail left": (
        "brevo",
        BREVO_ONE | {"event": "unsubscribed"},
        "unsubscribe",
        "template-17",
        "workflow",
        "",
    ),
    "Mailjet, opened": ("mailjet", MAILJET | {"event": "open"}, "email_open", "spring", "", ""),
    "Mailjet, by a program": (
        "mailjet",
        MAILJET | {"event": "click", "url": PRICING, "agent": "curl/8.4.0"},
        "email_click",
        "spring",
        "",
        "program",
    ),
    "Mailjet, clicked": ("mailjet", MAILJET | {"event": "click", "url": PRICING}, "email_click", "spring", "", ""),
    "Mailjet, left": ("mailjet", MAILJET | {"event": "unsub", "mj_list_id": 1}, "unsubscribe", "spring", "", ""),
    "Mailjet, bounced": (
        "mailjet",
        MAILJET | {"event": "bounce", "hard_bounce": True, "customcampaign": "", "error": "user unknown"},
        "bounce",
        "7173",
        "",
        "",
    ),
    "Mailgun, opened": ("mailgun", MAILGUN | {"event": "opened"}, "email_open", "Spring", "rss", ""),
    "Mailgun, by a machine": (
        "mailgun",
        MAILGUN | {"event": "opened", "client-info": {"bot": "apple"}},
        "email_open",
        "Spring",
        "rss",
        "prefetch",
    ),
    "Mailgun, clicked": ("mailgun", MAILGUN | {"event": "clicked", "url": PRICING}, "email_click", "Spring", "rss", ""),
    "Mailgun, left": ("mailgun", MAILGUN | {"event": "unsubscribed"}, "unsubscribe", "Spring", "rss", ""),
    "Mailgun, bounced": (
        "mailgun",
        MAILGUN | {"event": "failed", "severity": "permanent", "campaigns": [{"id": "c1", "name": "Autumn"}]},
        "bounce",
        "Autumn",
        "rss",
        "",
    ),
}


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Doorstep]:
    settings = Settings(data=tmp_path / "data", rate_limit=None, mailgun_key=KEY)
    settings.data.mkdir()
    settings.rules_file.write_text(RULES, encoding="utf-8")
    app = create_app(settings)
    with TestClient(app) as client:
        app.state.intake.clock = lambda: NOW
        yield Doorstep(client, settings)


def signed(report: object, key: str = KEY) -> dict[str, Any]:
    """As Mailgun sends it."""
    stamp, token = str(AT), "a" * 50
    signature = hmac.new(key.encode(), f"{stamp}{token}".encode(), sha256).hexdigest()
    return {"signature": {"timestamp": stamp, "token": token, "signature": signature}, "event-data": report}


def report(door: Doorstep, tool: str, *reports: Any) -> Response:
    """One as an object, more as an array; with a new token, or the signature."""
    body = signed(reports[0]) if tool == "mailgun" else reports[0] if len(reports) == 1 else list(reports)
    key = door.new_token(f"hook {len(door.rows('SELECT 1 FROM tokens'))}", "write").removeprefix("Bearer ")
    return door.client.post(f"/hooks/{tool}", params={"key": key}, json=body)


def settle(door: Doorstep) -> None:
    header = {"authorization": door.new_token("reader", "read")}
    assert door.client.get("/api/settled", headers=header).json() == {"lag": 0}


@pytest.mark.parametrize(("tool", "sent", "on", "item", "category", "suspect"), SAMPLES.values(), ids=list(SAMPLES))
def test_a_report_is_the_event_of_its_kind(
    door: Doorstep, tool: str, sent: dict[str, Any], on: str, item: str, category: str, suspect: str
) -> None:
    assert report(door, tool, sent).json() == {"accepted": 1, "duplicate": 0, "ignored": []}
    assert door.rows(EVENTS) == [(on, suspect, f"email:{MARC}")]
    columns = "at, (SELECT text FROM texts WHERE id = item_id), (SELECT text FROM texts WHERE id = url_id), extra"
    ((at, stored, url, extra),) = door.rows(f"SELECT {columns} FROM events")
    assert (stored, at // 1000) == (item, AT)
    assert (url or "") == ("https://shop.example/pricing" if on == "email_click" else "")
    assert json.loads(extra)["p"].get("category", "") == category
    # Sent again, it is the same.
    assert report(door, tool, sent).json() == {"accepted": 0, "duplicate": 1, "ignored": []}


def test_every_tool_has_samples() -> None:
    assert {tool for tool, *_ in SAMPLES.values()} == TOOLS.keys()


def test_what_a_tool_says_beside_survives_without_addresses_of_people(door: Doorstep) -> None:
    report(door, "mailgun", MAILGUN | {"event": "opened", "new-field": {"deep": [1, "two"]}})
    report(door, "brevo", BREVO_ONE | {"event": "opened"})
    extras = [json.loads(extra)["p"] for (extra,) in door.rows("SELECT extra FROM events ORDER BY seq")]
    assert extras[0]["user-variables.my_var"] == "a value"
    assert extras[0]["new-field.deep"] == "1, two"
    assert extras[0]["tags"] == "rss, weekly"
    assert extras[1]["X-Mailin-custom"] == "some_custom_header"
    for props in extras:
        assert not {"ip", "sending_ip", "email", "recipient"} & props.keys()


def test_a_batch_is_taken_one_by_one_and_says_what_it_left_out(door: Doorstep) -> None:
    sent = [
        MAILJET | {"event": "open"},
        MAILJET | {"event": "sent"},
        MAILJET | {"event": "click", "email": ""},
        "nothing",
        MAILJET | {"event": "click"},
    ]
    answer = report(door, "mailjet", *sent)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["accepted"], [each["i"] for each in told["ignored"]]) == (2, [1, 2, 3])
    assert [each["reason"] for each in told["ignored"]] == [
        "'sent' is no event that counts here",
        "has no e-mail address",
        "is not an object",
    ]


@pytest.mark.parametrize(
    ("changed", "at"),
    [
        ({"time": AT}, AT * 1000),
        ({"time": AT + 99_999}, NOW),
        *(({"time": time}, NOW) for time in ("soon", None, "inf", "nan", 1e308, 10**4_000)),
    ],
)
def test_a_report_has_its_time_and_never_a_future_one(door: Doorstep, changed: dict[str, Any], at: int) -> None:
    report(door, "mailjet", MAILJET | {"event": "open"} | changed)
    assert door.rows("SELECT at FROM events") == [(at,)]


def test_the_reports_of_a_tool_are_scored_and_name_the_lead(door: Doorstep) -> None:
    report(door, "brevo", BREVO_ONE | {"event": "unique_opened"}, BREVO_ONE | {"event": "opened"})
    report(door, "brevo", BREVO | {"event": "click", "URL": PRICING})
    settle(door)
    ((email, score),) = door.rows("SELECT email, score FROM v_leads")
    assert (email, score) == (MARC, 3 + 4)
    assert door.rows("SELECT DISTINCT channel, source FROM v_sessions") == [("email", "brevo")]


def basic(user: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


def test_a_tool_shows_its_token_as_it_can(door: Doorstep) -> None:
    key = door.new_token("brevo", "write").removeprefix("Bearer ")
    ways: list[tuple[dict[str, str], dict[str, str]]] = [
        ({"key": key}, {}),
        ({}, basic(key, "")),
        ({}, basic("brevo", key)),
        ({}, {"authorization": f"Bearer {key}"}),
    ]
    for params, headers in ways:
        for tool in ("brevo", "mailjet"):
            answer = door.client.post(f"/hooks/{tool}", params=params, headers=headers, json=[])
            assert (answer.status_code, answer.json()["accepted"]) == (200, 0)


def test_nobody_else_reports_anything(door: Doorstep) -> None:
    reading = door.new_token("reader", "read").removeprefix("Bearer ")
    for headers, status in ((basic("", ""), 401), (basic("a", "b"), 401), (basic("a", reading), 403), ({}, 401)):
        for tool, sent in (("brevo", BREVO), ("mailjet", MAILJET)):
            answer = door.client.post(f"/hooks/{tool}", headers=headers, json=sent | {"event": "open"})
            assert answer.status_code == status, headers
    opened = MAILGUN | {"event": "opened"}
    token = {"key": door.new_token("writer", "write").removeprefix("Bearer ")}
    forged: list[object] = [{"event-data": opened}, opened, [], {"signature": "x", "event-data": opened}]
    for body in (signed(opened, "other"), *forged):
        assert door.client.post("/hooks/mailgun", params=token, json=body).status_code == 401
    assert door.stored() == []


def test_without_its_key_nothing_is_mailguns(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", rate_limit=None)
    with TestClient(create_app(settings)) as client:
        answer = client.post("/hooks/mailgun", json=signed(MAILGUN | {"event": "opened"}, ""))
    assert (answer.status_code, "RIPELINE_MAILGUN_KEY" in answer.json()["problem"]) == (401, True)


@pytest.mark.parametrize(
    ("path", "type_", "body", "status"),
    [
        ("/hooks/other", "application/json", b"{}", 404),
        ("/hooks/brevo", "text/html", b"{}", 415),
        ("/hooks/brevo", "application/json", b"{", 400),
        ("/hooks/brevo", "application/json", b"[" * 300_000, 400),
        ("/hooks/brevo", "application/json", b" " * 1_100_000, 413),
        ("/hooks/brevo", "application/json", b"null", 200),
    ],
)
def test_what_is_no_report_is_refused(door: Doorstep, path: str, type_: str, body: bytes, status: int) -> None:
    headers = {"authorization": door.new_token("tool", "write"), "content-type": type_}
    assert door.client.post(path, content=body, headers=headers).status_code == status
