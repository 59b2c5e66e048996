"""Links in e-mails, signed: who has one can say that it was opened, and nobody can make one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

import msgspec
from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode
from msgspec.structs import replace

from ripeline.auth.secrets import derived_key
from ripeline.domain.emails import plausible_email
from ripeline.domain.links import Link
from ripeline.domain.urls import UnusableUrl, canonical_url
from ripeline.domain.wire_text import cleaned
from ripeline.errors import InvalidRequest

#: First letter of the path of each kind.
PATHS: Final = {"click": "/c/", "open": "/o/", "unsubscribe": "/u/"}

_LONGEST_NAME: Final = 200

# Nothing else: base64 decoding skips other characters, so a valid token with junk around it would be valid too.
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{1,8000}\.[A-Za-z0-9_-]{43}")
_LINK: Final = msgspec.json.Decoder(Link)


class LinkSigner:
    """Makes and reads the tokens of one server."""

    def __init__(self, secret: bytes) -> None:
        key = derived_key(secret, "links in e-mails")
        self._signer = Signer(key, salt=b"link", key_derivation="none", digest_method=sha256)

    def token(self, link: Link) -> str:
        return self._signer.sign(base64_encode(msgspec.json.encode(link))).decode("ascii")

    def read(self, token: str, kind: str) -> Link | None:
        """The link of a token; None for one that is not ours, or of another kind.

        What it says is used from here on, never the text of the token: more than one text may say the same.
        """
        if not _TOKEN.fullmatch(token):
            return None
        try:
            link = _LINK.decode(base64_decode(self._signer.unsign(token)))
        except (BadSignature, msgspec.DecodeError):
            return None
        return link if link.kind == kind else None


def letter_of(id: str, email: str, category: str, sent_at: int) -> Link:
    """What the links of one e-mail have in common; raises `InvalidRequest`, naming the field."""
    for field, text, fewest in (("id", id, 1), ("category", category, 0)):
        if not fewest <= len(text) <= _LONGEST_NAME or cleaned(text) != text:
            raise InvalidRequest(field, f"must be {fewest}-{_LONGEST_NAME} printable characters")
    to = plausible_email(email)
    if to is None:
        raise InvalidRequest("email", "is no e-mail address")
    return Link("open", id, to, sent_at, category)


def written_links(signer: LinkSigner, public_url: str, letter: Link, targets: Sequence[str]) -> dict[str, Any]:
    """The addresses to put into one e-mail; `targets` are where its clicks lead. Raises `InvalidRequest`."""

    def address(link: Link) -> str:
        return f"{public_url}{PATHS[link.kind]}{signer.token(link)}{'.gif' if link.kind == 'open' else ''}"

    clicks = [replace(letter, kind="click", target=_usable(target)) for target in targets]
    return {
        "links": [{"target": click.target, "url": address(click)} for click in clicks],
        "open": address(replace(letter, kind="open", target="")),
        "unsubscribe": address(replace(letter, kind="unsubscribe", target="")),
        "honeypot": address(replace(clicks[0], honeypot=True)) if clicks else None,
    }


def _usable(target: str) -> str:
    try:
        canonical_url(target)
    except UnusableUrl as error:
        raise InvalidRequest("targets", f"{target[:100]!r} {error}") from error
    return target
