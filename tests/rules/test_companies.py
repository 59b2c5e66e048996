"""Whose colleague somebody is, by their e-mail."""

from __future__ import annotations

import pytest

from ripeline.rules.companies import company_of
from ripeline.rules.freemail import FREEMAIL


@pytest.mark.parametrize(
    ("email", "company"),
    [
        ("ada@acme.fr", "acme.fr"),
        ("ada@mail.acme.fr", "acme.fr"),
        ("ada@acme.co.uk", "acme.co.uk"),
        ("ada@mail.acme.co.uk", "acme.co.uk"),
        ("ada@ac-lyon.education.gouv.fr", "education.gouv.fr"),
        ("ada@relais.croix.asso.fr", "croix.asso.fr"),
        ("ada@acme.uk.com", "acme.uk.com"),
        ("ada@acme.unheard-of", "acme.unheard-of"),
        ("ada@xn--mller-kva.de", "xn--mller-kva.de"),
        ("ada@sub.ACME.fr", "acme.fr"),
        # Nobody's company: a suffix itself, a provider of e-mail for everybody, also behind a subdomain.
        ("ada@co.uk", None),
        ("ada@orange.fr", None),
        ("ada@yahoo.co.uk", None),
        ("ada@mail.laposte.net", None),
        ("ada", None),
        ("", None),
        (None, None),
    ],
)
def test_a_company_is_the_name_it_registered(email: str | None, company: str | None) -> None:
    assert company_of(email) == company


def test_no_provider_of_our_list_is_a_company() -> None:
    assert [domain for domain in sorted(FREEMAIL) if company_of(f"ada@{domain}")] == []
