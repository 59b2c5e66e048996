"""A bounded memory of what the database also knows: whatever was used longest ago leaves first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Final, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """At most `capacity` entries once `trim` has been called; it never shrinks while a batch is at work."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._entries: OrderedDict[K, V] = OrderedDict()
        #: The value of a key, None when it is not remembered; asked for each event, so by no way round.
        self.get: Final[Callable[[K], V | None]] = self._entries.get

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, key: K) -> V:
        return self._entries[key]

    def __setitem__(self, key: K, value: V) -> None:
        self._entries[key] = value
        self._entries.move_to_end(key)

    def missing(self, keys: Iterable[K]) -> list[K]:
        """Those keys that are not remembered; the others count as used now."""
        entries, absent = self._entries, []
        for key in keys:
            if key in entries:
                entries.move_to_end(key)
            else:
                absent.append(key)
        return absent

    def drop(self, keys: Iterable[K]) -> None:
        for key in keys:
            self._entries.pop(key, None)

    def trim(self) -> None:
        """Let go of what was used longest ago until the capacity is kept."""
        while len(self._entries) > self._capacity:
            self._entries.popitem(last=False)

    def clear(self) -> None:
        self._entries.clear()


class Weighed(Recent[K, V]):
    """Entries that differ in size by a thousand times: their weights together are at most `capacity` after `trim`.

    An entry is weighed when it is set; whoever lets one grow sets it again.
    """

    def __init__(self, capacity: int, weigh: Callable[[V], int]) -> None:
        super().__init__(capacity)
        self._weigh = weigh
        self._weights: dict[K, int] = {}
        self._weight = 0

    def __setitem__(self, key: K, value: V) -> None:
        super().__setitem__(key, value)
        weight = self._weigh(value)
        self._weight += weight - self._weights.get(key, 0)
        self._weights[key] = weight

    def drop(self, keys: Iterable[K]) -> None:
        keys = list(keys)
        super().drop(keys)
        for key in keys:
            self._weight -= self._weights.pop(key, 0)

    def trim(self) -> None:
        """Let go of what was used longest ago until all that is left weighs no more than it may."""
        while self._weight > self._capacity:
            key, _ = self._entries.popitem(last=False)
            self._weight -= self._weights.pop(key)

    def clear(self) -> None:
        super().clear()
        self._weights.clear()
        self._weight = 0
