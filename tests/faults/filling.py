"""How the poisoned house is filled: through every door there is, in the order in which people would come."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from click.testing import CliRunner
from tests.faults.house import many
from tests.faults.payloads import NAMES, payload
from tests.faults.poison import PEOPLE, House, rules

from ripeline.__main__ import main
from ripeline.auth.logins import now_ms

SHOP: Final = "https://shop.example"


def fill(house: House, outside: str) -> None:
    """`outside`: where alerts go."""
    _settings_pages(house, outside)
    for number in range(len(NAMES)):
        _visit(house, number)
        _programs(house, number)
    house.api.get("/api/settled").raise_for_status()
    _imports(house)
    house.api.get("/api/settled").raise_for_status()
    house.ids = [id for (id,) in house.rows("SELECT id FROM leads ORDER BY id")]
    _sales(house)
    _tuning(house)
    _arrivals(house)
    house.api.get("/api/settled").raise_for_status()


def email_of(number: int) -> str:
    return f"lead{number}@example.com"


def _settings_pages(house: House, outside: str) -> None:
    for role in PEOPLE:
        house.form(role, "/account", {"name": house.text(0, f"name-of-{role}", 100), "locale": "en"})
    for place, number in enumerate(range(0, len(NAMES), many(1, 6))):
        _destination(house, place, number, outside)
        house.form("owner", "/settings/tokens", {"name": printable(house.text(number, "token", 80)), "read": "yes"})
        house.form("owner", "/settings/sites", {"name": printable(house.text(number, "site", 80))})
    for number in range(len(NAMES)):
        view = {"name": house.text(number, "view", 60), "query": f"q={house.text(number, 'query', 150)}"}
        house.form("owner", "/leads/views", view | {"shared": "yes"})
    house.form("owner", "/settings/people/invite", {"email": "new@example.com", "role": "sales"})


def _destination(house: House, place: int, number: int, outside: str) -> None:
    """One of each kind in turn, in either language, for all that is ever told."""
    kind = ("slack", "teams", "webhook", "email")[place % 4]
    where = f"to{place}@example.com" if kind == "email" else f"{outside}/{kind}{place}"
    about = {"kind": kind, "name": printable(house.text(number, "destination", 80)), "address": where}
    about["locale"] = "fr" if place % 2 else "en"
    topics = dict.fromkeys(("lead.ready", "lead.band", "handoff.verdict", "lead.outcome"), "yes")
    house.form("owner", "/settings/alerts", about | topics)


def printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def _visit(house: House, number: int) -> None:
    """A browser on the site, by the door anybody may write to."""
    say = partial(house.text, number)
    visitor = "".join(char for char in say("visitor", 64) if char.isascii() and char.isprintable()) or "v"
    agent = f"Mozilla/5.0 {printable(say('agent', 200))}"
    for place, event in enumerate(_events(house, number)):
        # Each alone, from a browser of its own: what one payload is refused for must not be another's excuse.
        who = visitor if place < 2 else f"w{number}"
        _tell(
            house,
            {"v": who, "d": 1, "e": [{"i": f"b{number}-{place}", "a": now_ms() - 60_000 + place, **event}]},
            agent,
        )
    query = {"s": house.site, "c": "1", "u": f"{SHOP}/pixel", "h": say("pixel-title"), "v": f"p{number}"}
    house.web.get("/p.gif", params=query, headers=raw({"user-agent": agent})).raise_for_status()
    robot = f"Mozilla/5.0 (compatible; Googlebot/2.1; {printable(say('robot', 200))})"
    _tell(house, {"v": f"r{number}", "e": [{"i": f"r{number}", "n": "page", "u": f"{SHOP}/plain"}]}, robot)


def _tell(house: House, body: dict[str, Any], agent: str) -> None:
    house.web.cookies.clear()
    told = json.dumps({"s": house.site, **body})
    answer = house.web.post("/e", content=told, headers=raw({"user-agent": agent, "origin": SHOP}))
    assert answer.status_code == 202, answer.text


def _events(house: House, number: int) -> list[dict[str, Any]]:
    """One of each kind."""
    say, email = partial(house.text, number), email_of(number)
    # An address with a blank or a control in it is refused: no payload gets there.
    path = "".join(char for char in say("url").replace(" ", "/").replace("?", "/") if char.isprintable())
    campaign = "".join(char for char in say("campaign").replace(" ", "+") if char.isprintable())
    plain, referrer = f"{SHOP}/plain", f"https://ref.example/{path}"
    about = {name: say(name) for name in ("name", "company", "job", "website", "country", "message")}
    on = printable(say("event", 64)).strip()
    return [
        {
            "n": "page",
            "u": f"{SHOP}/{path}?utm_source={path}&utm_campaign={campaign}&q={path}",
            "r": referrer,
            "h": say("title"),
        },
        {"n": "page", "u": plain, "h": say("title"), "r": f"https://www.google.com/search?q={path}"},
        {"n": "download", "u": f"{SHOP}/files/{path}.pdf"},
        {"n": "click", "u": f"https://out.example/{path}", "k": say("element"), "p": {say("key", 64): say("prop")}},
        {"n": on, "u": plain, "k": say("item"), "p": {"plan": say("prop")}},
        {"n": "form", "u": plain, "k": say("form"), "p": about | {"email": email}},
        {"n": "identify", "u": plain, "p": {"email": email, say("trait-name", 64): say("trait")}},
    ]


def raw(headers: Mapping[str, str]) -> dict[bytes, bytes]:
    """Headers as bytes (browsers send any), of a body as `/e` takes it."""
    return {b"content-type": b"text/plain"} | {name.encode(): value.strip().encode() for name, value in headers.items()}


def _programs(house: House, number: int) -> None:
    """The doors for programs: the API, Segment's, an e-mail tool's."""
    say, who = house.text, email_of(number)
    traits = {name: say(number, name) for name in ("name", "company", "website")}
    event: dict[str, Any] = {"id": f"a{number}", "email": who, "on": "page", "url": f"{SHOP}/plain", "traits": traits}
    event["title"] = say(number, "api-title")
    assert house.api.post("/api/events", json=event).json()["accepted"] == 1
    campaign = {"name": say(number, "campaign"), "source": say(number, "source"), "medium": say(number, "medium")}
    page = {
        "url": f"{SHOP}/plain?utm_source=x",
        "title": say(number, "segment-title"),
        "referrer": "https://ref.example/",
    }
    call: dict[str, Any] = {
        "messageId": f"s{number}",
        "userId": who,
        "event": printable(say(number, "segment-event", 64)).strip() or "x",
        "properties": {"label": say(number, "segment-prop")},
        "context": {"campaign": campaign, "page": page, "traits": {"email": who, "job": say(number, "job")}},
    }
    assert house.api.post("/v1/track", json=call).json()["success"]
    viewed = call | {"messageId": f"sp{number}", "name": say(number, "segment-title"), "properties": page}
    assert house.api.post("/v1/page", json=viewed).json()["success"]
    report: dict[str, Any] = {
        "event": "opened",
        "email": who,
        "campaign name": say(number, "letter"),
        "tag": say(number, "letter-tag"),
    }
    report |= {"id": 1, "camp_id": number, "ts_event": int(time.time()) - 60, "ts_sent": int(time.time()) - 7200}
    house.api.post("/hooks/brevo", json=report).raise_for_status()
    about = {"job": say(number, "job"), "phone": say(number, "phone"), "city": say(number, "city")}
    house.api.patch(f"/api/leads/{who}", json={"attributes": about})


def _imports(house: House) -> None:
    """Tables of other programs, by the command beside the running server."""
    heading = f"email;nom;{_cell(house.text(0, 'column', 60))}\n"
    lines = [
        f"csv{n}@example.com;{_cell(house.text(n, 'csv-name'))};{_cell(house.text(n, 'csv-cell'))}"
        for n in range(len(NAMES))
    ]
    file = house.settings.data / "leads.csv"
    file.write_text(heading + "\n".join(lines) + "\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["import", "leads", str(file), "--data", str(house.settings.data)])
    assert done.exit_code == 0, done.output


def _cell(text: str) -> str:
    return '"' + text.replace("\0", "").replace('"', '""') + '"'


def _sales(house: House) -> None:
    """What people of ours say of leads."""
    leads = {email: id for id, email in house.rows("SELECT id, email FROM leads WHERE email IS NOT NULL")}
    for number in range(len(NAMES)):
        say = partial(house.text, number, longest=200)
        lead = f"/leads/{leads[email_of(number)]}"
        for text in (say("note"), say("note") + "\n" + say("note")):
            house.form("sales", f"{lead}/notes", {"kind": "note", "text": text, "model": "one"})
        house.form("sales", f"{lead}/points", {"points": "2", "reason": say("reason"), "model": "one"})
        house.form(
            "sales",
            f"{lead}/known",
            {"name": say("name"), "company": say("company"), "job": say("job"), "model": "one"},
        )
        if number % 4 in (0, 3):
            said = {"verdict": "right_time", "note": say("verdict-note"), "model": "one"}
            house.form("sales", f"{lead}/verdict", said)
        if number % 4 == 3:
            house.form("sales", f"{lead}/outcome", {"outcome": "won", "value": "10", "model": "one"})
    # Of those that are left one is somebody's.
    ((handoff,),) = house.rows("SELECT id FROM handoffs WHERE state = 'open' ORDER BY id LIMIT 1")
    house.form("sales", f"/ready/{handoff}", {"do": "claim"})


def _tuning(house: House) -> None:
    """Drafts with mistakes, tables that nobody can read, cards to judge."""
    wrong = "\n".join(f"{json.dumps(payload(0, 'mistake').replace(chr(0), ''))} = 1" for _ in range(2))
    house.fields.add("mistake")
    house.form("owner", "/tuning/rules/text", {"text": rules() + f"[models.three]\n{wrong}\n"})
    house.form("marketer", "/tuning/rules/text", {"text": rules().replace("points = 7", "points = 8", 1)})
    house.form("marketer", "/tuning/review/begin", {"model": "one"})


def _arrivals(house: House) -> None:
    """What the Install page tells of installs under way."""
    query = printable(payload(0, "tag"))
    for more in ("", "&x=1"):
        headers = raw({"referer": f"{SHOP}/a"})
        house.web.get(f"/t.js?{query}{more}", headers=headers).raise_for_status()
    house.form("owner", "/install/origins", {"origin": SHOP, "mine": "yes"})
    time.sleep(1.1)  # origins are read again once a second
    body = json.dumps({"s": house.site, "v": "o", "e": [{"i": "o", "n": "page", "u": f"{SHOP}/plain"}]})
    foreign = raw({"origin": f"https://{payload(0, 'origin').replace(' ', '').replace('/', '')}.example"})
    assert house.web.post("/e", content=body, headers=foreign).status_code == 403
