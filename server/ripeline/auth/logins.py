"""Logins: a random cookie per browser, of which the database knows the hash."""

from __future__ import annotations

import time
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response

from ripeline.auth.house import House, house_of
from ripeline.auth.secrets import hash_of, new_key
from ripeline.store.database import Connection
from ripeline.store.people import User, add_login, end_login, user_of_login

#: A phone keeps its login for weeks.
LASTS_SECONDS: Final = 60 * 24 * 3600

_LONGEST_COOKIE: Final = 200


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def is_https(house: House) -> bool:
    return house.settings.public_url.startswith("https://")


def cookie_name(house: House) -> str:
    return "__Host-ripeline" if is_https(house) else "ripeline"


def login_key(request: HTTPConnection) -> str:
    """The browser's login cookie, "" when there is none worth looking up."""
    key = request.cookies.get(cookie_name(house_of(request)), "")
    return key if len(key) <= _LONGEST_COOKIE else ""


def read_user(request: HTTPConnection) -> User | None:
    """Who is signed in on this request (blocking read)."""
    key = login_key(request)
    if not key:
        return None
    with house_of(request).database.read() as conn:
        return user_of_login(conn, hash_of(key), now_ms())


async def sign_in(request: HTTPConnection, user_id: int, response: Response) -> None:
    """Start a login for that person and hand its cookie to the browser."""
    house, key = house_of(request), new_key()
    expires = now_ms() + LASTS_SECONDS * 1000

    def start(conn: Connection) -> None:
        add_login(conn, hash_of(key), user_id, now_ms(), expires)

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
