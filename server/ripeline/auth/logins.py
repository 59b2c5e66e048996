"""Logins: a random cookie per browser, of which the database knows the hash."""

from __future__ import annotations

import time
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import Response

from ripeline.auth.house import House, house_of
from ripeline.auth.proxy_header import asserted_email
from ripeline.auth.secrets import hash_of, new_key
from ripeline.errors import LogRefused
from ripeline.store.audit import add_audit
from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.people import User, add_login, end_login, name_login, user_by_email, user_of_login
from ripeline.store.staff import login_seen_at, touch_login, user_by_id

#: A phone keeps its login for weeks.
LASTS_SECONDS: Final = 60 * 24 * 3600

_LONGEST_COOKIE: Final = 200
_LONGEST_AGENT: Final = 300
#: How often it is written down that a login is still used (ms).
_NOTED_EVERY_MS: Final = 3_600_000


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def is_https(house: House) -> bool:
    return house.settings.public_url.startswith("https://")


def cookie_name(house: House) -> str:
    """As strict a name as browsers allow: `__Host-` is for cookies of a whole name only."""
    if not is_https(house):
        return "ripeline"
    return "__Secure-ripeline" if house.settings.base_path else "__Host-ripeline"


def login_key(request: HTTPConnection) -> str:
    """The browser's login cookie, "" when there is none worth looking up."""
    key = request.cookies.get(cookie_name(house_of(request)), "")
    return key if len(key) <= _LONGEST_COOKIE else ""


def read_user(request: HTTPConnection) -> User | None:
    """Who is signed in on this request (blocking read): whom a trusted proxy names, or else by the cookie."""
    email = asserted_email(request)
    if email is not None:
        with house_of(request).database.read() as conn:
            named = user_by_email(conn, email)
        return named if named is not None and named.disabled_at is None else None
    key = login_key(request)
    if not key:
        return None
    with house_of(request).database.read() as conn:
        return user_of_login(conn, hash_of(key), now_ms())


async def user_here(request: HTTPConnection) -> User | None:
    """Who is signed in, and once an hour a note that this login is still used."""
    user, is_stale = await run_in_threadpool(_read_stale, request)
    if is_stale:
        key, now = hash_of(login_key(request)), now_ms()
        try:
            await house_of(request).write(lambda conn: touch_login(conn, key, now))
        except LogRefused:
            # A full disk must not keep anybody from reading.
            return user
    return user


def _read_stale(request: HTTPConnection) -> tuple[User | None, bool]:
    user = read_user(request)
    if user is None or asserted_email(request) is not None:
        return user, False
    with house_of(request).database.read() as conn:
        seen_at = login_seen_at(conn, hash_of(login_key(request)))
    return user, seen_at is not None and now_ms() - seen_at > _NOTED_EVERY_MS


async def sign_in(request: HTTPConnection, user_id: int, response: Response) -> None:
    """Start a login for that person and hand its cookie to the browser; the one it had before ends."""
    house, key, before = house_of(request), new_key(), login_key(request)
    now = now_ms()
    agent = "".join(char for char in request.headers.get("user-agent", "") if char.isprintable())[:_LONGEST_AGENT]

    def start(conn: Connection) -> None:
        end_login(conn, hash_of(before))
        add_login(conn, hash_of(key), user_id, now, now + LASTS_SECONDS * 1000)
        name_login(conn, hash_of(key), agent)
        if (user := user_by_id(conn, user_id)) is not None:
            add_audit(conn, Said(user.email, now), "signed_in")

    await house.write(start)
    response.set_cookie(
        cookie_name(house), key, max_age=LASTS_SECONDS, path="/", secure=is_https(house), httponly=True, samesite="lax"
    )


async def sign_out(request: HTTPConnection, response: Response) -> None:
    """End this login, on the server and in the browser."""
    house, key = house_of(request), login_key(request)
    if key:
        await house.write(lambda conn: end_login(conn, hash_of(key)))
    response.delete_cookie(cookie_name(house), path="/", secure=is_https(house), httponly=True, samesite="lax")
