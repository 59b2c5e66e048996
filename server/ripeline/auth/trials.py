"""Signed links into the owner's own site: to test it, and to leave a colleague's browser out."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final, Literal, NamedTuple

from itsdangerous import BadData, URLSafeSerializer

from ripeline.auth.secrets import derived_key

Purpose = Literal["test", "ignore"]

#: How long a link may be opened at least, and a test goes on (ms).
LASTS_MS: Final[dict[Purpose, int]] = {"test": 2 * 3_600_000, "ignore": 30 * 24 * 3_600_000}

#: Links made within this time (ms) are the same, so that a page drawn twice is the same page.
_STEP_MS: Final = 600_000


class Trial(NamedTuple):
    """What a link is for, and the language of whoever made it."""

    purpose: Purpose
    locale: str


def trial_token(secret: bytes, trial: Trial, now: int) -> str:
    """What stands in the fragment of the link made at `now` (ms)."""
    until = (now // _STEP_MS + 1) * _STEP_MS + LASTS_MS[trial.purpose]
    return _serializer(secret).dumps([trial.purpose, trial.locale, until])


def trial_link(origin: str, token: str) -> str:
    """An address on the site: what is in the fragment never reaches a server or a referrer."""
    return f"{origin}/#ripeline-test={token}"


def read_trial(secret: bytes, token: str, now: int) -> Trial | None:
    """What a token is for; None when it is not ours, or too old by `now` (ms)."""
    try:
        said: Any = _serializer(secret).loads(token)
        purpose, locale, until = said
    except (BadData, ValueError, TypeError):
        return None
    return Trial(purpose, locale) if now <= until else None


def _serializer(secret: bytes) -> URLSafeSerializer:
    key = derived_key(secret, "test mode")
    return URLSafeSerializer(key, salt="trial", signer_kwargs={"digest_method": sha256})
