"""The script as it lies in tracker/dist: its bytes, and the two ways to name exactly these bytes."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256, sha384

from ripeline.packing import Packed, packed
from ripeline.paths import CORNER, TRACKER


@cache
def script_bytes() -> bytes:
    """tracker/dist/t.js as it is."""
    return TRACKER.read_bytes()


@cache
def packed_script() -> Packed:
    """The same, and what it weighs on its way: tracker/dist/t.js.br for browsers that take that, else gzip."""
    return packed(script_bytes(), TRACKER.with_name(TRACKER.name + ".br"))


@cache
def script_hash() -> str:
    """16 hex digits that change with the script."""
    return sha256(script_bytes()).hexdigest()[:16]


@cache
def corner_bytes(endpoint_path: str) -> bytes:
    """tracker/dist/corner.js, which test mode loads, told where to ask."""
    return f'const endpoint="{endpoint_path}/test";'.encode() + CORNER.read_bytes()


@cache
def integrity() -> str:
    """The value of the `integrity` attribute (Subresource Integrity)."""
    return "sha384-" + b64encode(sha384(script_bytes()).digest()).decode()


def hashed_path(script_path: str) -> str:
    """/t.js → /t.<hash>.js"""
    stem, dot, extension = script_path.rpartition(".")
    return f"{stem}.{script_hash()}{dot}{extension}" if dot else f"{script_path}.{script_hash()}"
