"""Who filled the form."""

from __future__ import annotations

from typing import Any

import pytest

from ripeline.domain.emails import plausible_email
from ripeline.domain.fields_person import email_of, traits_of


@pytest.mark.parametrize(
    "name",
    ["email", "e-mail", "E_Mail", "mail", "courriel", "your-email", "adresse-email", "contact[email]", "emailAddress"],
)
def test_an_email_is_known_by_the_name_of_its_field(name: str) -> None:
    assert email_of({"name": "Ada", name: " Ada@Example.com", "other": "x@y.example"}, {}) == "ada@example.com"


def test_the_type_says_more_than_the_name() -> None:
    fields = {"email": "old@example.com", "f2": "ada@example.com"}
    assert email_of(fields, {"f2": "work email"}) == "ada@example.com"


@pytest.mark.parametrize("name", ["friend_email", "email_ami", "emailCollegue"])
def test_somebody_elses_email_names_nobody(name: str) -> None:
    assert email_of({name: "marc@example.com"}, {name: "email"}) is None


@pytest.mark.parametrize(
    ("fields", "email"),
    [
        ({"input_3": "ada@example.com", "input_4": "Ada"}, "ada@example.com"),
        ({"input_3": "ada@example.com", "input_4": "marc@example.com"}, None),
        ({"email": "none"}, None),
        ({"email": 5}, None),
        ({}, None),
    ],
)
def test_the_only_email_there_is_is_taken(fields: dict[str, Any], email: str | None) -> None:
    assert email_of(fields, {}) == email


def test_types_name_attributes() -> None:
    fields = {"a": "Ada", "b": "Lovelace", "c": "Engines", "d": "Director", "e": "0601020304", "g": "Paris"}
    types = {
        "a": "given-name",
        "b": "billing family-name",
        "c": "organization",
        "d": "organization-title",
        "e": "tel",
        "g": "text",
        "gone": "email",
    }
    assert traits_of(fields, types) == {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "company": "Engines",
        "job": "Director",
        "phone": "0601020304",
    }
    assert traits_of(fields, {}) is None


@pytest.mark.parametrize("text", [" Ada@Example.com ", "ada+shop@mail.example.co.uk", "élodie@exämple.fr", "a@b.io"])
def test_addresses_people_write_to_are_taken(text: str) -> None:
    assert plausible_email(text) == text.strip().lower()


@pytest.mark.parametrize(
    "text",
    [
        None,
        5,
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@localhost",
        "ada@example.c",
        "ada@example.12",
        "ada@-example.com",
        "ada@example..com",
        ".ada@example.com",
        "a b@example.com",
        "ada@example.com, marc@example.com",
        "<ada@example.com>",
        "ada@@example.com",
        "ada\x00@example.com",
        "ada\u202e@example.com",
        "x" * 65 + "@example.com",
        "ada@" + "x" * 64 + ".com",
        "ada@" + "x." * 130 + "com",
    ],
)
def test_others_are_not(text: object) -> None:
    assert plausible_email(text) is None
