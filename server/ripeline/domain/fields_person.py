"""Who filled a form: the e-mail it identifies a person by, and the attributes its field types name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ripeline.domain.emails import plausible_email
from ripeline.domain.fields import words_of

#: Autocomplete tokens (HTML, "Autofill") and input types → attribute of a lead.
ATTRIBUTE_OF_TYPE: Final = {
    "email": "email",
    "tel": "phone",
    "tel-national": "phone",
    "given-name": "first_name",
    "family-name": "last_name",
    "name": "name",
    "organization": "company",
    "organization-title": "job",
    "url": "website",
    "country": "country",
    "country-name": "country",
    "address-level2": "city",
    "postal-code": "postal_code",
}

_EMAIL_WORDS: Final = frozenset({"email", "mail", "courriel"})
# `friend_email`, `email_du_collegue`: somebody else's, by whom this visitor must not be named.
_OF_SOMEBODY_ELSE: Final = frozenset(
    "friend friends ami amie amis colleague collegue parrain filleul to cc bcc recipient".split()
)


def traits_of(fields: Mapping[str, Any], types: Mapping[str, str]) -> dict[str, Any] | None:
    """Attributes of the lead by canonical name, read off the types the page gave its fields; None without any."""
    traits: dict[str, Any] = {}
    for name, type_ in types.items():
        attribute = _attribute_of(type_)
        if attribute and name in fields:
            traits.setdefault(attribute, fields[name])
    return traits or None


def email_of(fields: Mapping[str, Any], types: Mapping[str, str]) -> str | None:
    """The e-mail of the person who filled these fields: by type, then by name, then the only one there; or None."""
    by_type = (name for name, type_ in types.items() if _attribute_of(type_) == "email" and _is_own(name))
    by_name = (name for name in fields if _is_email_name(name))
    for name in (*by_type, *by_name):
        if email := plausible_email(fields.get(name)):
            return email
    found = {email for name, value in fields.items() if _is_own(name) and (email := plausible_email(value))}
    return found.pop() if len(found) == 1 else None


def _attribute_of(type_: str) -> str:
    """The last word that says what it is, of an input type and its autocomplete value: `text shipping work email`."""
    return next((ATTRIBUTE_OF_TYPE[word] for word in reversed(type_.lower().split()) if word in ATTRIBUTE_OF_TYPE), "")


def _is_email_name(name: str) -> bool:
    words = words_of(name)
    named = not _EMAIL_WORDS.isdisjoint(words) or words[:2] == ("e", "mail")
    return named and _is_own(name)


def _is_own(name: str) -> bool:
    return _OF_SOMEBODY_ELSE.isdisjoint(words_of(name))
