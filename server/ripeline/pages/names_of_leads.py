"""What leads are called where a page names some of them in a line."""

from __future__ import annotations

from collections.abc import Iterable

from ripeline.pages.who import who_is
from ripeline.store.database import Connection
from ripeline.store.people_of_leads import people_of_leads
from ripeline.templating.languages import Locale, catalog


def names_of_leads(conn: Connection, leads: Iterable[int], locale: Locale) -> dict[int, str]:
    """What the lists call each of those there is: the name, the e-mail, else the visitor; "" without any of them."""
    people = [who_is(*each) for each in people_of_leads(conn, leads)]
    visitor = catalog(locale).gettext("Visitor %(key)s")
    return {who.id: who.name or who.email or (visitor % {"key": who.visitor} if who.visitor else "") for who in people}
