"""What a form may tell us."""

from __future__ import annotations

import time

import pytest

from ripeline.domain.fields import is_sensitive_name, kept_fields
from ripeline.domain.secret_numbers import is_secret_number, masked


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
    assert is_secret_number(value)


@pytest.mark.parametrize(
    "value", ["4111111111111112", "2026-11-21", "+33 6 12 34 56 78", "FR7630006000011234567890188", "75011 Paris", ""]
)
def test_other_numbers_are_not(value: str) -> None:
    assert not is_secret_number(value)


def test_business_numbers_and_telephones_pass_luhn_and_stay() -> None:
    fields = {"siret": "73282932000074", "Téléphone": "4111111111111111", "f7": "4111111111111111"}
    assert kept_fields(fields, {"f7": "tel"}) == fields


@pytest.mark.parametrize("type_", ["password", "hidden", "file", "cc-csc", "section-a CC-number", "one-time-code"])
def test_a_type_gives_the_field_away(type_: str) -> None:
    assert kept_fields({"f1": "abc", "f2": "def"}, {"f1": type_}) == {"f2": "def"}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Take 4111 1111 1111 1111 please, order 1234567890123", "Take ••• please, order 1234567890123"),
        ("4111111111111111 12/27 737", "••• 12/27 737"),
        ("4111 1111 1111 1111 12 27", "••• 12 27"),
        ("Since 2026 3782 822463 10005.", "Since 2026 •••."),
        ("4111\u00a01111\u00a01111\u00a01111!", "•••!"),
        ("4111.1111.1111.1111 or 5555–5555–5555–4444", "••• or •••"),
        ("４１１１１１１１１１１１１１１１ is mine", "••• is mine"),
        ("to FR76 3000 6000 0112 3456 7890 189, thanks", "to •••, thanks"),
        ("gb82 west 1234 5698 7654 32 FR76 3000", "••• FR76 3000"),
        ("born as 2 55 08 14 168 025 38 in Lyon", "born as ••• in Lyon"),
        ("185052A12345633 is mine", "••• is mine"),
    ],
)
def test_a_secret_number_inside_a_message_is_masked(written: str, kept: str) -> None:
    assert kept_fields({"message": written}, {}) == {"message": kept}


@pytest.mark.parametrize(
    "text",
    [
        "Call 06 12 34 56 78 or 01 23 45 67 89 after 18:30",
        "on 2026-11-22 at 10:30, room 12, floor 4, 300 people, 45 000 €",
        "FR76 3000 6000 0112 3456 7890 188 is wrong",
        "in 1985 05 78 006 084 36",
        "4111 1111 1111 1112",
    ],
)
def test_other_numbers_in_a_message_stay(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize("number", [4111111111111111, 4111111111111111.0])
def test_a_card_that_is_a_number_is_one(number: float) -> None:
    assert kept_fields({"order": number, "plan": 3.0}, {}) == {"plan": 3.0}


def test_a_long_text_of_digits_is_read_in_no_time() -> None:
    began = time.process_time()
    for text in ("1 " * 1024, "4111 " * 409, "FR76 " * 409, "1" * 2048, "2 55 08 14 168 025 39 " * 93):
        masked(text)
    assert time.process_time() - began < 0.5


def test_empty_fields_are_left_out_and_numbers_stay_numbers() -> None:
    assert kept_fields({"a": "", "b": None, "c": 3, "d": False}, {}) == {"c": 3, "d": False}
