"""What browsers load comes packed; what another site makes them ask for keeps its length."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest
from starlette.testclient import TestClient
from tests.pages.room import Room

from ripeline.app import create_app
from ripeline.packing import packed
from ripeline.paths import STATIC, TRACKER
from ripeline.settings import Settings

ALL = {"accept-encoding": "gzip, deflate, br, zstd"}
OPENED = {"sec-fetch-site": "none", "sec-fetch-dest": "document"} | ALL


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The owner's browser, in front of the whole server."""
    settings = Settings(data=tmp_path_factory.mktemp("data"), base_url="http://testserver/tool")
    with TestClient(create_app(settings), base_url="http://testserver/tool/") as client:
        room = Room(settings)
        with closing(room.writer):
            client.cookies.update(room.cookie_of("alice@example.com"))
        yield client


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_a_page_somebody_opens_comes_packed(owner: TestClient, site: str) -> None:
    plain = owner.get("ready", headers={"accept-encoding": "identity"})
    answer = owner.get("ready", headers=OPENED | {"sec-fetch-site": site})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.text.count('href="/tool/leads"') == plain.text.count('href="/tool/leads"') > 0
    assert int(answer.headers["content-length"]) < int(plain.headers["content-length"]) / 2


@pytest.mark.parametrize(
    "asked",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": ""},
        {"sec-fetch-dest": "empty"},
        {"accept-encoding": "br"},
    ],
    ids=str,
)
def test_what_another_site_may_have_asked_for_keeps_its_length(owner: TestClient, asked: dict[str, str]) -> None:
    assert "content-encoding" not in owner.get("leads?q=guess", headers=OPENED | asked).headers


@pytest.mark.parametrize("path", ["leads.csv", "api/openapi.json"])
def test_what_is_for_a_program_comes_as_it_is(owner: TestClient, path: str) -> None:
    answer = owner.get(path, headers=OPENED)
    assert answer.status_code == 200
    assert "content-encoding" not in answer.headers


def test_our_files_come_packed_to_whoever_takes_it(owner: TestClient) -> None:
    style = (STATIC / "ripeline.css").read_bytes()
    packed_up = owner.get("static/ripeline.css", headers=ALL)
    as_it_is = owner.get("static/ripeline.css", headers={"accept-encoding": "identity"})
    assert packed_up.content == as_it_is.content == style
    assert int(packed_up.headers["content-length"]) < len(style) / 2
    assert packed_up.headers["vary"] == as_it_is.headers["vary"] == "Accept-Encoding"
    assert packed_up.headers["etag"] != as_it_is.headers["etag"]


def test_the_script_weighs_on_its_way_what_is_promised(owner: TestClient) -> None:
    with owner.stream("GET", "t.js", headers=ALL) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "br"
    assert len(raw) <= 2_600
    assert brotli.decompress(raw) == TRACKER.read_bytes()


@pytest.mark.parametrize("accepts", ["br", "gzip", "identity"])
def test_who_has_the_script_in_some_coding_gets_a_304_for_that(owner: TestClient, accepts: str) -> None:
    taken = {"accept-encoding": accepts}
    etag = owner.get("t.js", headers=taken).headers["etag"]
    again = owner.get("t.js", headers=taken | {"if-none-match": etag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    other = {"accept-encoding": "gzip" if accepts == "identity" else "identity"}
    assert owner.get("t.js", headers=other | {"if-none-match": etag}).status_code == 200


@pytest.mark.parametrize(
    ("accepts", "coding"),
    [
        ("", ""),
        ("*", ""),
        ("identity", ""),
        ("gzip;q=0", ""),
        ("gzip;q=0.000, br;q=0", ""),
        ("GZIP", "gzip"),
        ("deflate, gzip ; q=0.1", "gzip"),
        ("gzip, br", "br"),
        ("br;q=nonsense", "br"),
    ],
)
def test_nobody_gets_a_coding_they_did_not_name(accepts: str, coding: str, tmp_path: Path) -> None:
    (file := tmp_path / "x.br").write_bytes(brotli.compress(b"x"))
    body, found = packed(b"x", file).for_whom(accepts)
    assert found == coding
    assert {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}[found](body) == b"x"
