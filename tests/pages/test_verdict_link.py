"""A verdict link from an e-mail: looking changes nothing, a button says it once, and it can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import pytest
from starlette.testclient import TestClient
from tests.pages.reading_html import links_of, text_of
from tests.pages.room import DAY, Room
from tests.store.white_papers import fold, form, made, paper

from ripeline.auth.logins import now_ms
from ripeline.auth.people import add_person
from ripeline.auth.secrets import derived_key
from ripeline.fold.desk import Desk
from ripeline.fold.erasing import erase_lead
from ripeline.fold.keeper import Keeper
from ripeline.fold.selling import Outcome, Word, claim, end_with, judge_handoff
from ripeline.outbox.verdict_links import LASTS_MS, PURPOSE, VerdictLink, VerdictSigner, VerdictWord
from ripeline.store.authors import Said
from ripeline.store.staff import shut_out

BOB: Final = "bob@example.com"
CAROL: Final = "carol@example.com"


@dataclass
class Mailed:
    """Ada's hand-off, and the links about it that went to Bob."""

    room: Room
    browser: TestClient

    def link(self, verdict: VerdictWord = "right_time", to: str = BOB, until: int = 0) -> VerdictLink:
        (row,) = self.room.now(lambda conn: conn.execute("SELECT max(id), made_at FROM handoffs").fetchall())
        return VerdictLink(row[0], row[1], verdict, to, until or now_ms() + LASTS_MS)

    def path(self, verdict: VerdictWord = "right_time", to: str = BOB, until: int = 0) -> str:
        return self.path_of(self.link(verdict, to, until))

    def path_of(self, link: VerdictLink) -> str:
        return "/v/" + VerdictSigner(derived_key(self.room.secret, PURPOSE)).token(link)

    def page(self, path: str) -> str:
        return text_of(self.browser.get(path).text)

    def says(self, path: str, verdict: str) -> str:
        """The page after a button was pressed."""
        answer = self.browser.post(path, data={"verdict": verdict})
        assert (answer.status_code, answer.headers["location"]) == (303, path)
        return self.page(path)

    def stored(self) -> list[tuple[str, str, str, bool]]:
        """Every verdict: word, author, and whether it was taken back; with the state of the hand-off."""
        sql = """SELECT v.verdict, v.author, h.state, v.lifted_at IS NOT NULL FROM verdicts AS v
        JOIN handoffs AS h ON h.id = v.handoff_id ORDER BY v.id"""
        return [(*row[:3], bool(row[3])) for row in self.room.now(lambda conn: conn.execute(sql).fetchall())]

    def do(self, deed: Callable[[Desk], object], author: str = CAROL) -> None:
        keeper = Keeper(self.room.writer, self.room.ruleset)
        self.room.now(lambda conn: deed(Desk(conn, keeper, Said(author, now_ms()), lambda: None)))


@pytest.fixture
def mailed(room: Room, nobody: TestClient) -> Mailed:
    ada = form("ada@example.com", first_name="Ada", last_name="Lovelace", company="Acme", phone="+33612345678")
    fold(room.writer, made("v", [(0, paper("c")), (0.1, ada)]))
    return Mailed(room, nobody)


def test_looking_at_a_link_changes_nothing(mailed: Mailed) -> None:
    before = mailed.room.writer.total_changes
    for method in ("GET", "HEAD", "OPTIONS"):
        mailed.browser.request(method, mailed.path("off_target"))
    assert mailed.room.writer.total_changes == before
    assert mailed.stored() == []


def test_the_page_says_who_and_no_more(mailed: Mailed) -> None:
    text = mailed.page(mailed.path())
    assert "Ada Lovelace Acme" in text
    for more in ("ada@example.com", "33612345678", "White paper", "14"):
        assert more not in text


def test_the_verdict_that_was_clicked_comes_first(mailed: Mailed) -> None:
    assert "Too late Too early Right time Off target" in mailed.page(mailed.path("too_late"))


def test_a_button_says_it_in_the_name_of_the_recipient(mailed: Mailed) -> None:
    assert "Noted: right time . Thank you." in mailed.says(mailed.path(), "right_time")
    assert mailed.stored() == [("right_time", BOB, "closed", False)]


def test_the_other_verdicts_can_be_said_by_any_of_the_links(mailed: Mailed) -> None:
    mailed.says(mailed.path("right_time"), "too_early")
    assert mailed.stored() == [("too_early", BOB, "closed", False)]


def test_a_double_click_says_it_once(mailed: Mailed) -> None:
    path = mailed.path()
    for _ in range(3):
        mailed.says(path, "right_time")
    assert mailed.stored() == [("right_time", BOB, "closed", False)]


def test_it_can_be_undone_right_there(mailed: Mailed) -> None:
    path = mailed.path()
    mailed.says(path, "off_target")
    assert "Nothing is noted until you press a button." in mailed.says(path, "")
    mailed.says(path, "")
    assert mailed.stored() == [("off_target", BOB, "open", True)]


def test_another_word_replaces_the_first(mailed: Mailed) -> None:
    path = mailed.path()
    mailed.says(path, "off_target")
    assert "Noted: too early" in mailed.says(path, "too_early")
    assert mailed.stored() == [("off_target", BOB, "closed", True), ("too_early", BOB, "closed", False)]


def test_what_a_colleague_has_said_stands(mailed: Mailed) -> None:
    mailed.do(partial(judge_handoff, handoff=1, word=Word("too_late")))
    assert "carol@example.com has said it already: too late ." in mailed.page(mailed.path())
    for wish in ("right_time", ""):
        mailed.says(mailed.path(), wish)
    assert mailed.stored() == [("too_late", CAROL, "closed", False)]


def test_one_that_a_colleague_has_claimed_may_be_judged(mailed: Mailed) -> None:
    mailed.room.cookie_of(CAROL, role="sales")
    mailed.do(partial(claim, handoff=1, owner=1))
    mailed.says(mailed.path(), "right_time")
    assert mailed.stored() == [("right_time", BOB, "closed", False)]


def test_a_closed_one_says_so(mailed: Mailed) -> None:
    mailed.do(partial(end_with, key="ada@example.com", model=None, end=Outcome("won", now_ms())))
    assert "This hand-off is closed" in mailed.page(mailed.path())
    assert "This hand-off is closed" in mailed.says(mailed.path(), "right_time")
    assert mailed.stored() == []


def test_what_an_outcome_followed_is_not_undone(mailed: Mailed) -> None:
    path = mailed.path()
    mailed.says(path, "right_time")
    mailed.do(partial(end_with, key="ada@example.com", model=None, end=Outcome("won", now_ms())))
    assert "Undo" not in mailed.page(path)
    assert "Nothing was changed: meanwhile this hand-off has moved on." in mailed.says(path, "")
    assert mailed.stored() == [("right_time", BOB, "closed", False)]


def test_one_that_cooled_down_may_be_judged_all_the_same(mailed: Mailed) -> None:
    mailed.room.now(lambda conn: conn.execute("UPDATE handoffs SET state = 'expired'"))
    assert "They have cooled down since" in mailed.page(mailed.path())
    mailed.says(mailed.path(), "too_late")
    assert mailed.stored() == [("too_late", BOB, "closed", False)]


def test_of_who_was_erased_it_says_that_and_nothing_else(mailed: Mailed) -> None:
    path = mailed.path()
    mailed.do(partial(erase_lead, key="ada@example.com"))
    answer = mailed.browser.get(path)
    assert answer.status_code == 410
    assert "This person is no longer here" in text_of(answer.text)
    assert "Ada" not in answer.text


def test_an_old_link_is_not_about_whoever_has_that_number_now(mailed: Mailed) -> None:
    link = mailed.link()
    mailed.do(partial(erase_lead, key="ada@example.com"))
    fold(mailed.room.writer, made("w", [(1, paper("c")), (1.1, form("grace@example.com"))]))
    # As after an older backup was put back.
    moved = (link.handoff,)
    mailed.room.now(lambda conn: conn.execute("UPDATE handoffs SET id = ?, made_at = made_at + 1", moved))
    assert mailed.link().handoff == link.handoff
    assert mailed.browser.get(mailed.path_of(link)).status_code == 410
    mailed.says(mailed.path_of(link), "off_target")
    assert mailed.stored() == []


def test_a_link_is_good_for_thirty_days(mailed: Mailed) -> None:
    late = mailed.path(until=now_ms() - 1)
    assert mailed.browser.get(late).status_code == 410
    assert "This link is too old" in mailed.page(late)
    assert mailed.browser.post(late, data={"verdict": "right_time"}).status_code == 410
    assert mailed.stored() == []
    assert LASTS_MS == 30 * DAY


def forged(path: str) -> Iterator[str]:
    body, signature = path.removeprefix("/v/").split(".")
    other = VerdictSigner(derived_key(b"another secret of thirty-two byt", PURPOSE))
    yield from (
        f"{body}.",
        f".{signature}",
        body,
        f"{body}.{signature[:-1]}",
        f"{body}.{signature}A",
        f"{body}A.{signature}",
    )
    yield from (f"{body}.{signature}%0A", f"{body}.{signature}=", f"{body}%C3%A9.{signature}", f"{body}%20.{signature}")
    yield other.token(VerdictLink(1, 0, "right_time", BOB, now_ms() + DAY))


def test_nothing_else_is_a_link(mailed: Mailed) -> None:
    for token in forged(mailed.path()):
        answer = mailed.browser.get(f"/v/{token}")
        assert answer.status_code == 404, token
        assert "Ada" not in answer.text
        assert mailed.browser.post(f"/v/{token}", data={"verdict": "right_time"}).status_code == 404, token
    assert mailed.stored() == []


@pytest.mark.parametrize("wish", ["perfect", "<b>", "right_time,too_late"])
def test_there_are_four_verdicts(mailed: Mailed, wish: str) -> None:
    assert mailed.browser.post(mailed.path(), data={"verdict": wish}).status_code == 200
    mailed.browser.post(mailed.path(), data={"else": "1"})
    assert mailed.stored() == []


def test_a_form_of_another_site_says_nothing(mailed: Mailed) -> None:
    answer = mailed.browser.post(
        mailed.path(), data={"verdict": "right_time"}, headers={"sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 403
    assert mailed.stored() == []


def test_the_link_stays_between_the_reader_and_us(mailed: Mailed) -> None:
    answer = mailed.browser.get(mailed.path())
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert all(address.startswith(("/", "#")) for address in links_of(answer.text).values())
    mailed.room.settings = replace(mailed.room.settings, base_url="https://leads.example.com")
    assert mailed.browser.get(mailed.path()).headers["referrer-policy"] == "no-referrer"


def test_over_plain_http_a_browser_that_names_only_its_origin_can_say_it(mailed: Mailed) -> None:
    """Such a browser names no origin where the page wants no referrer."""
    assert mailed.browser.get(mailed.path()).headers["referrer-policy"] == "same-origin"
    del mailed.browser.headers["sec-fetch-site"]
    answer = mailed.browser.post(mailed.path(), data={"verdict": "right_time"}, headers={"origin": "http://testserver"})
    assert answer.status_code == 303


def test_it_is_read_in_the_readers_language(mailed: Mailed) -> None:
    answer = mailed.browser.get(mailed.path(), headers={"accept-language": "fr"})
    assert "Au bon moment Trop tôt Trop tard Hors cible" in text_of(answer.text)
    assert "Trop tard Trop tôt" in text_of(mailed.browser.get(mailed.path("too_late") + "?lang=fr").text)


def test_a_name_is_text(room: Room, nobody: TestClient) -> None:
    name = "<script>alert(1)</script>"
    fold(room.writer, made("v", [(0, paper("c")), (0.1, form("eve@example.com", name=name, company=name))]))
    html = nobody.get(Mailed(room, nobody).path()).text
    assert name not in html
    assert html.count("<script") == 1


def test_who_was_shut_out_since_says_nothing_any_more(mailed: Mailed) -> None:
    path = mailed.path()
    mailed.room.now(lambda conn: shut_out(conn, add_person(conn, BOB, "sales", "", 1), 2))
    answer = mailed.browser.get(path)
    assert answer.status_code == 410
    assert "Lovelace" not in answer.text
    mailed.browser.post(path, data={"verdict": "right_time"})
    assert mailed.stored() == []
