"""Telephone numbers as people write them, and as they are dialled."""

from __future__ import annotations

from typing import Final

_SHORTEST_NUMBER: Final = 6


def dialled(phone: str) -> str:
    """What a `tel:` link dials; "" when it is no number."""
    plus = "+" if phone.startswith("+") else ""
    # "+33 (0)6" is how people write it, not how it is dialled; * and # would give orders to the phone.
    written = phone.replace("(0)", "") if plus else phone
    digits = "".join(char for char in written if char in "0123456789")
    return plus + digits if len(digits) >= _SHORTEST_NUMBER and "*" not in written and "#" not in written else ""
