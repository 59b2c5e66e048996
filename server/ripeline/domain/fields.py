"""Which fields of a form may be kept: never passwords, cards, codes, national numbers. The tracker does the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

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
_DIGITS: Final = re.compile(r"\d(?:[ -]?\d){12,18}")
_IBAN: Final = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_NIR: Final = re.compile(r"[1-478]\d{4}(?:\d\d|2A|2B)\d{8}")
_MASKED: Final = "•••"

Value = str | int | float | bool | None


def kept_fields(fields: Mapping[str, Value], types: Mapping[str, str]) -> dict[str, Any]:
    """The fields that may be stored; `types` says a field's type or autocomplete token where the page gave one.

    A value that is a card number, IBAN or NIR takes its field along; a card number inside a longer text is masked.
    Empty ones (None, "") are left out.
    """
    kept: dict[str, Any] = {}
    for name, value in fields.items():
        type_ = types.get(name, "").lower()
        if value is None or value == "" or is_sensitive_type(type_) or is_sensitive_name(name):
            continue
        if (
            isinstance(value, bool)
            or _KEPT_NUMBERS.intersection(words_of(name))
            or not _KEPT_TYPES.isdisjoint(type_.split())
        ):
            kept[name] = value
        elif not is_sensitive_value(str(value)):
            kept[name] = _DIGITS.sub(_masked_card, value) if isinstance(value, str) else value
    return kept


def is_sensitive_type(type_: str) -> bool:
    """Is this an input type or autocomplete value (`section-a cc-number`) whose values are never taken?"""
    return any(token in _NEVER_TYPES or token.startswith("cc-") for token in type_.split())


def is_sensitive_name(name: str) -> bool:
    words = words_of(name)
    return any(
        words[start : start + length] in _SENSITIVE
        for length in range(1, _LONGEST_NAME + 1)
        for start in range(len(words) - length + 1)
    )


def is_sensitive_value(text: str) -> bool:
    """A card number, an IBAN or a NIR, spaces, dots and dashes aside."""
    plain = re.sub(r"[\s.\-]", "", text).upper()
    return _is_card(plain) or _is_iban(plain) or _is_nir(plain)


@lru_cache(maxsize=1024)
def words_of(name: str) -> tuple[str, ...]:
    """`yourEmail[0]`, `your-email` → ("your", "email"): lower case, without accents and numbers of repetition."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    return tuple(word.lower() for word in _WORD.findall(plain) if not word.isdigit())


def _masked_card(found: re.Match[str]) -> str:
    return _MASKED if _is_card(re.sub(r"[ -]", "", found.group())) else found.group()


def _is_card(digits: str) -> bool:
    """13–19 digits with a right Luhn sum (ISO/IEC 7812)."""
    if not 13 <= len(digits) <= 19 or not (digits.isascii() and digits.isdigit()):
        return False
    doubled = (int(digit) * 2 for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(number - 9 if number > 9 else number for number in doubled)) % 10 == 0


def _is_iban(text: str) -> bool:
    """ISO 13616: rearranged and read as a number, 1 modulo 97."""
    if not _IBAN.fullmatch(text):
        return False
    return int("".join(str(int(char, 36)) for char in text[4:] + text[:4])) % 97 == 1


def _is_nir(text: str) -> bool:
    """A French social security number with its key: 97 - number modulo 97; Corsica's 2A and 2B count as 19 and 18."""
    if not _NIR.fullmatch(text):
        return False
    return 97 - int(text[:13].replace("2A", "19").replace("2B", "18")) % 97 == int(text[13:])
