"""A fault of ours: a page in the reader's language with a way on, and a reference that the log has too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from ripeline.api import faults
from ripeline.app import create_app
from ripeline.saying_why import way_of, with_reference
from ripeline.settings import Settings

REFERENCE: Final = re.compile(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}")
READER: Final = {"accept": "text/html", "sec-fetch-site": "same-origin"}


class House:
    """A server on which two addresses are broken, and what went to its log."""

    def __init__(self, folder: Path, base_url: str = "") -> None:
        self.met: list[Exception] = []
        app = create_app(Settings(data=folder, base_url=base_url))
        routes = [Route(path, self.fail, methods=["GET", "POST"]) for path in ("/broken", "/api/broken")]
        app.router.routes[:0] = routes
        self.client = TestClient(app, raise_server_exceptions=False)

    async def fail(self, _: Request) -> Response:
        self.met.append(ZeroDivisionError("the secret is 42"))
        raise self.met[-1]

    def logged(self) -> str:
        return way_of(self.met[-1])[-1]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    with made.client:
        yield made


@pytest.mark.parametrize(
    ("language", "said"), [("en", "That is a fault of the server"), ("fr", "C’est une panne du serveur")]
)
def test_a_reader_gets_a_page_with_a_way_on_and_a_reference_of_the_log(house: House, language: str, said: str) -> None:
    answer = house.client.get("/broken", headers={**READER, "accept-language": language})
    assert answer.status_code == 500
    assert said in answer.text
    assert '<a href="/broken">' in answer.text
    assert "secret" not in answer.text
    [reference] = REFERENCE.findall(answer.text.split("<code>")[1])
    assert house.logged() == f"ZeroDivisionError (reference {reference})"
    assert "frame-ancestors" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


def test_a_form_is_not_sent_again_by_a_link(house: House) -> None:
    answer = house.client.post("/broken", headers=READER)
    assert answer.status_code == 500
    assert '<a href="/broken">' not in answer.text
    assert '<a href="/">To the first page</a>' in answer.text


def test_programs_get_json_and_whatever_else_a_line(house: House) -> None:
    told = house.client.get("/api/broken").json()
    assert told["error"] == "fault"
    assert REFERENCE.fullmatch(told["reference"])
    line = house.client.get("/broken", headers={"accept": "*/*", "accept-language": "fr"}).text
    assert re.fullmatch(r"[^\n]*serveur[^\n]*\((\S+)\)", line), line
    assert REFERENCE.search(line)


@pytest.mark.parametrize("asked", ["/broken", "/tool/broken"])
def test_under_a_path_its_links_lead_back_there(tmp_path: Path, asked: str) -> None:
    house = House(tmp_path, "https://example.com/tool")
    with house.client:
        told = house.client.get(asked, headers=READER).text
    assert '<a href="/tool/broken">' in told
    assert 'href="/tool/static/' in told
    assert 'href="/static/' not in told


def test_a_fault_of_the_pages_themselves_is_a_line(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> Response:
        raise KeyError("template")

    monkeypatch.setattr(faults, "page", broken)
    answer = house.client.get("/broken", headers=READER)
    assert (answer.status_code, answer.headers["content-type"]) == (500, "text/plain; charset=utf-8")
    assert REFERENCE.search(answer.text)


def test_only_our_own_notes_on_an_error_are_written_down() -> None:
    error = ValueError("ada@example.com")
    error.add_note("ada@example.com")
    reference = with_reference(error)
    assert way_of(error) == [f"ValueError (reference {reference})"]
