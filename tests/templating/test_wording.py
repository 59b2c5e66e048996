"""The words of lead scoring, in both languages."""

from __future__ import annotations

import pytest

from ripeline.domain.channels import CHANNELS
from ripeline.templating.environment import safe_link
from ripeline.templating.languages import catalog
from ripeline.templating.wording import attribute_word, band_word, channel_word, event_word, reason, refusal

EN, FR = catalog("en"), catalog("fr")


@pytest.mark.parametrize(
    ("times", "english", "french"),
    [
        (1, "Pricing", "Pricing"),
        (2, "Pricing twice", "Pricing deux fois"),
        (3, "Pricing three times", "Pricing trois fois"),
        (12, "Pricing 12 times", "Pricing 12 fois"),
    ],
)
def test_a_reason_is_a_sentence(times: int, english: str, french: str) -> None:
    assert (reason("Pricing", times, EN), reason("Pricing", times, FR)) == (english, french)


def test_a_label_with_a_comma_in_it_is_not_what_happened_so_often() -> None:
    assert reason("Article, after a white paper", 3, EN) == "Article, after a white paper, three times"
    assert reason("Article, après un livre blanc", 3, FR) == "Article, après un livre blanc, trois fois"


def test_a_label_may_hold_a_percent_sign() -> None:
    assert reason("100 %(label)s d", 2, EN) == "100 %(label)s d twice"


def test_a_near_miss_says_what_must_come_first() -> None:
    assert refusal("not_yet", ("White paper A", "download"), EN) == "needs White paper A or Download first"
    assert refusal("not_yet", ("Livre A",), FR) == "il faut d’abord Livre A"
    assert refusal("not_yet", (), EN) == "came before what it needs"
    assert refusal("capped", (), FR) == "au-delà du plafond"


def test_the_usual_bands_are_translated_and_a_models_own_are_not() -> None:
    assert [band_word(name, FR) for name in ("cold", "warm", "hot", "out of target", "brûlant")] == [
        "froid",
        "tiède",
        "chaud",
        "hors cible",
        "brûlant",
    ]


def test_unknown_words_are_shown_as_they_are() -> None:
    assert channel_word("affiliates", FR) == "affiliates"
    assert attribute_word("expected_budget", FR) == "Expected budget"
    assert event_word("demo_asked", FR) == "Demo asked"


@pytest.mark.parametrize("address", ["https://a.example/x", "http://a.example", "mailto:ada@example.com"])
def test_plain_addresses_become_links(address: str) -> None:
    assert safe_link(address) == address


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JaVaScript:alert(1)", "\tjavascript:alert(1)", "data:text/html,x", "//x", "http://[", ""],
)
def test_no_other_address_does(address: str) -> None:
    assert safe_link(address) == ""


def test_every_channel_has_its_word() -> None:
    assert {name: channel_word(name, FR) for name in CHANNELS} == {
        "direct": "accès direct",
        "organic search": "moteur de recherche",
        "paid search": "recherche payante",
        "organic social": "réseau social",
        "paid social": "réseau social payant",
        "email": "e-mail",
        "AI assistant": "assistant IA",
        "referral": "autre site",
        "display": "bannière publicitaire",
        "affiliate": "affiliation",
        "internal": "un autre de nos sites",
    }
    assert len({channel_word(name, EN) for name in CHANNELS}) == len(CHANNELS)
