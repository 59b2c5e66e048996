"""The ways to break the product that `make mutations` tries are written for the product as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.faults.mutations import MUTATIONS, ROOT, Edit, Mutation, mutate


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_every_mutation_finds_what_it_changes_and_who_is_to_notice(mutation: Mutation) -> None:
    for edit in mutation.edits:
        assert (ROOT / edit.file).read_text("utf-8").count(edit.now) == 1, edit
    assert all((ROOT / test).is_file() for test in mutation.tests)


def test_there_are_the_eight_that_were_asked_for() -> None:
    assert len({each.name for each in MUTATIONS}) == 8


def test_a_mutation_that_no_longer_fits_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\nx = 1\n", encoding="utf-8")
    with pytest.raises(ValueError, match="2 times, not once"):
        mutate(tmp_path, Mutation("twice", (Edit("a.py", "x = 1", "x = 2"),), ()))
