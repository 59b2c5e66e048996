"""What a form may tell us."""

from __future__ import annotations

import pytest

from ripeline.domain.fields import is_sensitive_name, is_sensitive_value, kept_fields


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "user[password]",
        "newPassword",
        "mot-de-passe",
        "MotDePasse",
        "mdp",
        "pwd2",
        "csrf_token",
        "g-recaptcha-response",
        "cc-number",
        "cardNumber",
        "card_number",
        "numéro de carte",
        "CVV",
        "iban",
        "code-de-sécurité",
        "otp",
        "social_security_number",
        "NIR",
    ],
)
def test_a_sensitive_name_gives_the_field_away(name: str) -> None:
    assert is_sensitive_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "business_name",
        "experience",
        "expected_budget",
        "your-message",
        "compass",
        "passenger_count",
        "shipping",
        "discard",
        "company",
        "opinion",
        "accessoire",
        "input_5",
        "éléments",
        "",
    ],
)
def test_a_harmless_name_is_kept(name: str) -> None:
    assert not is_sensitive_name(name)


@pytest.mark.parametrize(
    "value",
    [
        "4111111111111111",
        "4111 1111 1111 1111",
        "5555-5555-5555-4444",
        "378282246310005",
        "FR76 3000 6000 0112 3456 7890 189",
        "gb82west12345698765432",
        "2 55 08 14 168 025 38",
        "1 85 05 2A 123 456 33",
    ],
)
def test_cards_ibans_and_national_numbers_are_recognised(value: str) -> None:
    assert is_sensitive_value(value)


@pytest.mark.parametrize(
    "value", ["4111111111111112", "2026-11-21", "+33 6 12 34 56 78", "FR7630006000011234567890188", "75011 Paris", ""]
)
def test_other_numbers_are_not(value: str) -> None:
    assert not is_sensitive_value(value)


def test_business_numbers_and_telephones_pass_luhn_and_stay() -> None:
    fields = {"siret": "73282932000074", "Téléphone": "4111111111111111", "f7": "4111111111111111"}
    assert kept_fields(fields, {"f7": "tel"}) == fields


@pytest.mark.parametrize("type_", ["password", "hidden", "file", "cc-csc", "section-a CC-number", "one-time-code"])
def test_a_type_gives_the_field_away(type_: str) -> None:
    assert kept_fields({"f1": "abc", "f2": "def"}, {"f1": type_}) == {"f2": "def"}


def test_a_card_inside_a_message_is_masked() -> None:
    fields = {"message": "Take 4111 1111 1111 1111 please, order 1234567890123"}
    assert kept_fields(fields, {}) == {"message": "Take ••• please, order 1234567890123"}


def test_empty_fields_are_left_out_and_numbers_stay_numbers() -> None:
    assert kept_fields({"a": "", "b": None, "c": 3, "d": False}, {}) == {"c": 3, "d": False}
