"""Up to when time has changed every lead it changes, and what to do when that was a clock that ran ahead."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from ripeline.sentences import N_
from ripeline.store.database import Connection, transaction
from ripeline.store.meta import read_meta, write_meta

#: The name in `meta` of that moment (ms).
SWEPT: Final = "swept"

#: An hour set back, or a day lost, makes itself good as time goes on.
_SOON_MS: Final = 25 * 3_600_000


def ahead_of(conn: Connection, now: int) -> str:
    """A sentence when scores are of a day that is still to come by the clock (`now`, ms), else ""."""
    swept = int(read_meta(conn, SWEPT) or 0)
    if swept - now <= _SOON_MS:
        return ""
    day = datetime.fromtimestamp(swept / 1000, UTC).date()
    return N_(
        "scores are those of %(day)s, which by the clock is still to come: until then what people do counts as if it "
        "were long ago. If the clock is right now: stop, say `ripeline rescore`, and start again",
        day=day,
    )


def be_of(conn: Connection, now: int) -> None:
    """Let the scores that are about to be made anew be those of `now` (ms), also when the clock was ahead before."""
    with transaction(conn):
        if int(read_meta(conn, SWEPT) or 0) > now:
            write_meta(conn, SWEPT, str(now))
