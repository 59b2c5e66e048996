"""Stored XSS: payloads in every field anybody can fill, on every page there is, in a real Chromium, and nothing runs.

The pages are those of the app's own route table: a new one is looked at without a word here, or fails for want of one.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, BrowserContext
from starlette.routing import Route
from tests.browser.conftest import browser, executable  # noqa: F401 - the fixtures
from tests.faults.filling import fill
from tests.faults.house import THOROUGH, many
from tests.faults.payloads import NAMES, payload
from tests.faults.poison import House, poisoned
from tests.faults.spreadsheet import cells_that_run
from tests.faults.watching import Watch

from ripeline.__main__ import main
from ripeline.auth.access import access_of
from ripeline.auth.guard import ROLES
from ripeline.auth.secrets import derived_key
from ripeline.outbox.verdict_links import PURPOSE, VerdictLink, VerdictSigner

pytestmark = [pytest.mark.row, pytest.mark.browser]

T = TypeVar("T")

#: Not for people, or not pages: other rows look at them.
NO_PAGES: Final = (
    "/api/",
    "/c/",
    "/o/",
    "/t.",
    "/p.gif",
    "/static/",
    "/livez",
    "/readyz",
    "/metrics",
    "/live",
    "/demo/",
)
A_FILE: Final = re.compile(r"\.csv$|/export$")

READERS: Final = (("owner", "en"), ("owner", "fr"), ("marketer", "fr"), ("sales", "en"))

#: No page shows these, or no more than their beginning or their words; files and programs get them.
KEPT_AND_NOT_SHOWN: Final = {"agent", "campaign", "column", "key", "letter-tag", "medium", "source", "visitor"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with poisoned(tmp_path_factory.mktemp("data"), fill) as made:
        yield made


def paths_of(house: House, role: str, leads: int) -> list[str]:
    """Each page of the route table that role may open, with what its places can hold; so many pages of leads."""
    found: list[str] = []
    for route in house.app.routes:
        assert isinstance(route, Route)
        access = access_of(route)
        is_page = (
            "GET" in (route.methods or ()) and not route.path.startswith(NO_PAGES) and not A_FILE.search(route.path)
        )
        if is_page and (access == "public" or (access in ROLES and ROLES.index(role) >= ROLES.index(access))):
            places = filled(house, route.path, leads)
            found += [re.sub(r"{[^}]*}", "%s", route.path) % values for values in places]
    return sorted(set(found))


def filled(house: House, path: str, leads: int) -> list[tuple[str, ...]]:
    """What stands for the places of a path; places nobody has thought of fail here."""
    names = re.findall(r"{(\w+)", path)
    if names in ([], ["token"], ["key"]):
        texts = [quote(payload(0, "token"), safe=""), *([verdict_token(house)] if path.startswith("/v/") else [])]
        return [(text,) for text in texts] if names else [()]
    known = {
        "/leads/{id:int}": f"SELECT id FROM leads ORDER BY email IS NULL, email NOT LIKE 'lead%', id LIMIT {leads}",
        "/leads/{id:int}/merge": f"SELECT id FROM leads LIMIT {many(1, 8)}",
        "/leads/{id:int}/score/{event:int}": f"{_SCORED} LIMIT {many(4, 40)}",
        "/leads/{id:int}/score/{event:int}/whatif": f"{_SCORED} LIMIT 1",
        "/tuning/rules/versions/{id:int}": "SELECT id FROM rule_changes",
        "/tuning/review/{id:int}/{place:int}": "SELECT 1, 1 UNION SELECT 1, 2",
    }
    assert path in known, f"what are the places of {path}? Say it here"
    return [tuple(map(str, row)) for row in house.rows(known[path])]


_SCORED: Final = """SELECT s.lead_id, e.seq FROM sessions AS s
JOIN events AS e ON e.visitor_id = s.visitor_id AND e.at BETWEEN s.started_at AND s.ended_at
ORDER BY s.lead_id, e.seq"""


def verdict_token(house: House) -> str:
    """As an e-mail has it."""
    ((id, made_at),) = house.rows("SELECT id, made_at FROM handoffs ORDER BY id LIMIT 1")
    link = VerdictLink(id, made_at, "too_early", "to3@example.com", made_at + 86_400_000)
    secret = (house.settings.data / "secret").read_bytes()
    return VerdictSigner(derived_key(secret, PURPOSE)).token(link)


def asked_badly() -> list[str]:
    """Payloads in the address itself."""
    found = []
    for number in range(0, many(1, len(NAMES)), 3):
        text = quote(payload(number, "asked"), safe="")
        found += [f"/leads?out=yes&q={text}&channel={text}&page={text}&file={text}&form={text}", f"/leads?owner={text}"]
        found += [f"/leads?model={text}", f"/leads?band={text}&sort={text}", f"/leads?cursor={text}&seen={text}"]
        found += [f"/leads/1?model={text}&as_of={text}&from={text}", f"/leads/1/merge?q={text}&with={text}"]
        found += [
            f"/signin?next={text}&lang={text}",
            f"/tuning/rules?model={text}&try={text}",
            f"/tuning/truth?model={text}",
        ]
        found += [
            f"/install?banner={text}&wrong={text}",
            f"/settings/privacy?own={text}",
            f"/{text}",
            f"/static/{text}",
        ]
        found += [f"/settings/audit?who={text}&what={text}", f"/settings/alerts?add={text}&shown={text}&to={text}"]
    return found


def signed_in(browser: Browser, house: House, role: str, language: str) -> BrowserContext:  # noqa: F811 - the fixture
    context = browser.new_context(locale=language, viewport={"width": 1280, "height": 844})
    context.set_default_timeout(20_000)
    context.add_cookies([house.cookie(role)])  # type: ignore[list-item]
    return context


def test_nothing_anybody_wrote_runs_on_any_page(
    browser: Browser,  # noqa: F811 - the fixture
    house: House,
    record_property: Any,
) -> None:
    """In `make faults` each page for each of the readers, else for the owner alone, every other one in French."""
    watch = Watch(house)
    for role, language in READERS if THOROUGH else READERS[:2]:
        with signed_in(browser, house, role, language) as context:
            tab = watch.over(context)
            is_first = (role, language) == ("owner", "en")
            paths = [*paths_of(house, role, many(9, 80 if is_first else 9)), *(asked_badly() if is_first else ())]
            for path in paths if THOROUGH else paths[language == "fr" :: 2]:
                watch.visit(tab, path)
    record_property("pages", watch.pages)
    record_property("payloads", len(NAMES))
    record_property("fields", len(house.fields))
    assert not watch.found, "\n".join(watch.found)
    unseen = {each for each in house.fields if each.replace("-", "") not in watch.seen}
    assert unseen <= KEPT_AND_NOT_SHOWN, f"never shown: {sorted(unseen)}"


def test_no_file_of_leads_runs_in_a_spreadsheet(house: House, tmp_path: Path) -> None:
    for path, (query, separator) in product(("/leads.csv", "/ready.csv"), (("", ","), ("sep=semicolon", ";"))):
        headers = {"cookie": "ripeline=key of owner", "accept-language": "fr"}
        answer = house.web.get(f"{path}?out=yes&{query}", headers=headers)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert re.fullmatch(r'attachment; filename="[\w-]+\.csv"', answer.headers["content-disposition"])
        assert "xss0" in answer.text
        assert cells_that_run(answer.content, separator) == []
    file = tmp_path / "leads.csv"
    done = CliRunner().invoke(main, ["export", "leads", str(file), "--data", str(house.settings.data)])
    assert done.exit_code == 0, done.output
    assert cells_that_run(file.read_bytes(), ",") == []


def test_no_mail_runs_or_loads_anything_and_none_has_a_header_of_a_visitor(
    browser: Browser,  # noqa: F811 - the fixture
    house: House,
) -> None:
    """In a mailbox without any policy: what the page held would run."""
    messages = sent(lambda: house.mail.messages)[:: many(4, 1)]
    watch = Watch(house)
    with browser.new_context() as context:
        tab = watch.over(context)
        for message in messages:
            assert [message[name].count("\n") for name in ("From", "To", "Subject")] == [0, 0, 0]
            assert message.get_all("From") == ["R <alerts@example.com>"]
            assert re.fullmatch(r"to\d+@example\.com", message["To"])
            assert not {"bcc", "cc", "reply-to", "x-evil"} & {name.lower() for name in message}
            text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
            assert text is not None
            assert html is not None
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", text.get_content().replace("\r\n", "\n"))
            tab.set_content(html.get_content())
            watch.look(tab, str(message["Subject"]), is_mail=True)
    assert not watch.found, "\n".join(watch.found)
    assert "name" in watch.seen


def test_no_chat_reads_what_a_visitor_typed(house: House) -> None:
    for kind, number in (("slack", 0), ("teams", 1), ("webhook", 2)):
        bodies = sent(lambda path=f"/{kind}{number}": house.outside.get(path, []))  # type: ignore[misc]
        for body in bodies:
            told = json.loads(body)
            if kind == "slack":
                plain = [text for text in texts_of(told) if not text.startswith(f"{house.url}/")]
                assert not any(re.search(r"<|@(channel|here|all|everyone)\b|\]\(", text) for text in plain), told
            if kind == "teams":
                assert '"TextBlock"' not in body.decode()
                assert not any("{{" in text or "${" in text for text in texts_of(told)), told
        assert any("xss0" in body.decode() for body in bodies)


def sent(read: Callable[[], list[T]]) -> list[T]:
    """What has come, once something has."""
    until = time.monotonic() + 30
    while not read():
        assert time.monotonic() < until, "no alert arrives"
        time.sleep(0.05)
    return list(read())


def texts_of(value: Any) -> list[str]:
    """Every text in a message."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts_of(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts_of(each)]
    return [value] if isinstance(value, str) else []
