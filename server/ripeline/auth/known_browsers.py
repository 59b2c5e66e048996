"""Browsers that somebody has signed in with before, known by a cookie of ours that opens nothing.

All it does is to count their tries apart from those of strangers (OWASP, "Device cookies"): without it, whoever keeps
typing wrong passwords would keep a person out.
"""

from __future__ import annotations

import re
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response

from ripeline.auth.house import House, house_of
from ripeline.auth.logins import cookie_name, is_https
from ripeline.auth.secrets import derived_key, is_same, new_key

#: As long as browsers keep a cookie at most (RFC 6265bis).
LASTS_SECONDS: Final = 400 * 24 * 3600

_COOKIE: Final = re.compile(r"([A-Za-z0-9_-]{43})\.([0-9a-f]{64})")


def known_browser(request: HTTPConnection, email: str) -> str:
    """What this browser is called, if that person has signed in with it before; else ""."""
    house = house_of(request)
    found = _COOKIE.fullmatch(request.cookies.get(_name(house), ""))
    return found[1] if found and is_same(found[2], _proof(house, email, found[1])) else ""


def know_browser(request: HTTPConnection, email: str, response: Response) -> None:
    """From now on this browser is one of that person's; `email` as it is stored."""
    house, name = house_of(request), new_key()
    response.set_cookie(
        _name(house),
        f"{name}.{_proof(house, email, name)}",
        max_age=LASTS_SECONDS,
        path="/",
        secure=is_https(house),
        httponly=True,
        samesite="lax",
    )


def _name(house: House) -> str:
    return f"{cookie_name(house)}-known"


def _proof(house: House, email: str, name: str) -> str:
    return derived_key(house.secret, f"known browser {name} {email}")
