"""The proof that a site vouches for an e-mail: made by the site's own server, with the key its owner was shown."""

from __future__ import annotations

import hmac
from hashlib import sha256


def proof_of(email: str, key: str) -> str:
    """hex(HMAC-SHA256(key, e-mail)); the e-mail as `plausible_email` gives it, trimmed and in lower case."""
    return hmac.new(key.encode(), email.encode(), sha256).hexdigest()


def is_proven(email: str, proof: object, key: str) -> bool:
    """Is this the proof of that e-mail? Never without a key; compared in constant time."""
    if not key or not isinstance(proof, str):
        return False
    # Bytes, because `compare_digest` refuses other text than ASCII.
    return hmac.compare_digest(proof_of(email, key).encode(), proof.strip().lower().encode())
