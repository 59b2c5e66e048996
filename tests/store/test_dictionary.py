"""The ids of texts are remembered, in bounded memory whatever strangers write."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from ripeline.settings import Settings
from ripeline.store.database import transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.opening import open_data


def test_long_texts_have_their_ids_and_are_not_kept(tmp_path: Path) -> None:
    opened, names = open_data(Settings(data=tmp_path / "data")), Dictionary()
    with closing(opened), closing(opened.database.writer()) as conn, transaction(conn):
        made: dict[str, int | None] = {}
        for batch in range(8):
            texts = [f"short {batch}", *(f"{batch} {n} {'x' * 2_000}" for n in range(250))]
            known = names.text_ids.learn(conn, texts)
            assert all(known[text] for text in texts)
            made |= {text: known[text] for text in texts[:2]}
            read = names.texts.learn(conn, [known[text] for text in texts])
            assert [read[known[text]] for text in texts] == texts
        assert sum(len(text) > 200 for text in names.text_ids.known) <= 1_300
        assert sum(len(text) > 200 for text in names.texts.known.values()) <= 1_300
        assert all(f"short {batch}" in names.text_ids.known for batch in range(8))
        again = names.text_ids.learn(conn, made)
        assert {text: again[text] for text in made} == made


def test_the_memory_of_short_texts_is_bounded_too(tmp_path: Path) -> None:
    opened, names = open_data(Settings(data=tmp_path / "data")), Dictionary(limit=100)
    with closing(opened), closing(opened.database.writer()) as conn, transaction(conn):
        for batch in range(8):
            texts = [f"{batch} {n}" for n in range(40)]
            assert names.text_ids.learn(conn, texts).keys() >= set(texts)
            assert len(names.text_ids.known) <= 101
