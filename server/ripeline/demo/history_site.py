"""The demo's shop as its history knows it: pages with their titles, files, and the ways in."""

from __future__ import annotations

from random import Random
from typing import Final, NamedTuple

from ripeline.templating.languages import Locale

SITE: Final = "https://www.verger-fils.example"

_ENGLISH: Final = {
    "/": "Machines that sort fruit",
    "/pricing": "Pricing",
    "/about": "About us",
    "/blog": "Blog",
    "/blog/first-steps": "First steps with an optical line",
    "/blog/five-mistakes": "Five mistakes we all make",
    "/blog/what-it-costs": "What it really costs",
    "/blog/questions-to-ask": "Ten questions to ask before you buy",
    "/case-studies": "Case studies",
    "/case-studies/bakery": "The bakery that stopped guessing",
    "/case-studies/clinic": "The clinic where pears are ripe on Tuesday",
    "/case-studies/wine-merchant": "The wine merchant who sorts by the berry",
    "/white-papers": "White papers",
    "/careers": "Careers",
    "/contact": "Contact",
    "/demo": "Ask for a demo",
}

_FRENCH: Final = {
    "/": "Des machines qui trient les fruits",
    "/pricing": "Tarifs",
    "/about": "La maison",
    "/blog": "Blog",
    "/blog/first-steps": "Premiers pas avec une ligne optique",
    "/blog/five-mistakes": "Cinq erreurs que nous faisons tous",
    "/blog/what-it-costs": "Ce que cela coûte vraiment",
    "/blog/questions-to-ask": "Dix questions à poser avant d’acheter",
    "/case-studies": "Études de cas",
    "/case-studies/bakery": "La boulangerie qui a cessé de deviner",
    "/case-studies/clinic": "La clinique où les poires sont mûres le mardi",
    "/case-studies/wine-merchant": "Le négociant qui trie grain par grain",
    "/white-papers": "Livres blancs",
    "/careers": "Recrutement",
    "/contact": "Contact",
    "/demo": "Demander une démo",
}

#: Path → title, as the shop's own pages have them in each language.
TITLES: Final[dict[Locale, dict[str, str]]] = {
    "en": {path: f"{name} · Verger & Fils" for path, name in _ENGLISH.items()},
    "fr": {path: f"{name} · Verger & Fils" for path, name in _FRENCH.items()},
}

BLOG: Final = tuple(path for path in _ENGLISH if path.startswith("/blog/"))
CASES: Final = tuple(path for path in _ENGLISH if path.startswith("/case-studies/"))

BROCHURE: Final = "/files/brochure.pdf"

_WEBKIT: Final = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1"

AGENTS: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) {_WEBKIT} Mobile/15E148 Safari/604.1",
)


def white_paper(letter: str) -> str:
    """The path of white paper a, b or c."""
    return f"/files/white-paper-{letter}.pdf"


class WayIn(NamedTuple):
    """How somebody arrives: the referrer, and what the landing address carries behind its `?`."""

    referrer: str = ""
    query: str = ""


_WAYS_IN: Final = (
    (34, WayIn("https://www.google.com/")),
    (26, WayIn()),
    (9, WayIn("https://www.linkedin.com/")),
    (8, WayIn(query="utm_source=newsletter&utm_medium=email&utm_campaign=autumn")),
    (7, WayIn("https://www.google.com/", "utm_source=google&utm_medium=cpc&utm_campaign=brand&utm_term=fruit+sorter")),
    (5, WayIn("https://www.bing.com/")),
    (4, WayIn("https://duckduckgo.com/")),
    (4, WayIn("https://annuaire-du-verger.example/machines")),
    (3, WayIn("https://le-journal-du-fruit.example/articles/tri")),
)

NEWSLETTER: Final = WayIn(query="utm_source=newsletter&utm_medium=email&utm_campaign=autumn")


def way_in(rng: Random) -> WayIn:
    """How a new visitor found the shop."""
    weights = [share for share, _ in _WAYS_IN]
    return rng.choices([way for _, way in _WAYS_IN], weights)[0]
