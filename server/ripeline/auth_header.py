"""The setting that names the header a proxy signs people in by."""

from __future__ import annotations

import re
from typing import Final

from ripeline.errors import InvalidSetting

_NAME: Final = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
#: What browsers and programs send themselves, or proxies pass on as it came.
_NOT: Final = frozenset({"authorization", "cookie", "host", "origin", "referer", "user-agent", "forwarded", "from"})


def read_auth_header(text: str) -> str:
    """The name in lower case, "" for none; raises ValueError for what is no header of a proxy's own."""
    name = text.lower()
    if name and (not _NAME.fullmatch(name) or name in _NOT or name == "x-forwarded-for"):
        raise ValueError("the name of a header that only your proxy sets is needed, like X-Forwarded-Email")
    return name


def behind(trusted_proxies: tuple[str, ...], auth_header: str) -> str:
    """The header, if it is said whom to believe it from; raises `InvalidSetting` otherwise."""
    if auth_header and not trusted_proxies:
        raise InvalidSetting(
            "RIPELINE_AUTH_HEADER", auth_header, "set RIPELINE_TRUSTED_PROXIES too: nobody is believed"
        )
    return auth_header
