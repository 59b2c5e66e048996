"""The demo's history: the same every time, and like a real shop's."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from fnmatch import fnmatch
from functools import cache
from html import escape

import pytest
from msgspec import structs
from starlette.testclient import TestClient

from ripeline.demo.grid import demo_rules
from ripeline.demo.history import ZONE, make_history
from ripeline.demo.history_site import BROCHURE, TITLES, white_paper
from ripeline.demo.shop import create_shop
from ripeline.domain.event import DOWNLOAD, ENGAGEMENT, FORM, Event
from ripeline.domain.urls import canonical_url
from ripeline.domain.wire import parse_api_event
from ripeline.domain.wire_export import api_item
from ripeline.templating.languages import LOCALES, Locale

NOW = int(datetime(2026, 11, 21, 18, tzinfo=UTC).timestamp() * 1000)
DAY = 86_400_000


@cache
def history() -> tuple[Event, ...]:
    return tuple(make_history(NOW))


def test_the_same_moment_has_the_same_history() -> None:
    assert tuple(make_history(NOW)) == history()


def bare(event: Event) -> Event:
    """Without what differs from language to language."""
    props, traits = ({**fields, "job": ""} for fields in (event.props or {}, event.traits or {}))
    return structs.replace(event, title="", props=props, traits=traits)


def jobs_of(events: Iterable[Event]) -> list[str]:
    return [str(event.traits["job"]) for event in events if event.traits and "job" in event.traits]


def test_in_french_it_is_the_same_but_for_the_titles_and_the_jobs() -> None:
    told = list(make_history(NOW, "fr"))
    assert [bare(event) for event in told] == [bare(event) for event in history()]
    assert {event.title for event in told if event.on == "page"} <= set(TITLES["fr"].values())
    assert TITLES["fr"].keys() == TITLES["en"].keys()


def test_the_french_rules_see_in_a_french_job_what_they_see_in_the_english_one() -> None:
    wanted = _wanted_jobs("fr")
    pairs = set(zip(jobs_of(history()), jobs_of(make_history(NOW, "fr")), strict=True))
    assert any(english != french for english, french in pairs)
    for english, french in pairs:
        assert not any(word in french.lower() for word in ("manager", "director", "chief", "head", "student", "lead"))
        assert _is_one_of(english, wanted) == _is_one_of(french, wanted), french


def _wanted_jobs(language: Locale) -> list[str]:
    """The patterns of the rule for people who decide."""
    rules = tomllib.loads(demo_rules(language))["models"]["general"]["rules"].values()
    return next(rule["lead"]["job"] for rule in rules if "job" in rule.get("lead", {}))


def _is_one_of(job: str, patterns: list[str]) -> bool:
    return any(fnmatch(job.lower(), pattern.lower()) for pattern in patterns)


def test_it_is_in_the_total_order_and_ids_are_unique() -> None:
    orders = [event.order for event in history()]
    assert orders == sorted(orders)
    assert len({event.id for event in history()}) == len(orders)


def test_it_spans_ninety_days_and_nothing_lies_ahead() -> None:
    first, last = history()[0].at, history()[-1].at
    assert 80 * DAY < NOW - first <= 92 * DAY
    assert NOW - 3_600_000 < last <= NOW


def test_nothing_lies_ahead_at_any_hour() -> None:
    for hour in range(0, 24, 5):
        moment = NOW + hour * 3_600_000
        assert max(event.at for event in make_history(moment)) <= moment


def test_about_four_hundred_people_come() -> None:
    assert 380 <= len({event.visitor for event in history()}) <= 430


def test_most_never_say_who_they_are() -> None:
    known = {event.visitor for event in history() if event.email}
    assert 60 <= len(known) <= 150


def test_every_address_is_made_up() -> None:
    assert all(event.email.endswith(".example") for event in history() if event.email)
    assert len({event.email for event in history() if event.email}) == len({e.visitor for e in history() if e.email})


def test_every_kind_of_event_and_every_way_in_occurs() -> None:
    kinds = Counter(event.on for event in history())
    channels = Counter(event.source.channel for event in history() if event.source)
    assert min(kinds[each] for each in ("page", DOWNLOAD, FORM, ENGAGEMENT)) > 50
    assert {"direct", "organic search", "email", "paid search", "referral", "organic social"} <= set(channels)


def test_people_keep_hours() -> None:
    hours = Counter(datetime.fromtimestamp(event.at / 1000, ZONE).hour for event in history())
    assert sum(hours[hour] for hour in range(8, 20)) > 0.85 * len(history())
    days = Counter(datetime.fromtimestamp(event.at / 1000, ZONE).weekday() for event in history())
    assert days[5] + days[6] < 0.2 * len(history())


def test_each_event_could_have_come_through_the_api() -> None:
    for event in history():
        assert event.url == canonical_url(event.url)
        parsed = parse_api_event(api_item(event, str(event.visitor)), NOW)
        assert (parsed.id, parsed.on, parsed.at, parsed.url, parsed.email) == (
            event.id,
            event.on,
            event.at,
            event.url,
            event.email,
        )
        assert parsed.props == event.props
        assert parsed.traits == event.traits


@pytest.mark.parametrize("language", LOCALES)
def test_the_pages_it_tells_of_are_the_shops_own(language: Locale) -> None:
    with TestClient(create_shop("http://leads.example", "key", language)) as shop:
        for path, title in TITLES[language].items():
            assert f"<title>{escape(title)}</title>" in shop.get(path).text
        for letter in "abc":
            assert shop.get(white_paper(letter)).status_code == 200
        assert shop.get(BROCHURE).status_code == 200
