"""The sorts of pages, files and forms a draft knows, by the words sites use for them in English and French."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import unquote

from ripeline.rules.globs import folded

On = Literal["page", "download", "form"]


@dataclass(frozen=True, slots=True)
class Sort:
    """`words` (several joined by a hyphen) name it in addresses; `more` is the rest of its rule in TOML; `is_many`:
    each page below it is one of a kind. `label` by language."""

    id: str
    points: int
    label: tuple[str, str]
    words: tuple[str, ...]
    more: str = ""
    is_many: bool = False


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ONCE: Final = 'once_per = "lead"'
_DAILY: Final = 'once_per = "day", cap = { points = 10, per = "30d" }'
_EACH_5: Final = 'once_per = "item", cap = { points = 10, per = "30d" }'
_EACH_1: Final = 'once_per = "item", cap = { points = 3, per = "30d" }'

#: In this order: an address is of the first sort that knows one of its words.
PAGES: Final = (
    Sort("careers", -5, ("Looks for a job", "Cherche un emploi"), _words(
        "careers career jobs job join-us work-with-us hiring vacancies carrieres carriere recrutement emploi emplois "
        "nous-rejoindre rejoignez-nous offres-d-emploi offres-emploi stages alternance"), _ONCE),
    Sort("pricing", 5, ("Pricing", "Tarifs"), _words(
        "pricing prices price plans rates tarifs tarif prix abonnement abonnements formules nos-tarifs"), _DAILY),
    Sort("case-study", 5, ("Case study", "Étude de cas"), _words(
        "case-study case-studies customer-stories success-stories success-story references testimonials portfolio "
        "etude-de-cas etudes-de-cas cas-client cas-clients temoignages temoignage realisations nos-references "
        "nos-clients"        ), _EACH_5, is_many=True),
    Sort("compare", 5, ("Comparison", "Comparatif"), _words(
        "compare comparison vs versus alternative alternatives comparatif comparaison roi roi-calculator simulateur "
        "calculator calculateur"), _EACH_5, is_many=True),
    Sort("demo-page", 2, ("Looked at the demo page", "A regardé la page de démo"), _words(
        "demo demos demonstration trial free-trial essai essai-gratuit devis quote request-a-quote demande-de-devis "
        "rendez-vous book-a-call"), _ONCE),
    Sort("contact-page", 2, ("Looked at the contact page", "A regardé la page de contact"), _words(
        "contact contact-us contactez-nous nous-contacter"), _ONCE),
    Sort("product", 2, ("Product page", "Page produit"), _words(
        "product products produit produits solution solutions features fonctionnalites services service offres offre "
        "nos-offres nos-services nos-solutions"), _EACH_1.replace("3", "6"), is_many=True),
    Sort("blog", 1, ("Blog article", "Article du blog"), _words(
        "blog articles article news actualites actualite actus resources ressources magazine guides conseils journal "
        "insights"), _EACH_1, is_many=True),
    Sort("about", 1, ("About us", "À propos"), _words(
        "about about-us a-propos qui-sommes-nous team equipe notre-equipe company entreprise l-entreprise histoire"),
        _ONCE),
)  # fmt: skip

FILES: Final = (
    Sort("price-list", 5, ("Price list", "Grille tarifaire"), _words("tarif tarifs prix price prices pricing")),
    Sort("case-file", 5, ("Case study as a file", "Étude de cas en fichier"), _words(
        "case-study case etude-de-cas cas-client temoignage reference")),
    Sort("white-paper", 2, ("White paper", "Livre blanc"), _words(
        "white-paper whitepaper livre-blanc ebook e-book guide report etude rapport"),
        'cap = { points = 4, per = "30d" }'),
    Sort("brochure", 2, ("Brochure", "Plaquette"), _words(
        "brochure plaquette catalogue catalog datasheet fiche presentation leaflet depliant")),
)  # fmt: skip

FORMS: Final = (
    Sort("demo", 10, ("Asked for a demo or a quote", "A demandé une démo ou un devis"), _words(
        "demo demonstration trial essai devis quote quotation rendez-vous rdv estimate estimation rappel callback "
        "call-back"), "handoff = true"),
    Sort("newsletter", 2, ("Subscribed to the newsletter", "S’est inscrit à la newsletter"), _words(
        "newsletter subscribe subscription abonner inscription-newsletter lettre mailing optin footer-form signup-form"
        )),
    Sort("download-form", 5, ("Left an e-mail for a file", "A laissé son e-mail pour un fichier"), _words(
        "download telecharger telechargement white-paper whitepaper livre-blanc ebook guide")),
    Sort("contact", 10, ("Wrote to us", "Nous a écrit"), _words(
        "contact contact-us message enquiry inquiry contactez nous-contacter question")),
)  # fmt: skip

_SPLIT: Final = re.compile(r"[^a-z0-9]+")


def words_of(text: str) -> str:
    """A path segment, file name or form id as its words: folded, joined and surrounded by hyphens."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", unquote(text))
    return f"-{_SPLIT.sub('-', folded(spaced)).strip('-')}-"


def sort_of(text: str, sorts: tuple[Sort, ...]) -> Sort | None:
    """The first sort one of whose words is in the text."""
    words = words_of(text)
    return next((sort for sort in sorts if any(f"-{word}-" in words for word in sort.words)), None)


def place_of_sort(path: str) -> tuple[Sort, str] | None:
    """What sort of page a path is, and the part of the path that says it; the first two or three segments may."""
    parts = path.split("/")[1:4]
    for depth, part in enumerate(parts, 1):
        sort = sort_of(part, PAGES)
        # Deep below something of another sort a word means little: /blog/prices-of-apples is an article.
        if sort is not None:
            return sort, "/" + "/".join(parts[:depth])
    return None


def is_worth_a_look(path: str) -> bool:
    """Whether a form or an offer may be there: few segments, and a word a draft knows (but no single article)."""
    if path.count("/") > 3:
        return False
    found = place_of_sort(path)
    return found is not None and (not found[0].is_many or found[1] == path.rstrip("/"))
