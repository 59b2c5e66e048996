"""The schema, as small named steps; each runs once, in order, after a verified copy (see `database`)."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from ripeline.store.audit import AUDIT
from ripeline.store.companies_sql import add_companies
from ripeline.store.deeds_sql import DUE, ERASING, NO_CIRCLES, ONE_PERSON, RULE_FILES, SALES, SUSPECTS
from ripeline.store.erasures import ERASED
from ripeline.store.first_sql import FACTS, LOG, PEOPLE, PROJECTION
from ripeline.store.invitations import INVITATIONS
from ripeline.store.lists_sql import LISTS
from ripeline.store.notes import NOTES
from ripeline.store.outbox_sql import ALERTS
from ripeline.store.own_people import OWN_TABLES
from ripeline.store.retention import LAST_ACTIONS
from ripeline.store.reviews import REVIEW_TABLES
from ripeline.store.rule_drafts import RULE_DRAFTS
from ripeline.store.search_sql import SEARCH
from ripeline.store.shelf_sql import SHELF
from ripeline.store.stars import STAR_TABLES
from ripeline.store.truth_rows import REACHABLE
from ripeline.store.views_sql import DAILY_VIEW, TIMELINE_ANEW, TIMELINE_OF_PAGES, VIEWS

migrations = Migrations("ripeline")


@migrations()
def the_log(db: Database) -> None:
    db.executescript(LOG)


@migrations()
def facts_about_leads(db: Database) -> None:
    db.executescript(FACTS)


@migrations()
def people_who_sign_in(db: Database) -> None:
    db.executescript(PEOPLE)


@migrations()
def the_projection(db: Database) -> None:
    db.executescript(PROJECTION.format(suffix=""))


@migrations()
def search_in_leads(db: Database) -> None:
    db.executescript(SEARCH)


@migrations()
def the_database_as_an_interface(db: Database) -> None:
    db.executescript(VIEWS)


@migrations()
def days_as_an_interface(db: Database) -> None:
    db.executescript(DAILY_VIEW)


@migrations()
def leads_that_are_one(db: Database) -> None:
    """Which leads read as another; a person's merges, visitors taken out again: all as facts."""
    db.executescript(ONE_PERSON)


@migrations()
def what_sales_says(db: Database) -> None:
    """Verdicts and outcomes, hand-offs put off, events a person marked or cleared."""
    db.executescript(SALES)


@migrations()
def what_comes_due(db: Database) -> None:
    """When time alone changes a score, or lets a lead be handed over again."""
    db.executescript(DUE)


@migrations()
def files_of_rules(db: Database) -> None:
    """Which file was in force since when, and whom a new one would send to sales."""
    db.executescript(RULE_FILES)


@migrations()
def what_erasing_must_find(db: Database) -> None:
    """Events that are nobody's, and names that were said but do not count."""
    db.executescript(ERASING)


@migrations()
def people_left_out(db: Database) -> None:
    """Own addresses and e-mail domains, and the visitors found to be of them."""
    db.executescript(OWN_TABLES)


@migrations()
def what_is_suspect_or_dropped(db: Database) -> None:
    """Suspect events by their reason, and how many events were dropped for which."""
    db.executescript(SUSPECTS)


@migrations()
def companies_by_domain(db: Database) -> None:
    """Which leads have e-mail addresses of one company."""
    add_companies(db)


@migrations()
def who_did_what(db: Database) -> None:
    """The audit log, and how many sign-ins failed a day."""
    db.executescript(AUDIT)


@migrations()
def notes_on_leads(db: Database) -> None:
    """Calls, e-mails, meetings and notes people write down."""
    db.executescript(NOTES)


@migrations()
def where_alerts_go(db: Database) -> None:
    """Destinations of alerts, and each message on its way to them."""
    db.executescript(ALERTS)


@migrations()
def the_order_of_handoffs(db: Database) -> None:
    """Where each hand-off stands in the list of sales."""
    db.executescript(SHELF)


@migrations()
def what_mattered(db: Database) -> None:
    """Stars people give to events."""
    db.executescript(STAR_TABLES)


@migrations()
def links_that_let_in(db: Database) -> None:
    """Invitations, and links to a new password."""
    db.executescript(INVITATIONS)


@migrations()
def lists_of_leads(db: Database) -> None:
    """Leads by when they were seen, by channel, by owner, by what they saw; the lists people keep."""
    db.executescript(LISTS)


@migrations()
def what_is_kept_for_how_long(db: Database) -> None:
    """When leads last did something, where the event that says so was kept long enough."""
    db.executescript(LAST_ACTIONS)


@migrations()
def who_does_not_come_back(db: Database) -> None:
    """The list of erasures, and the key it is hashed with."""
    db.executescript(ERASED)


@migrations()
def rules_being_changed(db: Database) -> None:
    """Texts of rule files that people are changing on the pages."""
    db.executescript(RULE_DRAFTS)


@migrations()
def reviews_with_sales(db: Database) -> None:
    """Leads looked at one after the other, and what was said of each."""
    db.executescript(REVIEW_TABLES)


@migrations()
def whose_events_a_session_shows(db: Database) -> None:
    """The view of events, as the first databases did not have it."""
    db.executescript(TIMELINE_ANEW)


@migrations()
def people_who_can_be_called(db: Database) -> None:
    """An index of the leads with an e-mail or a phone number."""
    db.executescript(REACHABLE)


@migrations()
def pages_by_the_ids_of_their_reading(db: Database) -> None:
    """The view of events once more: how long a page was read no longer has a text that says which page."""
    db.executescript(TIMELINE_OF_PAGES)


@migrations()
def leads_that_led_to_themselves(db: Database) -> None:
    """What was lost from the lists because it was read under itself is there again."""
    db.executescript(NO_CIRCLES)
