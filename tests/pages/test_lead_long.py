"""Lead: a long story stays a page that is read at once, and every line of it can be had."""

from __future__ import annotations

from starlette.testclient import TestClient
from tests.pages.reading_html import links_of, text_of
from tests.pages.room import Room
from tests.pages.test_shell import LIMIT, own_files
from tests.store.white_papers import fold, form, made, page, paper

WHO = form("ada@example.com", name="Ada")


def lines(html: str) -> int:
    return html.count('<li class="event')


def weight(client: TestClient, html: str) -> int:
    return len(html.encode()) + sum(len(client.get(path).content) for path in own_files(html))


def test_fifty_full_sessions_stay_under_sixty_kilobytes(room: Room, alice: TestClient) -> None:
    steps = [
        (24.0 * day + n / 100, page(f"/blog/an-article-with-a-long-name-{day}-{n}"))
        for day in range(38)
        for n in range(12)
    ]
    fold(room.writer, made("v", [(0, paper("c")), *steps, (24.0 * 39, WHO)]))
    html = alice.get("/leads/1").text
    assert weight(alice, html) <= LIMIT


def test_of_a_long_session_the_lines_that_tell_most_stand_first_and_the_rest_is_one_link_away(
    room: Room, alice: TestClient
) -> None:
    plain = [(n / 100, page(f"/x/{n}")) for n in range(120)]
    fold(room.writer, made("v", [*plain, (1.3, paper("c")), (1.31, page("/blog/1")), (1.32, WHO)]))
    html = alice.get("/leads/1").text
    text = text_of(html)
    assert weight(alice, html) <= LIMIT
    assert "white-paper-c.pdf" in text
    assert "Blog after a paper" in text
    assert "/x/119" not in text
    (rest,) = [address for name, address in links_of(html).items() if name.endswith("more lines")]
    whole = alice.get(rest.replace("&amp;", "&")).text
    assert lines(whole) == 123
    assert "/x/119" in text_of(whole)


def test_every_session_shows_something_however_long_the_one_above(room: Room, alice: TestClient) -> None:
    plain = [(48 + n / 100, page(f"/x/{n}")) for n in range(30)]
    fold(room.writer, made("v", [(0, page("/early/1")), (0.1, page("/early/2")), *plain, (49, WHO)]))
    assert "/early/1" in text_of(alice.get("/leads/1").text)


def test_what_all_titles_end_with_is_the_site_and_is_not_read_each_time(room: Room, bob: TestClient) -> None:
    steps = [(n / 100, page(f"/x/{n}") | {"title": f"Page {n} · Verger & Fils"}) for n in range(3)]
    fold(room.writer, made("v", [*steps, (1, WHO)]))
    assert "Verger" not in text_of(bob.get("/leads/1").text)


def test_titles_that_end_differently_are_read_whole(room: Room, bob: TestClient) -> None:
    steps = [(n / 100, page(f"/x/{n}") | {"title": f"Page · Part {n}"}) for n in range(3)]
    fold(room.writer, made("v", [*steps, (1, WHO)]))
    assert "Page · Part 2" in text_of(bob.get("/leads/1").text)


def test_the_fields_of_a_form_are_told_but_not_what_the_card_says_anyway(room: Room, bob: TestClient) -> None:
    said = form("ada@example.com", name="Ada Lovelace", message="We need an engine" + "!" * 300)
    fold(room.writer, made("v", [(0, page("/x")), (0.1, said)]))
    text = text_of(bob.get("/leads/1").text)
    assert "Form sent contact Name · Message: We need an engine!!!" in text
    assert "!" * 300 not in text
