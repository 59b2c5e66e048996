"""What an alert says as an e-mail: subject, text and HTML in the language of whoever reads it."""

from __future__ import annotations

from dataclasses import dataclass
from gettext import NullTranslations
from typing import Final, Literal

from ripeline.domain.phones import dialled
from ripeline.outbox.alert import Alert, Reason
from ripeline.outbox.wording import headline, plain
from ripeline.templating import numbers, times, wording
from ripeline.templating.environment import environment
from ripeline.templating.languages import Locale, catalog

Tone = Literal["ripe", "other"]

_MOST_REASONS: Final = 3


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever gets the e-mail: their language, and the zone (IANA) times are written in."""

    locale: Locale
    zone: str

    @property
    def words(self) -> NullTranslations:
        return catalog(self.locale)


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything an e-mail says, in words; "" where there is nothing to say.

    `news` is the subject without the name. `dial` is what the phone number dials. `facts` are labels and what they say,
    `verdicts` words and the links that say them.
    """

    locale: Locale
    subject: str
    news: str
    tone: Tone
    standing: str
    heading: str
    place: str
    phone: str
    dial: str
    email: str
    reasons: tuple[str, ...]
    next_step: str
    facts: tuple[tuple[str, str], ...]
    link: str
    verdicts: tuple[tuple[str, str], ...]


def letter_of(alert: Alert, reader: Reader, verdicts: tuple[tuple[str, str], ...], *, reminds: bool = False) -> Letter:
    """The alert in words; `verdicts` are (verdict, link). `reminds`: it was told before, and nobody has taken it."""
    words, who = reader.words, alert.who
    standing = f"{numbers.write_points(alert.score, reader.locale)} {wording.band_word(alert.band, words)}"
    return Letter(
        locale=reader.locale,
        subject=_subject(alert, reader, reminds=reminds),
        news=_news(alert, words, reminds=reminds),
        tone="ripe" if alert.topic == "lead.ready" else "other",
        standing=f"{standing} · {plain(alert.model_label)}" if alert.model_label else standing,
        heading=plain(who.called()) or words.gettext("An anonymous visitor"),
        place=plain(", ".join(part for part in (who.job, who.company) if part)),
        phone=plain(who.phone) if dialled(who.phone) else "",
        dial=dialled(who.phone),
        email=who.email,
        reasons=tuple(_reason(each, words) for each in alert.reasons[:_MOST_REASONS]),
        next_step=plain(alert.next_step),
        facts=tuple(_facts(alert, reader)),
        link=alert.link,
        verdicts=tuple((wording.verdict_word(verdict, words).capitalize(), link) for verdict, link in verdicts),
    )


def text_of(letter: Letter) -> str:
    """The part for readers without HTML."""
    words = catalog(letter.locale)
    who = [letter.heading, letter.place, letter.phone, letter.email if letter.email != letter.heading else ""]
    parts = [
        [letter.news, letter.standing],
        who,
        [f"- {reason}" for reason in letter.reasons],
        [f"→ {letter.next_step}" if letter.next_step else ""],
        [words.gettext("%(label)s: %(fact)s") % {"label": label, "fact": fact} for label, fact in letter.facts],
        [letter.link],
        [words.gettext("How was the moment we told you?") if letter.verdicts else ""],
        *([word, link] for word, link in letter.verdicts),
    ]
    lines = ["\n".join(line for line in part if line) for part in parts]
    return "\n\n".join(part for part in lines if part) + "\n"


def html_of(letter: Letter) -> str:
    """The part for everybody else; nothing in it is fetched from anywhere."""
    return environment(letter.locale).get_template("mail/alert.html").render(letter=letter, locale=letter.locale)


def _subject(alert: Alert, reader: Reader, *, reminds: bool) -> str:
    said = headline(alert, reader.locale)
    return reader.words.gettext("Still open: %(said)s") % {"said": said} if reminds else said


def _news(alert: Alert, words: NullTranslations, *, reminds: bool) -> str:
    if alert.is_test:
        return words.gettext("This is a test: alerts to you arrive. The person is made up.")
    if reminds:
        return words.gettext("Told two days ago, and nobody has taken it. There will be no other reminder.")
    news = {
        "lead.ready": words.gettext("Ripe now"),
        "lead.cooled": words.gettext("Cooled down: no need to call any more"),
        "lead.band": words.gettext("In another band"),
        "handoff.verdict": words.gettext("A verdict on what you were told"),
        "lead.outcome": words.gettext("How it ended"),
    }
    return news[alert.topic]


def _reason(reason: Reason, words: NullTranslations) -> str:
    label = words.gettext("Points by hand") if reason.rule == "manual" else plain(reason.label)
    return wording.reason(label, reason.times, words)


def _facts(alert: Alert, reader: Reader) -> list[tuple[str, str]]:
    words, page = reader.words, alert.last_page
    facts = []
    if page is not None:
        moment = times.write_moment(page.at, reader.zone, reader.locale)
        facts.append((words.gettext("Last page"), f"{plain(page.title or page.url)}, {moment}"))
    if alert.source:
        facts.append((words.gettext("Came by"), wording.channel_word(alert.source, words)))
    if alert.before:
        facts.append((words.gettext("Before"), wording.band_word(alert.before, words)))
    if alert.verdict:
        facts.append((words.gettext("Verdict"), wording.verdict_word(alert.verdict, words)))
    if alert.note:
        facts.append((words.gettext("Note"), plain(alert.note)))
    if alert.value is not None:
        facts.append((words.gettext("Value"), numbers.write_points(alert.value, reader.locale)))
    if alert.by:
        facts.append((words.gettext("Said by"), plain(alert.by)))
    return facts
