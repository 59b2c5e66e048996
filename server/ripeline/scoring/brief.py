"""What is remembered of texts that are only compared: of a long one a fingerprint, because strangers write them."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

#: Characters of a text that is remembered as it is.
LONGEST: Final = 255

# No item begins with a line break, so none looks like a fingerprint.
_MARK: Final = "\n"


def brief(text: str) -> str:
    """What stands for a text where it only matters whether the same one comes again: it itself, or a fingerprint."""
    return text if len(text) <= LONGEST else _fingerprint(text)


def _fingerprint(text: str) -> str:
    return _MARK + blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
