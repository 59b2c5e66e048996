"""A site's own pages become a rule file that is right, in its own language, and read politely."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeline.drafting.grid import grid_of
from ripeline.drafting.page import read_found_page
from ripeline.drafting.site import MOST_PAGES, Site, read_site
from ripeline.drafting.sorts import place_of_sort
from ripeline.drafting.written import written_draft
from ripeline.errors import DataProblem
from ripeline.rules.model import Rule, Ruleset
from ripeline.rules.reading import read_rules
from ripeline.scoring.scenarios import run_scenarios

HOME = "https://www.vergers.example"

FRENCH = {
    "/": '<html lang="fr-FR"><a href="/nos-tarifs">Tarifs</a><a href="/docs/Livre-Blanc-tri.pdf">x</a>',
    "/nos-tarifs": '<html lang="fr"><a href="/docs/plaquette_2026.pdf#page=2">x</a><a href="/docs/plan.pdf">x</a>',
    "/demande-de-devis": """<html lang="fr"><form id="wpcf7-f12" action="/#f12" method="post">
        <input name="nom"><input type="email" name="courriel"><input name="fonction"><button>Demander un devis</button>
        </form>""",
    "/contact": '<html lang="fr"><form class="contact" action="/envoyer"><textarea name="m"></textarea></form>'
    '<form role="search"><input name="q"></form><form id="login-contact"><input type="password" name="p"></form>',
    "/sitemap.xml": "".join(
        f"<loc>{HOME}{path}</loc>"
        for path in ("/nos-tarifs", "/demande-de-devis", "/contact", "/blog/prix-des-poires", "/blog/b",
                     "/recrutement/x", "/fr/etudes-de-cas/cidrerie", "/fr/etudes-de-cas/verger",
                     "/qui-sommes-nous", "/mentions-legales")
    ),
}  # fmt: skip


class Web:
    """Pages by address, and which were asked for."""

    def __init__(self, pages: Mapping[str, str], home: str = HOME) -> None:
        self.pages = {home + path: text for path, text in pages.items()}
        self.asked: list[str] = []

    def __call__(self, url: str) -> tuple[str, str] | None:
        self.asked.append(url)
        return (self.pages[url], url) if url in self.pages else None


def quietly(done: int, most: int) -> None:
    """Nobody watches."""


def read(web: Web, url: str = HOME) -> Site:
    return read_site(url, web, quietly)


def draft(site: Site, language: str = "fr") -> Ruleset:
    return read_rules(written_draft(site, grid_of(site), "fr" if language == "fr" else "en", "Europe/Paris"))


def rules_of(ruleset: Ruleset) -> dict[str, Rule]:
    return {rule.id: rule for rule in ruleset.models[0].rules}


def globs(rule: Rule) -> tuple[str, ...]:
    return rule.where[0].globs


def test_a_french_site_gives_a_french_file_in_packets() -> None:
    site = read(Web(FRENCH))
    assert site.language == "fr"
    rules = rules_of(draft(site))
    assert globs(rules["pricing"]) == ("/nos-tarifs*",)
    assert globs(rules["case-study"]) == ("/fr/etudes-de-cas/*",)
    assert globs(rules["careers"]) == ("/recrutement*",)
    assert globs(rules["blog"]) == ("/blog/*",), "an article about prices is an article"
    assert globs(rules["white-paper"]) == ("*livre-blanc*",) or globs(rules["white-paper"]) == ("Livre-Blanc-tri.pdf",)
    assert {rule.points for rule in rules.values()} <= {-10_000, -5_000, 1_000, 2_000, 5_000, 10_000}
    assert rules["pricing"].label == "Tarifs"


def test_forms_are_named_as_events_will_name_them() -> None:
    rules = rules_of(draft(read(Web(FRENCH))))
    assert globs(rules["demo"]) == ("wpcf7-f12",)
    assert rules["demo"].handoff
    assert globs(rules["contact"]) == ("/envoyer",), "neither the search nor the login"


def test_the_drafted_scenarios_end_as_they_say() -> None:
    for language in ("fr", "en"):
        results = run_scenarios(draft(read(Web(FRENCH)), language))
        assert results
        assert all(result.passed for result in results), [result.problems for result in results]


def test_a_french_file_is_in_french_type() -> None:
    """Its labels, scenarios and notes stand on pages, where every other apostrophe is a typographic one."""
    signing_up = '<html lang="fr"><form id="newsletter"><input type="email" name="email"></form>'
    site = read(Web(FRENCH | {"/contact": signing_up}))
    text = written_draft(site, grid_of(site), "fr", "Europe/Paris")
    assert "S’est inscrit à la newsletter" in text
    assert "'" not in text


def test_robots_are_respected() -> None:
    pages = FRENCH | {"/robots.txt": "User-agent: *\nDisallow: /contact\n"}
    web = Web(pages)
    site = read(web)
    assert HOME + "/contact" not in web.asked
    assert site.forbidden == 1
    with pytest.raises(DataProblem, match=r"robots\.txt asks programs not to read"):
        read(Web(FRENCH | {"/robots.txt": "User-agent: *\nDisallow: /\n"}))
    read(Web(FRENCH | {"/robots.txt": "User-agent: *\nDisallow: /\nUser-agent: ripeline-draft\nAllow: /\n"}))


def test_an_error_page_in_the_place_of_robots_forbids_nothing() -> None:
    assert read(Web(FRENCH | {"/robots.txt": "<html>User-agent: *\nDisallow: /</html>"})).pages


def test_only_that_site_is_read_and_not_without_end() -> None:
    links = "".join(f'<a href="/product-{number}">x</a>' for number in range(500))
    pages = {f"/product-{number}": links for number in range(500)}
    web = Web(pages | {"/": links + '<a href="https://elsewhere.example/pricing">x</a>'})
    site = read(web)
    assert len(site.pages) == MOST_PAGES
    assert len(web.asked) <= 2 * MOST_PAGES + 2
    assert all(url.startswith(HOME) for url in web.asked)


def test_an_index_of_sitemaps_is_followed_once_and_stays_on_the_site() -> None:
    index = f"<sitemapindex><loc>{HOME}/a.xml</loc><loc>{HOME}/sitemap.xml</loc><loc>https://e.example/s.xml</loc>"
    web = Web({"/": "<html>", "/sitemap.xml": index, "/a.xml": f"<loc>{HOME}/tarifs</loc>", "/tarifs": "<html>"})
    assert "/tarifs" in read(web).paths
    assert web.asked.count(HOME + "/sitemap.xml") == 1
    assert "https://e.example/s.xml" not in web.asked


@pytest.mark.parametrize("url", ["", "ftp://x.example", "https://user@x.example/", "javascript:alert(1)"])
def test_what_is_no_site_is_said(url: str) -> None:
    with pytest.raises(DataProblem, match="no address of a site"):
        read(Web({}), url)


def test_a_site_that_does_not_answer_is_said() -> None:
    with pytest.raises(DataProblem, match="gave no page"):
        read(Web({}))


def test_a_path_is_sorted_by_the_first_part_that_says_something() -> None:
    assert place_of_sort("/fr/tarifs/pro")[1] == "/fr/tarifs"  # type: ignore[index]
    assert place_of_sort("/blog/contact-lenses")[0].id == "blog"  # type: ignore[index]
    assert place_of_sort("/mentions-legales") is None


STARTS = st.sampled_from(["/tarifs/", "/blog/", "/x/", "/contact"])


@given(st.lists(st.tuples(STARTS, st.text(max_size=20)), max_size=8), st.text(max_size=200))
def test_whatever_a_site_names_the_file_is_right(paths: list[tuple[str, str]], form: str) -> None:
    site = Site(HOME)
    for start, rest in paths:
        site.paths.setdefault(start + rest.replace("/", "-"))
        site.files.setdefault(f"tarif-{rest}.pdf".replace("/", "-"))
    page = read_found_page(HOME + "/contact", f"<form id='{form}'><input name=a><button>devis</form>")
    site.pages.append(page)
    draft(site)
