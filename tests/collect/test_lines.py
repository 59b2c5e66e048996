"""Lines out of a stream."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ripeline.collect.lines import OVERLONG, Lines


@given(st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"x"))), st.integers(1, 20))
def test_however_the_stream_is_cut_the_lines_are_the_same(lines: list[bytes], size: int) -> None:
    whole, reader, found = b"\n".join(lines), Lines(longest=8), []
    for start in range(0, len(whole), size):
        found += reader.feed(whole[start : start + size])
    found += reader.close()
    assert found == [OVERLONG if len(line) > 8 else line for line in lines if line.strip() or len(line) > 8]


def test_an_endless_line_is_not_kept() -> None:
    reader = Lines(longest=8)
    for _ in range(1_000):
        assert reader.feed(b"x" * 100) == []
        assert len(reader._rest) <= 8
    assert reader.feed(b"\nshort\n") == [OVERLONG, b"short"]
