"""Adding people: the same checks for the set-up page and the command line."""

from __future__ import annotations

from ripeline.auth.guard import ROLES
from ripeline.auth.passwords import MAXIMUM_LENGTH, MINIMUM_LENGTH
from ripeline.domain.emails import plausible_email
from ripeline.errors import InvalidSetting
from ripeline.store.database import Connection
from ripeline.store.people import User, add_user, user_by_email


def normal_email(text: str) -> str:
    """Trimmed and lower-cased, as e-mails are compared; InvalidSetting when it is none."""
    email = plausible_email(text)
    if email is None:
        raise InvalidSetting("EMAIL", text[:80], "an e-mail address is needed, like ada@example.com")
    return email


def check_password(password: str) -> None:
    """InvalidSetting with the rule it breaks; the password itself is never repeated."""
    if len(password) < MINIMUM_LENGTH:
        raise InvalidSetting("PASSWORD", "…", f"at least {MINIMUM_LENGTH} characters")
    if len(password) > MAXIMUM_LENGTH:
        raise InvalidSetting("PASSWORD", "…", f"at most {MAXIMUM_LENGTH} characters")


def add_person(conn: Connection, email: str, role: str, password_hash: str, now: int) -> int:
    """Store a person and return the id; InvalidSetting for a wrong e-mail or role, or one already there."""
    email = normal_email(email)
    if role not in ROLES:
        raise InvalidSetting("ROLE", role, f"one of {', '.join(ROLES)}")
    if user_by_email(conn, email) is not None:
        raise InvalidSetting("EMAIL", email, "this person is there already")
    return add_user(conn, User(0, email, "", role, "", password_hash, None), now)
