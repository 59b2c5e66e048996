"""Links in e-mails: they always lead on, they pay what people do, and what machines do they only keep."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.collect.doorstep import NOW, SHOP, Doorstep
from tests.collect.mailbox import BROWSER, HOUR, MARC, RULES, Mailbox

from ripeline.app import create_app
from ripeline.domain.links import LASTS_MS
from ripeline.errors import LogRefused
from ripeline.log.queue import EventLog
from ripeline.settings import RateLimit, Settings

PRICING = f"{SHOP}/pricing?plan=pro#top"
GUIDE = f"{SHOP}/files/guide.pdf?v=2"
CURL = "curl/8.4.0"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
HUMAN = 40 * 60_000


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[Mailbox]:
    settings = Settings(data=tmp_path / "data", rate_limit=None, base_url="http://testserver")
    settings.data.mkdir()
    settings.rules_file.write_text(RULES, encoding="utf-8")
    app = create_app(settings)
    with TestClient(app) as client:
        yield Mailbox(Doorstep(client, settings), app)


def test_case_21_six_links_opened_two_seconds_after_sending_and_a_person_later(mail: Mailbox) -> None:
    links = mail.letter(*(f"{SHOP}/offer-{n}" for n in range(6)), category="newsletter")["clicks"]
    for link in links:
        assert mail.open(link, after=2_000).headers["location"].startswith(f"{SHOP}/offer-")
    assert {(on, suspect) for on, suspect, _ in mail.events()} == {("email_click", "too_soon")}
    assert mail.score() == 0
    mail.land(mail.open(links[2], after=HUMAN))
    assert mail.events()[6:] == [("page", "", "m-laptop"), ("email_click", "", "m-laptop")]
    assert mail.score() == 4


def test_case_22_opens_and_clicks_are_worth_what_their_category_is_and_once(mail: Mailbox) -> None:
    workflow = mail.letter(id="workflow-1", category="workflow")
    rss = mail.letter(PRICING, id="rss-7", category="rss")
    seen = []
    for number, day in enumerate((0, 24 * HOUR)):
        mail.open(workflow["open"], after=day + HOUR)
        seen.append(mail.score())
        mail.open(rss["open"], after=day + 2 * HOUR)
        seen.append(mail.score())
        mail.land(mail.open(rss["clicks"][0], after=day + 3 * HOUR), id=f"p{number}")
        seen.append(mail.score())
    # The page itself is worth 2, in each session.
    assert seen == [3, 3, 9, 9, 9, 11]
    assert [on for on, suspect, _ in mail.events() if not suspect] == 2 * [
        "email_open",
        "email_open",
        "page",
        "email_click",
    ]


def test_a_click_pays_only_when_its_page_was_seen_and_once(mail: Mailbox) -> None:
    (link,) = mail.letter(PRICING, category="newsletter")["clicks"]
    answer = mail.open(link, after=HOUR)
    assert mail.events() == []
    for id in ("p1", "p2", "p1"):
        mail.land(answer, id=id)
    assert [on for on, _, _ in mail.events()] == ["page", "email_click", "page"]
    stored = mail.door.rows("SELECT text FROM texts WHERE text LIKE 'http%'")
    # The page's own address keeps nothing of it.
    assert stored == [(f"{SHOP}/pricing",)]


def test_a_click_ties_the_visitor_to_the_recipient_with_all_it_did(mail: Mailbox) -> None:
    mail.open("/livez", after=0)
    (link,) = mail.letter(f"{SHOP}/", category="newsletter")["clicks"]
    mail.see(PRICING, id="before")
    assert mail.score() == 0
    mail.land(mail.open(link, after=HOUR))
    assert mail.score() == 2 + 4
    (row,) = mail.door.rows("SELECT verified FROM events JOIN texts ON texts.id = kind_id WHERE text = 'email_click'")
    assert row == (1,)


def test_the_session_of_a_click_comes_from_the_email(mail: Mailbox) -> None:
    (link,) = mail.letter(PRICING, id="spring", category="newsletter")["clicks"]
    mail.land(mail.open(link, after=HOUR))
    mail.settle()
    (source,) = mail.door.rows("SELECT channel, source, campaign FROM v_sessions")
    assert source == ("email", "newsletter", "spring")


def test_an_answer_counts_only_what_was_sent(mail: Mailbox) -> None:
    (link,) = mail.letter(PRICING)["clicks"]
    location = mail.open(link, after=HOUR).headers["location"]
    item = {"i": "p1", "n": "page", "u": location, "a": mail.now}
    answers = [mail.door.send({"v": "m", "t": mail.now, "e": [item]}).json() for _ in range(2)]
    assert [(each["accepted"], each["duplicate"]) for each in answers] == [(1, 0), (0, 1)]
    assert len(mail.events()) == 2


@pytest.mark.parametrize(("late", "paid"), [(29 * 60_000, True), (31 * 60_000, False)])
def test_a_page_may_wait_for_consent_half_an_hour(mail: Mailbox, late: int, paid: bool) -> None:
    (link,) = mail.letter(PRICING)["clicks"]
    answer = mail.open(link, after=HOUR)
    mail.now += late
    mail.land(answer)
    assert ("email_click" in [on for on, _, _ in mail.events()]) is paid


def test_a_file_is_a_download_and_paid_at_the_click(mail: Mailbox) -> None:
    (link,) = mail.letter(GUIDE, category="newsletter")["clicks"]
    for after in (HOUR, HOUR + 5_000):
        assert mail.open(link, after=after).headers["location"] == GUIDE
    assert mail.events() == [("email_click", "", f"email:{MARC}"), ("download", "", f"email:{MARC}")]
    assert mail.score() == 5 + 4


def test_a_known_browser_downloads_as_itself(mail: Mailbox) -> None:
    pricing, guide = mail.letter(PRICING, GUIDE)["clicks"]
    mail.land(mail.open(pricing, after=HOUR))
    mail.open(guide, after=2 * HOUR)
    assert mail.events()[-1] == ("download", "", "m-laptop")


SCANNERS = {
    "asks for the headers only": ("HEAD", HOUR, {}, "head"),
    "says it fetches ahead": ("GET", HOUR, {"sec_purpose": "prefetch;prerender"}, "prefetch"),
    "says it shows a preview": ("GET", HOUR, {"x_purpose": "preview"}, "prefetch"),
    "comes seconds after sending": ("GET", 9_000, {}, "too_soon"),
    "is a program": ("GET", HOUR, {"user_agent": CURL}, "program"),
    "is a crawler": ("GET", HOUR, {"user_agent": "Googlebot/2.1"}, "crawler"),
    "is a driven browser": ("GET", HOUR, {"user_agent": BROWSER.replace("Firefox", "HeadlessChrome")}, "headless"),
}


@pytest.mark.parametrize("target", [PRICING, GUIDE], ids=["page", "file"])
@pytest.mark.parametrize(("method", "after", "headers", "reason"), SCANNERS.values(), ids=list(SCANNERS))
def test_a_scanner_is_led_on_and_never_paid(
    mail: Mailbox, target: str, method: str, after: int, headers: dict[str, str], reason: str
) -> None:
    (link,) = mail.letter(target, category="newsletter")["clicks"]
    answer = mail.open(link, after, method, **headers)
    assert (answer.status_code, answer.headers["location"]) == (302, target)
    if target == PRICING:
        mail.land(answer)
    assert {suspect for on, suspect, _ in mail.events() if on != "page"} == {reason}
    assert mail.score() == 0
    mail.land(mail.open(link, after=HUMAN + HOUR), id="p2")
    assert mail.score() >= 4


def test_a_scanner_that_opens_all_links_at_once_is_never_paid(mail: Mailbox) -> None:
    links = mail.letter(*(f"{SHOP}/{n}" for n in range(4)), category="newsletter")["clicks"]
    answers = [mail.open(link, after=HOUR + n * 500) for n, link in enumerate(links)]
    # It may even run the pages it reached before it gave itself away.
    for number, answer in enumerate(answers):
        mail.land(answer, id=f"p{number}")
    clicks = [suspect for on, suspect, _ in mail.events() if on == "email_click"]
    assert clicks == ["all_at_once"] * 4
    assert mail.score() == 0
    mail.land(mail.open(links[1], after=HOUR + HUMAN), id="later")
    assert mail.score() == 4


def test_a_scanner_that_shows_each_page_before_the_next_link_is_not_paid_in_the_end(mail: Mailbox) -> None:
    links = mail.letter(GUIDE, *(f"{SHOP}/{n}" for n in range(3)), category="newsletter")["clicks"]
    mail.open(links[0], after=HOUR)
    mail.land(mail.open(links[1], after=HOUR + 500), id="p1")
    assert mail.score() == 5 + 4
    mail.land(mail.open(links[2], after=HOUR + 2_000), id="p2")
    until = time.monotonic() + 10
    while mail.score() and time.monotonic() < until:
        time.sleep(0.02)
    assert {(on, suspect) for on, suspect, _ in mail.events() if on != "page"} == {
        ("email_click", "all_at_once"),
        ("download", "all_at_once"),
    }


def test_a_person_may_open_two_links_at_once(mail: Mailbox) -> None:
    links = mail.letter(f"{SHOP}/a", f"{SHOP}/b", category="newsletter")["clicks"]
    for number, answer in enumerate([mail.open(link, after=HOUR) for link in links]):
        mail.land(answer, id=f"p{number}")
    assert {suspect for _, suspect, _ in mail.events()} == {""}


def test_whoever_opens_the_link_nobody_sees_is_paid_for_none(mail: Mailbox) -> None:
    letter = mail.letter(PRICING, f"{SHOP}/b", category="newsletter")
    first = mail.open(letter["clicks"][0], after=HOUR)
    assert mail.open(letter["honeypot"], after=HOUR + 20_000).headers["location"] == PRICING
    mail.open(letter["clicks"][1], after=HOUR + 40_000)
    mail.land(first)
    assert {suspect for on, suspect, _ in mail.events() if on == "email_click"} == {"honeypot"}
    assert len([on for on, _, _ in mail.events() if on == "email_click"]) == 3


OPENS = {
    "a mailbox": ("GET", HOUR, BROWSER, ""),
    "Gmail's proxy, which asks when somebody looks": ("GET", HOUR, GMAIL, ""),
    "Apple's proxy, which asks when the e-mail arrives": ("GET", HOUR, "Mozilla/5.0", "prefetch"),
    "headers only": ("HEAD", HOUR, BROWSER, "head"),
    "seconds after sending": ("GET", 3_000, BROWSER, "too_soon"),
    "a program": ("GET", HOUR, CURL, "program"),
}


@pytest.mark.parametrize(("method", "after", "agent", "reason"), OPENS.values(), ids=list(OPENS))
def test_an_open_is_a_picture_and_kept_once_a_minute(
    mail: Mailbox, method: str, after: int, agent: str, reason: str
) -> None:
    pixel = mail.letter(category="workflow")["open"]
    for _ in range(2):
        answer = mail.open(pixel, after, method, user_agent=agent)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
        assert answer.content.startswith(b"GIF89a") or method == "HEAD"
    assert mail.events() == [("email_open", reason, f"email:{MARC}")]
    assert mail.score() == (0 if reason else 3)


def forged(token: str) -> list[str]:
    """Texts that are no tokens of ours, however little is wrong with them."""
    path, _, signed = token.rpartition("/")
    payload, _, signature = signed.partition(".")
    return [
        f"{path}/{payload}.{'A' * 43}",
        f"{path}/{payload[:-2]}AA.{signature}",
        f"{path}/{signed}%C3%A9",
        f"{path}/{signed}=",
        f"{path}/%20{signed}",
        f"{path}/{payload}.{signature[:-1]}",
        f"{path}/x",
    ]


def test_a_forged_link_leads_nowhere(mail: Mailbox) -> None:
    letter = mail.letter(PRICING)
    unsubscribing = letter["unsubscribe"].replace("/u/", "/c/")
    for path in (*forged(letter["clicks"][0]), unsubscribing):
        answer = mail.open(path, after=HOUR)
        assert (answer.status_code, "location" in answer.headers) == (404, False), path
    assert mail.events() == []


def test_a_forged_picture_is_a_picture_all_the_same(mail: Mailbox) -> None:
    pixel = mail.letter(PRICING)["open"].removesuffix(".gif")
    for path in forged(pixel):
        answer = mail.open(f"{path}.gif", after=HOUR)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif"), path
    assert mail.events() == []


def test_an_old_link_leads_on_and_counts_no_more(mail: Mailbox) -> None:
    letter = mail.letter(PRICING, sent_at=NOW - LASTS_MS)
    assert mail.open(letter["clicks"][0], after=1).headers["location"] == PRICING
    assert mail.open(letter["open"], after=1).status_code == 200
    assert mail.events() == []


def test_when_the_log_takes_nothing_links_lead_on(mail: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise LogRefused("full")

    letter = mail.letter(PRICING, GUIDE)
    monkeypatch.setattr(EventLog, "hand_in", full)
    assert mail.open(letter["clicks"][1], after=HOUR).headers["location"] == GUIDE
    assert mail.open(letter["open"], after=HOUR).status_code == 200
    refused = mail.open(letter["unsubscribe"], HOUR, "POST")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")


def test_who_sends_too_much_is_led_on(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", rate_limit=RateLimit(0.001, 2))
    app = create_app(settings)
    with TestClient(app) as client:
        mail = Mailbox(Doorstep(client, settings), app)
        (link,) = mail.letter(PRICING)["clicks"]
        found = [mail.open(link, after=HOUR).headers["location"] for _ in range(3)]
    assert [address == PRICING for address in found] == [False, False, True]


def test_a_page_of_a_foreign_site_gets_its_address_as_it_is(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", rate_limit=None, origins=(SHOP,))
    app = create_app(settings)
    with TestClient(app) as client:
        mail = Mailbox(Doorstep(client, settings), app)
        own, foreign = mail.letter(PRICING, "https://other.example/x")["clicks"]
        assert mail.open(foreign, after=HOUR).headers["location"] == "https://other.example/x"
        landing = mail.open(own, after=HOUR).headers["location"]
    assert landing.startswith(f"{SHOP}/pricing?plan=pro&rl=")
    assert landing.endswith("#top")
    assert MARC not in landing


ONE_CLICK = {"content-type": "application/x-www-form-urlencoded"}


def test_unsubscribing_takes_a_press_of_the_button(mail: Mailbox) -> None:
    path = mail.letter(id="spring")["unsubscribe"]
    shown = mail.open(path, after=2_000)
    assert (shown.status_code, MARC in shown.text) == (200, True)
    assert mail.events() == []
    for _ in range(2):
        done = mail.open(path, HOUR, "POST", sec_fetch_site="same-origin")
        assert (done.status_code, "<form" in done.text) == (200, False)
    assert mail.events() == [("unsubscribe", "", f"email:{MARC}")]
    assert mail.score() == -10


def test_a_mailbox_unsubscribes_with_one_click(mail: Mailbox) -> None:
    mail.now = NOW + HOUR
    path = mail.letter()["unsubscribe"]
    answer = mail.door.client.post(path, content=b"List-Unsubscribe=One-Click", headers=ONE_CLICK)
    assert answer.status_code == 200
    assert mail.score() == -10


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_forged_link_unsubscribes_nobody(mail: Mailbox, method: str) -> None:
    for path in forged(mail.letter()["unsubscribe"]):
        assert mail.open(path, HOUR, method).status_code == 404
    assert mail.events() == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"id": ""}, "id"),
        ({"id": "x" * 201}, "id"),
        ({"email": "marc"}, "email"),
        ({"category": "a\u202eb"}, "category"),
        ({"sent_at": "yesterday"}, "sent_at"),
        ({"targets": ["javascript:alert(1)"]}, "targets"),
        ({"targets": ["https://shop.example/a b"]}, "targets"),
        ({"target": PRICING}, "target"),
    ],
)
def test_a_link_that_cannot_be_made_is_refused_by_name(mail: Mailbox, changed: dict[str, object], field: str) -> None:
    body = {"id": "spring", "email": MARC, "targets": [PRICING]} | changed
    header = {"authorization": mail.door.new_token("other", "write")}
    answer = mail.door.client.post("/api/links", json=body, headers=header)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
