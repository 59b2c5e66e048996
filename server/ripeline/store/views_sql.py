"""The database as an interface: named views with ISO dates and plain points, for Datasette, Metabase, pandas."""

from __future__ import annotations


def _iso(column: str) -> str:
    return f"strftime('%Y-%m-%dT%H:%M:%fZ', {column} / 1000.0, 'unixepoch')"


_TIMELINE = f"""-- One row an event of a session, with what it earned in all models together.
CREATE VIEW v_timeline AS
SELECT s.lead_id, l.email, s.id AS session_id, e.event_id, k.text AS "on", {_iso("e.at")} AS at, u.text AS url,
  i.text AS item, t.text AS title, x.text AS suspect,
  (SELECT coalesce(sum(g.points), 0) / 1000.0 FROM ledger AS g
   WHERE g.lead_id = s.lead_id AND g.event_seq = e.seq) AS points
FROM sessions AS s JOIN leads AS l ON l.id = s.lead_id
JOIN events AS e ON e.visitor_id = s.visitor_id AND e.at BETWEEN s.started_at AND s.ended_at
JOIN texts AS k ON k.id = e.kind_id LEFT JOIN texts AS u ON u.id = e.url_id LEFT JOIN texts AS i ON i.id = e.item_id
LEFT JOIN texts AS t ON t.id = e.title_id LEFT JOIN texts AS x ON x.id = e.suspect_id
-- On a shared browser another person's events may lie between this one's.
WHERE s.lead_id = (
  SELECT p.lead_id FROM epochs AS p WHERE p.visitor_id = e.visitor_id
    AND (p.from_at, p.from_rank, p.from_id) <= (e.at, k.text NOT IN ('download', 'form', 'identify'), e.event_id)
  ORDER BY p.from_at DESC, p.from_rank DESC, p.from_id DESC LIMIT 1);
"""

VIEWS = f"""
-- One row a lead and model.
CREATE VIEW v_leads AS
SELECT l.id AS lead_id, l.email, m.text AS model, s.score / 1000.0 AS score, s.engagement / 1000.0 AS engagement,
  s.fit / 1000.0 AS fit, s.band, s.out_of_target, l.reachable, {_iso("l.first_seen")} AS first_seen,
  {_iso("l.last_seen")} AS last_seen, l.attributes
FROM scores AS s JOIN leads AS l ON l.id = s.lead_id JOIN texts AS m ON m.id = s.model_id;
-- One row a session.
CREATE VIEW v_sessions AS
SELECT s.lead_id, l.email, s.id AS session_id, v.key AS visitor, {_iso("s.started_at")} AS started_at,
  {_iso("s.ended_at")} AS ended_at, s.events, p.text AS entry, o.channel, o.source, o.medium, o.campaign, o.term
FROM sessions AS s JOIN leads AS l ON l.id = s.lead_id JOIN visitors AS v ON v.id = s.visitor_id
LEFT JOIN texts AS p ON p.id = s.entry_id LEFT JOIN sources AS o ON o.id = s.source_id;
{_TIMELINE}-- One row a ledger entry, those worth nothing too, with their reason.
CREATE VIEW v_ledger AS
SELECT g.lead_id, l.email, g.n, m.text AS model, r.text AS rule, e.event_id, {_iso("g.at")} AS at,
  g.points / 1000.0 AS points, g.reason
FROM ledger AS g JOIN leads AS l ON l.id = g.lead_id JOIN texts AS m ON m.id = g.model_id
JOIN texts AS r ON r.id = g.rule_id LEFT JOIN events AS e ON e.seq = g.event_seq;
-- One row a hand-off.
CREATE VIEW v_handoffs AS
SELECT h.id AS handoff_id, h.lead_id, l.email, h.model, h.band, h.score / 1000.0 AS score,
  {_iso("h.crossed_at")} AS crossed_at, {_iso("h.made_at")} AS made_at, h.state, u.email AS owner, h.verdict, h.note,
  {_iso("h.closed_at")} AS closed_at, h.reasons
FROM handoffs AS h JOIN leads AS l ON l.id = h.lead_id LEFT JOIN users AS u ON u.id = h.owner_id;
"""

# A day as it happened, by the events' own times: late and imported events count on the day they are about.
DAILY_VIEW = """
-- One row a day (UTC) with events.
CREATE VIEW v_daily AS
SELECT d.date, d.events, d.visitors, coalesce(n.leads, 0) AS new_leads, d.downloads, d.forms,
  coalesce(o.handoffs, 0) AS handoffs, d.suspect
FROM (
  SELECT date(e.at / 1000.0, 'unixepoch') AS date,
    count(*) FILTER (WHERE e.suspect_id IS NULL AND k.text <> 'engagement') AS events,
    count(DISTINCT e.visitor_id) FILTER (WHERE e.suspect_id IS NULL AND k.text <> 'engagement') AS visitors,
    count(*) FILTER (WHERE e.suspect_id IS NULL AND k.text = 'download') AS downloads,
    count(*) FILTER (WHERE e.suspect_id IS NULL AND k.text = 'form') AS forms,
    count(e.suspect_id) AS suspect
  FROM events AS e JOIN texts AS k ON k.id = e.kind_id GROUP BY 1
) AS d
LEFT JOIN (
  SELECT date(first_seen / 1000.0, 'unixepoch') AS date, count(*) AS leads FROM leads
  WHERE merged_into IS NULL GROUP BY 1
) AS n ON n.date = d.date
LEFT JOIN (
  SELECT date(crossed_at / 1000.0, 'unixepoch') AS date, count(*) AS handoffs FROM handoffs
  WHERE state <> 'late' GROUP BY 1
) AS o ON o.date = d.date;
"""

# In databases of the first days it showed another person's events, where a browser is shared.
TIMELINE_ANEW = f"""
DROP VIEW v_timeline;
{_TIMELINE}"""

# How long a page was read is about that page, whose id is the beginning of its own.
TIMELINE_OF_PAGES = TIMELINE_ANEW.replace(
    "i.text AS item", "iif(e.item_id = 0, substr(e.event_id, 1, length(e.event_id) - 1), i.text) AS item"
)
