"""What came of an alert is said in words, in the reader's language; what the other side answered stays as it came."""

from __future__ import annotations

import pytest

from ripeline.pages.alerts_words import failure
from ripeline.templating.languages import catalog

MAIL = "the mail server cannot be reached: "


@pytest.mark.parametrize(
    ("said", "in_english", "in_french"),
    [
        ("[Errno -2] Name or service not known", "no address is known for that name", "aucune adresse"),
        ("[Errno -5] No address associated with hostname", "no address is known", "aucune adresse"),
        ("n8n.example.com has no address", "no address is known for that name", "aucune adresse"),
        ("All connection attempts failed", "nobody answers there", "personne n’y répond"),
        (
            MAIL + "[Errno 111] Connection refused",
            MAIL + "nobody answers there",
            "injoignable\u00a0: personne n’y répond",
        ),
        (
            MAIL + "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:992)",
            MAIL + "its certificate is not accepted: self-signed certificate",
            "self-signed certificate",
        ),
        ("no mail server is set: see RIPELINE_SMTP", "no mail server is set: see RIPELINE_SMTP", "voir RIPELINE_SMTP"),
        ("the mail server is too slow: no answer within 10 s", "the mail server is too slow", "trop lent"),
        ("it answered 500: oh no", "it answered 500: oh no", "oh no"),
    ],
)
def test_what_came_of_a_try_is_said_in_words(said: str, in_english: str, in_french: str) -> None:
    assert failure(said, catalog("en")).startswith(in_english)
    french = failure(said, catalog("fr"))
    assert in_french in french
    assert not any(word in french for word in ("Errno", "within", "address", "answers", "connection"))
