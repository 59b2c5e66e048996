"""Fields nobody may tell: the script's filter in a real browser, and the server's behind it, on the same fields."""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_lowercase
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import FilePayload, Page
from tests.browser.recorder import Recorder, Site
from tests.domain.fields_corpus import CANARY, CARDS, FORBIDDEN, IBANS, KEPT, NIRS, Field
from tests.faults.house import many

from ripeline.domain.fields import kept_fields, words_of

pytestmark = [pytest.mark.browser, pytest.mark.row]

#: Fields the script takes of one form, at most.
ROOM = 50
EXAMPLES = many(4, 60)

STAY = "<script>addEventListener('submit', e => e.preventDefault())</script>"
SEND = """fields => {
  document.forms[0]?.remove()
  const form = document.body.appendChild(document.createElement('form'))
  for (const [name, value, type, autocomplete] of fields) {
    const field = form.appendChild(document.createElement('input'))
    Object.assign(field, {name, type, value, autocomplete})
  }
  form.requestSubmit()
}"""


class Tag:
    """A page with the real script; what it lets out of a form."""

    def __init__(self, page: Page, recorder: Recorder) -> None:
        self.page, self.recorder, self.forms = page, recorder, 0

    def send(self, fields: list[Field]) -> dict[str, Any]:
        """The values by name, and what else the script says of the form beside them."""
        self.forms += 1
        mark = Field("form_number", f"number {self.forms}")
        self.page.evaluate(SEND, [list(field) for field in [mark, *fields]])
        sent = self.recorder.wait("form", self.forms, 10)[-1]
        assert sent["p"].pop(mark.name) == mark.value, "the form before it again"
        return {"p": sent["p"], "f": {name: type_ for name, type_ in sent["f"].items() if name != mark.name}}


@pytest.fixture
def tag(visit: Callable[..., Page], recorder: Recorder) -> Tag:
    return Tag(visit(STAY), recorder)


def stored(sent: dict[str, Any]) -> dict[str, Any]:
    """What the server's filter leaves of what the script sent."""
    return kept_fields(sent["p"], sent["f"])


def in_forms(fields: tuple[Field, ...]) -> list[list[Field]]:
    return [list(fields[start : start + ROOM - 1]) for start in range(0, len(fields), ROOM - 1)]


def test_what_is_forbidden_neither_leaves_the_page_nor_passes_the_server(tag: Tag) -> None:
    for fields in in_forms(FORBIDDEN):
        assert tag.send(fields)["p"] == {}
    for field in FORBIDDEN:
        assert kept_fields({field.name: field.value}, {field.name: field.hints}) == {}, field
    assert CANARY not in str([sent.body for sent in tag.recorder.requests])


def test_what_only_looks_so_passes_both(tag: Tag) -> None:
    (fields,) = in_forms(KEPT)
    typed = {field.name: field.value for field in fields}
    sent = tag.send(fields)
    assert sent["p"] == typed
    assert stored(sent) == typed


def test_a_file_that_was_chosen_stays_on_the_machine(tag: Tag, site: Site) -> None:
    file = FilePayload(name=f"{CANARY}.txt", mimeType="text/plain", buffer=CANARY.encode())
    tag.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<form><input type=file name=cv><input name=q>')")
    tag.page.set_input_files("[name=cv]", file)
    tag.page.fill("[name=q]", "a")
    tag.page.evaluate("document.forms[0].requestSubmit()")
    assert tag.recorder.wait("form")[-1]["p"] == {"q": "a"}
    assert kept_fields({"cv": f"C:\\fakepath\\{CANARY}.txt"}, {"cv": "file "}) == {}


#: Words a field may be called by, those of them that both sides know as secret, and ways to write them together.
HARMLESS = (
    "business name experience expected budget company compass pinned passenger spinach opinion size cardinal".split()
)
SECRET = "password pwd pass pin mdp secret token otp iban rib ssn nir cvv cvc".split()
names = st.builds(
    lambda words, joined: joined(words),
    st.lists(st.sampled_from(HARMLESS + SECRET), min_size=1, max_size=3),
    st.sampled_from(
        [
            "_".join,
            "-".join,
            ".".join,
            " ".join,
            lambda words: words[0] + "".join(map(str.capitalize, words[1:])),
            lambda words: words[0] + "".join(f"[{word}]" for word in words[1:]),
            lambda words: "_".join(words).upper(),
        ]
    ),
)


def luhn(digits: str) -> str:
    """With the check digit that makes it a card."""
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[::-2])
    return digits + str(-(doubled + sum(map(int, digits[-2::-2]))) % 10)


digits = st.text("0123456789", min_size=4, max_size=21)
cards = st.text("0123456789", min_size=12, max_size=18).map(luhn)
spaced = st.builds(
    lambda number, size, gap: gap.join(number[start : start + size] for start in range(0, len(number), size)),
    cards | digits,
    st.integers(2, 6),
    st.sampled_from(["", " ", "-", ".", "\u00a0"]),
)
values = st.text("abcé 0123456789.-@", max_size=30) | spaced | st.sampled_from([*CARDS, *IBANS, *NIRS])


def is_secret_name(name: str) -> bool:
    return not set(SECRET).isdisjoint(words_of(name))


def cautious(value: str) -> bool:
    """What the script may leave out without a closer look: many digits, or the form of an IBAN or a NIR."""
    plain = "".join(char for char in value if char not in " .-\u00a0")
    return len(plain) >= 13 and sum(map(str.isdigit, plain)) >= 13


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(st.lists(st.tuples(names, values), min_size=20, max_size=ROOM - 1))
def test_both_sides_agree_on_any_field(tag: Tag, given_fields: list[tuple[str, str]]) -> None:
    """Numbered, so that no two are one field; what is secret is out on both sides, and nothing harmless is lost."""
    fields = [
        Field(f"{name} {ascii_lowercase[place % 26]}{ascii_lowercase[place // 26]}", value)
        for place, (name, value) in enumerate(given_fields)
        if value.strip()
    ]
    sent = tag.send(fields)
    for field in fields:
        alone = kept_fields({field.name: field.value}, {field.name: field.hints})
        left, kept = field.name in sent["p"], field.name in alone
        assert not (is_secret_name(field.name) and (left or kept)), field
        assert kept or not left, ("the script lets out what the server throws away", field)
        assert left or not kept or cautious(field.value), ("the script holds back what the server would keep", field)
    assert stored(sent).items() <= {field.name: field.value for field in fields}.items()
