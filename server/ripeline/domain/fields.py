"""Which fields of a form may be kept: never passwords, cards, codes, national numbers. The tracker does the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from ripeline.domain.secret_numbers import FEWEST_DIGITS, is_secret_number, masked

#: Types and autocomplete tokens whose values never leave the page; `cc-*` beside them.
_NEVER_TYPES: Final = frozenset("password hidden file current-password new-password one-time-code".split())

#: Names that give a field away, by whole words (lower case, no accents), so that `business_name` stays.
_NAMES: Final = """
    password, passwd, passphrase, passcode, pass, pwd, mdp, motdepasse, mot de passe, secret, token, jeton, csrf, xsrf,
    nonce, api key, apikey, captcha, recaptcha, hcaptcha, turnstile, otp, totp, one time code, verification code,
    code verification, code de verification, security code, code securite, code de securite, pin,
    cvv, cvc, csc, ccv, cc, card number, cardnumber, card no, credit card, creditcard, debit card, ccnumber,
    numero carte, numero de carte, carte bancaire, carte bleue, iban, rib, bic, swift, bank account, account number,
    compte bancaire, ssn, nir, nss, secu, social security, securite sociale, passport, passeport, carte identite,
    carte d identite
"""
_SENSITIVE: Final = frozenset(tuple(name.split()) for name in _NAMES.split(","))
_LONGEST_NAME: Final = max(map(len, _SENSITIVE))

#: Fields whose numbers may look like a card's: business numbers of France, telephones.
_KEPT_NUMBERS: Final = frozenset("siren siret tel telephone phone mobile portable gsm fax".split())
_KEPT_TYPES: Final = frozenset({"tel", "tel-national", "tel-local"})

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

Value = str | int | float | bool | None


def kept_fields(fields: Mapping[str, Value], types: Mapping[str, str]) -> dict[str, Any]:
    """The fields that may be stored; `types` says a field's type or autocomplete token where the page gave one.

    A value that is a card number, IBAN or NIR takes its field along; one inside a longer text is masked.
    Empty ones (None, "") are left out.
    """
    kept: dict[str, Any] = {}
    for name, value in fields.items():
        type_ = types.get(name, "").lower()
        if value is None or value == "" or is_sensitive_name(name) or (type_ and is_sensitive_type(type_)):
            continue
        if (isinstance(value, str) and len(value) < FEWEST_DIGITS and value.isascii()) or (
            isinstance(value, bool)
            or _KEPT_NUMBERS.intersection(words_of(name))
            or not _KEPT_TYPES.isdisjoint(type_.split())
        ):
            kept[name] = value
        elif not is_secret_number(_digits(value)):
            kept[name] = masked(value) if isinstance(value, str) else value
    return kept


def is_sensitive_type(type_: str) -> bool:
    """Is this an input type or autocomplete value (`section-a cc-number`) whose values are never taken?"""
    return any(token in _NEVER_TYPES or token.startswith("cc-") for token in type_.split())


@lru_cache(maxsize=1024)
def is_sensitive_name(name: str) -> bool:
    """Does a word of it, or some in a row, say that what it holds is nobody's business?"""
    words = words_of(name)
    return any(
        words[start : start + length] in _SENSITIVE
        for length in range(1, _LONGEST_NAME + 1)
        for start in range(len(words) - length + 1)
    )


@lru_cache(maxsize=1024)
def words_of(name: str) -> tuple[str, ...]:
    """`yourEmail[0]`, `your-email` → ("your", "email"): lower case, without accents and numbers of repetition."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    return tuple(word.lower() for word in _WORD.findall(plain) if not word.isdigit())


def _digits(value: str | float) -> str:
    """As it would be typed: JSON may write a whole number as a fraction."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
