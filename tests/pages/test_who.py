"""Who a lead is, as far as we know."""

from __future__ import annotations

import pytest

from ripeline.pages.who import who_is


def test_first_and_last_name_make_a_name() -> None:
    assert who_is(1, None, {"first_name": "Ada", "last_name": "Lovelace"}).name == "Ada Lovelace"
    assert who_is(1, None, {"name": "Ada L.", "first_name": "Ada"}).name == "Ada L."


def test_odd_spaces_and_other_types_do_no_harm() -> None:
    who = who_is(1, None, {"name": " Ada\n\n Lovelace ", "company": 42, "job": True})
    assert (who.name, who.company, who.job) == ("Ada Lovelace", "42", "True")


@pytest.mark.parametrize(
    ("phone", "dialled"),
    [
        ("+33 (0)6 12-34.56 78", "+33612345678"),
        ("06 12 34 56 78", "0612345678"),
        ("*#06#123456", ""),
        ("ask me", ""),
        ("12", ""),
        ("", ""),
    ],
)
def test_a_phone_is_dialled_by_its_digits(phone: str, dialled: str) -> None:
    assert who_is(1, None, {"phone": phone}).calls == dialled
