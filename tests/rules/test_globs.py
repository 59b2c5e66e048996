"""Globs against a matcher that tries everything."""

from __future__ import annotations

import unicodedata
from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ripeline.rules.globs import compile_any, compile_glob, folded, url_patterns


def brute_force(pattern: str, text: str) -> bool:
    """The definition: `*` is any run, anything else is itself."""

    @cache
    def match(p: int, t: int) -> bool:
        if p == len(pattern):
            return t == len(text)
        if pattern[p] == "*":
            return match(p + 1, t) or (t < len(text) and match(p, t + 1))
        return t < len(text) and pattern[p] == text[t] and match(p + 1, t + 1)

    return match(0, 0)


@given(pattern=st.text("ab/*", max_size=8), text=st.text("ab/", max_size=10))
@example(pattern="a*a", text="a")
@example(pattern="a*b*b", text="ab")
@example(pattern="*ab*ab*", text="abab")
@example(pattern="**", text="")
@example(pattern="", text="")
def test_a_glob_is_what_the_definition_says(pattern: str, text: str) -> None:
    assert compile_glob(pattern)(text) == brute_force(pattern, text)


@given(st.text(alphabet=st.characters(blacklist_characters="*%", blacklist_categories=["Cs"]), max_size=20))
def test_everything_but_the_star_is_literal(text: str) -> None:
    assert compile_glob(text)(unicodedata.normalize("NFC", text))
    assert not compile_glob(text)(unicodedata.normalize("NFC", text) + "x")


@pytest.mark.parametrize("pattern", ["/a?c", "/a.c", "/[abc]", "/a+", "(a|b)", "^a$", "\\"])
def test_signs_of_other_pattern_languages_mean_themselves(pattern: str) -> None:
    assert compile_glob(pattern)(pattern)
    assert not compile_glob(pattern)("/abc")


def test_a_star_crosses_slashes() -> None:
    assert compile_glob("/blog/*")("/blog/2026/a")
    assert not compile_glob("/blog/*")("/blog")


def test_a_path_pattern_is_canonicalised_like_a_path() -> None:
    assert compile_glob("/pricing/", path=True)("/pricing")
    assert compile_glob("/", path=True)("/")
    assert not compile_glob("/pricing/")("/pricing")


def test_patterns_are_percent_decoded_and_composed() -> None:
    assert compile_glob("/%C3%A9tude*")("/étude-1")
    assert compile_glob("/e\u0301tude*")("/étude-1")


def test_an_encoded_star_is_a_star() -> None:
    assert compile_glob("/a%2Ab")("/a*b")
    assert not compile_glob("/a%2Ab")("/axb")


def test_spaces_beside_a_star_count() -> None:
    assert compile_glob("head of *")("head of sales")
    assert not compile_glob("head of *")("head office")


def test_paths_are_compared_with_their_case() -> None:
    assert not compile_glob("/Pricing")("/pricing")


@pytest.mark.parametrize("text", ["Étudiante", "ETUDIANTE", "étudiante", "e\u0301tudiante"])
def test_folding_forgets_case_and_accents(text: str) -> None:
    assert compile_glob("*Étudiant*", fold=True)(text)
    assert folded(text) == "etudiante"


def test_any_of_several_is_enough_and_none_never_is() -> None:
    assert compile_any(["/a", "/b*"])("/bc")
    assert not compile_any(["/a", "/b*"])("/c")
    assert not compile_any([])("/c")


def test_a_long_pattern_of_stars_is_quick() -> None:
    assert not compile_glob("*a" * 200 + "b")("a" * 5000)


@pytest.mark.parametrize(
    ("pattern", "address"),
    [
        ("HTTPS://Example.COM/pricing/", "https://example.com/pricing"),
        ("https://example.com", "https://example.com/"),
        ("https://example.com:443/a*", "https://example.com/abc"),
        ("https://example.com/a#top", "https://example.com/a"),
        ("https://example.com*", "https://example.com/a"),
        ("https://*.example.com/*", "https://www.example.com/a"),
        ("*/pricing/", "https://example.com/pricing"),
        ("*example.com/", "https://example.com/"),
        ("*?q=*", "https://example.com/search?q=a"),
        ("tel:*", "tel:+33123456789"),
    ],
)
def test_address_patterns_are_canonicalised_like_addresses(pattern: str, address: str) -> None:
    assert compile_any(url_patterns(pattern))(address)
