"""In which order sales looks at the hand-offs it has, kept beside each and read off an index."""

from __future__ import annotations

from typing import Final

# rank: how many bands the lead stands above the one for sales (below: negative). cools_at (ms): when it will have left
# that band if nothing happens, NULL: not by time. shelf turns it round, so that one index read backwards gives the
# highest band first, then who cools down first, then the newest.
SHELF: Final = f"""
ALTER TABLE handoffs ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
ALTER TABLE handoffs ADD COLUMN cools_at INTEGER;
ALTER TABLE handoffs ADD COLUMN shelf INTEGER GENERATED ALWAYS AS (-ifnull(cools_at, {2**62})) VIRTUAL;
CREATE INDEX handoffs_on_shelf ON handoffs (state, rank, shelf, crossed_at);
CREATE INDEX handoffs_of_owner ON handoffs (owner_id, state, rank, shelf, crossed_at) WHERE owner_id IS NOT NULL;
CREATE INDEX handoffs_put_off ON handoffs (snoozed_until) WHERE state = 'snoozed';
CREATE INDEX handoffs_without_end ON handoffs (owner_id, closed_at)
  WHERE state = 'closed' AND verdict = 'right_time' AND outcome IS NULL;
-- Those that are there already are put in order by the running server.
INSERT OR REPLACE INTO meta (key, value) VALUES ('shelved', '0');
"""
