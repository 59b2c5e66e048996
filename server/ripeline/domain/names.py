"""What a person is called, read off what is known about them."""

from __future__ import annotations

from collections.abc import Mapping


def name_of(known: Mapping[str, str]) -> str:
    """The name, or first and last name together; "" where none of them is known."""
    parts = (known.get("first_name", ""), known.get("last_name", ""))
    return known.get("name", "") or " ".join(part for part in parts if part)
