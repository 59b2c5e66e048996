"""Companies in the database: the domain beside each e-mail, and an index that counts and lists those of one."""

from __future__ import annotations

from typing import Final

from sqlite_utils import Database

from ripeline.rules.companies import company_of

_COLUMN: Final = "-- leads_have_companies\nALTER TABLE leads ADD COLUMN company_domain TEXT"
_FILL: Final = "-- fill_companies\nUPDATE leads SET company_domain = company_of(email) WHERE email IS NOT NULL"
_INDEX: Final = """-- index_companies
CREATE INDEX leads_by_company ON leads (company_domain, last_seen, merged_into)
WHERE company_domain IS NOT NULL AND merged_into IS NULL"""


def add_companies(db: Database) -> None:
    """The column, filled from the e-mails there are, and its index."""
    db.execute(_COLUMN)
    db.conn.create_function("company_of", 1, company_of, deterministic=True)
    db.execute(_FILL)
    db.execute(_INDEX)
