"""Links in alerts by which sales say what a hand-off was worth: signed for one person, good for thirty days."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final, Literal, get_args

import msgspec
from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode
from msgspec import Struct

VerdictWord = Literal["too_early", "right_time", "too_late", "off_target"]

#: The four, in the order they are offered.
VERDICTS: Final[tuple[VerdictWord, ...]] = get_args(VerdictWord)

#: What the key of the signer is derived for.
PURPOSE: Final = "verdicts in e-mails"

#: The path is this and the token.
PATH: Final = "/v/"

LASTS_MS: Final = 30 * 86_400_000


class VerdictLink(Struct, frozen=True, array_like=True):
    """`verdict` of `to` (an e-mail address) on the hand-off made at `made_at`; good until `until` (both ms).

    After an older backup was put back ids are given again: only with `made_at` it is one and the same.
    """

    handoff: int
    made_at: int
    verdict: VerdictWord
    to: str
    until: int


# Nothing else: base64 decoding skips other characters, so a valid token with junk around it would be valid too.
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{1,2000}\.[A-Za-z0-9_-]{43}")
_LINK: Final = msgspec.json.Decoder(VerdictLink)


class VerdictSigner:
    """Makes and reads the tokens of one server; `key` is derived from its secret for `PURPOSE`."""

    def __init__(self, key: str) -> None:
        self._signer = Signer(key, salt=b"verdict", key_derivation="none", digest_method=sha256)

    def token(self, link: VerdictLink) -> str:
        return self._signer.sign(base64_encode(msgspec.json.encode(link))).decode("ascii")

    def read(self, token: str) -> VerdictLink | None:
        """What a token says, also when it is too old by now; None for one that is not ours."""
        if not _TOKEN.fullmatch(token):
            return None
        try:
            return _LINK.decode(base64_decode(self._signer.unsign(token)))
        except (BadSignature, msgspec.DecodeError):
            return None
