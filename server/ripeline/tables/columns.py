"""What the columns of other programs' tables mean: guessed by their headings, English and French."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ripeline.domain.fields import is_sensitive_name, words_of
from ripeline.domain.wire_text import LONGEST_ID
from ripeline.domain.wire_types import MOST_PROPS

#: A lead's own columns; `created` is when it was first known.
OF_LEADS: Final = {
    "email": "email, e mail, mail, courriel, email address, adresse email, adresse e mail, adresse mail, "
    "adresse electronique",
    "first_name": "first name, firstname, given name, prenom",
    "last_name": "last name, lastname, surname, family name, nom, nom de famille",
    "name": "name, full name, nom complet, contact name, prenom et nom",
    "company": "company, company name, associated company, primary company, societe, entreprise, nom de l entreprise, "
    "nom de la societe, raison sociale, entreprise associee, organization, organisation",
    "job": "job, job title, position, fonction, poste, intitule du poste, intitule de poste",
    "phone": "phone, phone number, telephone, tel, numero de telephone, mobile, mobile phone, mobile phone number, "
    "telephone portable, telephone mobile, numero de telephone mobile, portable",
    "city": "city, ville",
    "country": "country, country region, pays, pays region",
    "postal_code": "zip, zip code, zipcode, postal code, code postal",
    "website": "website, website url, web site, site web, site internet, url du site web",
    "created": "created, created at, create date, creation date, date created, date added, date identified, "
    "date de creation, date d ajout, cree le, first seen",
}
OF_OUTCOMES: Final = {
    "email": f"{OF_LEADS['email']}, contact email, associated contact email, e mail du contact",
    "outcome": "outcome, result, resultat, issue, deal stage, stage, etape, etape de la transaction, "
    "phase de la transaction, status, statut",
    "date": "date, close date, closed, closed at, date closed, closing date, date de cloture, date de fermeture, "
    "date de signature, cloture le",
    "value": "value, amount, deal amount, valeur, montant, montant ht, montant de la transaction, chiffre d affaires",
}

LEFT_OUT: Final = ""

#: What `export leads` says of a lead besides what is known of it.
STANDING: Final = ("model", "score", "engagement", "fit", "band", "channel", "reachable", "first_seen", "last_seen")


def standing(heading: Sequence[str]) -> dict[str, str]:
    """Of a table `export leads` wrote, the columns that nobody told us."""
    left_out = {"id", *STANDING} - {"first_seen"}
    return dict.fromkeys(left_out, LEFT_OUT) if set(heading) >= left_out else {}


def meanings(heading: Sequence[str], known: Mapping[str, str], said: Mapping[str, str], *, others: bool) -> list[str]:
    """What each column is called here, `LEFT_OUT` where it is not read.

    `said` by a person wins. `others`: columns nobody knows keep their own name, but for those that may not be kept.
    """
    by_words = {phrase: name for name, phrases in known.items() for phrase in phrases.split(", ")}
    found: list[str] = []
    for column in heading:
        words = " ".join(words_of(column))
        name = said[column] if column in said else by_words.get(words, LEFT_OUT)
        if not name and others and column not in said:
            name = _own_name(column, found)
        found.append(name)
    return found


def _own_name(column: str, taken: Sequence[str]) -> str:
    name = "_".join(words_of(column))[:LONGEST_ID]
    is_too_many = len(set(taken) - {LEFT_OUT}) >= MOST_PROPS
    return LEFT_OUT if is_sensitive_name(column) or name in taken or is_too_many else name
