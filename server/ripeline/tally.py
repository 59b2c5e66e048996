"""How many events came to the doors since the start, and what became of them; in memory, a few additions a request.

received = accepted + duplicate + rejected + refused, but for those that are being written at this moment.
"""

from __future__ import annotations

from typing import Final

#: What becomes of an event that is received.
OUTCOMES: Final = ("accepted", "duplicate", "rejected", "refused")


class Tally:
    """One server's. A request that is refused before anybody has read it counts as one event.

    What is dropped on purpose (`collect.refusals.Drop`) is not received: it is counted by its reason, for ever.
    """

    __slots__ = ("received", *OUTCOMES)

    def __init__(self) -> None:
        self.received = 0
        self.accepted = 0
        self.duplicate = 0
        self.rejected = 0
        self.refused = 0

    def answer(self, accepted: int, duplicate: int, rejected: int) -> None:
        """So many of those received are on disk as new, were there already, and could not be read."""
        self.accepted += accepted
        self.duplicate += duplicate
        self.rejected += rejected

    def turn_away(self, received: int) -> None:
        """A request is refused whole, with so many events that were counted as received; 0: it was not read."""
        if not received:
            self.received += 1
        self.refused += received or 1
