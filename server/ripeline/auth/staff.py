"""What an owner does with people: another role, out, in again, away; there is always an owner left."""

from __future__ import annotations

from ripeline.auth.guard import ROLES
from ripeline.errors import Conflict, InvalidRequest, NotFound
from ripeline.store.audit import add_audit
from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.invitations import drop_links_by, drop_links_of
from ripeline.store.people import User
from ripeline.store.staff import give_role, let_in, other_owners, remove_user, shut_out, user_by_id

LAST_OWNER = "the last owner stays"


def change_role(conn: Connection, by: Said, id: int, role: str) -> User:
    """Give somebody another role; who they were before. Raises `NotFound`, `InvalidRequest`, `Conflict`."""
    user = _person(conn, id)
    if role not in ROLES:
        raise InvalidRequest("role", f"one of {', '.join(ROLES)}")
    if user.role == role:
        return user
    if role != "owner":
        _keep_an_owner(conn, user)
    give_role(conn, id, role)
    if role != "owner":
        drop_links_by(conn, user.email)
    add_audit(conn, by, "role_changed", f"{user.email}: {user.role} → {role}")
    return user


def disable(conn: Connection, by: Said, id: int) -> User:
    """Shut somebody out, at once and everywhere. Raises `NotFound`, `Conflict` for the last owner."""
    user = _person(conn, id)
    _keep_an_owner(conn, user)
    if user.disabled_at is None:
        shut_out(conn, id, by.at)
        drop_links_of(conn, user.email)
        drop_links_by(conn, user.email)
        add_audit(conn, by, "person_disabled", user.email)
    return user


def enable(conn: Connection, by: Said, id: int) -> User:
    """Let somebody sign in again. Raises `NotFound`."""
    user = _person(conn, id)
    if user.disabled_at is not None:
        let_in(conn, id)
        add_audit(conn, by, "person_enabled", user.email)
    return user


def remove(conn: Connection, by: Said, id: int) -> User:
    """Take somebody away who is shut out already. Raises `NotFound`, `Conflict`."""
    user = _person(conn, id)
    if user.disabled_at is None:
        raise Conflict("who is to be removed is shut out first")
    remove_user(conn, id)
    drop_links_of(conn, user.email)
    add_audit(conn, by, "person_removed", user.email)
    return user


def _person(conn: Connection, id: int) -> User:
    user = user_by_id(conn, id)
    if user is None:
        raise NotFound("person", id)
    return user


def _keep_an_owner(conn: Connection, user: User) -> None:
    if user.role == "owner" and user.disabled_at is None and not other_owners(conn, user.id):
        raise Conflict(LAST_OWNER)
