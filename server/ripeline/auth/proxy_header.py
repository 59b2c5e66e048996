"""Signed in by the reverse proxy: the e-mail address it writes into a header, where the settings say to believe it."""

from __future__ import annotations

from typing import Final

from starlette.requests import HTTPConnection

from ripeline.auth.addresses import addresses_behind
from ripeline.auth.house import house_of
from ripeline.domain.emails import plausible_email

#: What a header says that is nobody's address, or says two.
NOBODY: Final = ""


def asserted_email(request: HTTPConnection) -> str | None:
    """Whom the proxy says this is, lower-cased; None: nobody asked to be believed, or nobody who may be.

    Believed is only the machine at the other end of the connection itself, whatever `X-Forwarded-For` says, and only
    one header with one address: what somebody slipped in beside the proxy's makes it `NOBODY`.
    """
    settings = house_of(request).settings
    if not settings.auth_header or not addresses_behind(settings.trusted_proxies).is_peer_trusted(request.scope):
        return None
    said = request.headers.getlist(settings.auth_header)
    if not said:
        return None
    return (plausible_email(said[0]) if len(said) == 1 else None) or NOBODY
