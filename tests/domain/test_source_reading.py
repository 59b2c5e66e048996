"""Where a page view came from."""

from __future__ import annotations

import pytest

from ripeline.domain.source import DIRECT, Source
from ripeline.domain.source_reading import source_of

PAGE = "https://www.shop.example/pricing"


@pytest.mark.parametrize(
    ("url", "referrer", "source"),
    [
        (PAGE, "", DIRECT),
        (PAGE, "https://shop.example/about", None),
        (PAGE, "https://www.shop.example/", None),
        (PAGE, "https://news.example/read", Source("referral", "news.example")),
        (PAGE, "https://www.google.co.uk/", Source("organic search", "google.co.uk")),
        (PAGE, "https://duckduckgo.com/?q=x", Source("organic search", "duckduckgo.com")),
        (PAGE, "https://www.qwant.com/", Source("organic search", "qwant.com")),
        (PAGE, "https://notgoogle.example/", Source("referral", "notgoogle.example")),
        (PAGE, "https://lm.facebook.com/l.php", Source("organic social", "lm.facebook.com")),
        (PAGE, "https://t.co/abc", Source("organic social", "t.co")),
        (PAGE, "https://mail.google.com/", Source("email", "mail.google.com")),
        (PAGE, "http://[::1", DIRECT),
        (PAGE + "?gclid=abc", "https://www.google.com/", Source("paid search", "google", "cpc")),
        (PAGE + "?msclkid=abc", "", Source("paid search", "bing", "cpc")),
        (PAGE + "?utm_source=Bing&utm_medium=CPC&utm_term=pear", "", Source("paid search", "bing", "cpc", "", "pear")),
        (
            PAGE + "?utm_source=autumn&utm_medium=email&utm_campaign=Nov",
            "https://mail.example/",
            Source("email", "autumn", "email", "Nov"),
        ),
        (PAGE + "?utm_source=newsletter", "", Source("email", "newsletter")),
        (PAGE + "?utm_source=linkedin.com&utm_medium=social", "", Source("organic social", "linkedin.com", "social")),
        (PAGE + "?utm_campaign=fair", "https://news.example/", Source("referral", "news.example", "", "fair")),
        (PAGE + "?utm_source=", "", DIRECT),
    ],
)
def test_a_page_view_has_a_source(url: str, referrer: str, source: Source | None) -> None:
    assert source_of(url, referrer) == source


def test_texts_of_campaigns_are_short_and_clean() -> None:
    found = source_of(PAGE + "?utm_source=a%00b%E2%80%AE&utm_campaign=" + "x" * 500, "")
    assert found == Source("referral", "ab", "", "x" * 200)
