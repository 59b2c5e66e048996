"""What is known about a lead, and the rules that hold while it is true."""

from __future__ import annotations

from tests.scoring.stories import HOUR, MINUTE, Told, event, one_by_one, page, scorer_of

from ripeline.domain.event import Event
from ripeline.domain.source import Source

MODEL = "[models.m]\nbands = { hot = 1000 }\n[models.m.rules]\n"


def told(rules: str, *events: Event) -> Told:
    return one_by_one(scorer_of(MODEL + rules), events)


def ada(id: str, at: int, verified: bool = False, **traits: object) -> Event:
    return event(id, "identify", at, email="ada@acme.com", verified=verified, traits=traits or None)


DIRECTOR = 'boss = { points = 5, lead.job = "*director*" }'


def test_a_claim_fills_what_is_empty_and_overwrites_nothing() -> None:
    story = told(DIRECTOR, ada("a", 0, job="Intern"), ada("b", HOUR, job="Director", company="Acme"))
    assert {name: fact.value for name, fact in story.state.attributes.items()} == {
        "email": "ada@acme.com",
        "job": "Intern",
        "company": "Acme",
    }


def test_a_verified_source_overwrites() -> None:
    story = told(DIRECTOR, ada("a", 0, job="Intern"), ada("b", HOUR, verified=True, job="Director"))
    assert (story.paid, story.state.attributes["job"].verified) == ([5], True)
    assert story.state.attributes["job"].at == story.lines[0].at


def test_a_verified_word_that_says_the_same_makes_it_verified_since_then() -> None:
    story = told(DIRECTOR, ada("a", 0, job="Director"), ada("b", HOUR, verified=True, job="Director"))
    assert (len(story.lines), story.state.attributes["job"].verified) == (1, True)


def test_a_suspect_event_teaches_nothing() -> None:
    story = told(DIRECTOR, event("a", "form", 0, email="eve@x.com", traits={"job": "Director"}, suspect="bot"))
    assert (story.state.attributes, story.lines) == ({}, [])
    assert not story.scorer.is_reachable(story.state)


def test_a_fit_rule_writes_when_it_begins_and_takes_back_when_it_ends() -> None:
    jobs = ["Director", "Intern", "director of sales"]
    story = told(DIRECTOR, *[ada(f"i{n}", n * HOUR, verified=True, job=job) for n, job in enumerate(jobs)])
    assert [(line.event, line.points) for line in story.lines] == [("i0", 5000), ("i1", -5000), ("i2", 5000)]
    assert (story.reading.fit, story.reading.engagement) == (5000, 0)


def test_a_fit_rule_about_what_is_missing_holds_from_the_first_event_on() -> None:
    story = told('stranger = { points = -1, lead.country = { not = "FR" } }', page("a", 0), page("b", HOUR))
    assert [(line.event, line.points) for line in story.lines] == [("a", -1000)]


def test_the_mail_domain_and_freemail_are_derived() -> None:
    rules = 'work = { points = 2, lead.freemail = false }\nacme = { points = 3, lead.email_domain = "acme.com" }'
    assert told(rules, page("a", 0), ada("b", HOUR)).paid == [2, 3]


def test_the_channel_of_a_lead_is_its_first() -> None:
    rules = 'mail = { points = 2, lead.channel = "email" }'
    newsletter, search = Source(channel="email"), Source(channel="search")
    assert told(rules, page("a", 0, source=newsletter), page("b", HOUR, source=search)).score == 2
    assert told(rules, page("a", 0, source=search), page("b", HOUR, source=newsletter)).score == 0


def test_a_rule_narrowed_by_the_lead_knows_what_this_very_event_says() -> None:
    rules = 'asks = { points = 9, on = "form", lead.job = "*director*" }'
    form = event("f", "form", MINUTE, item="demo", traits={"job": "Director"})
    assert told(rules, page("a", 0), form).paid == [9]


def test_a_rule_narrowed_by_the_lead_keeps_what_it_paid_then() -> None:
    rules = 'reads = { points = 1, on = "page", lead.job = "*director*" }'
    story = [
        page("a", 0),
        ada("b", HOUR, True, job="Director"),
        page("c", 2 * HOUR),
        ada("d", 3 * HOUR, True, job="Cook"),
    ]
    assert [line.event for line in told(rules, *story, page("e", 4 * HOUR)).lines] == ["c"]


def test_the_begin_of_a_session_knows_only_what_was_known_before() -> None:
    rules = 'comes = { points = 1, on = "session", lead.job = "*director*" }'
    assert [line.event for line in told(rules, ada("a", 0, job="Director"), page("b", HOUR)).lines] == ["b"]


def test_a_form_field_named_in_the_rule_file_fills_its_attribute() -> None:
    file = '[attributes]\njob = ["input_5"]\n' + MODEL + DIRECTOR
    form = event("f", "form", 0, item="contact", props={"input_5": "Director"})
    assert one_by_one(scorer_of(file), [form]).paid == [5]


def test_an_email_or_a_phone_number_makes_a_lead_reachable() -> None:
    for story in ([ada("a", 0)], [event("f", "form", 0, item="contact", traits={"phone": "+33 6 12"})]):
        lead = told(DIRECTOR, *story)
        assert lead.scorer.is_reachable(lead.state)
    anonymous = told(DIRECTOR, page("a", 0))
    assert not anonymous.scorer.is_reachable(anonymous.state)
