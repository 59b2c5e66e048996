"""`ripeline doctor URL`: what is wrong with a page's tag, said in a line each, read from real answers."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from hashlib import sha384
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import Result
from tests.calibration.white_paper_house import run
from tests.commands.site import Answer, Site, site

from ripeline.commands.doctor_fetch import Fetched, Unreachable, fetch
from ripeline.commands.doctor_page import Page, Script
from ripeline.commands.doctor_site import ServerBeside, Visit, findings_of_page, look_at_mixed_content
from ripeline.commands.doctor_tag import Tag
from ripeline.settings import Settings
from ripeline.store.database import Database, transaction
from ripeline.store.opening import open_data
from ripeline.store.sites import site_keys

SCRIPT: Final = b"window.ripeline=0"
GOOD_HASH: Final = "sha384-" + b64encode(sha384(SCRIPT).digest()).decode()
CSP: Final = "Content-Security-Policy"


@dataclass(frozen=True, slots=True)
class Street:
    """A site and, next door, the Ripeline its tag loads; `data` is that one's folder."""

    shop: Site
    house: Site
    data: Path

    def ask(self, url: str, *words: str) -> Result:
        return run("doctor", url, "--data", self.data, "--base-url", self.house.url, *words)

    def found(self, url: str, *words: str) -> dict[str, tuple[str, str]]:
        """By check: its level, and what is said and advised."""
        told: dict[str, Any] = json.loads(self.ask(url, "--json", *words).output)
        return {each["check"]: (each["level"], f"{each['said']}. {each['advice']}") for each in told["checks"]}


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    data = tmp_path_factory.mktemp("doctor") / "data"
    open_data(Settings(data=data)).close()
    with site() as shop, site() as house:
        for path in ("/t.js", "/news/t.js"):
            house.answers[path] = Answer(SCRIPT, type="text/javascript")
        house.answers["/other/t.js"] = Answer(b"alert(1)", type="text/javascript")
        yield Street(shop, house, data)


def head(*lines: str) -> str:
    return f"<!doctype html><title>Shop</title>{''.join(lines)}<p>Pears"


TAG: Final = '<script async src="{house}/t.js"></script>'

# What is in the page, its headers; then the check, its level, and words of what is said.
TABLE: Final = [
    ("", {}, "tag", "problem", 'Paste <script async src="{house}/t.js"></script>'),
    ("<!-- {tag} -->", {}, "tag", "problem", "stands in a comment"),
    ("<script>var id='GTM-ABC123'</script>", {}, "tag", "warning", "Google Tag Manager is there"),
    ("{tag}{tag}", {}, "tag", "warning", "2 times: the first one counts"),
    ("{tag}", {}, "tag", "ok", "once"),
    ("{tag}", {}, "script", "ok", "{house}/t.js answers"),
    ("<script src='{house}/t.js'></script>", {}, "async", "warning", "Add async"),
    ("<script async src='{house}/t.0123456789abcdef.js'></script>", {}, "script", "problem", "answers 404"),
    ("<script async data-site='' src='{house}/other/t.js'></script>", {}, "script", "problem", "something else"),
    ("<script async src='http://127.0.0.1:9/t.js'></script>", {}, "script", "problem", "cannot be reached"),
    ("<base href='{house}/'><script async src=t.js></script>", {}, "script", "ok", "answers"),
    ("<script async src='{house}/t.js' integrity={hash}></script>", {}, "script", "problem", "Add crossorigin"),
    ("<script async crossorigin src='{house}/t.js' integrity={hash}></script>", {}, "script", "ok", "answers"),
    ("<script async crossorigin src='{house}/t.js' integrity=sha384-no></script>", {}, "script", "problem", "promises"),
    ("<script async data-dev src='{house}/t.js'></script>", {}, "dev", "warning", "Remove it"),
    ("{tag}", {}, "csp", "ok", "none"),
    ("{tag}", {CSP: "script-src 'self'"}, "csp", "problem", "script-src of the page blocks the script"),
    ("{tag}", {CSP: "script-src 'self'"}, "csp", "problem", "Add to script-src: {house}"),
    ("{tag}", {CSP: "script-src-elem 'none'; script-src *"}, "csp", "problem", "Add to script-src-elem: {house}"),
    ("{tag}", {CSP: "script-src {house}; connect-src 'self'"}, "csp", "problem", "Add to connect-src: {house}"),
    (
        "{tag}",
        {CSP: "default-src 'self'; script-src {house}"},
        "csp",
        "problem",
        "default-src of the page blocks sending",
    ),
    ("{tag}", {CSP: "default-src {house}"}, "csp", "ok", "lets the tag load and send"),
    ("{tag}", {CSP: "default-src http:"}, "csp", "ok", "lets"),
    ("{tag}", {CSP: "default-src https:"}, "csp", "problem", "blocks"),
    ("{tag}", {CSP: "default-src *"}, "csp", "ok", "lets"),
    ("{tag}", {CSP: "script-src 127.0.0.1:*"}, "csp", "ok", "lets"),
    ("{tag}", {CSP: "script-src 127.0.0.1"}, "csp", "problem", "blocks the script"),
    ("{tag}", {CSP: "script-src {house}/t.js"}, "csp", "ok", "lets"),
    ("{tag}", {CSP: "script-src {house}/news/"}, "csp", "problem", "blocks the script"),
    ("{tag}", {CSP: "script-src *, script-src 'self'"}, "csp", "problem", "blocks the script"),
    ("{tag}", {CSP: "script-src 'strict-dynamic' {house} 'nonce-a'"}, "csp", "problem", "nonce"),
    ("<script nonce=a async src='{house}/t.js'></script>", {CSP: "script-src 'nonce-a'"}, "csp", "ok", "lets"),
    ("<meta http-equiv='{csp}' content=\"script-src 'self'\">{tag}", {}, "csp", "problem", "blocks the script"),
    ("{tag}", {CSP + "-Report-Only": "script-src 'self'"}, "csp", "ok", "none"),
    ("{tag}", {}, "consent", "ok", "required"),
    ("<script async data-consent=granted src='{house}/t.js'></script>", {}, "consent", "warning", "first moment"),
    ("<script async src='{house}/t.js?consent=granted'></script>", {}, "consent", "warning", "first moment"),
    ("<script async data-consent=yes src='{house}/t.js'></script>", {}, "consent", "problem", "Write required"),
    ("<script type=text/plain src='{house}/t.js'></script>", {}, "consent", "problem", 'Add data-consent="granted"'),
    ("<script type=text/plain data-consent=granted src='{house}/t.js'></script>", {}, "consent", "ok", "a banner"),
    ("<script async data-site=nokey src='{house}/t.js'></script>", {}, "site key", "problem", "'nokey'"),
    ("<script async src='{house}/t.js?s=nokey'></script>", {}, "site key", "problem", "'nokey'"),
    ("<script async data-site={key} src='{house}/t.js'></script>", {}, "site key", "ok", "right"),
    ("{tag}", {}, "site key", "ok", "one site"),
    ("{tag}", {}, "origin", "ok", "as any is"),
]


@pytest.mark.parametrize(("html", "headers", "check", "level", "words"), TABLE)
def test_each_finding_of_the_table_is_said(
    street: Street, html: str, headers: dict[str, str], check: str, level: str, words: str
) -> None:
    def filled(text: str) -> str:
        for gap, value in {
            "tag": TAG,
            "house": street.house.url,
            "hash": GOOD_HASH,
            "key": key_of(street.data),
        }.items():
            text = text.replace("{" + gap + "}", value)
        return text.replace("{csp}", CSP)

    url = street.shop.shows(head(filled(filled(html))), *((name, filled(value)) for name, value in headers.items()))
    found = street.found(url)
    assert check in found, found
    assert found[check][0] == level, found[check]
    assert filled(words) in found[check][1]


def key_of(data: Path) -> str:
    with Database(data / "ripeline.db").read() as conn:
        (key,) = site_keys(conn)
    return key


def test_a_page_that_is_well_ends_with_0_and_one_with_a_problem_with_1(street: Street) -> None:
    well = street.ask(street.shop.shows(head(TAG.replace("{house}", street.house.url))))
    assert (well.exit_code, "problem" in well.output) == (0, False), well.output
    ill = street.ask(street.shop.shows(head()))
    assert ill.exit_code == 1
    assert ill.output.splitlines()[-1].startswith("problem  tag")
    assert run("doctor", "--no-such-flag").exit_code == 2


def test_an_origin_that_is_not_registered_is_named(street: Street, tmp_path: Path) -> None:
    data = tmp_path / "data"
    opened = open_data(Settings(data=data))
    with closing(opened.database.writer()) as conn, transaction(conn):
        conn.execute("INSERT INTO origins VALUES (1, 'https://www.shop.example', 'mine', 1, 1)")
    opened.close()
    url = street.shop.shows(head(TAG.replace("{house}", street.house.url)))
    found = Street(street.shop, street.house, data).found(url)
    assert found["origin"][0] == "problem"
    assert f"events from {street.shop.url} are refused" in found["origin"][1]
    assert Street(street.shop, street.house, data).found(url, "--origins", street.shop.url)["origin"][0] == "ok"


def test_a_tag_that_sends_past_the_endpoint_is_named(street: Street) -> None:
    plain = street.shop.shows(head(TAG.replace("{house}", street.house.url)), path="/plain")
    assert street.found(plain, "--endpoint-path", "/news/e")["endpoint"][0] == "problem"
    right = TAG.replace("async", f"async data-api={street.house.url}/news/e").replace("{house}", street.house.url)
    assert "endpoint" not in street.found(street.shop.shows(head(right)), "--endpoint-path", "/news/e")


def test_redirects_are_followed_and_told(street: Street) -> None:
    street.shop.shows(head(), path="/new")
    street.shop.answers["/old"] = Answer(status=301, headers=(("Location", "/new"),))
    said = street.found(street.shop.url + "/old")["page"]
    assert said == ("ok", f"{street.shop.url}/new answers, after {street.shop.url}/old. ")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(b"gone", 410), "answers 410"),
        (Answer(b"%PDF", type="application/pdf"), "no web page"),
        (Answer(status=302, headers=(("Location", "/page"),)), "redirects"),
        (Answer(status=302, headers=(("Location", "file:///etc/passwd"),)), "no http or https address"),
    ],
)
def test_what_is_no_page_is_said_to_be_none(street: Street, answer: Answer, words: str) -> None:
    street.shop.answers["/page"] = answer
    assert words in street.found(street.shop.url + "/page")["page"][1]


def test_a_page_that_never_ends_is_given_up_in_time(street: Street) -> None:
    street.shop.answers["/slow"] = Answer(b"<p>", stalls=3)
    with pytest.raises(Unreachable, match="within"):
        fetch(street.shop.url + "/slow", 0.3)


def test_a_compressed_page_is_read_all_the_same(street: Street) -> None:
    body = gzip.compress(head(TAG.replace("{house}", street.house.url)).encode())
    street.shop.answers["/gz"] = Answer(body, headers=(("Content-Encoding", "gzip"),))
    assert street.found(street.shop.url + "/gz")["tag"][0] == "ok"


def test_plain_http_on_a_page_with_https_is_mixed_content(street: Street) -> None:
    tag = Tag(Script("http://leads.example/t.js", {"src": "x"}), "http://leads.example/e")
    server = ServerBeside(Settings(data=street.data))
    (found,) = look_at_mixed_content(
        Visit(Fetched("https://shop.example/", (), 200, Message(), b""), Page(), tag, server, 1)
    )
    assert (found.level, "http://leads.example/t.js is http" in found.said) == ("problem", True)


def test_without_a_data_folder_the_page_is_looked_at_all_the_same(street: Street, tmp_path: Path) -> None:
    url = street.shop.shows(head(TAG.replace("{house}", street.house.url)))
    found = Street(street.shop, street.house, tmp_path / "none").found(url)
    assert found["script"][0] == "ok"
    assert found["site key"][0] == "warning"
    assert "origin" not in found


def test_an_address_without_a_scheme_is_taken_for_https() -> None:
    (found,) = findings_of_page("127.0.0.1:9", ServerBeside(Settings(data=Path("none"))), 2)
    assert "https://127.0.0.1:9 cannot be reached" in found.said
