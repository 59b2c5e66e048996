"""A site sorted into rules: which addresses, files and forms of it are worth how much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ripeline.drafting.page import FoundForm
from ripeline.drafting.site import Site
from ripeline.drafting.sorts import FILES, FORMS, PAGES, Sort, place_of_sort, sort_of, words_of

#: So many addresses at most make one rule; the others are few.
_MOST_GLOBS: Final = 6


@dataclass(frozen=True, slots=True)
class DraftedRule:
    """A rule to be: its sort, on what (`on`), and the globs of what was found (of paths, file names or forms)."""

    sort: Sort
    on: str
    globs: tuple[str, ...]
    found: int


@dataclass(frozen=True, slots=True)
class Grid:
    """All rules of a site; `asks_job`: a form of it asks what people do; `missing` sorts were looked for in vain."""

    rules: tuple[DraftedRule, ...]
    other_files: tuple[str, ...]
    asks_job: bool
    missing: tuple[Sort, ...]


def grid_of(site: Site) -> Grid:
    """What a site says about itself, as rules."""
    forms = [form for page in site.pages for form in page.forms if _is_worth(form)]
    rules = (*_pages(site.paths), *_files(site.files), *_forms(forms))
    known = {rule.sort.id for rule in rules}
    return Grid(
        rules=rules,
        other_files=tuple(name for name in site.files if sort_of(name, FILES) is None),
        asks_job=any(_is_job(name) for form in forms for _, name in form.fields),
        missing=tuple(sort for sort in (*PAGES, *FORMS) if sort.id not in known),
    )


def _pages(paths: Iterable[str]) -> list[DraftedRule]:
    places: dict[str, Counter[str]] = {}
    children: Counter[str] = Counter()
    for path in paths:
        found = place_of_sort(path.rstrip("/") or "/")
        if found is None:
            continue
        sort, place = found
        places.setdefault(sort.id, Counter())[place] += 1
        children[place] += path.rstrip("/") != place
    sorts = [sort for sort in PAGES if sort.id in places]
    return [_page_rule(sort, places[sort.id], children) for sort in sorts]


def _page_rule(sort: Sort, places: Counter[str], children: Counter[str]) -> DraftedRule:
    chosen = [place for place, _ in places.most_common(_MOST_GLOBS)]
    # A list of articles is no article; where there is nothing below, the page itself is one.
    globs = [f"{_literal(place)}{'/*' if sort.is_many and children[place] else '*'}" for place in chosen]
    return DraftedRule(sort, "page", tuple(sorted(_apart(globs))), places.total())


def _literal(text: str) -> str:
    """As a glob that matches just this."""
    for char in "*?#":
        text = text.replace(char, f"%{ord(char):02X}")
    return text


def _apart(globs: Iterable[str]) -> list[str]:
    """Without those another one takes in."""
    found: list[str] = []
    for glob in sorted(globs, key=len):
        if not any(glob.startswith(other.removesuffix("*")) for other in found):
            found.append(glob)
    return found


def _files(names: Iterable[str]) -> list[DraftedRule]:
    found: dict[str, list[str]] = {}
    for name in names:
        sort = sort_of(name, FILES)
        if sort is not None:
            found.setdefault(sort.id, []).append(name)
    rules = []
    for sort in FILES:
        if some := found.get(sort.id):
            words = {word for word in sort.words for name in some if f"-{word}-" in words_of(name)}
            globs = sorted(_apart(f"*{word}*" for word in words if any(word in name.lower() for name in some)))
            rules.append(
                DraftedRule(sort, "download", tuple(globs or sorted(map(_literal, some))[:_MOST_GLOBS]), len(some))
            )
    return rules


def _forms(forms: Iterable[FoundForm]) -> list[DraftedRule]:
    found: dict[str, list[str]] = {}
    for form in forms:
        sort = _form_sort(form)
        if sort is not None and form.item not in found.setdefault(sort.id, []):
            found[sort.id].append(form.item)
    return [
        DraftedRule(sort, "form", tuple(sorted(some)[:_MOST_GLOBS]), len(some))
        for sort in FORMS
        if (some := found.get(sort.id))
    ]


def _form_sort(form: FoundForm) -> Sort | None:
    for words in form.words:
        if words and (sort := sort_of(words, FORMS)):
            return sort
    # One field for an e-mail and nothing else: somebody subscribes to something.
    newsletter = next(sort for sort in FORMS if sort.id == "newsletter")
    return newsletter if form.asks_email and len(form.fields) == 1 else None


def _is_worth(form: FoundForm) -> bool:
    return bool(form.fields) and not form.is_search and not form.asks_password


def _is_job(name: str) -> bool:
    return any(f"-{word}-" in words_of(name) for word in ("job", "title", "fonction", "poste", "role", "metier"))
