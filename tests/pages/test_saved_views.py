"""A view of the list under a name: an address, shared or one's own, with a way back from every change."""

from __future__ import annotations

import html
import re

import pytest
from starlette.testclient import TestClient
from tests.pages.reading_html import links_of, text_of
from tests.pages.room import Room


def keep(client: TestClient, name: str, query: str, shared: str = "yes") -> str:
    """Keep it; the page that follows."""
    fields = {"name": name, "query": query} | ({"shared": shared} if shared else {})
    answer = client.post("/leads/views", data=fields)
    assert answer.status_code == 303
    return str(client.get(answer.headers["location"]).text)


def undo(client: TestClient, page: str) -> str:
    """Press Undo."""
    path, fields = re.findall(r'<form method="post" action="([^"]+)" data-here>(.*?)</form>', page, re.DOTALL)[0]
    data = {name: html.unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', fields)}
    return str(client.get(client.post(path, data=data).headers["location"]).text)


def id_of(page: str, name: str) -> str:
    """The number of the view that is shown."""
    assert f"Change “{name}”" in text_of(page)
    return str(re.findall(r'action="/leads/views/(\d+)/drop"', page)[-1])


def test_a_view_is_an_address_above_the_list(full: Room, bob: TestClient) -> None:
    page = keep(bob, " Hot   papers ", "sort=seen&band=hot&cursor=x&evil=1")
    assert "“Hot papers” is kept." in text_of(page)
    assert links_of(bob.get("/leads").text)["Hot papers"] == "/leads?band=hot&sort=seen"
    assert 'href="/leads?band=hot&amp;sort=seen" aria-current="true"' in bob.get("/leads?sort=seen&band=hot").text


def test_only_a_view_that_is_none_yet_can_be_kept(full: Room, bob: TestClient) -> None:
    assert "Keep this view" not in bob.get("/leads").text
    assert "Keep this view" in bob.get("/leads?band=hot").text
    assert "Keep this view" not in keep(bob, "Hot", "band=hot")


def test_keeping_is_undone(full: Room, bob: TestClient) -> None:
    page = undo(bob, keep(bob, "Hot", "band=hot"))
    assert "“Hot” is deleted." in text_of(page)
    assert "Hot" not in links_of(bob.get("/leads").text)


def test_my_own_view_is_not_shown_to_others(full: Room, bob: TestClient) -> None:
    own = dict(bob.cookies)
    page = keep(bob, "Secret", "band=hot", shared="")
    id = id_of(page, "Secret")
    assert "Secret (mine)" in text_of(page)
    bob.cookies.update(full.cookie_of("carl@example.com", role="sales"))
    assert "Secret" not in bob.get("/leads").text
    bob.post(f"/leads/views/{id}/drop")
    bob.post(f"/leads/views/{id}/name", data={"name": "Mine now"})
    bob.cookies.update(own)
    assert "Secret" in links_of(bob.get("/leads").text)


def test_a_view_is_called_otherwise_and_back(full: Room, bob: TestClient) -> None:
    id = id_of(keep(bob, "Hot", "band=hot"), "Hot")
    answer = bob.post(f"/leads/views/{id}/name", data={"name": "Very hot"})
    page = bob.get(answer.headers["location"]).text
    assert "The view is called “Very hot” now." in text_of(page)
    assert "Very hot" in links_of(page)
    assert "The view is called “Hot” now." in text_of(undo(bob, page))


def test_a_view_is_deleted_and_comes_back(full: Room, bob: TestClient) -> None:
    id = id_of(keep(bob, "Hot", "band=hot"), "Hot")
    page = bob.get(bob.post(f"/leads/views/{id}/drop").headers["location"]).text
    assert "“Hot” is deleted." in text_of(page)
    assert "Hot" not in links_of(page)
    assert "“Hot” is there again." in text_of(undo(bob, page))
    assert "Hot" in links_of(bob.get("/leads").text)


def test_a_name_is_given_once(full: Room, bob: TestClient) -> None:
    keep(bob, "Hot", "band=hot")
    page = keep(bob, "Hot", "band=warm")
    assert "There is a view of that name already" in text_of(page)
    id = id_of(keep(bob, "Warm", "band=warm"), "Warm")
    answer = bob.post(f"/leads/views/{id}/name", data={"name": "Hot"})
    assert "There is a view of that name already" in text_of(bob.get(answer.headers["location"]).text)
    bob.post(f"/leads/views/{id}/drop")
    keep(bob, "Warm", "band=cold")
    answer = bob.post(f"/leads/views/{id}/restore")
    assert "There is a view of that name already" in text_of(bob.get(answer.headers["location"]).text)


def test_a_view_needs_a_name(full: Room, bob: TestClient) -> None:
    assert "A view needs a name." in text_of(keep(bob, "  ", "band=hot"))


def test_there_are_only_so_many(full: Room, bob: TestClient) -> None:
    for n in range(50):
        bob.post("/leads/views", data={"name": f"View {n}", "query": f"q={n}", "shared": "yes"})
    assert "or there are very many" in text_of(keep(bob, "One more", "band=hot"))


@pytest.mark.parametrize("id", [404, 2**70])
@pytest.mark.parametrize("act", ["drop", "restore", "name"])
def test_a_view_that_is_not_there_is_the_list(full: Room, bob: TestClient, id: int, act: str) -> None:
    answer = bob.post(f"/leads/views/{id}/{act}", data={"name": "x"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/leads")


def test_what_a_view_is_called_is_only_text(full: Room, bob: TestClient) -> None:
    page = keep(bob, "<script>alert(1)</script>", "band=hot&q=<b>")
    assert "<script>alert" not in page
    assert "<b>" not in page
