"""Form fields and traits read as attributes."""

from __future__ import annotations

from typing import Any

import pytest

from ripeline.domain.event import Event
from ripeline.rules.attributes import attributes_of, default_attribute


def a_form(props: dict[str, Any] | None = None, on: str = "form", **more: Any) -> Event:
    return Event(id="e", visitor="v", on=on, at=0, props=props, **more)


@pytest.mark.parametrize(
    ("field", "attribute"),
    [
        ("email", "email"), ("your-email", "email"), ("E-mail", "email"), ("adresse-email", "email"),
        ("Courriel", "email"), ("contact[email]", "email"), ("mce-EMAIL", "email"), ("form_fields[email]", "email"),
        ("tel", "phone"), ("Téléphone", "phone"), ("phoneNumber", "phone"), ("portable", "phone"),
        ("firstName", "first_name"), ("given-name", "first_name"), ("Prénom", "first_name"), ("FNAME", "first_name"),
        ("nom", "last_name"), ("votre_nom", "last_name"), ("family-name", "last_name"), ("your-name", "name"),
        ("Nom complet", "name"), ("société", "company"), ("organization", "company"), ("raison_sociale", "company"),
        ("entreprise", "company"), ("fonction", "job"), ("job_title", "job"), ("organization-title", "job"),
        ("poste", "job"), ("Site web", "website"), ("pays", "country"), ("country-name", "country"),
        ("ville", "city"), ("address-level2", "city"), ("code_postal", "postal_code"), ("postal-code", "postal_code"),
    ],
)  # fmt: skip
def test_usual_field_names_are_known_in_french_and_english(field: str, attribute: str) -> None:
    assert default_attribute(field) == attribute


@pytest.mark.parametrize("field", ["message", "input_5", "", "experience", "*", "username", "vos"])
def test_other_field_names_say_nothing(field: str) -> None:
    assert default_attribute(field) is None


def test_the_rule_file_comes_first_then_traits_then_the_usual_names() -> None:
    event = a_form({"input_5": "CFO", "fonction": "guess", "Société": "Acme"}, traits={"job": "trait", "city": "Lyon"})
    assert attributes_of(event, {"job": ("INPUT_5",)}) == {"job": "CFO", "city": "Lyon", "company": "Acme"}
    assert attributes_of(event, {})["job"] == "trait"


def test_the_first_field_that_is_filled_wins() -> None:
    event = a_form({"your-job": " ", "role_1": "Buyer"})
    assert attributes_of(event, {"job": ("your-job", "role_1")}) == {"job": "Buyer"}


def test_the_address_the_event_claims_is_the_email() -> None:
    event = a_form({"email": "Ada@Example.com"}, email="ada@example.com")
    assert attributes_of(event, {}) == {"email": "ada@example.com"}


def test_traits_of_an_identify_keep_their_names_and_fill_the_usual_ones() -> None:
    event = a_form(on="identify", traits={"plan": "pro", "firstName": "Ada"})
    assert attributes_of(event, {}) == {"plan": "pro", "firstName": "Ada", "first_name": "Ada"}


def test_properties_of_other_events_are_not_about_the_person() -> None:
    assert (
        attributes_of(a_form({"name": "Summer sale", "email": "x@y.fr"}, on="banner_seen"), {"name": ("name",)}) == {}
    )


def test_an_event_without_fields_says_nothing() -> None:
    assert attributes_of(a_form(on="page"), {}) == {}
    assert attributes_of(a_form(on="page", email="ada@example.com"), {}) == {"email": "ada@example.com"}
