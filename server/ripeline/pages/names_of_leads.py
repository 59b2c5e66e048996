"""What leads are called where a page names some of them in a line."""

from __future__ import annotations

from collections.abc import Iterable

from ripeline.pages.who import who_is
from ripeline.store.database import Connection
from ripeline.store.people_of_leads import people_of_leads


def names_of_leads(conn: Connection, leads: Iterable[int]) -> dict[int, str]:
    """The name, else the e-mail of each of those there is; "" for who is anonymous."""
    people = (who_is(id, email, attributes) for id, email, attributes in people_of_leads(conn, leads))
    return {who.id: who.name or who.email for who in people}
