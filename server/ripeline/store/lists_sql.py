"""What lists of leads are read by, besides the ranks: indexes, what was seen by whom, and the views people keep."""

from __future__ import annotations

from typing import Final

from ripeline.store.saved_views import VIEW_TABLES
from ripeline.store.seen_items import SEEN_TABLES

LISTS: Final = f"""
CREATE INDEX leads_by_seen ON leads (coalesce(last_seen, 0));
CREATE INDEX sessions_by_source ON sessions (source_id, lead_id);
CREATE INDEX handoffs_by_owner ON handoffs (owner_id, lead_id) WHERE owner_id IS NOT NULL;
{SEEN_TABLES}{VIEW_TABLES}"""
