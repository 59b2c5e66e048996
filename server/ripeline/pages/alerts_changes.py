"""What is written when somebody changes where alerts go, each with its line of the audit log."""

from __future__ import annotations

from ripeline.auth.logins import now_ms
from ripeline.domain.whole_numbers import whole_number
from ripeline.errors import Conflict, NotFound
from ripeline.outbox.signing import OVERLAP_MS
from ripeline.store.audit import add_audit
from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.deliveries import remove_deliveries, replay_dead, replay_delivery
from ripeline.store.destinations import (
    Destination,
    add_destination,
    all_destinations,
    change_destination,
    destination_by_id,
    put_secret_back,
    remove_destination,
    rotate_secret,
    turn_off,
    turn_on,
)


def add_place(conn: Connection, by: Said, new: Destination) -> None:
    """Raises `Conflict` when that address is told of that model already."""
    same = (new.kind, new.address, new.model)
    if any((each.kind, each.address, each.model) == same for each in all_destinations(conn)):
        raise Conflict("it is there already")
    add_destination(conn, new)
    add_audit(conn, by, "alerts_changed", f"+ {new.name}")


def change_place(conn: Connection, by: Said, changed: Destination) -> None:
    """Raises `NotFound`."""
    found_place(conn, changed.id)
    change_destination(conn, changed)
    add_audit(conn, by, "alerts_changed", changed.name)


def turn_place(conn: Connection, by: Said, id: int, on: bool) -> str:
    """On or off; its name. Raises `NotFound`."""
    place = found_place(conn, id)
    if on:
        turn_on(conn, id)
    else:
        turn_off(conn, id, by.at)
    add_audit(conn, by, "alerts_changed", place.name)
    return place.name


def remove_place(conn: Connection, by: Said, id: int) -> str:
    """For good, with its log; its name. Raises `NotFound`, `Conflict` while it is on."""
    place = found_place(conn, id)
    if place.disabled_at is None:
        raise Conflict("it is to be turned off first")
    remove_deliveries(conn, id)
    remove_destination(conn, id)
    add_audit(conn, by, "alerts_changed", f"− {place.name}")
    return place.name


def renew_secret(conn: Connection, by: Said, id: int, secret: str) -> str:
    """Sign with that one, and for a day with the one of before too; its name. Raises `NotFound`, `Conflict`."""
    place = found_place(conn, id)
    if place.kind != "webhook":
        raise Conflict("it has no secret")
    rotate_secret(conn, id, secret, by.at + OVERLAP_MS)
    add_audit(conn, by, "alerts_changed", place.name)
    return place.name


def keep_secret(conn: Connection, by: Said, id: int) -> str:
    """Sign with the one of before alone; its name. Raises `NotFound`, `Conflict` when its day is over."""
    place = found_place(conn, id)
    if not put_secret_back(conn, id, by.at):
        raise Conflict("the secret of before counts no more")
    add_audit(conn, by, "alerts_changed", place.name)
    return place.name


def again(conn: Connection, fields: dict[str, str]) -> int:
    """The message `id`, or all that were given up (`to`: to that destination); how many. Raises `Conflict`."""
    now, id, to = now_ms(), fields.get("id", ""), fields.get("to", "")
    if id:
        if not replay_delivery(conn, _id_of(id), now):
            raise Conflict("it is on its way already, or forgotten")
        return 1
    return replay_dead(conn, _id_of(to) if to else None, now)


def _id_of(text: str) -> int:
    """An id as a form sends it; 0, which nothing has, for what can be none."""
    return whole_number(text) or 0


def found_place(conn: Connection, id: int) -> Destination:
    """Raises `NotFound`."""
    place = destination_by_id(conn, id)
    if place is None:
        raise NotFound("destination", id)
    return place
