"""What a line of the audit log is about, in the reader's words: roles, scopes and reasons stand in it as codes."""

from __future__ import annotations

import re
from collections.abc import Callable
from gettext import NullTranslations
from typing import Final

from ripeline.templating.wording import suspicion_word

_IN_BRACKETS: Final = re.compile(r"(.*) \(([^()]*)\)", re.DOTALL)
_CHANGE: Final = re.compile(r"(.*): (\w+) → (\w+)", re.DOTALL)
_NIGHT: Final = re.compile(r"visits (\d+), leads (\d+)")
_MONTHS: Final = re.compile(r"(\d+)/(\d+) → (\d+)/(\d+)")
_RESTORED: Final = re.compile(r"of (\S+); erased again: leads (\d+), events (\d+)")
_COUNTED: Final = re.compile(r"(\w+): (\d+)")


def about_in_words(what: str, about: str, words: NullTranslations) -> str:
    """As it is stored where there is nothing to translate, like an e-mail or a name."""
    put = _IN_WORDS.get(what)
    return put(about, words) if put else about


def _role(about: str, words: NullTranslations) -> str:
    found = _IN_BRACKETS.fullmatch(about)
    return f"{found[1]} ({_role_word(found[2], words)})" if found else _role_word(about, words)


def _roles(about: str, words: NullTranslations) -> str:
    found = _CHANGE.fullmatch(about)
    if not found:
        return about
    return f"{found[1]} ({_role_word(found[2], words)} → {_role_word(found[3], words)})"


def _scopes(about: str, words: NullTranslations) -> str:
    found = _IN_BRACKETS.fullmatch(about)
    if not found:
        return about
    known = {"write": words.gettext("write"), "read": words.gettext("read"), "admin": words.gettext("everything")}
    return f"{found[1]} ({', '.join(known.get(each, each) for each in found[2].split(', '))})"


def _night(about: str, words: NullTranslations) -> str:
    found = _NIGHT.fullmatch(about)
    if not found:
        return about
    visits, leads = int(found[1]), int(found[2])
    return ", ".join(
        (
            words.ngettext("%(n)d visit", "%(n)d visits", visits) % {"n": visits},
            words.ngettext("%(n)d lead", "%(n)d leads", leads) % {"n": leads},
        )
    )


def _months(about: str, words: NullTranslations) -> str:
    found = _MONTHS.fullmatch(about)
    if not found:
        return about
    said = words.gettext("months of visits: %(before)s → %(after)s, of leads: %(leads_before)s → %(leads_after)s")
    return said % {"before": found[1], "after": found[3], "leads_before": found[2], "leads_after": found[4]}


def _restored(about: str, words: NullTranslations) -> str:
    found = _RESTORED.fullmatch(about)
    if not found:
        return about
    said = words.gettext("of %(made_at)s; erased again: %(leads)s leads, %(events)s events")
    return said % {"made_at": found[1], "leads": found[2], "events": found[3]}


def _reason(about: str, words: NullTranslations) -> str:
    found = _COUNTED.fullmatch(about)
    return f"{suspicion_word(found[1], words)} ({found[2]})" if found else about


def _kind(about: str, words: NullTranslations) -> str:
    """What was brought in or taken away on the command line; pages write their own address."""
    known = {"events": words.gettext("events"), "leads": words.gettext("leads"), "outcomes": words.gettext("outcomes")}
    found = _COUNTED.fullmatch(about)
    return f"{known.get(found[1], found[1])} ({found[2]})" if found else about


def _role_word(name: str, words: NullTranslations) -> str:
    known = {
        "owner": words.pgettext("role", "Owner"),
        "marketer": words.pgettext("role", "Marketing"),
        "sales": words.pgettext("role", "Sales"),
    }
    return known.get(name, name)


_IN_WORDS: Final[dict[str, Callable[[str, NullTranslations], str]]] = {
    "person_invited": _role,
    "person_joined": _role,
    "person_added": _role,
    "role_changed": _roles,
    "token_created": _scopes,
    "retention_done": _night,
    "retention_changed": _months,
    "backup_restored": _restored,
    "suspects_changed": _reason,
    "leads_exported": _kind,
    "data_imported": _kind,
}
