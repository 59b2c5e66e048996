"""Which language a person reads in."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ripeline.templating.languages import accepted_locale, locale_of, switches


def asked(query: str = "", cookie: str = "", accept: str = "", user: str | None = None) -> Any:
    return SimpleNamespace(
        url=SimpleNamespace(path="/leads", query=query),
        headers={"accept-language": accept},
        cookies={"lang": cookie},
        state=SimpleNamespace(user=None if user is None else SimpleNamespace(locale=user)),
    )


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "fr"),
        ("de, en;q=0.5, fr;q=0.6", "fr"),
        ("de", None),
        ("fr;q=0, en", "en"),
        ("fr;q=nonsense, en;q=0.1", "en"),
        ("", None),
        (",;,;=;q=,", None),
    ],
)
def test_the_best_language_we_have_is_chosen(header: str, locale: str | None) -> None:
    assert accepted_locale(header) == locale


def test_a_wish_comes_before_memory_and_memory_before_the_browser() -> None:
    assert locale_of(asked("lang=en", "fr", "fr", "fr")) == "en"
    assert locale_of(asked("", "en", "en", "fr")) == "fr"
    assert locale_of(asked("", "fr", "en", "")) == "fr"
    assert locale_of(asked("", "", "fr")) == "fr"
    assert locale_of(asked("lang=xx", "yy", "zz", "ww")) == "en"


def test_the_switch_keeps_the_rest_of_the_address() -> None:
    assert switches(asked("q=a+b&lang=fr&band=")) == [("en", "English", "/leads?q=a+b&band=&lang=en")]
