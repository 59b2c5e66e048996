"""The tables of what people do: merges, verdicts, outcomes, marks, and of what time and new rules bring about."""

from __future__ import annotations

from typing import Final

# leads.merged_into names the lead everything of this one is read under: never one that is merged itself when a
# person merged it. `merges` keeps who said so, so that it can be undone; `moved` is what went along as JSON
# {"handoffs": [[id, state], …], "verdicts": [id, …], "outcomes": [id, …]}.
ONE_PERSON: Final = """
CREATE INDEX leads_by_root ON leads (merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE merges (
  id INTEGER PRIMARY KEY, gone_id INTEGER NOT NULL, into_id INTEGER NOT NULL, at INTEGER NOT NULL,
  author TEXT NOT NULL, moved TEXT NOT NULL CHECK (json_valid(moved)), undone_at INTEGER
) STRICT;
CREATE UNIQUE INDEX one_merge_in_force ON merges (gone_id) WHERE undone_at IS NULL;
CREATE INDEX merges_by_lead ON merges (into_id);
-- What this visitor says about being that person does not count: a person took it out.
CREATE TABLE detachments (
  visitor_id INTEGER NOT NULL, email TEXT NOT NULL, at INTEGER NOT NULL, author TEXT NOT NULL,
  PRIMARY KEY (visitor_id, email)
) STRICT, WITHOUT ROWID;
"""

# What was so at the moment of a verdict is frozen beside it: score in thousandths, band, rules,
# and sums as JSON {rule id: thousandths}.
SALES: Final = """
ALTER TABLE handoffs ADD COLUMN snoozed_until INTEGER;
ALTER TABLE handoffs ADD COLUMN closed_score INTEGER;
ALTER TABLE handoffs ADD COLUMN outcome TEXT CHECK (outcome IN ('won', 'lost'));
ALTER TABLE handoffs ADD COLUMN outcome_at INTEGER;
ALTER TABLE handoffs ADD COLUMN lifted_at INTEGER;
CREATE TABLE verdicts (
  id INTEGER PRIMARY KEY, lead_id INTEGER NOT NULL, model TEXT NOT NULL, handoff_id INTEGER,
  verdict TEXT NOT NULL CHECK (verdict IN ('too_early', 'right_time', 'too_late', 'off_target')),
  note TEXT NOT NULL DEFAULT '', author TEXT NOT NULL, at INTEGER NOT NULL,
  score INTEGER NOT NULL, band TEXT NOT NULL, rules_hash TEXT NOT NULL, sums TEXT NOT NULL CHECK (json_valid(sums)),
  lifted_at INTEGER
) STRICT;
CREATE INDEX verdicts_by_lead ON verdicts (lead_id, model);
-- model: NULL when the outcome is about all of them; value in thousandths of the currency, NULL when unknown.
CREATE TABLE outcomes (
  id INTEGER PRIMARY KEY, lead_id INTEGER NOT NULL, model TEXT,
  outcome TEXT NOT NULL CHECK (outcome IN ('won', 'lost')), at INTEGER NOT NULL, value INTEGER,
  author TEXT NOT NULL, made_at INTEGER NOT NULL, lifted_at INTEGER
) STRICT;
CREATE INDEX outcomes_by_lead ON outcomes (lead_id);
-- was_id: what the event was suspected of when it was collected (NULL: of nothing).
CREATE TABLE marks (
  event_seq INTEGER PRIMARY KEY, was_id INTEGER, author TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
-- Texts and sources of events that were erased: to be erased too, unless somebody else used them.
CREATE TABLE doubtful_texts (id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE doubtful_sources (id INTEGER PRIMARY KEY) STRICT;
"""

DUE: Final = """
ALTER TABLE lead_states ADD COLUMN due_at INTEGER;
ALTER TABLE crossings ADD COLUMN score INTEGER NOT NULL DEFAULT 0;
CREATE INDEX lead_states_due ON lead_states (due_at) WHERE due_at IS NOT NULL;
-- Whether a lead is handed over in a model is to be looked at again then, though nothing may happen until.
CREATE TABLE looks (
  lead_id INTEGER NOT NULL, model TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (lead_id, model)
) STRICT, WITHOUT ROWID;
CREATE INDEX looks_due ON looks (at);
"""

RULE_FILES: Final = """
CREATE TABLE rule_changes (
  id INTEGER PRIMARY KEY, hash TEXT NOT NULL REFERENCES rule_versions (hash), at INTEGER NOT NULL, author TEXT NOT NULL
) STRICT;
INSERT INTO rule_changes (hash, at, author) SELECT hash, at, author FROM rule_versions ORDER BY at;
-- Leads changed while a rescore goes on, after it had them: it takes them once more.
CREATE TABLE leads_again (lead_id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE proposals (
  id INTEGER PRIMARY KEY, rules_hash TEXT NOT NULL, lead_id INTEGER NOT NULL, model TEXT NOT NULL,
  band TEXT NOT NULL, score INTEGER NOT NULL, crossed_at INTEGER NOT NULL, crossing_event TEXT NOT NULL,
  made_at INTEGER NOT NULL, accepted_at INTEGER, UNIQUE (rules_hash, lead_id, model)
) STRICT;
"""

# unplaced: not even whose event it is could be found out. Names that suspect events say count for nobody, so that only
# this index finds them.
ERASING: Final = """
ALTER TABLE quarantine ADD COLUMN unplaced INTEGER NOT NULL DEFAULT 0 CHECK (unplaced IN (0, 1));
CREATE INDEX events_suspect_names ON events (extra ->> '$.e') WHERE suspect_id IS NOT NULL AND extra IS NOT NULL;
"""

# drops: what was not stored on purpose, by day (UTC) and reason.
SUSPECTS: Final = """
CREATE INDEX events_suspect ON events (suspect_id) WHERE suspect_id IS NOT NULL;
CREATE TABLE drops (
  day TEXT NOT NULL, reason TEXT NOT NULL, events INTEGER NOT NULL, PRIMARY KEY (day, reason)
) STRICT, WITHOUT ROWID;
"""

# Somebody put into an anonymous lead was named like its visitor: that lead was read under itself then (two such leads:
# under each other), and so nowhere. Only where there is one all scores are made anew.
NO_CIRCLES: Final = """
UPDATE leads SET merged_into = NULL WHERE merged_into = id OR (id < merged_into AND EXISTS (
  SELECT 1 FROM leads AS g WHERE g.id = leads.merged_into AND g.merged_into = leads.id));
DELETE FROM meta WHERE key = 'rules_hash' AND changes() > 0;
UPDATE leads SET merged_into = (SELECT g.merged_into FROM leads AS g WHERE g.id = leads.merged_into)
WHERE id IN (SELECT gone_id FROM merges WHERE undone_at IS NULL)
  AND merged_into IN (SELECT id FROM leads WHERE merged_into IS NOT NULL);
"""
