"""Text search over leads: an index of three-character runs, kept by triggers, over e-mails and attribute values."""

from __future__ import annotations

# Anonymous leads without attributes stay out, and most updates of a lead touch neither column, so a fold pays for
# search only when somebody becomes known. The index keeps no text of its own: a delete repeats what was indexed.
_VALUES = "coalesce((SELECT group_concat(json_extract(value, '$[0]'), char(10)) FROM json_each({row}.attributes)), '')"

_ADD = f"""INSERT INTO leads_search (rowid, email, known)
  VALUES (new.id, coalesce(new.email, ''), {_VALUES.format(row="new")});"""
_TAKE = f"""INSERT INTO leads_search (leads_search, rowid, email, known)
  VALUES ('delete', old.id, coalesce(old.email, ''), {_VALUES.format(row="old")});"""
_WAS_KNOWN = "(old.email IS NOT NULL OR old.attributes <> '{}')"
_IS_KNOWN = "(new.email IS NOT NULL OR new.attributes <> '{}')"
_HAS_CHANGED = "(old.email IS NOT new.email OR old.attributes <> new.attributes)"

SEARCH = f"""
CREATE VIRTUAL TABLE leads_search USING fts5(email, known, content='', tokenize='trigram');
CREATE TRIGGER leads_search_new AFTER INSERT ON leads WHEN {_IS_KNOWN} BEGIN
  {_ADD}
END;
CREATE TRIGGER leads_search_before BEFORE UPDATE OF email, attributes ON leads
WHEN {_WAS_KNOWN} AND {_HAS_CHANGED} BEGIN
  {_TAKE}
END;
CREATE TRIGGER leads_search_after AFTER UPDATE OF email, attributes ON leads
WHEN {_IS_KNOWN} AND {_HAS_CHANGED} BEGIN
  {_ADD}
END;
CREATE TRIGGER leads_search_gone BEFORE DELETE ON leads WHEN {_WAS_KNOWN} BEGIN
  {_TAKE}
END;
"""


def matching(text: str) -> str:
    """The query that finds `text` (three characters or more) as it stands, wherever it occurs."""
    return '"{}"'.format(text.strip().replace('"', '""').replace("\0", ""))
