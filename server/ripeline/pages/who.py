"""Who a lead is, as far as we know: the name, the company, how to reach them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ripeline.domain.names import name_of
from ripeline.domain.phones import dialled


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
        return dialled(self.phone)


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
