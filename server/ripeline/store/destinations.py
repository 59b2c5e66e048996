"""Where alerts go: e-mail, Slack, Teams and webhooks, which topics each wants, and what it is signed with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final, Literal

from ripeline.store.database import Connection

Kind = Literal["email", "slack", "teams", "webhook"]
KINDS: Final[tuple[Kind, ...]] = ("email", "slack", "teams", "webhook")

_COLUMNS: Final = """id, kind, name, address, topics, model, locale, secret, old_secret, old_until, created_at,
  disabled_at, trouble"""
_ALL = f"-- all_destinations\nSELECT {_COLUMNS} FROM destinations ORDER BY id"
_ONE = f"-- destination_by_id\nSELECT {_COLUMNS} FROM destinations WHERE id = ?"
_ADD = """-- add_destination
INSERT INTO destinations (kind, name, address, topics, model, locale, secret, created_at)
VALUES (:kind, :name, :address, :topics, :model, :locale, :secret, :created_at) RETURNING id"""
_CHANGE = """-- change_destination
UPDATE destinations SET name = :name, address = :address, topics = :topics, model = :model, locale = :locale
WHERE id = :id"""
_TURN_OFF = """-- turn_destination_off
UPDATE destinations SET disabled_at = ?, trouble = ? WHERE id = ? AND disabled_at IS NULL"""
_TURN_ON = "-- turn_destination_on\nUPDATE destinations SET disabled_at = NULL, trouble = '' WHERE id = ?"
_REMOVE = "-- remove_destination\nDELETE FROM destinations WHERE id = ?"
_ROTATE = """-- rotate_secret
UPDATE destinations SET old_secret = secret, old_until = :until, secret = :secret WHERE id = :id"""
_PUT_BACK = """-- put_secret_back
UPDATE destinations SET secret = old_secret, old_secret = '', old_until = 0
WHERE id = :id AND old_secret <> '' AND old_until > :now"""
_WANTED = """-- topics_wanted
SELECT DISTINCT t.value FROM destinations AS d, json_each(d.topics) AS t WHERE d.disabled_at IS NULL"""


@dataclass(frozen=True, slots=True)
class Destination:
    """One place alerts go to; `model` None: those of every model. `locale` is the language it reads.

    `secret` signs webhooks, `old_secret` too until `old_until` (ms). `trouble`: why it was turned off by itself.
    """

    id: int
    kind: Kind
    name: str
    address: str
    topics: tuple[str, ...]
    model: str | None = None
    locale: str = "en"
    secret: str = ""
    old_secret: str = ""
    old_until: int = 0
    created_at: int = 0
    disabled_at: int | None = None
    trouble: str = ""

    def wants(self, topic: str, model: str | None) -> bool:
        """Whether it is to hear of that; what is about no model, or all of them (None), is for everybody."""
        return (
            self.disabled_at is None and topic in self.topics and (None in (self.model, model) or self.model == model)
        )


def all_destinations(conn: Connection) -> tuple[Destination, ...]:
    """All there are, the oldest first, those turned off too."""
    return tuple(_read(row) for row in conn.execute(_ALL).fetchall())


def destination_by_id(conn: Connection, id: int) -> Destination | None:
    """That one, None: there is none."""
    found = conn.execute(_ONE, (id,)).fetchone()
    return _read(found) if found else None


def add_destination(conn: Connection, new: Destination) -> int:
    """Write a new one (its `id` is not looked at): its id."""
    return int(conn.execute(_ADD, _values(new)).fetchone()[0])


def change_destination(conn: Connection, changed: Destination) -> None:
    """Its name, address, topics, model and language."""
    conn.execute(_CHANGE, _values(changed))


def turn_off(conn: Connection, id: int, now: int, trouble: str = "") -> None:
    """Nothing is sent there any more; `trouble` says why when nobody did it."""
    conn.execute(_TURN_OFF, (now, trouble, id))


def turn_on(conn: Connection, id: int) -> None:
    """It hears of what comes from now on, and gets what still waited for it."""
    conn.execute(_TURN_ON, (id,))


def remove_destination(conn: Connection, id: int) -> None:
    """Take it out."""
    conn.execute(_REMOVE, (id,))


def rotate_secret(conn: Connection, id: int, secret: str, until: int) -> None:
    """Sign with that one from now on, and with the one of before as well until then (ms)."""
    conn.execute(_ROTATE, {"id": id, "secret": secret, "until": until})


def put_secret_back(conn: Connection, id: int, now: int) -> bool:
    """Sign with the secret of before again, while it still counts; whether it did."""
    return bool(conn.execute(_PUT_BACK, {"id": id, "now": now}).rowcount)


def topics_wanted(conn: Connection) -> frozenset[str]:
    """What anybody wants to hear of: a message of another topic need not be written."""
    return frozenset(topic for (topic,) in conn.execute(_WANTED).fetchall())


def _read(row: tuple[Any, ...]) -> Destination:
    id, kind, name, address, topics, *rest = row
    return Destination(id, kind, name, address, tuple(json.loads(topics)), *rest)


def _values(each: Destination) -> dict[str, Any]:
    values = {name: getattr(each, name) for name in ("id", "kind", "name", "address", "model", "locale", "secret")}
    return {**values, "topics": json.dumps(each.topics), "created_at": each.created_at}
