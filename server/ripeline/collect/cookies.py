"""The signed visitor cookie: the id we gave a browser, which nobody else can make."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256
from typing import Final

from itsdangerous import BadSignature, Signer

from ripeline.auth.secrets import derived_key
from ripeline.domain.wire_browser import is_browser_visitor
from ripeline.settings import Settings

NAME: Final = "ripeline_visitor"

#: 13 months, the longest the CNIL allows; never prolonged by later visits.
LASTS_SECONDS: Final = 13 * 30 * 24 * 3600 + 5 * 24 * 3600

_REMEMBERED: Final = 4_096
_NAME_BYTES: Final = NAME.encode()
# Printable ASCII only: base64 decoding skips other bytes, so junk around a valid signature would be valid too.
_COOKIE: Final = re.compile(rb"(?:^|;)[ ]*" + _NAME_BYTES + rb"=([!#-+\--:<-\[\]-~]{1,200})[ ]*(?:;|$)")
# What a cookie may hold without quoting.
_PLAIN: Final = re.compile(r"[A-Za-z0-9._~:@!$&'*+/=-]{1,64}")


class VisitorCookies:
    """Makes and reads the cookie of one server."""

    def __init__(self, secret: bytes, settings: Settings) -> None:
        key = derived_key(secret, "visitor cookie")
        self._signer = Signer(key, salt=b"visitor", key_derivation="none", digest_method=sha256)
        secure = "; Secure" if settings.public_url.startswith("https://") else ""
        self._attributes = f"Path={settings.base_path or '/'}; HttpOnly; SameSite=Lax{secure}"
        # Browsers that keep no cookie get one with each answer, the others bring theirs each time.
        self.made_for = lru_cache(_REMEMBERED)(self._made_for)
        self._unsigned = lru_cache(_REMEMBERED)(self._unsign)

    def visitor_of(self, header: bytes) -> str:
        """The visitor id in a Cookie header; "" without a cookie, or with one that is not ours."""
        if _NAME_BYTES not in header:
            return ""
        found = _COOKIE.search(header)
        # The id inside is used from here on, never the text of the cookie.
        return self._unsigned(found.group(1)) if found else ""

    def _unsign(self, signed: bytes) -> str:
        try:
            visitor = self._signer.unsign(signed).decode("ascii")
        except (BadSignature, UnicodeDecodeError):
            return ""
        return visitor if is_browser_visitor(visitor) else ""

    def can_hold(self, visitor: str) -> bool:
        """May this id stand in a cookie as it is?"""
        return _PLAIN.fullmatch(visitor) is not None

    def _made_for(self, visitor: str) -> bytes:
        """The Set-Cookie header that gives the id to the browser."""
        signed = self._signer.sign(visitor).decode("ascii")
        return f"{NAME}={signed}; Max-Age={LASTS_SECONDS}; {self._attributes}".encode()

    def expired(self) -> bytes:
        """The Set-Cookie header that takes it away."""
        return f"{NAME}=; Max-Age=0; {self._attributes}".encode()
