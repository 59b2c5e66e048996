"""What the API is sent: JSON bodies, every key known and of its type, or refused by name."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request

from ripeline.api.sentences import of_body
from ripeline.domain.wire_types import Props
from ripeline.errors import InvalidRequest, TooLarge

T = TypeVar("T")

LARGEST: Final = 256 * 1024

#: What a person adds in their own words.
Note = Annotated[str, Meta(max_length=2_000)]

VerdictWord = Literal["too_early", "right_time", "too_late", "off_target"]

#: A row id.
Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]


class Verdict(Struct, forbid_unknown_fields=True):
    """Sales' word; null takes the last one back. `model` only of a lead."""

    verdict: VerdictWord | None
    note: Note = ""


class LeadVerdict(Struct, forbid_unknown_fields=True):
    """The same on a lead, in one model (not needed where there is one)."""

    verdict: VerdictWord | None
    model: str | None = None
    note: Note = ""


class Claim(Struct, forbid_unknown_fields=True):
    """What to do with a hand-off; `owner` is the e-mail of who claims it, `until` a moment (ISO) to put it off to."""

    action: Literal["claim", "release", "snooze"] = "claim"
    owner: str | None = None
    until: str | None = None


class GivenPoints(Struct, forbid_unknown_fields=True):
    """Points by hand; `id` makes a retry safe."""

    points: int | float
    reason: str
    model: str | None = None
    id: str = ""


class Objecting(Struct, forbid_unknown_fields=True):
    """Whether the lead objects to being scored; `note`: how that became known."""

    objects: bool
    note: Annotated[str, Meta(max_length=500)] = ""


class Merge(Struct, forbid_unknown_fields=True, rename={"other": "with"}):
    """The lead (id or e-mail) to be read under this one, or no longer."""

    other: Id | str
    undo: bool = False


class Detach(Struct, forbid_unknown_fields=True):
    """The key of a visitor of the lead."""

    visitor: str


class Suspect(Struct, forbid_unknown_fields=True):
    """Whether the event is suspect."""

    suspect: bool


class SuspectReason(Struct, forbid_unknown_fields=True):
    """Whether all events of a reason are suspect."""

    reason: str
    suspect: bool


class OutcomeBody(Struct, forbid_unknown_fields=True):
    """How it ended; an `outcome` of null takes back what was said. `lead` (an id) or `email`; `value` in money."""

    outcome: Literal["won", "lost"] | None
    email: str | None = None
    lead: Id | None = None
    at: str | float | None = None
    value: int | float | None = None
    model: str | None = None


class Told(Struct, forbid_unknown_fields=True):
    """Attributes by name, each with a value."""

    attributes: Props


async def read_body(request: Request, most: int = LARGEST) -> bytes:
    """The body; raises `TooLarge` once it is."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise TooLarge(most)
        parts.append(part)
    return b"".join(parts)


async def read_as(request: Request, kind: type[T]) -> T:
    """The JSON body as that kind of thing; raises `TooLarge`, and `InvalidRequest` with the first key that is wrong."""
    try:
        return msgspec.json.decode(await read_body(request), type=kind)
    except msgspec.ValidationError as error:
        raise of_body(error, kind) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest("body", f"is no JSON: {error}") from error
