"""Random keys handed out once, of which only a hash is kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets as random


def new_key(prefix: str = "") -> str:
    """256 random bits, URL-safe."""
    return prefix + random.token_urlsafe(32)


def hash_of(key: str) -> str:
    """What is stored of a key; keys are random, so one plain SHA-256 is enough. Never raises."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def is_same(one: str, other: str) -> bool:
    """Constant-time; by hash, since `compare_digest` refuses non-ASCII text."""
    return hmac.compare_digest(hash_of(one), hash_of(other))


def derived_key(secret: bytes, purpose: str) -> str:
    """A key only this server can make, the same every time for one purpose."""
    return hmac.new(secret, purpose.encode(), hashlib.sha256).hexdigest()


def identity_key(secret: bytes) -> str:
    """With which a site's own server proves who is signed in (verified identify); the owner reads it on the pages."""
    return derived_key(secret, "verified identify")
