"""Identify: what a browser claims fills gaps, what the site proves overwrites."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.collect.doorstep import SHOP, Doorstep, batch, visit

from ripeline.auth.secrets import identity_key
from ripeline.domain.proofs import proof_of

ADA = "ada@example.com"


def identify(door: Doorstep, id: str, **p: Any) -> None:
    assert door.send(batch(visit(id, n="identify", p={"email": ADA} | p)), origin=SHOP).json()["accepted"] == 1


def proof(door: Doorstep) -> str:
    return proof_of(ADA, identity_key(door.settings.secret_file.read_bytes()))


def attributes(door: Doorstep) -> Any:
    headers = {"authorization": door.new_token("reader", "read")}
    door.client.get("/api/settled", headers=headers)
    return door.client.get(f"/api/leads/{ADA}", headers=headers).json()["attributes"]


def test_a_claim_fills_what_is_empty_and_overwrites_nothing(door: Doorstep) -> None:
    identify(door, "e1", company="Acme", hash="0" * 64)
    identify(door, "e2", company="Evil", job="Director")
    assert attributes(door) == {"email": ADA, "company": "Acme", "job": "Director"}


def test_a_verified_identify_overwrites_what_was_claimed(door: Doorstep) -> None:
    identify(door, "e1", company="Evil")
    identify(door, "e2", company="Acme", hash=proof(door))
    identify(door, "e3", company="Evil again")
    assert attributes(door) == {"email": ADA, "company": "Acme"}


def test_the_hash_is_stored_nowhere(door: Doorstep) -> None:
    given = proof(door)
    identify(door, "e1", hash=given)
    assert all(given.encode() not in file.read_bytes() for file in door.settings.data.iterdir() if file.is_file())


def test_the_example_of_the_page_makes_the_hash() -> None:
    page = (Path(__file__).parents[2] / "docs" / "events.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python identity\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)
    assert names["identity_hash"](" Ada@Example.com", "a key") == proof_of(ADA, "a key")
