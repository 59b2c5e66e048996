"""Links by which an owner lets somebody in: to join with a role, or to choose a new password; each works once."""

from __future__ import annotations

import re
import secrets
from hashlib import sha256
from typing import Any, Final

from itsdangerous import BadData, URLSafeSerializer

from ripeline.auth.guard import ROLES
from ripeline.auth.house import House
from ripeline.auth.people import add_person, normal_email
from ripeline.auth.secrets import derived_key, is_same
from ripeline.errors import Conflict, InvalidRequest, NotFound
from ripeline.store.audit import add_audit
from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.invitations import (
    Invitation,
    Purpose,
    add_invitation,
    drop_invitation,
    drop_links_of,
    invitation_by_id,
)
from ripeline.store.people import change_password, user_by_email
from ripeline.store.staff import describe_user, user_by_id

#: How long each kind of link is good for (ms).
LASTS_MS: Final[dict[Purpose, int]] = {"invite": 7 * 86_400_000, "reset": 86_400_000}

#: First letters of the path of each kind.
PATHS: Final[dict[Purpose, str]] = {"invite": "/invitation/", "reset": "/reset/"}

# Nothing else: base64 decoding skips other characters, so a valid token with junk around it would be valid too.
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{1,200}\.[A-Za-z0-9_-]{43}")
THERE_ALREADY: Final = "this person is there already"
_GONE: Final = "this link was used already, withdrawn, or is too old"


def invite(conn: Connection, by: Said, email: str, role: str) -> Invitation:
    """Let this person join with that role within seven days; an earlier invitation is open no more.

    Raises `InvalidSetting` for no e-mail, `InvalidRequest` for no role, `Conflict` for whoever is there already.
    """
    email = normal_email(email)
    if role not in ROLES:
        raise InvalidRequest("role", f"one of {', '.join(ROLES)}")
    if user_by_email(conn, email) is not None:
        raise Conflict(THERE_ALREADY)
    add_audit(conn, by, "person_invited", f"{email} ({role})")
    return _open(conn, by, "invite", email, role)


def offer_reset(conn: Connection, by: Said, id: int) -> Invitation:
    """Let this person choose a new password within a day. Raises `NotFound`, `Conflict` for who is shut out."""
    user = user_by_id(conn, id)
    if user is None:
        raise NotFound("person", id)
    if user.disabled_at is not None:
        raise Conflict("this person is shut out")
    add_audit(conn, by, "reset_link_made", user.email)
    return _open(conn, by, "reset", user.email, "")


def withdraw(conn: Connection, by: Said, id: int) -> Invitation:
    """This link lets nobody in any more. Raises `NotFound`."""
    found = invitation_by_id(conn, id)
    if found is None or not drop_invitation(conn, id):
        raise NotFound("invitation", id)
    add_audit(conn, by, "invitation_withdrawn", found.email)
    return found


def address_of(house: House, link: Invitation) -> str:
    """Where the link leads; only this server can make it."""
    token = _serializer(house.secret, link.purpose).dumps([link.id, link.nonce])
    return f"{house.settings.public_url}{PATHS[link.purpose]}{token!s}"


def read_link(conn: Connection, secret: bytes, purpose: Purpose, token: str, now: int) -> Invitation | None:
    """The open link of this token; None when it is not ours, of the other kind, used, withdrawn or too old (ms)."""
    if not _TOKEN.fullmatch(token):
        return None
    try:
        said: Any = _serializer(secret, purpose).loads(token)
        id, nonce = said
    except (BadData, ValueError, TypeError):
        return None
    found = invitation_by_id(conn, id) if isinstance(id, int) else None
    if found is None or found.purpose != purpose or not is_same(str(nonce), found.nonce):
        return None
    return found if now < found.expires_at else None


def join(conn: Connection, link: Invitation, password_hash: str, named: tuple[str, str], now: int) -> int:
    """The invited person is there, with the role of the invitation; the id. `named`: their name and language.

    Raises `Conflict` when the link was used meanwhile.
    """
    if not drop_invitation(conn, link.id):
        raise Conflict(_GONE)
    id = add_person(conn, link.email, link.role, password_hash, now)
    describe_user(conn, id, *named)
    drop_links_of(conn, link.email)
    add_audit(conn, Said(link.email, now), "person_joined", link.role)
    return id


def choose_password(conn: Connection, link: Invitation, password_hash: str, now: int) -> int:
    """Whose password it is now: their id; every login of theirs ends. Raises `Conflict` as `join` does."""
    user = user_by_email(conn, link.email)
    if not drop_invitation(conn, link.id) or user is None or user.disabled_at is not None:
        raise Conflict(_GONE)
    change_password(conn, user.id, password_hash)
    drop_links_of(conn, link.email)
    add_audit(conn, Said(link.email, now), "password_changed")
    return user.id


def _open(conn: Connection, by: Said, purpose: Purpose, email: str, role: str) -> Invitation:
    asked: dict[str, object] = {"purpose": purpose, "email": email, "role": role, "nonce": secrets.token_urlsafe(16)}
    return add_invitation(
        conn, asked | {"author": by.author, "made_at": by.at, "expires_at": by.at + LASTS_MS[purpose]}
    )


def _serializer(secret: bytes, purpose: Purpose) -> URLSafeSerializer:
    key = derived_key(secret, "links that let in")
    return URLSafeSerializer(key, salt=purpose, signer_kwargs={"digest_method": sha256})
