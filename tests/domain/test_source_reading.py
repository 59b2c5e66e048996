"""Where a page view came from."""

from __future__ import annotations

import re
import tomllib

import pytest

from ripeline.domain.channels import InvalidChannels, shipped_channels
from ripeline.domain.source import DIRECT, Source
from ripeline.domain.source_reading import source_of
from ripeline.paths import CHANNELS

PAGE = "https://www.shop.example/pricing"


@pytest.mark.parametrize(
    ("url", "referrer", "source"),
    [
        (PAGE, "", DIRECT),
        (PAGE, "https://shop.example/about", None),
        (PAGE, "https://www.shop.example/", None),
        (PAGE, "https://news.example/read", Source("referral", "news.example")),
        (PAGE, "https://www.google.co.uk/", Source("organic search", "google.co.uk")),
        (PAGE, "https://duckduckgo.com/?q=x", Source("organic search", "duckduckgo.com", term="x")),
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
        (PAGE, "https://www.ecosia.org/", Source("organic search", "ecosia.org")),
        (PAGE, "https://search.lilo.org/", Source("organic search", "search.lilo.org")),
        (
            PAGE,
            "https://lemoteur.orange.fr/?kw=devis%20toiture",
            Source("organic search", "lemoteur.orange.fr", term="devis toiture"),
        ),
        (PAGE, "http://www.lemoteur.fr/", Source("organic search", "lemoteur.fr")),
        (PAGE, "http://search.free.fr/google.pl?qs=crm", Source("organic search", "search.free.fr", term="crm")),
        (PAGE, "https://fr.search.yahoo.com/search?p=crm", Source("organic search", "fr.search.yahoo.com", term="crm")),
        (
            PAGE,
            "android-app://com.google.android.googlequicksearchbox/",
            Source("organic search", "com.google.android.googlequicksearchbox"),
        ),
        (PAGE, "https://google.evil.com/", Source("referral", "google.evil.com")),
        (PAGE, "https://google.com.evil.example/", Source("referral", "google.com.evil.example")),
        (PAGE, "https://www.linkedin.com/feed/", Source("organic social", "linkedin.com")),
        (PAGE, "android-app://com.linkedin.android/", Source("organic social", "com.linkedin.android")),
        (PAGE, "https://webmail.free.fr/", Source("email", "webmail.free.fr")),
        (PAGE, "https://mail.yahoo.co.uk/", Source("email", "mail.yahoo.co.uk")),
        (PAGE, "https://chatgpt.com/", Source("AI assistant", "chatgpt.com")),
        (PAGE, "https://gemini.google.com/app", Source("AI assistant", "gemini.google.com")),
        (PAGE, "https://chat.mistral.ai/chat", Source("AI assistant", "chat.mistral.ai")),
        (PAGE + "?utm_source=chatgpt.com", "", Source("AI assistant", "chatgpt.com")),
        (PAGE, "https://track.effiliation.com/", Source("affiliate", "track.effiliation.com")),
        (PAGE + "?utm_source=awin&utm_medium=affiliate", "", Source("affiliate", "awin", "affiliate")),
        (PAGE + "?awc=12_34", "", Source("affiliate", "awin")),
        (PAGE + "?utm_source=lemonde.fr&utm_medium=banner", "", Source("display", "lemonde.fr", "banner")),
        (PAGE + "?dclid=x", "", Source("display", "google")),
        (PAGE + "?gbraid=x&utm_campaign=Brand", "", Source("paid search", "google", "cpc", "Brand")),
        (PAGE + "?wbraid=x", "", Source("paid search", "google", "cpc")),
        (PAGE + "?fbclid=x", "https://l.facebook.com/", Source("organic social", "facebook")),
        (PAGE + "?fbclid=x&utm_medium=paid", "", Source("paid social", "facebook", "paid")),
        (PAGE + "?utm_source=Facebook&utm_medium=CPC", "", Source("paid social", "facebook", "cpc")),
        (PAGE + "?utm_source=LinkedIn&utm_medium=Paid-Social", "", Source("paid social", "linkedin", "paid-social")),
        (PAGE + "?li_fat_id=x", "https://www.linkedin.com/", Source("paid social", "linkedin", "cpc")),
        (PAGE + "?ttclid=x", "", Source("paid social", "tiktok", "cpc")),
        (PAGE + "?mc_cid=x", "", Source("email", "mailchimp")),
        (PAGE + "?utm_source=partner&utm_medium=referral", "", Source("referral", "partner", "referral")),
        (PAGE + "?utm_source=banner-home&utm_medium=internal", "", Source("internal", "banner-home", "internal")),
    ],
)
def test_a_page_view_has_a_source(url: str, referrer: str, source: Source | None) -> None:
    assert source_of(url, referrer) == source


def test_texts_of_campaigns_are_short_and_clean() -> None:
    found = source_of(PAGE + "?utm_source=a%00b%E2%80%AE&utm_campaign=" + "x" * 500, "")
    assert found == Source("referral", "ab", "", "x" * 200)


def test_between_our_own_sites_is_internal() -> None:
    ours = shipped_channels().with_sites(["blog.example"])
    assert source_of(PAGE, "https://www.blog.example/a", ours) == Source("internal", "blog.example")
    assert source_of(PAGE, "https://www.blog.example/a") == Source("referral", "blog.example")


OWN = """
["organic social"]
hosts = ["malt.fr", "google.fr"]
sources = ["forum"]
media = ["ambassador"]
click_ids = {zzid = "malt"}
["organic search"]
hosts = ["search.example"]
terms = {"search.example" = ["find"]}
[internal]
hosts = ["paypal.com"]
[spam]
hosts = ["www.loud.example"]
[referral]
hosts = ["semalt.com"]
"""


@pytest.mark.parametrize(
    ("query", "referrer", "source"),
    [
        ("", "https://www.malt.fr/", Source("organic social", "malt.fr")),
        ("", "https://google.fr/", Source("organic social", "google.fr")),
        ("", "https://google.com/", Source("organic search", "google.com")),
        ("?utm_source=forum", "", Source("organic social", "forum")),
        ("?utm_source=a&utm_medium=Ambassador", "", Source("organic social", "a", "ambassador")),
        ("?zzid=1", "", Source("organic social", "malt")),
        ("", "https://search.example/?find=pears", Source("organic search", "search.example", term="pears")),
        ("", "https://www.paypal.com/", Source("internal", "paypal.com")),
    ],
)
def test_an_own_table_adds_to_ours_and_wins(query: str, referrer: str, source: Source) -> None:
    assert source_of(PAGE + query, referrer, shipped_channels().with_table(tomllib.loads(OWN))) == source


def test_an_own_table_says_what_is_spam_and_what_is_not() -> None:
    own = shipped_channels().with_table(tomllib.loads(OWN))
    assert shipped_channels().is_spam("www.semalt.com")
    assert own.is_spam("loud.example")
    assert not own.is_spam("semalt.com")
    assert not own.is_spam("example")


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("[partners]", "[partners] is no channel; there are direct, organic search"),
        ("[referral]\nhost = []", "[referral]: Object contains unknown field `host`"),
        ("[spam]\nhosts = 'x'", "[spam]: Expected `array`, got `str` - at `$.hosts`"),
    ],
)
def test_a_wrong_table_says_what_is_wrong(table: str, problem: str) -> None:
    with pytest.raises(InvalidChannels, match="^" + re.escape(problem)):
        shipped_channels().with_table(tomllib.loads(table))


def test_no_host_is_in_two_channels_of_ours() -> None:
    table = tomllib.loads(CHANNELS.read_text(encoding="utf-8"))
    for key in ("hosts", "sources", "media", "click_ids"):
        said = [word for entry in table.values() for word in entry.get(key, [])]
        assert len(said) == len(set(said)), key
