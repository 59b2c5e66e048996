"""The little Markdown of docs/api.md as HTML: paragraphs, lists, code; links become words, tables are left out."""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup, escape

_LINK: Final = re.compile(r"\[([^]]+)\]\([^)]+\)")
_CODE: Final = re.compile(r"`([^`]+)`")


def plain(text: str) -> str:
    """Words only."""
    return _CODE.sub(r"\1", _LINK.sub(r"\1", text))


def prose(text: str) -> Markup:
    """All of it."""
    return Markup("").join(_block(block) for block in re.split(r"\n\s*\n", text) if block and not block.startswith("|"))


def _block(text: str) -> Markup:
    if not text.startswith("- "):
        return Markup("<p>{}</p>").format(_inline(text))
    items = Markup("").join(Markup("<li>{}</li>").format(_inline(item)) for item in re.split(r"(?m)^- ", text)[1:])
    return Markup("<ul>{}</ul>").format(items)


def _inline(text: str) -> Markup:
    parts = _CODE.split(_LINK.sub(r"\1", text.strip()))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )
