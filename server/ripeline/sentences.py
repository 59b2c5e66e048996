"""Sentences said in English where something is found out, and in the reader's language where somebody reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Self


class Sentence(str):
    """An English text that still knows its message and what fills it, so that a page can say it in another language.

    What fills it may hold sentences too. The message is one of the catalogue's: it is written out where it is made.
    """

    __slots__ = ("msgid", "values")

    msgid: str
    values: dict[str, object]

    def __new__(cls, msgid: str, /, **values: object) -> Self:
        made = super().__new__(cls, msgid % values)
        made.msgid, made.values = msgid, values
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        """Copies and other processes get the message, not only the text."""
        return (self.msgid,), self.values

    def said(self, gettext: Callable[[str], str]) -> str:
        """The same by that catalogue."""
        values = {name: said(value, gettext) for name, value in self.values.items()}
        return gettext(self.msgid) % values


#: What marks a message for the catalogue (see babel.cfg) also makes the sentence.
N_ = Sentence


def said(text: object, gettext: Callable[[str], str]) -> object:
    """A sentence in that catalogue's language; anything else stays as it is."""
    return text.said(gettext) if isinstance(text, Sentence) else text


def one_after_the_other(sentences: Sequence[Sentence]) -> Sentence:
    """ "A; b; c"."""
    return reduce(lambda before, each: N_("%(before)s; %(after)s", before=before, after=each), sentences)
