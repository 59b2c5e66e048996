"""One address, one form; what is no web address is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeline.domain.urls import UnusableUrl, canonical_url, split_url


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("https://shop.example", "https://shop.example/"),
        ("HTTPS://Shop.Example/Pricing/", "https://shop.example/Pricing"),
        ("https://shop.example:443/a#b", "https://shop.example/a"),
        ("http://shop.example:8081/a", "http://shop.example:8081/a"),
        ("https://me:se%40cret@shop.example/a", "https://shop.example/a"),
        ("https://shop.example./a", "https://shop.example/a"),
        ("https://shop.example/a?utm_source=x&gclid=1&id=7&email=ada@example.com", "https://shop.example/a?id=7"),
        ("https://shop.example/s?q=white+paper&page=2", "https://shop.example/s?q=white+paper&page=2"),
        ("https://shop.example//a//b/", "https://shop.example//a//b"),
        ("https://shop.example/caf%C3%A9", "https://shop.example/caf%C3%A9"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a"),
        ("https://bücher.example/ä", "https://bücher.example/ä"),
    ],
)
def test_an_address_has_one_stored_form(raw: str, canonical: str) -> None:
    assert canonical_url(raw) == canonical
    assert canonical_url(canonical) == canonical


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "/pricing",
        "//evil.example/a",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://shop.example/",
        "http://",
        "http:///a",
        "http://[::1",
        "http://shop.example:99999/",
        "http://shop.example:port/",
        "http://shop\t.example/",
        "http://shop.example/a b",
        "http://shop.example/\x00",
        "http://shop.example/\u202eexe.pdf",
        "http://shop.example/\ud800",
        "http://evil.example\\@shop.example/",
        "http://<script>/",
        "https://shop.example/" + "a" * 8_192,
    ],
)
def test_what_is_no_web_address_is_refused(raw: str) -> None:
    with pytest.raises(UnusableUrl):
        canonical_url(raw)


def test_paths_meet_patterns_decoded() -> None:
    assert split_url("https://shop.example/caf%C3%A9/cafe%CC%81%00%E2%80%AE").path == "/café/café"
    assert split_url("") == ("", "", "", "")


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://a.example/", "//", "http://[", "https://a@b:"]))
def test_any_text_is_an_address_or_is_refused(text: str, prefix: str) -> None:
    try:
        canonical = canonical_url(prefix + text)
    except UnusableUrl:
        return
    assert canonical.startswith(("http://", "https://"))
    assert canonical_url(canonical) == canonical
    canonical.encode()
