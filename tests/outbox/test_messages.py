"""Messages to Slack and Teams: the shapes those document, in the language asked for, with nothing a visitor drew."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.outbox.cast import ADA_IS_RIPE, ALL_TOPICS, EVE, NOBODY

from ripeline.outbox.alert import Alert
from ripeline.outbox.slack import escaped, slack_body
from ripeline.outbox.teams import teams_body
from ripeline.outbox.wording import facts, headline

_HEADLINES = {
    "en": [
        "Ada Lovelace of Analytical Engines is ripe: hot, 13",
        "Ada Lovelace of Analytical Engines has cooled down: cold, 4",
        "Ada Lovelace of Analytical Engines was cold and is warm: 5",
        "Ada Lovelace of Analytical Engines: right time, says bob@example.com",
        "Ada Lovelace of Analytical Engines is won, says bob@example.com",
    ],
    "fr": [
        "Ada Lovelace (Analytical Engines) est à point : chaud, 13",
        "Ada Lovelace (Analytical Engines) a refroidi : froid, 4",
        "Ada Lovelace (Analytical Engines) était froid, et passe à tiède : 5",
        "Ada Lovelace (Analytical Engines) : au bon moment, selon bob@example.com",
        "Ada Lovelace (Analytical Engines) : gagné, selon bob@example.com",
    ],
}


def texts(card: dict[str, Any]) -> list[str]:
    """Each line of a card."""
    return ["".join(run["text"] for run in line["inlines"]) for line in card["body"]]


def card_of(alert: Alert, locale: Any = "en") -> dict[str, Any]:
    (attachment,) = teams_body(alert, locale)["attachments"]
    card: dict[str, Any] = attachment["content"]
    return card


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_each_topic_has_its_sentence_in_both_languages(locale: Any) -> None:
    found = [headline(each, locale).replace("\u202f", " ").replace("\u00a0", " ") for each in ALL_TOPICS]
    assert found == _HEADLINES[locale]


def test_who_score_band_reasons_last_page_source_next_step_and_the_link_are_told() -> None:
    for body in (json.dumps(slack_body(ADA_IS_RIPE, "en")), json.dumps(teams_body(ADA_IS_RIPE, "en"))):
        for fact in (
            "Ada Lovelace of Analytical Engines",
            "hot, 13",
            "Pricing three times, White paper B, Demo asked",
            "Prices",
            "newsletter",
            "Call today",
            "https://leads.example.com/leads/7?model=vertical",
        ):
            assert fact in body


def test_what_is_not_known_is_left_out() -> None:
    assert headline(NOBODY, "en") == "An anonymous visitor was cold and is warm: 5"
    assert [label for label, _ in facts(NOBODY, "en")] == ["Model"]


def test_slack_gets_text_and_one_attachment_as_documented() -> None:
    """docs.slack.dev: text, and attachments of fallback, color, title, title_link, fields (title, value, short), ts."""
    body = slack_body(ADA_IS_RIPE, "en")
    assert set(body) == {"text", "mrkdwn", "unfurl_links", "unfurl_media", "attachments"}
    (attachment,) = body["attachments"]
    assert attachment["color"] == "#86235f"
    assert attachment["title_link"] == ADA_IS_RIPE.link
    assert attachment["ts"] == ADA_IS_RIPE.at // 1000
    assert all(set(field) == {"title", "value", "short"} for field in attachment["fields"])
    assert {type(field["short"]) for field in attachment["fields"]} == {bool}
    assert attachment["fallback"].startswith("Why: Pricing three times")


def test_nothing_a_visitor_typed_calls_a_channel_or_makes_a_link_in_slack() -> None:
    told = json.dumps(slack_body(EVE, "en"), ensure_ascii=False)
    for drawn in ("<!", "<http", "@channel", "@here", "\u202e", "\\n"):
        assert drawn not in told
    assert escaped("a < b & c > d") == "a &lt; b &amp; c &gt; d"
    assert escaped("ada@channel.example") == "ada@\u200bchannel.example"
    assert escaped("ada@example.com") == "ada@example.com"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("[your bank](https://evil.example)", "]("),
        ("![](https://evil.example/pixel.png)", "]("),
        ("[your bank][1]", "]["),
        ("@**all**", "@*"),
        ("<@U123> <!here> <#C1>", "&lt;@"),
        ("<@&42>", "&lt;@"),
    ],
)
def test_nothing_a_visitor_typed_is_read_by_what_takes_the_messages_of_slack(text: str, read: str) -> None:
    """Mattermost, Zulip and Discord read Markdown and names of their own whatever `mrkdwn` says."""
    assert read not in escaped(text)
    assert escaped(text).replace("\u200b", "") == text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def test_teams_gets_one_adaptive_card_as_documented() -> None:
    """learn.microsoft.com: type message, attachments of contentType, contentUrl null, content an AdaptiveCard."""
    body = teams_body(ADA_IS_RIPE, "fr")
    assert body["type"] == "message"
    (attachment,) = body["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attachment["contentUrl"] is None
    card = attachment["content"]
    assert (card["type"], card["version"], card["lang"]) == ("AdaptiveCard", "1.4", "fr")
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert {run["type"] for block in card["body"] for run in block["inlines"]} == {"TextRun"}
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Ouvrir le prospect", "url": ADA_IS_RIPE.link}]


def test_nothing_a_visitor_typed_is_read_as_markdown_or_worked_out_in_teams() -> None:
    """Text runs know no Markdown (adaptivecards.io, TextRun), and {{DATE(…)}} is taken apart."""
    card = card_of(EVE)
    assert '"TextBlock"' not in json.dumps(card)
    told = "\n".join(texts(card))
    assert "{{" not in told
    assert "\u202e" not in told
    assert len(told.splitlines()) == len(card["body"])


@pytest.mark.parametrize("text", ["{{{DATE(2026)}}}", "{{{{TIME(1)}}}}", "${user}", "{{${x}}}"])
def test_no_card_works_anything_out(text: str) -> None:
    told = "\n".join(texts(card_of(replace(ADA_IS_RIPE, next_step=text))))
    assert "{{" not in told
    assert "${" not in told


def test_a_long_name_is_cut() -> None:
    assert max(len(text) for _, text in facts(EVE, "en")) <= 320
