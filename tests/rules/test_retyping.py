"""A browser sends one kind of line end; what nobody touched stays as it was, to the byte."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ripeline.rules.retyping import MARK, retyped, shown

LINES = st.lists(st.sampled_from(["a = 1", "", "# x\u2028y", "[rules]"]), max_size=6)


def test_a_text_sent_back_untouched_is_the_same_to_the_byte() -> None:
    for text in ("a = 1\n", "a = 1\r\nb = 2\r\n", MARK + "a = 1\r\nb = 2", "a = 1\r\nb = 2\nc = 3\r\n", "", "\n\n"):
        assert retyped(text, shown(text).replace("\n", "\r\n")) == text


@given(LINES, st.lists(st.sampled_from(["\n", "\r\n"]), min_size=6, max_size=6), st.booleans())
def test_whatever_its_ends_a_text_survives_a_browser(lines: list[str], ends: list[str], marked: bool) -> None:
    text = MARK * marked + "".join(line + end for line, end in zip(lines, ends, strict=False))
    assert retyped(text, shown(text)) == text


def test_a_new_line_gets_the_ends_the_others_have() -> None:
    assert retyped("a = 1\r\nb = 2\r\n", "a = 1\nnew = 3\nb = 2\n") == "a = 1\r\nnew = 3\r\nb = 2\r\n"


def test_of_a_mixed_text_only_the_changed_lines_change() -> None:
    before = "a = 1\r\nb = 2\nc = 3\r\nd = 4\ne = 5\r\n"
    assert retyped(before, "a = 9\nb = 2\nc = 3\nd = 4\ne = 9\n") == "a = 9\r\nb = 2\nc = 3\r\nd = 4\ne = 9\r\n"
