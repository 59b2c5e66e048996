"""What an event tells about its lead: form fields and traits read as attributes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from ripeline.domain.event import FORM, Event
from ripeline.rules.globs import folded

#: Field names as people and form builders write them, reduced to letters and digits; autocomplete tokens included.
_NAMES: Final[dict[str, str]] = {
    "email": "email mail emailaddress mailaddress courriel adressecourriel adressemail adresseemail emailpro mailpro "
    "emailprofessionnel adresseelectronique workemail businessemail courrielpro",
    "phone": "phone tel telephone phonenumber mobile mobilephone telnational cell cellphone portable telportable "
    "numerodetelephone numtel gsm telephonemobile phonemobile telephonenumber workphone sms",
    "first_name": "firstname fname givenname forename prenom",
    "last_name": "lastname lname familyname surname nomdefamille nom",
    "name": "name fullname nomcomplet nometprenom prenometnom nomprenom prenomnom displayname",
    "company": "company companyname organization organisation org societe entreprise raisonsociale nomentreprise "
    "nomdelentreprise nomdelasociete nomsociete employer business businessname etablissement",
    "job": "job jobtitle organizationtitle jobfunction fonction poste metier role position profession "
    "intituledeposte intituleduposte occupation titreposte",
    "website": "website url site siteweb siteinternet web homepage companywebsite",
    "country": "country countryname pays countrycode",
    "city": "city town ville addresslevel2 locality commune",
    "postal_code": "postalcode postcode zip zipcode codepostal cp",
}

#: The attributes that pages and rules know by name.
ATTRIBUTES: Final = tuple(_NAMES)

_BY_NAME: Final = {name: attribute for attribute, names in _NAMES.items() for name in names.split()}

#: What form builders put before the name: `your-email`, `contact[email]`, `form_fields[email]`, `mce-EMAIL`.
_BEFORE: Final = re.compile(
    r"^(your|votre|vos|contact|customer|client|user|lead|billing|formfields?|fields?|mce|input)+"
)

_NOT_THE_PERSON: Final = frozenset({"username"})


@lru_cache(maxsize=4096)
def default_attribute(field: str) -> str | None:
    """The attribute a form field or autocomplete token of that name fills, None when the name says nothing."""
    plain = re.sub(r"[^a-z0-9]", "", folded(field))
    return _BY_NAME.get(plain) or (_BY_NAME.get(_BEFORE.sub("", plain)) if plain not in _NOT_THE_PERSON else None)


def attributes_of(event: Event, mapping: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Attribute → value, as this event says them; empty values are left out.

    For each attribute the first that has it wins: the rule file's `[attributes]` (attribute → field names, their case
    ignored), the event's traits, the built-in names of form fields. The identity the event claims wins as `email`.
    """
    found: dict[str, Any] = {"email": event.email} if event.email else {}
    if event.traits is None and event.on != FORM:
        return found
    traits = _filled(event.traits)
    fields = (_filled(event.props) if event.on == FORM else {}) | traits
    for source in (_mapped(fields, mapping), traits, _guessed(fields)):
        for name, value in source.items():
            found.setdefault(name, value)
    return found


def _filled(values: Mapping[str, Any] | None) -> dict[str, Any]:
    stripped = {key: value.strip() if isinstance(value, str) else value for key, value in (values or {}).items()}
    return {key: value for key, value in stripped.items() if value is not None and value != ""}


def _mapped(fields: Mapping[str, Any], mapping: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    if not mapping:
        return {}
    by_name = {name.casefold(): value for name, value in fields.items()}
    wanted = {
        attribute: next((by_name[name.casefold()] for name in names if name.casefold() in by_name), None)
        for attribute, names in mapping.items()
    }
    return {attribute: value for attribute, value in wanted.items() if value is not None}


def _guessed(fields: Mapping[str, Any]) -> dict[str, Any]:
    guesses: dict[str, Any] = {}
    for name, value in fields.items():
        if attribute := default_attribute(name):
            guesses.setdefault(attribute, value)
    return guesses
