"""What every way of sending an alert has in common: a sender a kind of destination, and what it says of a try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ripeline.outbox.alert import Alert
from ripeline.store.deliveries import Delivery
from ripeline.store.destinations import Destination


@dataclass(frozen=True, slots=True)
class Sent:
    """It arrived; what was answered, for the log: HTTP's status (None: it is no HTTP) and the beginning of the body."""

    status: int | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """It did not arrive: why, in a sentence. `permanent`: trying again would be in vain.

    `gone`: the other side wants no more, ever: the destination is turned off.
    """

    reason: str
    permanent: bool = False
    status: int | None = None
    answer: str = ""
    gone: bool = False


class Sender(Protocol):
    """Sends one alert to one destination, within fifteen seconds; what goes wrong is a `Failed`, never an exception."""

    async def send(self, delivery: Delivery, destination: Destination, alert: Alert, /) -> Sent | Failed: ...
