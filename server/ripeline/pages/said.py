"""What the last form did, told on the next page, with a way to undo it: a signed cookie that lasts one page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from ripeline.auth.house import house_of
from ripeline.auth.logins import is_https
from ripeline.auth.secrets import derived_key

#: The word of the last form, until the next page has shown it.
COOKIE: Final = "said"

_LASTS_SECONDS: Final = 120
_LONGEST_TEXT: Final = 500


@dataclass(frozen=True, slots=True)
class Undo:
    """A form that takes back what was just done: the path it posts to, and its fields."""

    path: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """What a form says of itself on the next page, in the reader's words; `is_bad`: nothing was changed, and why."""

    text: str
    undo: Undo | None = None
    is_bad: bool = False


def last_done(request: Request) -> Done | None:
    """What the last form of this browser left to be said, None for nothing (or nothing of ours)."""
    kept = request.cookies.get(COOKIE, "")
    if not kept:
        return None
    try:
        facts: dict[str, Any] = _serializer(request).loads(kept, max_age=_LASTS_SECONDS)
    except BadData:
        return None
    undo = facts.pop("undo")
    return Done(**facts, undo=Undo(**undo) if undo else None)


def keep(request: Request, answer: Response, done: Done) -> None:
    """The next page of this browser says it."""
    facts = asdict(done) | {"text": done.text[:_LONGEST_TEXT]}
    answer.set_cookie(
        COOKIE,
        _serializer(request).dumps(facts),
        max_age=_LASTS_SECONDS,
        path="/",
        secure=is_https(house_of(request)),
        httponly=True,
        samesite="lax",
    )


def forget(request: Request, answer: Response) -> None:
    """It has been said."""
    if COOKIE in request.cookies:
        answer.delete_cookie(COOKIE, path="/", secure=is_https(house_of(request)), httponly=True, samesite="lax")


def _serializer(request: Request) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(derived_key(house_of(request).secret, "what a form said"), salt="said")
