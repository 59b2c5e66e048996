"""E-mail addresses as identities: one form to compare, and what looks like one."""

from __future__ import annotations

from typing import Final

LONGEST: Final = 254
_LONGEST_LOCAL_PART: Final = 64
_NEVER_INSIDE: Final = frozenset(" \t\"'<>()[],;:\\/|`{}%&=?#")


def plausible_email(text: object) -> str | None:
    """Trimmed and lower-cased, as e-mails are compared; None when it cannot be an address people write to."""
    if not isinstance(text, str):
        return None
    email = text.strip().lower()
    local, at, domain = email.rpartition("@")
    if not at or not 0 < len(local) <= _LONGEST_LOCAL_PART or len(email) > LONGEST:
        return None
    if "@" in local or not email.isprintable() or not _NEVER_INSIDE.isdisjoint(email):
        return None
    return email if _is_domain(domain) and not local.startswith(".") and not local.endswith(".") else None


def _is_domain(domain: str) -> bool:
    labels = domain.split(".")
    if len(labels) < 2 or len(labels[-1]) < 2 or labels[-1].isdigit():
        return False
    return all(label and label[0].isalnum() and label[-1].isalnum() and _is_label(label) for label in labels)


def _is_label(label: str) -> bool:
    return len(label) <= 63 and label.replace("-", "").isalnum()
