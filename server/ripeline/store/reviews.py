"""Reviews: leads looked at one after the other with sales, in their order, each with the word said on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ripeline.store.authors import Said
from ripeline.store.database import Connection

Part = Literal["top", "next", "random"]

# verdict: what was said in this review, '' for a card that was passed over; NULL until somebody has looked.
REVIEW_TABLES: Final = """
CREATE TABLE reviews (
  id INTEGER PRIMARY KEY, model TEXT NOT NULL, at INTEGER NOT NULL, author TEXT NOT NULL
) STRICT;
CREATE TABLE review_cards (
  review_id INTEGER NOT NULL REFERENCES reviews (id) ON DELETE CASCADE, place INTEGER NOT NULL,
  lead_id INTEGER NOT NULL, part TEXT NOT NULL CHECK (part IN ('top', 'next', 'random')), verdict TEXT,
  PRIMARY KEY (review_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX review_cards_by_lead ON review_cards (lead_id);
"""

_BEGIN = "-- begin_review\nINSERT INTO reviews (model, at, author) VALUES (?, ?, ?) RETURNING id"
_DEAL = "-- deal_cards\nINSERT INTO review_cards (review_id, place, lead_id, part) VALUES (?, ?, ?, ?)"
_LAST = "-- last_review\nSELECT id, model, at, author FROM reviews WHERE model = ? ORDER BY id DESC LIMIT 1"
_ONE = "-- review_by_id\nSELECT id, model, at, author FROM reviews WHERE id = ?"
_CARDS = """-- cards_of_review
SELECT c.place, coalesce(l.merged_into, c.lead_id), c.part, c.verdict FROM review_cards AS c
JOIN leads AS l ON l.id = c.lead_id WHERE c.review_id = ? ORDER BY c.place"""
_SAY = "-- say_on_card\nUPDATE review_cards SET verdict = ? WHERE review_id = ? AND place = ?"


@dataclass(frozen=True, slots=True)
class Review:
    """A review of one model, begun then (ms) by somebody."""

    id: int
    model: str
    at: int
    author: str


@dataclass(frozen=True, slots=True)
class Card:
    """A lead at its place (from 1): the `verdict` said, "" when it was passed over, None: not looked at yet."""

    place: int
    lead: int
    part: Part
    verdict: str | None


def begin_review(conn: Connection, model: str, leads: Sequence[tuple[int, Part]], by: Said) -> int:
    """Deal the leads, in this order: the review's id."""
    id = int(conn.execute(_BEGIN, (model, by.at, by.author)).fetchone()[0])
    conn.executemany(_DEAL, [(id, place, lead, part) for place, (lead, part) in enumerate(leads, 1)])
    return id


def last_review(conn: Connection, model: str) -> Review | None:
    """The newest review of a model."""
    found = conn.execute(_LAST, (model,)).fetchone()
    return Review(*found) if found else None


def review_by_id(conn: Connection, id: int) -> Review | None:
    """The review of that id."""
    found = conn.execute(_ONE, (id,)).fetchone()
    return Review(*found) if found else None


def cards_of(conn: Connection, review: int) -> tuple[Card, ...]:
    """All its cards of leads that are still there, in order."""
    return tuple(Card(*row) for row in conn.execute(_CARDS, (review,)).fetchall())


def say_on_card(conn: Connection, review: int, place: int, verdict: str | None) -> None:
    """What was said of a card; None takes it back."""
    conn.execute(_SAY, (verdict, review, place))
