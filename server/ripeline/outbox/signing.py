"""Standard Webhooks 1.0: the headers by which a receiver knows that a message is ours and new.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import Final

_PREFIX: Final = "whsec_"
_BYTES: Final = 32

#: How long (ms) the secret of before signs beside the new one.
OVERLAP_MS: Final = 24 * 3_600_000


def new_secret() -> str:
    """256 random bits, as the specification writes them."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def signed_headers(message: str, at: int, body: bytes, keys: Iterable[str]) -> dict[str, str]:
    """The three headers of one try at `at` (ms); one signature a secret, so that either end may change first."""
    seconds = str(at // 1000)
    return {
        "webhook-id": message,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(_signature(key, f"{message}.{seconds}.".encode() + body) for key in keys),
    }


def _signature(key: str, text: bytes) -> str:
    secret = base64.b64decode(key.removeprefix(_PREFIX))
    return f"v1,{base64.b64encode(hmac.new(secret, text, hashlib.sha256).digest()).decode()}"
