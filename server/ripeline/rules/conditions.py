"""`where` and `lead` read into conditions, refusing what could never match."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ripeline.rules.attributes import ATTRIBUTES, default_attribute
from ripeline.rules.fields import URL_KEYS, WHERE_KEYS
from ripeline.rules.globs import compile_glob, folded
from ripeline.rules.match import text_of
from ripeline.rules.mistakes import called, listed, meant, nearest, of_a_person
from ripeline.rules.model import Condition
from ripeline.rules.tables import Table, described, not_as_asked
from ripeline.sentences import N_, Sentence

_TESTS: Final = ("not", "min", "max")
_PATHS: Final = ("path", "entry")
_HINTS: Final = {
    "page": N_("an address's path is `path`"),
    "utm_source": called("source"),
    "utm_medium": called("medium"),
    "utm_campaign": called("campaign"),
    "utm_term": called("term"),
    "item": N_("it is called `path`, `file`, `form`, `link` or `email`, by the kind of event"),
    "domain": called("host"),
    **{name: of_a_person(name) for name in ATTRIBUTES if name != "email"},
}


def read_where(table: Table, content: Mapping[str, Sequence[str]]) -> tuple[Condition, ...]:
    """The conditions of a rule's `where`; empty when there is none."""
    where = table.table("where", 'where.path = "/pricing*"')
    if where is None:
        return ()
    where.only(WHERE_KEYS, hints=_HINTS)
    found = [_condition(where, key, key) for key in where.data if key in WHERE_KEYS and key != "props"]
    props = where.table("props", 'where.props.plan = "pro"')
    if props is not None:
        found += [_condition(props, name, f"props.{name}") for name in props.data]
    conditions = tuple(condition for condition in found if condition)
    for condition in conditions:
        _check_patterns(where, condition, content)
    return conditions


def read_lead(table: Table) -> tuple[Condition, ...]:
    """The conditions of a rule's `lead`; empty when there is none."""
    lead = table.table("lead", 'lead.job = "*director*"')
    if lead is None:
        return ()
    return tuple(condition for name in lead.data if (condition := _condition(lead, name, name)))


def _condition(table: Table, key: str, name: str) -> Condition | None:
    value = table.data[key]
    if not isinstance(value, dict):
        globs = _globs(table, value, key)
        return Condition(name, globs) if globs else None
    tests = Table(value, (*table.path, key), table.mistakes)
    tests.only(_TESTS)
    low, high = _bound(tests, "min"), _bound(tests, "max")
    refused = _globs(tests, value["not"], "not") if "not" in value else ()
    if low is not None and high is not None and low > high:
        tests.wrong(N_("nothing is at least %(low)s and at most %(high)s", low=f"{low:g}", high=f"{high:g}"))
    # An attribute of a lead may be called as a key of `where` is, and be a number all the same.
    is_text = name == "channel" or (name in WHERE_KEYS and table.path[-1] == "where")
    if (low is not None or high is not None) and is_text:
        compared = N_(
            "`min` and `max` compare numbers, and %(name)s is text: they are for `props.X` and `lead.X`", name=name
        )
        tests.wrong(compared)
    if refused or low is not None or high is not None:
        return Condition(name, refused=refused, minimum=low, maximum=high)
    if not value:
        tests.wrong(N_("an empty { } asks nothing"))
    return None


def _bound(tests: Table, key: str) -> float | None:
    value = tests.data.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        tests.wrong(not_as_asked(key, value, N_("a number")), key)
        return None
    return float(value)


def _globs(table: Table, value: Any, key: str) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    if not values:
        table.wrong(N_("an empty list [ ] matches nothing"), key)
    for item in values:
        if not isinstance(item, str | int | float):
            found = described(item)
            table.wrong(N_('%(found)s where a text or a list of texts is needed, like "/pricing*"', found=found), key)
            return ()
        if isinstance(item, str) and not item.strip():
            table.wrong(N_('an empty text matches nothing: "*" asks that there is one'), key)
            return ()
    return tuple(text_of(item).strip() for item in values)


def _check_patterns(where: Table, condition: Condition, content: Mapping[str, Sequence[str]]) -> None:
    for glob in (*condition.globs, *condition.refused):
        problem = _never(condition.key, glob, content)
        if problem:
            where.wrong(problem, *condition.key.split(".", 1))


def _never(key: str, glob: str, content: Mapping[str, Sequence[str]]) -> Sentence | None:
    """Why a pattern of this key can never match, None when it can."""
    if key in _PATHS:
        return _never_a_path(key, glob)
    if key in URL_KEYS - {"link"} and "://" not in glob and not glob.startswith("*"):
        return N_('"%(glob)s" is not a whole address: write "*%(glob)s" or "https://…"', glob=glob)
    if key == "host" and "/" in glob:
        return N_('"%(glob)s" is not a host: write "www.example.com"; for a page, where.path', glob=glob)
    if key == "file" and "/" in glob:
        name = glob.rpartition("/")[2] or "*.pdf"
        return N_('`file` is the name of a file without folders: write "%(name)s"', name=name)
    if key == "stage" and not any(map(compile_glob(glob), content)):
        known = (
            N_("[content] has %(stages)s", stages=listed(content))
            if content
            else N_("the file has no [content] that names stages")
        )
        return N_('no stage "%(glob)s"%(near)s (%(known)s)', glob=glob, near=nearest(glob, content), known=known)
    return None


def _never_a_path(key: str, glob: str) -> Sentence | None:
    if "://" in glob:
        path = "/" + glob.partition("://")[2].partition("/")[2]
        return N_(
            '`%(key)s` is what follows the host: write "%(path)s", or where.url for a whole address', key=key, path=path
        )
    if "?" in glob or "#" in glob:
        cut = glob.partition("#")[0].partition("?")[0] or "/"
        return N_('a path ends before ? and #: write "%(cut)s", or where.url = "*%(glob)s"', cut=cut, glob=glob)
    if not glob.startswith(("/", "*")):
        return N_('a path begins with /: write "/%(glob)s" or "*%(glob)s"', glob=glob)
    return None


def misspelt_attribute(name: str, known: Sequence[str]) -> Sentence | str:
    """What is said of a `lead.X` nobody fills but whose name is near a known one; "" when there is nothing to say."""
    derived = (*ATTRIBUTES, "email_domain", "freemail", "channel")
    if name in derived or name in known:
        return ""
    if attribute := default_attribute(name):
        return meant(attribute)
    return nearest(folded(name), (*derived, *known))
