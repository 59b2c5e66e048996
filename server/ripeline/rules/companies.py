"""Whose colleague somebody is, by the domain of their e-mail: the name a company registered, whatever stands before it.

What is registered under which suffix says the Public Suffix List (Mozilla, MPL 2.0), as `publicsuffixlist` ships it.
"""

from __future__ import annotations

from functools import cache, lru_cache

from publicsuffixlist import PublicSuffixList

from ripeline.rules.freemail import FREEMAIL
from ripeline.rules.match import domain_of


def company_of(email: str | None) -> str | None:
    """`acme.co.uk` for `ada@mail.acme.co.uk`; None for no e-mail, and for a provider anybody can have one of."""
    domain = domain_of(email)
    return None if domain is None else _registered(domain)


@lru_cache(maxsize=4096)
def _registered(domain: str) -> str | None:
    company: str | None = _suffixes().privatesuffix(domain)
    return None if domain in FREEMAIL or company in FREEMAIL else company


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
