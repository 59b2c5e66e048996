"""A grid written down as a rule file: one line a rule, in packets, with what was found beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from ripeline.drafting.grid import DraftedRule, Grid
from ripeline.drafting.site import Site

Language = Literal["en", "fr"]

_PACKETS: Final = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class _Words:
    """Everything a file says in one language."""

    head: str
    zone: str
    packets: tuple[str, str, str, str]
    negative: str
    student: str
    decides: str
    silent: str
    regular: str
    other: str
    asked: str
    model: str
    bands: str
    next: str
    missing: str
    scenarios: str
    buyer: str
    reader: str


_WORDS: Final[dict[Language, _Words]] = {
    "en": _Words(
        head="A first draft for {origin}: {pages} pages read of {paths} addresses, {forms} forms, {files} files.\n"
        "# Nothing here is known to be true yet: it is what such pages usually mean. Read it, change it, try it:\n"
        "#    ripeline check rules.toml      ripeline whatif rules.toml      Every word used here: docs/rules.md",
        zone="days begin at midnight here",
        packets=("curious", "interested", "comparing", "means to buy"),
        negative="not a customer, or not any more",
        student='student = { points = -10, lead.job = ["*student*", "*intern"], label = "Student" }',
        decides='decides = { points = 2, lead.job = ["*director*", "*head of*", "*chief*", "*manager*", "*founder*", '
        '"CEO", "CTO", "CMO"], label = "Can decide" }',
        silent='silent = { points = -10, inactive = "30d", label = "Silent for 30 days" }',
        regular='regular = { points = 5, on = "session", count = { n = 3, within = "7d" }, '
        'cap = { points = 5, per = "30d" }, label = "Three visits in a week" }',
        other="Another file",
        asked="no form seen asks for the job: then this rule never pays",
        model="All offers",
        bands="bands = { warm = 5, hot = { enter = 10, exit = 8 } }",
        next='next = { warm = "Send something to read", hot = "Call within a day" }',
        missing="Looked for and not found: {names}.",
        scenarios="People you know, and how it must end: put your own here",
        buyer="Somebody writes to us: sales",
        reader="Somebody looks at one page: not yet",
    ),
    "fr": _Words(
        head="Un premier jet pour {origin} : {pages} pages lues sur {paths} adresses, {forms} formulaires, "
        "{files} fichiers.\n"
        "# Rien ici n’est encore prouvé : c’est ce que de telles pages veulent dire d’habitude. À lire, à changer, "
        "à essayer :\n"
        "#    ripeline check rules.toml      ripeline whatif rules.toml      Tous les mots : docs/rules.fr.md",
        zone="les jours commencent à minuit ici",
        packets=("curieux", "intéressé", "compare", "veut acheter"),
        negative="pas un client, ou plus",
        student='etudiant = { points = -10, lead.job = ["*étudiant*", "*student*", "*stagiaire*", "*alternant*"], '
        'label = "Étudiant" }',
        decides='decide = { points = 2, lead.job = ["*directeur*", "*directrice*", "*responsable*", "*gérant*", '
        '"*fondat*", "*président*", "PDG", "DG", "CEO"], label = "Peut décider" }',
        silent='silencieux = { points = -10, inactive = "30d", label = "Silencieux depuis 30 jours" }',
        regular='assidu = { points = 5, on = "session", count = { n = 3, within = "7d" }, '
        'cap = { points = 5, per = "30d" }, label = "Trois visites en une semaine" }',
        other="Un autre fichier",
        asked="aucun formulaire vu ne demande la fonction : sans elle, cette règle ne paie jamais",
        model="Toutes les offres",
        bands='bands = { "tiède" = 5, chaud = { enter = 10, exit = 8 } }',
        next='next = { "tiède" = "Envoyer de quoi lire", chaud = "Appeler dans la journée" }',
        missing="Cherché sans le trouver : {names}.",
        scenarios="Des gens que vous connaissez, et comment cela doit finir : mettez les vôtres ici",
        buyer="Quelqu’un nous écrit : aux commerciaux",
        reader="Quelqu’un regarde une page : pas encore",
    ),
}


def written_draft(site: Site, grid: Grid, language: Language, timezone: str) -> str:
    """The text of a whole rule file, which `read_rules` takes; `timezone` is an IANA name."""
    words = _WORDS[language]
    place = 1 if language == "fr" else 0
    parts = [
        _head(site, words),
        f"\ntimezone = {_quoted(timezone)}   # {words.zone}\n",
        "\n[rules]",
        f"# {words.negative}",
        *_rules((rule for rule in grid.rules if rule.sort.points < 0), place),
        _of_person(words.student, grid, words),
        words.silent,
        "\n[models.general]",
        f"label = {_quoted(words.model)}",
        words.bands,
        f'handoff = "{"chaud" if place else "hot"}"',
        "min_fit = 0",
        words.next,
        "\n[models.general.rules]",
        *_packets(grid, words, place),
    ]
    if grid.missing:
        names = ", ".join(sort.label[place] for sort in grid.missing)
        parts.append(f"\n# {words.missing.format(names=names)}")
    return "\n".join([*parts, *_scenarios(grid, words, place)]) + "\n"


def _head(site: Site, words: _Words) -> str:
    return "# " + words.head.format(
        origin=site.origin,
        pages=len(site.pages),
        paths=len(site.paths),
        forms=len({form.item for page in site.pages for form in page.forms}),
        files=len(site.files),
    )


def _packets(grid: Grid, words: _Words, place: int) -> list[str]:
    lines = []
    for packet, name in zip(_PACKETS, words.packets, strict=True):
        own = _rules((rule for rule in grid.rules if rule.sort.points == packet), place)
        if packet == 1 and grid.other_files:
            own.append(_other_files(grid, words, place))
        if packet == 2:
            own.append(_of_person(words.decides, grid, words))
        if packet == 5:
            own.append(words.regular)
        if own:
            lines += [f"# {packet} {name}", *own]
    return lines


def _rules(rules: Iterable[DraftedRule], place: int) -> list[str]:
    return [_rule(rule, place) for rule in rules]


def _rule(rule: DraftedRule, place: int) -> str:
    key = {"page": "path", "download": "file", "form": "form"}[rule.on]
    parts = [f"points = {rule.sort.points}", f'on = "{rule.on}"', f"where.{key} = {_list(_literal(rule))}"]
    if rule.sort.more:
        parts.append(rule.sort.more)
    return f"{rule.sort.id} = {{ {', '.join([*parts, f'label = {_quoted(rule.sort.label[place])}'])} }}"


def _literal(rule: DraftedRule) -> tuple[str, ...]:
    """A form is named as it is: a star in its name is no wildcard."""
    return (
        tuple(glob.replace("%", "%25").replace("*", "%2A") for glob in rule.globs) if rule.on == "form" else rule.globs
    )


def _other_files(grid: Grid, words: _Words, place: int) -> str:
    taken = tuple(glob for rule in grid.rules if rule.on == "download" for glob in rule.globs)
    refused = f", where.file = {{ not = {_list(taken)} }}" if taken else ""
    id = "autre-fichier" if place else "other-file"
    cap = 'cap = { points = 2, per = "30d" }'
    return f'{id} = {{ points = 1, on = "download"{refused}, {cap}, label = {_quoted(words.other)} }}'


def _of_person(rule: str, grid: Grid, words: _Words) -> str:
    return rule + ("" if grid.asks_job else f"   # {words.asked}")


def _scenarios(grid: Grid, words: _Words, place: int) -> list[str]:
    """One who asks and one who looks, where the site has what they need."""
    lines = []
    asks = next((rule for rule in grid.rules if rule.on == "form" and rule.sort.points == 10), None)
    looks = min(_lookers(grid), key=lambda rule: rule.sort.points, default=None)
    if asks is not None:
        step = f'{{ on = "form", form = {_quoted(asks.globs[0])} }}'
        lines += _scenario(words.buyer, step, f'band = "{"chaud" if place else "hot"}", handoff = true')
    if looks is not None:
        step = f'{{ on = "page", path = {_quoted(_address(looks.globs[0]))} }}'
        lines += _scenario(words.reader, step, f"score = {looks.sort.points}, handoff = false")
    return [f"\n\n# {words.scenarios}", *lines] if lines else []


def _lookers(grid: Grid) -> list[DraftedRule]:
    return [rule for rule in grid.rules if rule.on == "page" and 0 < rule.sort.points < 5]


def _address(glob: str) -> str:
    """An address the glob is about."""
    return f"{glob.removesuffix('*')}x" if glob.endswith("/*") else glob.removesuffix("*")


def _scenario(name: str, step: str, end: str) -> list[str]:
    return [
        "\n[[scenarios]]",
        f"name = {_quoted(name)}",
        'model = "general"',
        f"steps = [ {step} ]",
        f"expect = {{ {end} }}",
    ]


def _list(globs: Iterable[str]) -> str:
    quoted = [_quoted(glob) for glob in globs]
    return quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"


def _quoted(text: str) -> str:
    """A TOML basic string."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char.isprintable() else _escaped(char) for char in plain) + '"'


def _escaped(char: str) -> str:
    """Lone surrogates are no characters at all."""
    return "�" if "\ud800" <= char <= "\udfff" else f"\\U{ord(char):08x}"
