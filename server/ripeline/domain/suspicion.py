"""What an event may be suspected of when it comes in, or later by a person: it is kept, and worth nothing."""

from __future__ import annotations

from typing import Final

CRAWLER: Final = "crawler"
HEADLESS: Final = "headless"
PROGRAM: Final = "program"
TOO_FAST: Final = "too_fast"
TOO_MANY: Final = "too_many"
HEAD: Final = "head"
PREFETCH: Final = "prefetch"
TOO_SOON: Final = "too_soon"
ALL_AT_ONCE: Final = "all_at_once"
HONEYPOT: Final = "honeypot"
PERSON: Final = "person"

#: In the order pages show them; the last one is a person's word.
SUSPICIONS: Final = (
    CRAWLER,
    HEADLESS,
    PROGRAM,
    TOO_FAST,
    TOO_MANY,
    HEAD,
    PREFETCH,
    TOO_SOON,
    ALL_AT_ONCE,
    HONEYPOT,
    PERSON,
)
