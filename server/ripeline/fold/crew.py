"""Processes that build leads beside the one that writes: each reads the database by itself, and sends back rows."""

from __future__ import annotations

from collections import deque
from multiprocessing.connection import Connection as Link
from pathlib import Path
from typing import Any

from ripeline.fold.building import Answer, Builder, Order
from ripeline.fold.rows import Names
from ripeline.mates import Mates
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import read_rules
from ripeline.store.database import Database
from ripeline.store.dictionary import Dictionary

#: Orders given to a mate before it has answered the first: it need not wait for the next.
_AHEAD = 2


class Crew:
    """Answers come in the order the orders were given in. Call `end()`; when this process dies, they end too."""

    def __init__(self, path: Path, ruleset: Ruleset, names: Names, mates: int) -> None:
        self._mates = Mates(mates, _serve, path, ruleset.text, names)
        self._asked: deque[tuple[Link, Order]] = deque()
        self._turn = 0

    @property
    def has_room(self) -> bool:
        """Whether another order can be given."""
        return len(self._asked) < _AHEAD * len(self._mates.links)

    @property
    def is_idle(self) -> bool:
        """Whether every order has been answered."""
        return not self._asked

    def ask(self, order: Order) -> None:
        """Give an order to the mate whose turn it is. Raises OSError when that one is gone."""
        links = self._mates.links
        link = links[self._turn % len(links)]
        self._turn += 1
        link.send(order)
        self._asked.append((link, order))

    def answer(self, patience: float) -> tuple[Order, Answer] | None:
        """The next answer with its order, None when it takes longer than so many seconds.

        Raises EOFError or OSError when a mate is gone.
        """
        link, order = self._asked[0]
        if not link.poll(patience):
            return None
        answer: Answer = link.recv()
        self._asked.popleft()
        return order, answer

    def end(self) -> None:
        """Send everybody home."""
        self._mates.end()


def _serve(path: Path, rules: str, names: Names, link: Link) -> None:
    """The whole life of a mate."""
    ruleset = read_rules(rules)
    builder, database, dictionary = Builder(ruleset, names), Database(path), Dictionary()
    while (order := _next(link)) is not None:
        # Ids of erased texts may have been given to others.
        dictionary.clear()
        with database.read() as conn:
            answer = builder.answer(conn, order, dictionary)
        link.send(answer)


def _next(link: Link) -> Any:
    try:
        return link.recv()
    except EOFError:
        return None
