"""Both languages are complete, and what is compiled is what is written."""

from __future__ import annotations

import io
import re
from functools import cache
from gettext import GNUTranslations

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from ripeline.paths import LOCALE, ROOT

PO = LOCALE / "fr" / "LC_MESSAGES" / "messages.po"
MARKS = re.compile(r"%\(\w+\)[sd]")

Key = tuple[str | None, str | tuple[str, ...]]


@cache
def used() -> frozenset[Key]:
    """Every message of templates and code, with its context."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = extract_from_dir(ROOT, methods, options)
    return frozenset((context, message) for _, _, message, _, context in found)


@cache
def french() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="fr")


def messages() -> list[Message]:
    return [message for message in french() if message.id]


def texts(message: Message) -> tuple[str, ...]:
    found = message.string
    return tuple(found) if isinstance(found, list | tuple) else (found or "",)


def key_of(message: Message) -> Key:
    return message.context, tuple(message.id) if isinstance(message.id, list | tuple) else message.id


def test_every_message_is_there_in_french_and_no_other() -> None:
    assert {key_of(message) for message in messages()} == used(), "run `make messages`"


def test_no_message_is_empty_or_guessed() -> None:
    assert [m.id for m in messages() if m.fuzzy or not all(texts(m))] == []


def test_a_translation_fills_the_same_places() -> None:
    for message in messages():
        ids = key_of(message)[1]
        wanted = set(MARKS.findall(ids if isinstance(ids, str) else ids[-1]))
        for text in texts(message):
            assert set(MARKS.findall(text)) == wanted, message.id


def test_a_translation_holds_no_markup() -> None:
    assert [m.id for m in messages() if re.search(r"[<>&]", "".join(texts(m)))] == []


def test_french_puts_no_break_spaces_where_it_puts_spaces() -> None:
    assert [m.id for m in messages() if re.search(r" [:;?!»]|« |'", "".join(texts(m)))] == []


def test_what_is_compiled_is_what_is_written() -> None:
    made = io.BytesIO()
    write_mo(made, french())
    made.seek(0)
    with PO.with_suffix(".mo").open("rb") as file:
        assert sentences(GNUTranslations(file)) == sentences(GNUTranslations(made)), "run `make messages`"


def sentences(translations: GNUTranslations) -> dict[object, str]:
    """All but the header, which carries the hour of its making."""
    catalog: dict[object, str] = vars(translations)["_catalog"]
    return {key: text for key, text in catalog.items() if key}
