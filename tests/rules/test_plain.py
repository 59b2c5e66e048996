"""Rules in plain words: every key has its words in both languages, and a sentence reads like one."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.any_rules import KINDS, file_with, rules

from ripeline.rules import plain_english, plain_french
from ripeline.rules.plain import Locale, in_words, labels_of
from ripeline.rules.plain_words import LANGUAGES
from ripeline.rules.reading import read_rules

BOTH: tuple[Locale, ...] = ("en", "fr")

MODEL = """
[models.m]
bands = { hot = 5 }
groups = { content = { max = 30 } }
[models.m.rules]
white-paper-a = { points = 2, on = "download", label = "White paper A" }
white-paper-b = { points = 5, on = "download", label = "White paper B" }
"""


def words(rule: str, locale: Locale = "en") -> str:
    """The rule in words, with every space a plain one, without its label."""
    said = f'{{ label = "L", {rule} }}'
    (model,) = read_rules(f"{MODEL}r = {said}\n").models
    found = next(one for one in model.rules if one.id == "r")
    text = in_words(found, locale, labels_of(model)).replace("\u00a0", " ").replace("\u202f", " ")
    return text.removeprefix("L: ").removeprefix("L : ")


def test_a_rule_reads_like_a_sentence() -> None:
    (_, white_paper_b) = read_rules(MODEL).models[0].rules
    assert in_words(white_paper_b, "en") == "White paper B: 5 points, once per file"
    assert in_words(white_paper_b, "fr") == "White paper B\u00a0: 5\u00a0points, une fois par fichier"


@pytest.mark.parametrize(
    ("rule", "english", "french"),
    [
        ("points = 1, on = 'unsubscribe'", "1 point, once per lead", "1 point, une fois par prospect"),
        ("points = 0, on = 'unsubscribe'", "0 points, once per lead", "0 point, une fois par prospect"),
        ("points = -1, on = 'unsubscribe'", "−1 point, once per lead", "−1 point, une fois par prospect"),
        ("points = 1.5, on = 'unsubscribe'", "1.5 points, once per lead", "1,5 point, une fois par prospect"),
        ("points = 2.125, on = 'unsubscribe'", "2.125 points, once per lead", "2,125 points, une fois par prospect"),
        ("points = -1000, on = 'unsubscribe'", "−1,000 points, once per lead", "−1 000 points, une fois par prospect"),
        (
            "values = { '*case*' = 5, '*.pdf' = 1 }, on = 'download'",
            "5 points for “*case*”, 1 point for “*.pdf”, once per file",
            "5 points pour « *case* », 1 point pour « *.pdf », une fois par fichier",
        ),
        (
            "points = 2, on = 'page'",
            "2 points, once per page and session", "2 points, une fois par page et par session",
        ),
        ("points = 2, on = 'form'", "2 points, once a day per form", "2 points, une fois par formulaire et par jour"),
        (
            "points = 2, on = 'click'",
            "2 points, once per link and session", "2 points, une fois par lien et par session",
        ),
        ("points = 2, on = 'session'", "2 points, once per session", "2 points, une fois par session"),
        ("points = 2, on = 'trial'", "2 points, each time", "2 points, à chaque fois"),
        ("points = 2, on = 'email_click'", "2 points, once per e-mail", "2 points, une fois par e-mail"),
        ("points = 2, on = 'trial', once_per = 'item'", "2 points, once per item", "2 points, une fois par élément"),
        ("points = 2, on = 'page', once_per = 'day'", "2 points, once a day", "2 points, une fois par jour"),
        (
            "points = 2, on = 'page', once_per = 'session day'",
            "2 points, once a day per session", "2 points, une fois par session et par jour",
        ),
        (
            "points = 2, on = ['page', 'download']",
            "2 points, once per file, once per page and session",
            "2 points, une fois par fichier, une fois par page et par session",
        ),
        (
            "points = 2, on = ['page', 'download'], once_per = 'item'",
            "2 points, once per item", "2 points, une fois par élément",
        ),
        (
            "points = 2, on = 'page', once_per = 'lead', cap = { points = 20, per = 'day' }",
            "2 points, once per lead, at most 20 points a day",
            "2 points, une fois par prospect, au plus 20 points par jour",
        ),
        (
            "points = 5, on = 'session', count = { n = 3, within = '7d' }",
            "5 points, at the third session within 7 days", "5 points, à la troisième session en 7 jours",
        ),
        (
            "points = 5, on = 'download', count = { n = 2, within = '36h' }, once_per = 'day'",
            "5 points, counting once a day, at the second download within 36 hours",
            "5 points, en comptant une fois par jour, au deuxième téléchargement en 36 heures",
        ),
        (
            "points = 5, on = ['page', 'download'], count = { n = 11, within = '1d' }",
            "5 points, at the 11th time within 1 day", "5 points, à la 11ᵉ fois en 1 jour",
        ),
        (
            "points = 5, on = 'page', count = { n = 10, within = '1h', distinct = 'item' }",
            "5 points, at the tenth different page within 1 hour", "5 points, à la dixième page différente en 1 heure",
        ),
        (
            "points = 5, on = 'page', count = { n = 1, within = '1h' }, once_per = 'lead'",
            "5 points, once per lead", "5 points, une fois par prospect",
        ),
        (
            "points = 2, on = 'page', once_per = 'lead', after = 'white-paper-*'",
            "2 points, once per lead, only after White paper A or White paper B",
            "2 points, une fois par prospect, seulement après White paper A ou White paper B",
        ),
        (
            "points = 2, on = 'trial', after = 'white-paper-a', after_within = '30d', retro = true",
            "2 points, each time, only within 30 days after White paper A, what came before counts too",
            "2 points, à chaque fois, seulement moins de 30 jours après White paper A, ce qui précède compte aussi",
        ),
        (
            "points = 2, on = 'trial', after = { on = ['email_click', 'won'], where.email = 'a*' }",
            "2 points, each time, only after a click in an e-mail or “won” where the e-mail is like “a*”",
            "2 points, à chaque fois, seulement après un clic dans un e-mail ou « won » où l’e-mail ressemble à « a* »",
        ),
        (
            "points = 2, on = 'trial', decay = { half_life = '30d' }",
            "2 points, each time, halves every 30 days",
            "2 points, à chaque fois, se réduit de moitié tous les 30 jours",
        ),
        (
            "points = 2, on = 'trial', decay = { half_life = '1d' }",
            "2 points, each time, halves every day", "2 points, à chaque fois, se réduit de moitié tous les jours",
        ),
        (
            "points = 2, on = 'trial', decay = { linear = '12.5% per 30d' }",
            "2 points, each time, loses 12.5% every 30 days", "2 points, à chaque fois, perd 12,5 % tous les 30 jours",
        ),
        (
            "points = 2, on = 'trial', decay = { expire = '90d' }",
            "2 points, each time, ends after 90 days", "2 points, à chaque fois, expire au bout de 90 jours",
        ),
        (
            "points = -10, inactive = '30d'",
            "−10 points, after 30 days of silence, until they come back",
            "−10 points, après 30 jours de silence, jusqu’au retour",
        ),
        (
            "points = -10, inactive = '1d', mode = 'once'",
            "−10 points, after 1 day of silence, for good", "−10 points, après 1 jour de silence, pour de bon",
        ),
        (
            "points = 2, on = 'trial', group = 'content', handoff = true",
            "2 points, each time, in the group “content”, handed to sales at once",
            "2 points, à chaque fois, dans le groupe « content », transmis aussitôt aux commerciaux",
        ),
        (
            "points = -10, lead.job = '*student*'",
            "−10 points, when job is like “student”", "−10 points, quand la fonction ressemble à « student »",
        ),
        (
            "points = 2, lead.job = ['CEO', 'CTO'], lead.city.not = '*Paris*'",
            "2 points, when job is “CEO” or “CTO” and city is not like “Paris”",
            "2 points, quand la fonction est « CEO » ou « CTO » et la ville ne ressemble pas à « Paris »",
        ),
        (
            "points = 2, lead.job = ['a', 'b', 'c', 'd', 'e']",
            "2 points, when job is “a”, “b”, “c” or 2 others",
            "2 points, quand la fonction est « a », « b », « c » ou 2 autres",
        ),
        (
            "points = 2, lead.phone = '*', lead.company.not = '*'",
            "2 points, when phone is known and company is not known",
            "2 points, quand on connaît le téléphone et on ne connaît pas l’entreprise",
        ),
        (
            "points = 2, lead.company_size = { min = 50, max = 1000 }",
            "2 points, when company size is between 50 and 1,000",
            "2 points, quand « company size » vaut entre 50 et 1 000",
        ),
        (
            "points = 2, lead.seats.min = 2.5", "2 points, when seats is at least 2.5",
            "2 points, quand « seats » vaut au moins 2,5",
        ),
        (
            "points = 2, lead.seats.max = -1", "2 points, when seats is at most −1",
            "2 points, quand « seats » vaut au plus −1",
        ),
        (
            "points = -1, lead.freemail = true, lead.newsletter = false",
            "−1 point, when the e-mail address is of a free provider and newsletter is no",
            "−1 point, quand l’adresse e-mail est d’un fournisseur gratuit et « newsletter » est non",
        ),
        (
            "points = 3, on = 'trial', lead.job = '*buyer*'",
            "3 points, only when job is like “buyer”, each time",
            "3 points, seulement quand la fonction ressemble à « buyer », à chaque fois",
        ),
    ],
)  # fmt: skip
def test_every_key_has_its_words(rule: str, english: str, french: str) -> None:
    assert words(rule, "en") == english
    assert words(rule, "fr") == french


def test_a_rule_without_a_label_says_what_it_is_about() -> None:
    rule = 'pricing = { points = 5, on = "page", where.path = ["/pricing*", "/plans"], where.campaign = "*" }'
    found = read_rules(f"{MODEL}{rule}").models[0].rules[2]
    assert in_words(found, "en") == (
        "pricing: 5 points, for a page view where the address is like “/pricing*” or “/plans”"
        " and the campaign is known, once per page and session"
    )
    assert "pour une page vue où l’adresse ressemble à «\u00a0/pricing*\u00a0»" in in_words(found, "fr")


def test_a_rule_named_by_after_is_called_by_its_id_where_no_labels_are_given() -> None:
    rule = read_rules(MODEL + 'r = { points = 1, on = "trial", after = "white-paper-*" }').models[0].rules[2]
    assert in_words(rule, "en").endswith("only after white-paper-a or white-paper-b")


@given(rules, st.sampled_from(BOTH), st.booleans())
def test_every_rule_has_a_sentence(rule: dict[str, Any], locale: Locale, labelled: bool) -> None:
    model = file_with(rule).models[0]
    found = next(one for one in model.rules if one.id == "r")
    text = in_words(found, locale, labels_of(model) if labelled else None)
    assert text.startswith(f"{found.label}{chr(160) if locale == 'fr' else ''}: ")
    assert not any(sign in text for sign in ("None", "{", "}", "  ", " ,", ",,", "()"))
    assert text == text.strip().rstrip(",:")


def places(message: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name is not None}


def test_both_languages_say_everything_with_the_same_places() -> None:
    assert plain_english.MESSAGES.keys() == plain_french.MESSAGES.keys()
    for key, message in plain_english.MESSAGES.items():
        assert places(message) == places(plain_french.MESSAGES[key]), key
        assert message.strip()


def test_every_kind_of_event_has_its_word() -> None:
    for language in LANGUAGES.values():
        assert {kind for kind in KINDS if not language.has(f"event.{kind}")} == {"trial"}


def test_french_is_set_as_french_is() -> None:
    for key, message in plain_french.MESSAGES.items():
        assert not any(sign in message for sign in ("'", '"', " :", " %", "« ", " »")), key
        assert "{n} " not in message or key == "others", key


@pytest.mark.parametrize(
    ("n", "english", "french"),
    [
        (2, "second", "deuxième"), (3, "third", "troisième"), (10, "tenth", "dixième"), (11, "11th", "11ᵉ"),
        (12, "12th", "12ᵉ"), (13, "13th", "13ᵉ"), (21, "21st", "21ᵉ"), (22, "22nd", "22ᵉ"), (23, "23rd", "23ᵉ"),
        (101, "101st", "101ᵉ"), (111, "111th", "111ᵉ"), (120, "120th", "120ᵉ"),
    ],
)  # fmt: skip
def test_the_nth_time(n: int, english: str, french: str) -> None:
    assert (plain_english.ordinal(n), plain_french.ordinal(n)) == (english, french)


@pytest.mark.parametrize(
    ("ms", "english", "french"),
    [
        (1000, "1 second", "1 seconde"), (90_000, "90 seconds", "90 secondes"), (60_000, "1 minute", "1 minute"),
        (2_700_000, "45 minutes", "45 minutes"), (3_600_000, "1 hour", "1 heure"), (86_400_000, "1 day", "1 jour"),
        (1_209_600_000, "14 days", "14 jours"),
    ],
)  # fmt: skip
def test_a_span_of_time(ms: int, english: str, french: str) -> None:
    assert LANGUAGES["en"].span(ms) == english
    assert LANGUAGES["fr"].span(ms).replace("\u00a0", " ") == french
