"""A proxy nobody named makes all visitors one: that is said, with the setting that mends it."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.collect.doorstep import Doorstep, batch, visit

from ripeline.app import create_app
from ripeline.settings import Settings
from ripeline.templating.languages import catalog
from ripeline.unnamed_proxies import UnnamedProxies

ADA = "8.8.4.4"


def warnings_of(
    folder: Path, peer: str, header: str = "x_forwarded_for", named: tuple[str, ...] = (), times: int = 3
) -> list[str]:
    """What `/readyz` warns of after so many visits from there."""
    settings = Settings(data=folder, trusted_proxies=named)
    with TestClient(create_app(settings), client=(peer, 50_000)) as client:
        door = Doorstep(client, settings)
        for n in range(times):
            assert door.send(batch(visit(f"e{n}")), **({header: ADA} if header else {})).status_code == 202
        told: list[str] = client.get("/readyz").json()["warnings"]
    return told


@pytest.mark.parametrize("header", ["x_forwarded_for", "forwarded"])
def test_a_forgotten_proxy_is_named_with_the_setting_that_mends_it(tmp_path: Path, header: str) -> None:
    [said] = warnings_of(tmp_path, "127.0.0.1", header)
    assert "a proxy at 127.0.0.1 that the settings do not name" in said
    assert "`RIPELINE_TRUSTED_PROXIES=127.0.0.1`" in said


def test_beside_one_that_is_named_both_stand_in_the_setting(tmp_path: Path) -> None:
    [said] = warnings_of(tmp_path, "172.18.0.3", named=("127.0.0.1/32",))
    assert "`RIPELINE_TRUSTED_PROXIES=127.0.0.1/32,172.18.0.3`" in said


@pytest.mark.parametrize(
    ("peer", "header", "named", "times"),
    [
        ("127.0.0.1", "x_forwarded_for", ("127.0.0.1",), 5),
        ("127.0.0.1", "", (), 5),
        ("127.0.0.1", "x_forwarded_for", (), 2),
        (ADA, "x_forwarded_for", (), 5),
    ],
    ids=["named", "no proxy", "tried twice", "a stranger"],
)
def test_else_nothing_is_said(tmp_path: Path, peer: str, header: str, named: tuple[str, ...], times: int) -> None:
    assert warnings_of(tmp_path, peer, header, named, times) == []


def test_memory_is_bounded_and_the_busiest_is_the_one_named() -> None:
    proxies = UnnamedProxies()
    for n in range(200):
        proxies.saw(f"10.0.0.{n}")
    assert proxies.problem(()) == ""
    for _ in range(4):
        proxies.saw("10.0.0.7")
        proxies.saw("10.0.0.199")
    assert "at 10.0.0.7 that" in proxies.problem(())
    assert len(proxies._seen) == 16


def test_it_is_said_in_french_too() -> None:
    proxies = UnnamedProxies()
    for _ in range(3):
        proxies.saw("::1")
    said = proxies.problem(()).said(catalog("fr").gettext)  # type: ignore[attr-defined]
    assert said.startswith("les visiteurs passent par un proxy, ::1, que les réglages ne nomment pas")
    assert "`RIPELINE_TRUSTED_PROXIES=::1`" in said
