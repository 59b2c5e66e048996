"""Who a lead is, as far as we know: the name, the company, how to reach them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ripeline.domain.names import name_of

_SHORTEST_NUMBER = 6


@dataclass(frozen=True, slots=True)
class Who:
    """One person for a page; empty strings where nothing is known. `visitor` names them while they are anonymous."""

    id: int
    name: str
    email: str
    company: str
    job: str
    phone: str
    visitor: str

    @property
    def calls(self) -> str:
        """What a `tel:` link dials; "" when the phone is no number."""
        plus = "+" if self.phone.startswith("+") else ""
        # "+33 (0)6" is how people write it, not how it is dialled; * and # would give orders to the phone.
        written = self.phone.replace("(0)", "") if plus else self.phone
        digits = "".join(char for char in written if char in "0123456789")
        return plus + digits if len(digits) >= _SHORTEST_NUMBER and "*" not in written and "#" not in written else ""


def who_is(id: int, email: str | None, attributes: Mapping[str, Any], visitor: str = "") -> Who:
    """Read a person off what is known; first and last name make a name."""
    known = {name: " ".join(str(value).split()) for name, value in attributes.items()}
    return Who(
        id=id,
        name=name_of(known),
        email=email or "",
        company=known.get("company", ""),
        job=known.get("job", ""),
        phone=known.get("phone", ""),
        visitor=visitor[:8],
    )
