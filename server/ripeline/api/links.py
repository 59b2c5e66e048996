"""`POST /api/links`: the signed addresses to put into one e-mail to one recipient."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct
from starlette.requests import Request

from ripeline.api import asked
from ripeline.api.answers import Facts
from ripeline.api.doing import done, moment_said
from ripeline.auth.guard import require_scope
from ripeline.auth.links import LinkSigner, letter_of, written_links
from ripeline.fold.folder import now_ms


class Letter(Struct, forbid_unknown_fields=True):
    """One e-mail: its `id`, the recipient's `email`, what kind it is, when it is sent, and where its links lead."""

    id: str
    email: str
    category: str = ""
    sent_at: str | float | None = None
    targets: Annotated[list[str], Meta(max_length=200)] = []


@require_scope("write")
@done
async def links(request: Request, said: Letter) -> Facts:
    """Nothing is stored: each link carries what it will say."""
    server = asked.running(request)
    sent_at = moment_said("sent_at", said.sent_at, now_ms())
    letter = letter_of(said.id, said.email, said.category, sent_at)
    return written_links(LinkSigner(server.secret), server.settings.public_url, letter, said.targets)
