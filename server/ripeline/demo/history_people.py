"""The invented people of the demo: names, companies, jobs. Every domain ends in .example."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from random import Random
from typing import Final

from ripeline.templating.languages import Locale

_FIRST: Final = (
    "Adèle Agathe Alice Amélie Anaïs Antoine Arthur Aurélie Bastien Baptiste Camille Cédric Charlotte Chloé Claire "
    "Clément Corentin Delphine Édouard Emma Étienne Fanny Florian Gaëlle Guillaume Hélène Hugo Inès Jeanne Jules "
    "Julien Laure Léa Lucas Manon Margaux Mathilde Maxime Nadia Nathan Noémie Olivier Pauline Quentin Romain Salomé "
    "Samir Sophie Théo Valentin Yasmine Zoé Amy Ben Caroline Daniel Emily Fiona George Hannah Isaac Jack Karen Liam "
    "Megan Nora Oliver Priya Rachel Simon Tom Victoria William Zara"
).split()

_LAST: Final = (
    "Aubry Barbier Baudin Bellanger Berthier Blanchet Bonnard Bourdon Brossard Carlier Charpentier Chevallier Collet "
    "Cordier Courtois Delmas Delorme Desmarais Dufour Dumont Evrard Fabre Ferrand Fontaine Garnier Gauthier Girault "
    "Hamel Jacquet Joubert Lacroix Lambert Lebrun Lefort Lemaire Maillard Marchal Masson Mercier Monnier Navarro "
    "Olivier Pasquier Perrin Poirier Rousset Sauvage Tessier Vasseur Verdier Archer Baxter Bell Carter Dalton Ellis "
    "Foster Grant Harper Hughes Knight Lawson Marsh Norris Palmer Quinn Reed Shaw Turner Walsh"
).split()

_COMPANIES: Final = (
    "Vergers de Vaubrun|Cidrerie du Canal|Pépinières Orlane|Conserverie Morvan|Vergers des Tilleuls|Délices de Loire|"
    "Confitures Passerelle|Distillerie Castelin|Groupe Hélianthe|Fruits de Lormont|Jus Sévigny|Primeurs Confluence|"
    "Cidrerie Kervran|Coopérative Beaulac|Fruits Girondel|Vergers Montclar|Vignobles Aurignac|Melons Atlantes|"
    "Ashdown Orchards|Birchwood Foods|Calder Cider|Dovetail Preserves|Eastmoor Packhouse|Fairlead Fruit|"
    "Greyfriars Growers|Harrow Juices|Inkwell Vineyards|Juniper Gin|Kestrel Produce|Lindley Farms|Marlow Melons|"
    "Northgate Berries"
).split("|")

# Words that fit everybody: names and jobs are drawn apart.
_JOBS: Final = (
    "Responsable commerce|Responsable marketing|Responsable qualité|Responsable logistique|Responsable des achats|"
    "Responsable de production|Chargé(e) de projet|Responsable CRM|Marketing manager|Head of sales|Operations director|"
    "Managing director|Sales manager|Growth lead|Office manager|Chief executive"
).split("|")

STUDENT_JOBS: Final = ("Étudiant(e) en master", "Étudiant(e)", "Student", "Étudiant(e) en alternance", "PhD student")

#: In a French demo nobody's job is English; what the rules see in it stays the same.
_IN_FRENCH: Final = {
    "Marketing manager": "Responsable du marketing",
    "Head of sales": "Responsable des ventes",
    "Operations director": "Responsable des opérations",
    "Managing director": "Gérant(e)",
    "Sales manager": "Responsable commercial(e)",
    "Growth lead": "Chargé(e) d’acquisition",
    "Office manager": "Responsable administratif(ve)",
    "Chief executive": "PDG",
    "Student": "Étudiant(e) en licence",
    "PhD student": "Étudiant(e) en thèse",
}

_SCHOOLS: Final = ("univ-valmont.example", "ecole-merisier.example", "larkfield-college.example")


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person, as they would fill in a form; `phone` is "" for those who keep it to themselves."""

    first_name: str
    last_name: str
    company: str
    domain: str
    job: str
    phone: str = ""

    @property
    def email(self) -> str:
        return f"{plain(self.first_name)}.{plain(self.last_name)}@{self.domain}"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


#: The three of the white papers, whom the rules' own scenarios tell about.
MARC: Final = Person("Marc", "Delaunay", "Atelier Delaunay", "atelier-delaunay.example", "Directeur marketing")
ELODIE: Final = Person("Élodie", "Brunet", "Maison Brunet", "maison-brunet.example", "Responsable CRM")
CAPUCINE: Final = Person("Capucine", "Morel", "Morel Conseil", "morel-conseil.example", "Consultante")


def job_in(language: Locale, job: str) -> str:
    """A job as that language's demo tells it."""
    return _IN_FRENCH.get(job, job) if language == "fr" else job


def plain(text: str) -> str:
    """A name as it stands in an address: no accents, lower case, hyphens for spaces."""
    letters = unicodedata.normalize("NFD", text)
    return "".join(c for c in letters if not unicodedata.combining(c)).lower().replace(" ", "-")


class Cast:
    """Hands out people, nobody twice; colleagues share a company because there are fewer of those."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._names = [(first, last) for first in _FIRST for last in _LAST]
        rng.shuffle(self._names)

    def professional(self, *, with_phone: bool = False) -> Person:
        """Somebody with a company and a job."""
        first, last = self._names.pop()
        company = self._rng.choice(_COMPANIES)
        phone = self._phone() if with_phone else ""
        return Person(first, last, company, f"{plain(company)}.example", self._rng.choice(_JOBS), phone)

    def colleague(self, of: Person) -> Person:
        """Somebody else of the same company."""
        first, last = self._names.pop()
        return Person(first, last, of.company, of.domain, self._rng.choice(_JOBS))

    def student(self) -> Person:
        first, last = self._names.pop()
        return Person(first, last, "", self._rng.choice(_SCHOOLS), self._rng.choice(STUDENT_JOBS))

    def private(self) -> Person:
        """Somebody who writes from home."""
        first, last = self._names.pop()
        return Person(first, last, "", "courrier.example", "")

    def _phone(self) -> str:
        """A number of the range kept for fiction in France (ARCEP: 01 99 00)."""
        digits = f"{self._rng.randrange(10_000):04d}"
        return f"+33 1 99 00 {digits[:2]} {digits[2:]}"
