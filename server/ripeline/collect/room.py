"""Room for large bodies from strangers: so many bytes of them on their way at a time, and one read after the other.

What fits into the quick door is small; a thousand of the others at once would take all memory, and, taken apart in one
go, keep everybody else waiting for seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from ripeline.collect.bodies import LARGEST_BODY, Headers
from ripeline.collect.refusals import Refused

#: Bytes of bodies that may be on their way: those of 32 of the largest.
MOST_BYTES: Final = 32 * LARGEST_BODY


class Room:
    """One server's; belongs to its event loop."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._left = most
        self._turn = asyncio.Lock()

    @contextmanager
    def kept(self, headers: Headers) -> Iterator[None]:
        """Room for a body, whose length is checked, from before it is read until it is done with. Raises `Refused`."""
        # Without a length it may be the largest.
        size = int(headers.get(b"content-length", LARGEST_BODY))
        if size > self._left:
            raise Refused(503, "try_again", "too many large bodies are on their way", retry_after=1)
        self._left -= size
        try:
            yield
        finally:
            self._left += size

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One after the other; whatever else came in meanwhile is looked at in between."""
        async with self._turn:
            await asyncio.sleep(0)
            yield
