"""Where alerts go is checked when it is saved and when it is tried: never into the network this server stands in."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from tests.outbox.listener import listening
from tests.outbox.test_ways_out import INSIDE, resolver
from tests.pages.room import Room
from tests.pages.test_alerts_page import HERE, WEBHOOK, places, said

INTO_IT = "This address leads into a private network, where nothing is sent."
NO_ADDRESS = "This is not an address to send to, like https://example.com/hook."
REFUSED = (INTO_IT, NO_ADDRESS)


def test_nothing_inside_is_saved(room: Room, alice: TestClient) -> None:
    for address in INSIDE:
        assert said(alice, HERE, **{**WEBHOOK, "address": address}) in REFUSED, address
    assert places(room) == ()


@pytest.mark.parametrize("answer", ["127.0.0.1", "93.184.215.14 10.0.0.1", "169.254.169.254", "0.0.0.0"])
def test_a_name_that_leads_inside_is_not_saved(
    room: Room, alice: TestClient, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    resolver(monkeypatch, answer)
    assert said(alice, HERE, **{**WEBHOOK, "address": "https://hooks.example/"}) == INTO_IT
    assert places(room) == ()


def test_a_name_that_leads_inside_later_is_not_tried(
    room: Room, alice: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First public, then loopback: saved, and refused from then on."""
    asked = resolver(monkeypatch, "93.184.215.14", "127.0.0.1")
    with listening() as listener:
        address = f"https://hooks.example:{listener.server.server_port}/hook"
        alice.post(HERE, data={**WEBHOOK, "address": address}).raise_for_status()
        (made,) = places(room)
        for _ in range(2):
            assert "leads into a private network" in said(alice, f"{HERE}/{made.id}/test")
        assert listener.got == []
    assert len(asked) == 3


def test_a_place_is_not_changed_into_one_inside(room: Room, alice: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    resolver(monkeypatch, "93.184.215.14", "127.0.0.1")
    alice.post(HERE, data={**WEBHOOK, "address": "https://hooks.example/"}).raise_for_status()
    (made,) = places(room)
    changed = {"name": "n8n", "lead.ready": "yes", "locale": "en", "address": "https://hooks.example/other"}
    assert said(alice, f"{HERE}/{made.id}/change", **changed) == INTO_IT
    assert places(room) == (made,)
