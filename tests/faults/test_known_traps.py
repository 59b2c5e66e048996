"""What has broken others before: each known trap by name, at every door it could stand behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from httpx2 import Response
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.faults import corpus
from tests.faults.house import many
from tests.faults.town import Town, build, copy_of, opened

SHOP: Final = "https://shop.example/"
#: Controls, directions and half characters: none of them may be stored.
_NEVER_STORED: Final = "GLOB '*[\x01-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]*'"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("whole") / "data"
    build(data)
    return data


@pytest.fixture(scope="module")
def town(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with opened(copy_of(whole, tmp_path_factory.mktemp("traps") / "data")) as town:
        yield town
        assert town.faults == []


def browser(items: str, **around: str) -> tuple[str, str]:
    """Items as text, for JSON that no library would write."""
    more = "".join(f',"{name}":{text}' for name, text in around.items())
    return "/e", f'{{"v":"ada-phone","e":[{items}]{more}}}'


def program(items: str) -> tuple[str, str]:
    return "/api/events", f"[{items}]"


def lines(items: str) -> tuple[str, str]:
    return "/api/events", items.replace("\n,", "\n")


def segment(items: str) -> tuple[str, str]:
    return "/v1/batch", f'{{"batch":[{items}]}}'


Door = Callable[[str], tuple[str, str]]
#: Each door for events, with one good item of it by its id.
DOORS: Final[dict[str, tuple[Door, str]]] = {
    "browser": (browser, '{{"i":"{id}","n":"page","u":"https://shop.example/"}}'),
    "program": (program, '{{"id":"{id}","visitor":"ada","on":"page","url":"https://shop.example/"}}'),
    "lines": (lines, '{{"id":"{id}","visitor":"ada","on":"page","url":"https://shop.example/"}}\n'),
    "segment": (segment, '{{"type":"track","event":"Asked","messageId":"{id}","anonymousId":"ada"}}'),
}


def sent(town: Town, door: Door, items: str) -> Response:
    path, body = door(items)
    type_ = b"application/x-ndjson" if door is lines else b"application/json"
    return town.ask("POST", path, {"content-type": type_}, body.encode("utf-8", "surrogatepass"))


def stored(town: Town, prefix: str) -> int:
    return int(town.rows(f"SELECT count(*) FROM events WHERE event_id LIKE '{prefix}%'")[0][0])


ODD: Final = {**corpus.VALUES, "depth 25": corpus.HUGE_VALUES["depth 25"], "depth 960": corpus.HUGE_VALUES["depth 960"]}


@pytest.mark.parametrize("name", DOORS)
def test_a_batch_of_fifty_with_one_bad_stores_49(town: Town, name: str) -> None:
    door, good = DOORS[name]
    for n, (what, value) in enumerate(ODD.items()):
        prefix = f"{name}-{n}-"
        items = [good.format(id=f"{prefix}{place}") for place in range(49)]
        items.insert(n % 50, value + ("\n" if door is lines else ""))
        answer = sent(town, door, ",".join(items))
        assert answer.status_code in (200, 202), (what, answer.text)
        told = answer.json()
        assert [each["i"] for each in (*told.get("rejected", ()), *told.get("ignored", ()))] == [n % 50], what
        assert stored(town, prefix) == 49, what


#: A good item of each door with the mark in each of its places for texts, numbers and objects.
PLACES: Final = {
    "browser": ["i", "n", "u", "r", "h", "a", "k", "p", "f"],
    "program": ["id", "visitor", "email", "on", "url", "title", "referrer", "item", "at", "props", "traits", "source"],
    "segment": ["messageId", "anonymousId", "userId", "event", "timestamp", "properties", "context", "traits"],
}


@pytest.mark.row
@pytest.mark.parametrize("name", PLACES)
def test_no_field_costs_its_neighbour(town: Town, name: str) -> None:
    door, good = DOORS[name]
    values = list((ODD | corpus.HUGE_VALUES).items())
    for field in PLACES[name]:
        for n, (what, value) in enumerate(values[:: many(19, 1)]):
            if len(value) > 200_000:
                continue
            prefix = f"{name}-{field}-{n}-"
            odd = good.format(id=f"{prefix}odd")[:-1] + f',"{field}":{value}}}'
            answer = sent(town, door, f"{odd},{good.format(id=prefix + 'good')}")
            assert answer.status_code in (200, 202), (field, what, answer.text)
            assert stored(town, f"{prefix}good") == 1, (field, what)


@pytest.mark.row
def test_no_depth_breaks_a_door(town: Town) -> None:
    """`json` raises RecursionError, and so does making a text of what it just managed to read."""
    key = town.keys["token"]
    for depth in (*range(5, 800, many(199, 11)), *range(800, 1_010, many(23, 1)), 50_000):
        for deep in ("[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth):
            bodies = {
                "/e": f'{{"v":"ada","e":[{deep},{{"i":"d{depth}","n":"page","u":"{SHOP}","p":{deep}}}],"x":{deep}}}',
                "/api/events": f'[{{"id":"x","on":"page","props":{deep}}},{deep}]',
                "/api/leads/1/points": f'{{"points":{deep}}}',
                "/v1/batch": f'{{"batch":[{deep},{{"type":{deep}}},{{"type":"track","properties":{deep}}}]}}',
                f"/hooks/brevo?key={key}": f'{{"event":{deep},"email":{deep},"tags":{deep},"link":{deep}}}',
                f"/hooks/mailjet?key={key}": f'[{{"event":"open","email":"a@b.fr","url":{deep},"agent":{deep}}}]',
                "/hooks/mailgun": f'{{"signature":{{"timestamp":{deep},"token":{deep},"signature":{deep}}}}}',
            }
            for path, body in bodies.items():
                answer = town.ask("POST", path, body=body.encode())
                assert answer.status_code < 500, (path, depth, deep[:1], answer.text)
    tags = {"event": "open", "email": "a@b.fr", "tags": "[" * 5_000}
    assert town.ask("POST", f"/hooks/brevo?key={key}", body=json.dumps(tags).encode()).status_code == 200


trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(
    "id visitor email on url title item at props traits source type event messageId userId anonymousId context "
    "properties timestamp sentAt message-id ts_event tags link user_agent time signature event-data".split()
)
near = st.dictionaries(names, trees, max_size=9)
JSON_DOORS: Final = ("/api/events", "/v1/batch", "/v1/identify", "/hooks/brevo", "/hooks/mailjet", "/hooks/mailgun")


@pytest.mark.row
@settings(database=None, max_examples=many(8, 400))
@given(tree=trees | near | st.lists(near, max_size=3), junk=st.binary(max_size=200))
def test_no_tree_and_no_bytes_break_a_door(town: Town, tree: Any, junk: bytes) -> None:
    bodies = [json.dumps(tree).encode(), json.dumps({"batch": tree}).encode(), junk]
    for path in JSON_DOORS:
        for body in bodies:
            answer = town.ask("POST", f"{path}?key={town.keys['token']}", body=body)
            assert answer.status_code in (200, 202, 400, 401), (path, body, answer.text)


@pytest.mark.parametrize("number", ["NaN", "1e999", "-1e999", "9" * 4_000, "Infinity"])
def test_what_is_no_number_becomes_neither_null_nor_a_fault(town: Town, number: str) -> None:
    """SQLite stores NaN as NULL, even in a STRICT table."""
    visit, call = '"n":"page","u":"https://shop.example/"', '"visitor":"ada","on":"page","url":"https://shop.example/"'
    bodies = [
        browser(f'{{"i":"n1",{visit},"a":{number}}}', t="1795284000000"),
        browser(f'{{"i":"n2",{visit}}}', t=number),
        browser(f'{{"i":"n3",{visit},"p":{{"price":{number}}}}}'),
        program(f'{{"id":"n4",{call},"at":{number}}}'),
        program(f'{{"id":"n5",{call},"props":{{"price":{number}}}}}'),
        segment(f'{{"type":"track","event":"x","messageId":"n6","userId":"u","properties":{{"price":{number}}}}}'),
        ("/api/leads/1/points", f'{{"points":{number},"reason":"x"}}'),
        ("/api/outcomes", f'{{"lead":1,"outcome":"won","value":{number}}}'),
        ("/api/links", f'{{"id":"x","email":"a@b.fr","sent_at":{number},"targets":[]}}'),
    ]
    for path, body in bodies:
        answer = town.ask("POST", path, body=body.encode())
        assert answer.status_code < 500, (path, body[:200], answer.text)
    assert town.ask("GET", "/api/settled").status_code == 200
    assert town.rows("SELECT extra FROM events WHERE extra LIKE '%null%' OR extra LIKE '%inf%'") == []
    assert town.rows("SELECT value FROM outcomes WHERE value IS NOT NULL AND typeof(value) <> 'integer'") == []
    assert town.rows("SELECT 1 FROM sqlite_master WHERE type = 'table' AND sql LIKE '% REAL%'") == []


def test_keys_never_become_columns(town: Town) -> None:
    shape = town.shape()
    keys = {"__proto__": "x", "constructor": "x", "id INTEGER; DROP TABLE leads": "x", "é": "x", "": "x", "a.b": "x"}
    many_keys = {f"column{n}": n for n in range(10_000)}
    for place in ("props", "traits", None):
        for odd in (keys, dict(list(many_keys.items())[:50]), many_keys):
            item = {"id": f"k-{place}-{len(odd)}", "visitor": "keys", "on": "form", "email": "keys@example.com"}
            body = item | ({place: odd} if place else odd)
            assert town.ask("POST", "/api/events", body=json.dumps([body]).encode()).status_code in (202, 413)
    assert town.ask("GET", "/api/settled").json() == {"lag": 0}
    assert town.shape() == shape
    lead = town.ask("GET", "/api/leads/keys@example.com")
    assert lead.status_code == 200
    assert town.ask("GET", f"/leads/{lead.json()['id']}").status_code == 200


def test_a_key_said_twice_is_one_event_and_the_last_counts(town: Town) -> None:
    twice = (
        '{"id":"twice","id":"twice","visitor":"ada","on":"click","on":"page","url":"x","url":"https://shop.example/2"}'
    )
    answer = town.ask("POST", "/api/events", body=twice.encode())
    assert answer.json() == {"accepted": 1, "duplicate": 0, "rejected": []}
    found = "SELECT t.text FROM events AS e JOIN texts AS t ON t.id = e.kind_id WHERE e.event_id = 'twice'"
    assert town.rows(found) == [("page",)]


def test_a_visit_of_nothing_but_time_spent_hides_no_lead(town: Town) -> None:
    """Anybody may send an `engagement` alone: a session without an event to show."""
    said = '{"id":"spent","visitor":"spent","on":"engagement","email":"spent@example.com","props":{"ms":9}}'
    assert town.ask("POST", "/api/events", body=said.encode()).json()["accepted"] == 1
    assert town.ask("GET", "/api/settled").json() == {"lag": 0}
    lead = town.ask("GET", "/api/leads/spent@example.com").json()["id"]
    (session,) = town.ask("GET", f"/api/leads/{lead}/timeline").json()["sessions"]
    assert session["events"] == []
    assert town.ask("GET", f"/leads/{lead}").status_code == 200


SECRET_ODDITIES: Final = {"é": b"\xc3\xa9", "latin é": b"\xe9", "NUL": b"a%00", "long": b"x" * 5_000, "empty": b""}


@pytest.mark.parametrize("secret", SECRET_ODDITIES.values(), ids=SECRET_ODDITIES)
def test_secrets_are_compared_whatever_letters_they_have(town: Town, secret: bytes) -> None:
    """`hmac.compare_digest("é", "a")` raises."""
    quoted = "".join(f"%{byte:02X}" for byte in secret) or "%20"
    for header in (b"Bearer " + secret, b"Basic " + secret, b"Basic " + b"w6k6w6k="):
        for path in ("/api/events", "/v1/batch", "/hooks/brevo"):
            assert town.ask("POST", path, {"authorization": header}, b"{}").status_code == 401
    assert town.ask("POST", f"/hooks/brevo?key={quoted}", {"authorization": b""}, b"{}").status_code == 401
    assert town.ask("GET", "/ready", {"cookie": b"ripeline=" + secret}).status_code == 303
    for path in ("/setup/", "/demo/", "/invitation/", "/reset/", "/c/", "/u/", "/v/"):
        assert town.ask("GET", path + quoted, {"cookie": b""}).status_code == 404, path
    said = {"signature": {"timestamp": "1", "token": "é", "signature": secret.decode("latin-1")}, "event-data": {}}
    answer = town.ask("POST", "/hooks/mailgun", body=json.dumps(said, ensure_ascii=False).encode())
    assert answer.status_code == 401
    proof = {"i": f"proof-{quoted[:20]}", "n": "identify", "p": {"email": "a@b.fr", "hash": secret.decode("latin-1")}}
    answer = town.ask("POST", "/e", body=json.dumps({"v": "ada", "e": [proof]}).encode())
    assert answer.status_code == 202


JUNK: Final = {"é": "%C3%A9", "NUL": "%00", "space": "%20", "dot": ".", "equals": "%3D", "surrogate": "%ED%A0%80"}


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
def test_a_token_with_junk_around_it_is_none(town: Town, junk: str) -> None:
    """itsdangerous takes a valid token with junk behind it, base64 with junk inside it."""
    for name in ("c", "u", "v", "invitation", "reset"):
        kind, _, token = town.keys[name].partition("/")
        assert town.ask("GET", f"/{kind}/{token}").status_code in (200, 302), name
        for odd in (token + junk, junk + token, token[:9] + junk + token[9:]):
            assert town.ask("GET", f"/{kind}/{odd}").status_code == 404, (name, odd)


BAD_TEXTS: Final = {
    "NUL": "a\\u0000b",
    "bell": "a\\u0007b",
    "bidi": "a\\u202eb\\u2066c\\u200f",
    "BOM": "\\ufeffab",
    "half": "a\\ud800b",
    "other half": "a\\udc00b",
    "C1": "a\\u0085\\u009bb",
}


@pytest.mark.parametrize("text", BAD_TEXTS.values(), ids=BAD_TEXTS)
def test_what_cannot_be_seen_is_never_stored_nor_shown(town: Town, text: str) -> None:
    mark = f"seen-{list(BAD_TEXTS.values()).index(text)}"
    visit = (
        f'"u":"{SHOP}","h":"{mark} {text}","r":"{SHOP}{text}","k":"{mark} {text}","p":{{"note {text}":"{mark} {text}"}}'
    )
    trait = f'"traits":{{"name":"{mark} {text}","company":"{text}{mark}","{text}":"x"}}'
    call = f'"email":"{mark}@example.com","title":"{mark} {text}","props":{{"{text}":"{text}"}},{trait}'
    bodies = [
        browser(f'{{"i":"{mark}a","n":"page",{visit}}},{{"i":"{mark}b","n":"form",{visit}}}'),
        program(f'{{"id":"{mark}c","visitor":"{mark}","on":"identify","url":"{SHOP}",{call}}}'),
        segment(f'{{"type":"identify","userId":"{mark}@example.com","messageId":"{mark}d",{trait}}}'),
        (f"/api/leads/{mark}@example.com/points", f'{{"points":1,"reason":"because {text}"}}'),
    ]
    for path, body in bodies:
        assert town.ask("POST", path, body=body.encode()).status_code < 500, (path, body)
    assert town.ask("GET", "/api/settled").json() == {"lag": 0}
    for where in ("texts.text", "events.extra", "leads.attributes", "audit.about", "outbox.payload"):
        table, column = where.split(".")
        assert town.rows(f"SELECT {column} FROM {table} WHERE {column} {_NEVER_STORED}") == [], where
        assert town.rows(f"SELECT {column} FROM {table} WHERE {column} LIKE '%\\u00%'") == [], where
    lead = town.ask("GET", f"/api/leads/{mark}@example.com").json()
    shown = town.ask("GET", f"/leads/{lead['id']}").text + town.ask("GET", "/leads").text
    assert mark in shown
    assert not [char for char in "\x00\x07\u202e\u2066\u200f\ufeff\ud800\udc00\x85\x9b" if char in shown]


BAD_ADDRESSES: Final = {
    "javascript": "javascript:alert(1)",
    "data": "data:text/html,x",
    "no scheme": "//evil.example/",
    "bracket": "http://[::1",
    "port": "https://shop.example:99999/",
    "tab": "https://sh\\top.example/",
    "newline": "https://shop.example/\\n",
    "backslash": "https://shop.example\\\\@evil.example/",
    "no host": "https:///x",
    "space": "https://shop.example/a b",
    "8 KB": SHOP + "a" * 8_000,
    "quotes": 'https://shop\\"onclick=x.example/',
    "file": "file:///etc/passwd",
    "vbscript": "vbscript:x",
}


@pytest.mark.parametrize("address", BAD_ADDRESSES.values(), ids=BAD_ADDRESSES)
def test_an_address_that_is_none_is_refused_and_stored_nowhere(town: Town, address: str) -> None:
    before = stored(town, "u-")
    for field, codes in (("u", {"bad_url", "bad_text"}), ("r", set[str]())):
        answer = sent(town, browser, f'{{"i":"u-{field}","n":"page","u":"{SHOP}","{field}":"{address}"}}')
        told = {each["code"] for each in answer.json()["rejected"]}
        assert told <= codes | ({"bad_url"} if len(address) > 2_048 else set()), (field, answer.text)
        if field == "u":
            assert told
    answer = sent(town, program, f'{{"id":"u-p","visitor":"ada","on":"page","url":"{address}"}}')
    assert [each["code"] for each in answer.json()["rejected"]] == ["bad_url"]
    links = f'{{"id":"u","email":"a@b.fr","category":"","sent_at":1795284000000,"targets":["{address}"]}}'
    assert town.ask("POST", "/api/links", body=links.encode()).status_code == 400
    addresses = "SELECT DISTINCT t.text FROM texts AS t JOIN events AS e ON t.id IN (e.url_id, e.referrer_id)"
    for (text,) in town.rows(addresses):
        assert text.startswith(("http://", "https://")), text
    assert stored(town, "u-") <= before + 1


def test_a_password_in_an_address_is_not_kept(town: Town) -> None:
    sent(town, browser, '{"i":"pw","n":"page","u":"https://user:hidden-word@shop.example/"}')
    assert town.rows("SELECT text FROM texts WHERE text LIKE '%hidden-word%'") == []


BAD_TIMES: Final = ["-1", "0", "1795284000", "253402300800000", "1e300", '"2026-02-30T00:00:00Z"', '"now"', '""', "[]"]


@pytest.mark.parametrize("time", BAD_TIMES)
def test_a_time_that_cannot_be_is_said_to_be_wrong(town: Town, time: str) -> None:
    item = f'{{"id":"t{BAD_TIMES.index(time)}","visitor":"ada","on":"page","url":"{SHOP}","at":{time}}}'
    answer = sent(town, program, item)
    assert [each["code"] for each in answer.json()["rejected"]] == ["bad_time"], answer.text
    for path, body in (
        ("/api/outcomes", f'{{"lead":1,"outcome":"won","at":{time}}}'),
        ("/api/handoffs/1/claim", f'{{"action":"snooze","until":{time}}}'),
    ):
        assert town.ask("POST", path, body=body.encode()).status_code == 400, (path, time)


def forged(town: Town, host: bytes) -> dict[str, bytes]:
    return {
        "host": host,
        "x-forwarded-host": host,
        "x-forwarded-proto": b"https",
        "x-forwarded-for": b"1.2.3.4",
        "forwarded": b"host=" + host,
        "x-original-url": b"/settings/people",
        "x-rewrite-url": b"/settings/people",
    }


def test_no_link_takes_its_host_from_the_request(town: Town) -> None:
    """Only `base_url` says where this server is."""
    body = b'{"id":"host","email":"a@b.fr","category":"","sent_at":1795284000000,"targets":["https://shop.example/"]}'
    made = town.ask("POST", "/api/links", forged(town, b"evil.example"), body).text
    assert "http://testserver/" in made
    pages: dict[str, Any] = {"/api/links": made}
    for path in (
        "/ready",
        "/leads",
        "/install",
        "/settings/people",
        "/account",
        "/api/openapi.json",
        "/signin",
        "/t.js",
    ):
        answer = town.ask("GET", path, forged(town, b"evil.example"))
        pages[path] = answer.text + answer.headers.get("location", "")
    slash = town.ask("GET", "/leads/?sort=seen", forged(town, b"evil.example"))
    assert (slash.status_code, slash.headers["location"]) == (307, "/leads?sort=seen")
    invited = town.ask(
        "POST", "/settings/people/invite", forged(town, b"evil.example"), b"email=erin%40b.fr&role=sales"
    )
    pages["invited"] = invited.text + invited.headers.get("location", "")
    pages["invited then"] = town.ask("GET", "/settings/people", forged(town, b"evil.example")).text
    assert not [path for path, text in pages.items() if "evil.example" in text]
