"""What cannot be done is told to a person in their language, with a way on; programs get a line of English."""

from __future__ import annotations

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from ripeline.auth.forms import is_read
from ripeline.errors import BeingRescored, Conflict, InvalidRequest, LogRefused, NotFound, RipelineError
from ripeline.pages.refused import refused_page
from ripeline.sentences import N_
from ripeline.tables.csv_table import BadTable, Table
from ripeline.templating.languages import catalog


def request(language: str, accept: str = "text/html") -> Request:
    headers = [(b"accept-language", language.encode()), (b"accept", accept.encode())]
    return Request({"type": "http", "method": "GET", "path": "/v/abc", "query_string": b"", "headers": headers})


def read(language: str, error: RipelineError, status: int) -> str:
    answer = refused_page(request(language), error, status)
    assert answer.status_code == status
    return bytes(answer.body).decode().replace("\u00a0", " ")


def test_whoever_comes_while_scores_are_made_anew_is_told_to_come_back() -> None:
    told = read("fr", BeingRescored(3, 10, 5), 503)
    assert "Rien n’a été modifié : tous les scores sont recalculés" in told
    assert '<a href="/v/abc">Réessayer</a>' in told
    assert "all scores are being made anew. Try again" in read("en", BeingRescored(3, 10, 5), 503)


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (NotFound("lead", 9), 404, "L’adresse est mal saisie"),
        (Conflict("it is somebody else's, or over"), 409, "la situation est différente"),
        (Conflict(N_("there is no such file")), 409, "ce fichier n’existe pas"),
        (LogRefused(N_("the disk is full")), 503, "ne peut rien recevoir en ce moment"),
        (InvalidRequest("points", "must be a number"), 400, "illisible"),
    ],
)
def test_nobody_reads_the_english_of_programs(error: RipelineError, status: int, said: str) -> None:
    told = read("fr", error, status)
    assert said in told
    assert not any(word in told for word in ("somebody", "the disk", "must be"))


def test_a_program_is_no_reader() -> None:
    assert is_read(request("fr", "text/html,*/*"))
    assert not is_read(request("fr", "*/*"))


def test_a_table_that_cannot_be_read_says_its_line_in_both_languages() -> None:
    table = Table.of_bytes("crm.csv", b"email,outcome,date\na@example.com,won\n")
    with pytest.raises(BadTable) as caught:
        list(table.rows())
    assert str(caught.value).endswith("has 2 cells where the heading has 3; nothing was imported")
    assert caught.value.here is not None
    assert caught.value.here.said(catalog("fr").gettext) == "ligne 2, 'date'\u00a0: 2 cellules là où l’en-tête en a 3"


@pytest.mark.parametrize(
    ("referrer", "asked"),
    [
        ("http://testserver/leads/5?model=b#note", "/leads/5%3Fmodel%3Db"),
        ("http://testserver", "/"),
        ("http://evil/leads/5", "/"),
        ("https:/leads/5", "/"),
        ("/leads/5", "/"),
        ("http://[", "/"),
        ("", "/"),
    ],
)
def test_whose_login_ended_while_they_wrote_is_back_on_that_page(nobody: TestClient, referrer: str, asked: str) -> None:
    sent = nobody.post("/leads/5/notes", headers={"sec-fetch-site": "same-origin", "referer": referrer})
    assert sent.headers["location"] == f"/signin?next={asked}"


def test_a_page_for_others_says_so_in_the_readers_language(bob: TestClient) -> None:
    answer = bob.get("/settings/people", headers={"accept": "text/html", "accept-language": "fr"})
    assert answer.status_code == 403
    assert "Cette page est réservée à d’autres rôles." in answer.text
    assert bob.get("/settings/people").text == "This page is for people with another role."
