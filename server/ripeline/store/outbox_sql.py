"""The tables of alerts: where they go, and what became of each on its way there."""

from __future__ import annotations

from typing import Final

# destinations: topics is JSON [topic, …]; model NULL: all. secret signs webhooks; the one before it signs too until
# old_until (ms). trouble: why it was turned off by itself, "" when a person did it.
# deliveries: one message of the outbox for one destination. A later one of the same lead waits for an earlier one
# that is not done: done_at NULL. status is HTTP's (or NULL), answer the beginning of what came back.
ALERTS: Final = """
CREATE TABLE destinations (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('email', 'slack', 'teams', 'webhook')),
  name TEXT NOT NULL, address TEXT NOT NULL, topics TEXT NOT NULL CHECK (json_valid(topics)), model TEXT,
  locale TEXT NOT NULL DEFAULT 'en', secret TEXT NOT NULL DEFAULT '', old_secret TEXT NOT NULL DEFAULT '',
  old_until INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL, disabled_at INTEGER,
  trouble TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT NOT NULL, destination_id INTEGER NOT NULL,
  lead_id INTEGER NOT NULL, topic TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'sent', 'dead')),
  attempts INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL, due_at INTEGER NOT NULL, tried_at INTEGER,
  status INTEGER, answer TEXT NOT NULL DEFAULT '', done_at INTEGER,
  UNIQUE (message_id, destination_id)
) STRICT;
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE done_at IS NULL;
CREATE INDEX deliveries_in_order ON deliveries (destination_id, lead_id, id) WHERE done_at IS NULL;
CREATE INDEX deliveries_by_lead ON deliveries (lead_id);
CREATE INDEX deliveries_by_destination ON deliveries (destination_id, id);
CREATE INDEX deliveries_dead ON deliveries (id) WHERE state = 'dead';
CREATE INDEX outbox_by_lead ON outbox (lead_id);
CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL;
"""
