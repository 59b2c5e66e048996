"""The form of what the fold stores: what a version that scored otherwise has stored is not gone on with."""

from __future__ import annotations

from typing import Final

from ripeline.store.database import Connection
from ripeline.store.meta import read_meta

#: The name in `meta` of the form of what was stored.
FORM_KEY: Final = "scoring_form"

#: Raised by one whenever the same events and rules give other scores or states than before. Until all is made anew
#: pages show the rows of before, so their columns must still say the same; states of another form nobody decodes.
FORM: Final = "4"


def is_of_this_form(conn: Connection) -> bool:
    """Whether what is stored of scores, if anything is, was made by a version that scores as this one does."""
    return read_meta(conn, FORM_KEY) in (None, FORM)
