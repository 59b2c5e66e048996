"""The way of a browser's events from request to log, as a list of steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from ripeline.collect.agents import agent_of
from ripeline.collect.arrivals import NOTHING_SENT, Arrival
from ripeline.collect.bodies import JSON, TEXT, check_length, check_type
from ripeline.collect.decoding import TOO_LARGE, decode_envelope
from ripeline.collect.intake import Intake
from ripeline.collect.landing import confirm_clicks
from ripeline.collect.refusals import Drop, Refused
from ripeline.collect.scanners import is_fetched_ahead, is_prerendered
from ripeline.domain.event import ENGAGEMENT, PAGE
from ripeline.domain.wire_browser import Sender, is_browser_visitor, parse_browser_item
from ripeline.errors import InvalidEvent, ReferrerSpam

Step = Callable[[Intake, Arrival], None]


def allow_origin(intake: Intake, arrival: Arrival) -> None:
    intake.sites.refresh(arrival.received_at)
    if arrival.origin is not None:
        arrival.cors = intake.sites.cors(arrival.origin)


def check_method(_: Intake, arrival: Arrival) -> None:
    if arrival.method != "POST":
        raise Refused(405, "bad_method", "events are sent by POST")


def limit_rate(intake: Intake, arrival: Arrival) -> None:
    if intake.rates.limit is None:
        return
    arrival.address = intake.addresses.of(arrival.scope, arrival.headers)
    wait = intake.rates.wait_seconds(arrival.address, arrival.received_at / 1000)
    if wait:
        raise Refused(429, "too_many_requests", "too many from this address", retry_after=wait)


def check_room(intake: Intake, _: Arrival) -> None:
    """While hardly any more fit into the queue, what cannot be taken is not even read."""
    log = intake.running.log
    if log.is_crowded:
        raise Refused(503, "try_again", log.crowd, retry_after=1)


def check_headers(_: Intake, arrival: Arrival) -> None:
    check_type(arrival.headers, (TEXT, JSON))
    check_length(arrival.headers)


def decode_body(_: Intake, arrival: Arrival) -> None:
    arrival.envelope, arrival.items = decode_envelope(arrival.body)


def find_site(intake: Intake, arrival: Arrival) -> None:
    arrival.site = intake.sites.site_of(arrival.envelope.s)


def honour_withdrawal(intake: Intake, arrival: Arrival) -> None:
    """Consent taken back: the cookie goes, and nothing is stored."""
    consent = arrival.envelope.c
    if consent is not None and not consent:
        arrival.set_cookie = intake.cookies.expired()
        _drop(arrival, Drop.OPTED_OUT)


def drop_prefetched(_: Intake, arrival: Arrival) -> None:
    """A browser that only fetches ahead has seen nothing yet."""
    if is_fetched_ahead(arrival.headers) and not is_prerendered(arrival.headers):
        _drop(arrival, Drop.PREFETCH)


def leave_out_own_address(intake: Intake, arrival: Arrival) -> None:
    """Colleagues at the office; the whole address is looked at here, in memory, and goes no further."""
    intake.own.refresh(arrival.received_at)
    if intake.own.has_addresses and intake.own.is_own_address(intake.addresses.of(arrival.scope, arrival.headers)):
        _drop(arrival, Drop.OWN_ADDRESS)


def know_visitor(intake: Intake, arrival: Arrival) -> None:
    """Whose events these are: the cookie wins over the id the page sent, which becomes an alias."""
    if not arrival.items:
        return
    local = arrival.envelope.v or ""
    if local and not is_browser_visitor(local):
        raise Refused(400, "bad_visitor", "`v` must be 1–64 printable ASCII characters")
    cookie = arrival.headers.get(b"cookie")
    known = intake.cookies.visitor_of(cookie) if cookie else ""
    if not known and not local:
        raise Refused(400, "bad_visitor", "`v`, the visitor's id, is missing")
    # Only browsers send an Origin, and only they keep cookies.
    if not known and arrival.origin is not None and intake.cookies.can_hold(local):
        arrival.set_cookie = intake.cookies.made_for(local)
    if arrival.envelope.t is not None and arrival.origin is not None:
        intake.running.clocks.saw(local, arrival.envelope.t, arrival.received_at)
    agent = agent_of(arrival.headers.get(b"user-agent", b""))
    arrival.sender = Sender(
        visitor=known or local,
        alias=local if known and local != known else "",
        agent=agent.text,
        suspect="" if arrival.envelope.d else agent.suspect if arrival.origin is None else agent.suspect_on_page,
        site=arrival.site,
        sent_at=arrival.envelope.t,
        files=arrival.envelope.x or "",
        own_hosts=intake.sites.hosts,
        identity_key=intake.identity_key,
        channels=intake.sites.channels,
    )


def parse_items(_: Intake, arrival: Arrival) -> None:
    """Each by itself: a bad one is reported with its place, its neighbours go on."""
    for index, item in enumerate(arrival.items):
        try:
            if item is TOO_LARGE:
                raise InvalidEvent("too_large", "", "larger than 32 KiB")
            arrival.events.append(parse_browser_item(item, arrival.sender, arrival.received_at))
        except InvalidEvent as problem:
            arrival.rejected.append((index, problem.code))
        except ReferrerSpam:
            arrival.drop = Drop.REFERRER_SPAM
            arrival.dropped += 1


def watch_pace(intake: Intake, arrival: Arrival) -> None:
    """Faster than anybody reads: kept and marked, unless limits by rate are off."""
    if intake.rates.limit is None:
        return
    for place, event in enumerate(arrival.events):
        paces = intake.paces if event.on == PAGE else intake.other_paces
        if event.on != ENGAGEMENT and (reason := paces.suspect(arrival.sender.visitor, event.at)):
            arrival.events[place] = replace(event, suspect=event.suspect or reason)


def mark_own_people(intake: Intake, arrival: Arrival) -> None:
    arrival.events, arrival.own = intake.own.mark(arrival.events)


def count_received(intake: Intake, arrival: Arrival) -> None:
    arrival.received = len(arrival.events) + len(arrival.rejected)
    intake.tally.received += arrival.received


def let_go(_: Intake, arrival: Arrival) -> None:
    """Who waits for the commit waits with the events alone: what they came in is larger than they are."""
    arrival.size = len(arrival.body)
    arrival.body, arrival.envelope, arrival.items = b"", NOTHING_SENT, ()


#: In this order; a step that raises `Refused` ends the way. Between the two lists the body is read.
BEFORE_THE_BODY: Final[tuple[Step, ...]] = (
    allow_origin,
    check_method,
    limit_rate,
    check_room,
    check_headers,
)
#: From what was sent to events, with all that is to be said of them.
INTO_EVENTS: Final[tuple[Step, ...]] = (
    know_visitor,
    parse_items,
    watch_pace,
    confirm_clicks,
    mark_own_people,
)
WITH_THE_BODY: Final[tuple[Step, ...]] = (
    decode_body,
    find_site,
    honour_withdrawal,
    drop_prefetched,
    leave_out_own_address,
    *INTO_EVENTS,
    count_received,
    let_go,
)


def _drop(arrival: Arrival, reason: Drop) -> None:
    if arrival.items:
        arrival.drop, arrival.dropped = reason, len(arrival.items)
    arrival.items = ()
