"""The tables of the first day: the log, the facts about leads, the people who sign in, and what is folded."""

from __future__ import annotations

from typing import Final

LOG: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE sites (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE origins (
  site_id INTEGER NOT NULL REFERENCES sites(id), origin TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('seen', 'mine')),
  first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
  PRIMARY KEY (site_id, origin)
) STRICT, WITHOUT ROWID;
-- Every long or repeated text of the log once: kinds, addresses, titles, agents, items, reasons, names of rules.
CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE sources (
  id INTEGER PRIMARY KEY, channel TEXT NOT NULL, source TEXT NOT NULL, medium TEXT NOT NULL,
  campaign TEXT NOT NULL, term TEXT NOT NULL, UNIQUE (channel, source, medium, campaign, term)
) STRICT;
-- A key whose alias_of is set is another name of that visitor (the local id beside the cookie).
CREATE TABLE visitors (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, alias_of INTEGER REFERENCES visitors(id)
) STRICT;
-- extra: JSON {"e": email, "p": props, "t": traits}, NULL when all three are absent.
-- AUTOINCREMENT: the place of an erased event is never given to a new one, which the fold would take for folded.
CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  site_id INTEGER NOT NULL, event_id TEXT NOT NULL CHECK (length(event_id) BETWEEN 1 AND 64),
  visitor_id INTEGER NOT NULL, kind_id INTEGER NOT NULL,
  at INTEGER NOT NULL, received_at INTEGER NOT NULL,
  url_id INTEGER, title_id INTEGER, referrer_id INTEGER, agent_id INTEGER, item_id INTEGER, source_id INTEGER,
  verified INTEGER NOT NULL CHECK (verified IN (0, 1)), suspect_id INTEGER, extra TEXT
) STRICT;
CREATE UNIQUE INDEX events_by_id ON events (event_id, site_id);
CREATE INDEX events_by_visitor ON events (visitor_id, at);
"""

FACTS: Final = """
-- leads.attributes: JSON {name: [value, verified, at]}, the same shape as `scoring.state.Attribute` encoded.
CREATE TABLE leads (
  id INTEGER PRIMARY KEY, email TEXT UNIQUE, created_at INTEGER NOT NULL, merged_into INTEGER REFERENCES leads(id),
  first_seen INTEGER, last_seen INTEGER,
  reachable INTEGER NOT NULL DEFAULT 0 CHECK (reachable IN (0, 1)),
  attributes TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(attributes))
) STRICT;
-- From this event on (in the total order) the visitor's events belong to that lead; the first row has from_at = MIN.
CREATE TABLE epochs (
  visitor_id INTEGER NOT NULL, from_at INTEGER NOT NULL, from_rank INTEGER NOT NULL, from_id TEXT NOT NULL,
  lead_id INTEGER NOT NULL, PRIMARY KEY (visitor_id, from_at, from_rank, from_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX epochs_by_lead ON epochs (lead_id);
-- handoffs.reasons: JSON [[rule id, label, thousandths, times], ...], most points first.
CREATE TABLE handoffs (
  id INTEGER PRIMARY KEY, lead_id INTEGER NOT NULL, model TEXT NOT NULL, band TEXT NOT NULL,
  score INTEGER NOT NULL, crossed_at INTEGER NOT NULL, crossing_event TEXT NOT NULL, made_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'claimed', 'snoozed', 'closed', 'expired', 'late')),
  owner_id INTEGER, verdict TEXT CHECK (verdict IN ('too_early', 'right_time', 'too_late', 'off_target')),
  note TEXT NOT NULL DEFAULT '', closed_at INTEGER, rules_hash TEXT NOT NULL,
  reasons TEXT NOT NULL CHECK (json_valid(reasons)),
  UNIQUE (lead_id, model, crossing_event)
) STRICT;
CREATE UNIQUE INDEX one_open_handoff ON handoffs (lead_id, model) WHERE state IN ('open', 'claimed', 'snoozed');
CREATE INDEX handoffs_by_state ON handoffs (state, crossed_at);
CREATE TABLE outbox (
  id TEXT PRIMARY KEY, topic TEXT NOT NULL, lead_id INTEGER NOT NULL, payload TEXT NOT NULL CHECK (json_valid(payload)),
  created_at INTEGER NOT NULL, due_at INTEGER NOT NULL, claimed_at INTEGER, attempts INTEGER NOT NULL DEFAULT 0,
  done_at INTEGER, failure TEXT
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at) WHERE done_at IS NULL;
CREATE TABLE quarantine (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, problem TEXT NOT NULL) STRICT;
CREATE TABLE rule_versions (
  hash TEXT PRIMARY KEY, text TEXT NOT NULL, at INTEGER NOT NULL, author TEXT NOT NULL
) STRICT;
"""

PEOPLE: Final = """
CREATE TABLE users (
  id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL DEFAULT '', password_hash TEXT,
  role TEXT NOT NULL CHECK (role IN ('owner', 'marketer', 'sales')), locale TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL, disabled_at INTEGER
) STRICT;
CREATE TABLE logins (
  token_hash TEXT PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, agent TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX logins_by_user ON logins (user_id);
CREATE TABLE attempts (key TEXT PRIMARY KEY, failures INTEGER NOT NULL, last_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE tokens (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, token_hash TEXT NOT NULL UNIQUE, scope TEXT NOT NULL,
  created_at INTEGER NOT NULL, used_at INTEGER
) STRICT;
"""

#: The tables that can be dropped and folded again; `{suffix}` lets a rescore build new ones beside the old.
PROJECTION: Final = """
CREATE TABLE lead_states{suffix} (lead_id INTEGER PRIMARY KEY, state BLOB NOT NULL) STRICT;
CREATE TABLE sessions{suffix} (
  lead_id INTEGER NOT NULL, started_at INTEGER NOT NULL, id INTEGER NOT NULL, visitor_id INTEGER NOT NULL,
  ended_at INTEGER NOT NULL, events INTEGER NOT NULL, entry_id INTEGER, source_id INTEGER,
  PRIMARY KEY (lead_id, started_at, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE ledger{suffix} (
  lead_id INTEGER NOT NULL, n INTEGER NOT NULL, model_id INTEGER NOT NULL, rule_id INTEGER NOT NULL,
  event_seq INTEGER NOT NULL, at INTEGER NOT NULL, points INTEGER NOT NULL, reason TEXT,
  PRIMARY KEY (lead_id, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE crossings{suffix} (
  lead_id INTEGER NOT NULL, n INTEGER NOT NULL, model_id INTEGER NOT NULL, band TEXT NOT NULL,
  entered INTEGER NOT NULL CHECK (entered IN (0, 1)), event_seq INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (lead_id, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE scores{suffix} (
  model_id INTEGER NOT NULL, lead_id INTEGER NOT NULL, score INTEGER NOT NULL, engagement INTEGER NOT NULL,
  fit INTEGER NOT NULL, band TEXT NOT NULL, out_of_target INTEGER NOT NULL CHECK (out_of_target IN (0, 1)),
  PRIMARY KEY (model_id, lead_id)
) STRICT, WITHOUT ROWID;
-- The band is in the index so that a list of one band is counted without looking at each row.
CREATE INDEX scores{suffix}_ranked ON scores{suffix} (model_id, out_of_target, score DESC, lead_id DESC, band);
"""
