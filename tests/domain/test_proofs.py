"""A verified identify: the hash must be of that e-mail, with that key."""

from __future__ import annotations

from typing import Any

import pytest

from ripeline.domain.event import Event
from ripeline.domain.fields import kept_fields
from ripeline.domain.proofs import is_proven, proof_of
from ripeline.domain.wire_browser import Sender, parse_browser_item

NOW = 1_795_284_000_000
KEY = "a key of the install page"
ADA = "ada@example.com"
PROOF = proof_of(ADA, KEY)


def identified(p: dict[str, Any], key: str = KEY) -> Event:
    item = {"i": "e1", "n": "identify", "u": "https://shop.example/", "p": p}
    return parse_browser_item(item, Sender(visitor="ada-phone", identity_key=key), NOW)


def test_the_proof_is_what_any_language_calls_hmac_sha256_in_hex() -> None:
    """The second case of RFC 4231."""
    assert proof_of("what do ya want for nothing?", "Jefe").startswith("5bdcc146bf60754e6a042426089575c7")


@pytest.mark.parametrize("email", [ADA, " Ada@Example.COM "])
def test_the_hash_of_the_lower_cased_e_mail_verifies_it(email: str) -> None:
    event = identified({"email": email, "company": "Acme", "hash": PROOF})
    assert (event.email, event.verified, event.traits) == (ADA, True, {"company": "Acme"})


@pytest.mark.parametrize(
    "proof",
    [
        None,
        "",
        "0",
        "x" * 64,
        PROOF[:-1],
        PROOF + "0",
        proof_of("eve@example.com", KEY),
        proof_of(ADA, "other"),
        "é",
        5,
    ],
)
def test_a_wrong_hash_is_a_claim_and_no_error(proof: object) -> None:
    event = identified({"email": ADA, "hash": proof})
    assert (event.email, event.verified, event.traits) == (ADA, False, None)


def test_a_hash_with_something_like_a_card_in_it_proves_all_the_same() -> None:
    emails = (f"a{number}@example.com" for number in range(100_000))
    email = next(
        email for email in emails if kept_fields({"h": proof_of(email, KEY)}, {}) != {"h": proof_of(email, KEY)}
    )
    assert identified({"email": email, "hash": proof_of(email, KEY)}).verified


def test_without_a_key_nothing_is_proven() -> None:
    assert not is_proven(ADA, proof_of(ADA, ""), "")


def test_other_events_prove_nothing() -> None:
    item = {"i": "e1", "n": "form", "u": "https://shop.example/", "p": {"email": ADA, "hash": PROOF}}
    event = parse_browser_item(item, Sender(visitor="ada-phone", identity_key=KEY), NOW)
    assert (event.email, event.verified) == (ADA, False)
