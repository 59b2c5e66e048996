"""The audit log: who did what when, written once and never changed; leads stand in it by their id alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from ripeline.store.authors import Said
from ripeline.store.database import Connection

#: Everything that is written down, in the order people choose from.
What = Literal[
    "signed_in",
    "password_changed",
    "reset_link_made",
    "signed_out_everywhere",
    "person_invited",
    "invitation_withdrawn",
    "person_joined",
    "person_added",
    "role_changed",
    "person_disabled",
    "person_enabled",
    "person_removed",
    "token_created",
    "token_withdrawn",
    "site_added",
    "site_renamed",
    "origin_owned",
    "origin_disowned",
    "left_out",
    "counted_again",
    "retention_changed",
    "retention_done",
    "alerts_changed",
    "rules_saved",
    "suspects_changed",
    "leads_exported",
    "lead_exported",
    "data_imported",
    "backup_written",
    "leads_merged",
    "merge_undone",
    "visitor_detached",
    "objection_noted",
    "objection_withdrawn",
    "lead_erased",
    "event_erased",
    "backup_restored",
]

#: Who did what was done on the command line: whoever has the data folder.
COMMAND_LINE: Final = "$"

AUDIT: Final = """
-- about: what the deed was done to (an e-mail of ours, a token's name, a setting); a lead stands in lead_id alone.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, author TEXT NOT NULL, what TEXT NOT NULL,
  about TEXT NOT NULL, lead_id INTEGER
) STRICT;
CREATE INDEX audit_by_author ON audit (author, id);
CREATE INDEX audit_by_what ON audit (what, id);
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is never changed'); END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is never changed'); END;
-- How many sign-ins failed on a day (UTC): what strangers type is not kept.
CREATE TABLE failed_signins (day TEXT PRIMARY KEY, failures INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""

_LONGEST_ABOUT: Final = 300

_ADD = "/* add_audit */ INSERT INTO audit (at, author, what, about, lead_id) VALUES (?, ?, ?, ?, ?)"
_READ = """-- read_audit
SELECT id, at, author, what, about, lead_id FROM audit WHERE id < ?{filters} ORDER BY id DESC LIMIT ?"""
_AUTHORS = "/* audit_authors */ SELECT DISTINCT author FROM audit ORDER BY author LIMIT 200"
_KINDS = "/* audit_kinds */ SELECT DISTINCT what FROM audit"
_FAILED = """-- count_failed_signin
INSERT INTO failed_signins (day, failures) VALUES (?, 1) ON CONFLICT (day) DO UPDATE SET failures = failures + 1"""
_FAILURES = "/* failed_signins */ SELECT coalesce(sum(failures), 0) FROM failed_signins WHERE day >= ?"


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One deed: its place, when (ms), by whom, what, and about what or which lead.

    `author`: "" the server itself, "$" the command line.
    """

    id: int
    at: int
    author: str
    what: str
    about: str
    lead: int | None


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which lines: of this author and kind (None: of all), older than the line `before` (None: from the newest)."""

    author: str | None = None
    what: str | None = None
    before: int | None = None


def add_audit(conn: Connection, by: Said, what: What, about: str = "", lead: int | None = None) -> None:
    """Write one line, in the transaction of the deed itself; never put a lead's name or e-mail into `about`."""
    conn.execute(_ADD, (by.at, by.author, what, about[:_LONGEST_ABOUT], lead))


def read_audit(conn: Connection, asked: AuditQuery, most: int) -> tuple[AuditLine, ...]:
    """The newest lines first."""
    wanted = {"author": asked.author, "what": asked.what}
    bound = [value for value in wanted.values() if value is not None]
    filters = "".join(f" AND {column} = ?" for column, value in wanted.items() if value is not None)
    before = (1 << 62) if asked.before is None else asked.before
    found = conn.execute(_READ.format(filters=filters), (before, *bound, most)).fetchall()
    return tuple(AuditLine(*row) for row in found)


def audit_authors(conn: Connection) -> tuple[str, ...]:
    """Everybody the log names, "" among them where the server itself did something."""
    return tuple(author for (author,) in conn.execute(_AUTHORS).fetchall())


def audit_kinds(conn: Connection) -> frozenset[str]:
    """Every kind of deed there is a line of."""
    return frozenset(what for (what,) in conn.execute(_KINDS).fetchall())


def count_failed_signin(conn: Connection, day: str) -> None:
    """One more on that day (UTC, ISO)."""
    conn.execute(_FAILED, (day,))


def failed_signins(conn: Connection, since: str) -> int:
    """How many there were since that day (UTC, ISO), itself counted in."""
    (failures,) = conn.execute(_FAILURES, (since,)).fetchone()
    return int(failures)
