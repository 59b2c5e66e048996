"""Ready: whom do I call now?"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from starlette.testclient import TestClient
from tests.pages.reading_html import links_of, text_of
from tests.pages.room import Room
from tests.store.white_papers import NOW, fold, form, made, page, paper

from ripeline.domain.event import Event
from ripeline.fold.folder import Folder
from ripeline.rules.reading import read_rules
from ripeline.settings import Settings
from ripeline.store.database import transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import append_events

FADING = read_rules("""
[models.papers]
bands = { hot = { enter = 12, exit = 8 } }

[models.papers.rules]
paper = { points = 12, on = "download", decay = { half_life = "3650d" } }
""")


def test_who_is_ripe_stands_there_with_three_reasons_and_the_next_step(full: Room, bob: TestClient) -> None:
    text = text_of(bob.get("/ready").text)
    assert "2 people" in text
    assert "Blog after a paper three times White paper B White paper A Call" in text
    assert "13 hot" in text
    assert "18 hot" in text
    assert "elodie" not in text


def test_the_newest_ripe_one_comes_first(full: Room, bob: TestClient) -> None:
    text = bob.get("/ready").text
    assert text.index("marc@example.com") < text.index("capucine@example.com")


def test_a_phone_number_is_one_tap_away(room: Room, bob: TestClient) -> None:
    fold(room.writer, made("v", [(0, paper("c")), (0.1, form("ada@example.com", phone="+33 6 12 34 56 78"))]))
    assert links_of(bob.get("/ready").text)["+33 6 12 34 56 78"] == "tel:+33612345678"


def test_words_in_a_phone_field_make_no_link(room: Room, bob: TestClient) -> None:
    fold(room.writer, made("v", [(0, paper("c")), (0.1, form("ada@example.com", phone="javascript:alert(1)"))]))
    assert "tel:" not in bob.get("/ready").text


def test_when_nobody_is_ripe_it_says_who_is_nearest(room: Room, bob: TestClient) -> None:
    fold(room.writer, made("v", [(0, paper("b")), (0.1, form("elodie@example.com"))]))
    fold(room.writer, made("w", [(0, paper("a")), (0.1, form("marc@example.com"))]))
    text = text_of(bob.get("/ready").text)
    assert "Nobody is ripe just now. These come next." in text
    assert text.index("elodie@example.com 7 to hot") < text.index("marc@example.com 3 to warm")


def test_who_cannot_be_reached_is_nobody_to_call(room: Room, bob: TestClient) -> None:
    fold(room.writer, made("v", [(0, paper("b"))]))
    assert "Visitor" not in text_of(bob.get("/ready").text)


def test_an_empty_server_points_its_owner_to_the_tag(room: Room, alice: TestClient) -> None:
    assert links_of(alice.get("/ready").text)["Install the tag"] == "/install"


def test_sales_are_not_sent_where_they_may_not_go(room: Room, bob: TestClient) -> None:
    assert "/install" not in bob.get("/ready").text


def test_one_that_a_colleague_has_says_so(full: Room, bob: TestClient) -> None:
    full.cookie_of("carl@example.com", "sales")
    take = "UPDATE handoffs SET state = 'claimed', owner_id = (SELECT max(id) FROM users) WHERE score = 13000"
    full.now(lambda conn: conn.execute(take))
    text = text_of(bob.get("/ready").text)
    assert "1 person" in text
    assert "taken by carl@example.com" in text


def test_the_root_leads_to_ready(bob: TestClient) -> None:
    assert bob.get("/").headers["location"] == "/ready"


def test_who_has_not_signed_in_is_asked_to(room: Room, nobody: TestClient) -> None:
    answer = nobody.get("/leads?band=hot")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/signin?next=/leads%3Fband%3Dhot"


def test_a_first_visit_to_a_page_counts_for_nothing_here(room: Room, bob: TestClient) -> None:
    fold(room.writer, made("v", [(0, page("/about"))]))
    assert "Nobody is ripe yet." in text_of(bob.get("/ready").text)


def test_who_has_called_everybody_is_not_told_to_install_the_tag(
    room: Room, bob: TestClient, alice: TestClient
) -> None:
    assert "Install the tag" in text_of(alice.get("/ready").text)
    fold(room.writer, made("v-ada", [(0, paper("c")), (0.1, form("ada@example.com"))]))
    bob.post("/ready/1", data={"do": "off_target"})
    text = text_of(alice.get("/ready").text)
    assert "There is nobody to call just now." in text
    assert "Install the tag" not in text


def test_who_cools_down_first_comes_first(tmp_path: Path) -> None:
    room = Room(Settings(data=tmp_path, base_url="http://testserver"), FADING)
    early = made("early", [(0, paper("c")), (0.1, form("early@example.com"))])
    late = made("late", [(48, paper("c")), (48.1, form("late@example.com"))])
    receive(room, [*early, *late])
    with signed_in(room) as client:
        text = text_of(client.get("/ready").text)
    assert text.index("early@example.com") < text.index("late@example.com")
    assert text.count("cools down in") == 2


def test_more_than_a_page_is_shown_once_each(tmp_path: Path) -> None:
    room = Room(Settings(data=tmp_path, base_url="http://testserver"), FADING)
    visits = [made(f"v{n}", [(24 * n, paper("c")), (24 * n + 0.1, form(f"lead{n:02}@example.com"))]) for n in range(35)]
    receive(room, [event for visit in visits for event in visit])
    with signed_in(room) as client:
        pages = [client.get("/ready").text]
        while more := links_of(pages[-1]).get("More"):
            pages.append(client.get(more).text)
    shown = re.findall(r"lead\d\d(?=@example.com</a></h2>)", "".join(pages))
    assert sorted(shown) == shown == [f"lead{n:02}" for n in range(35)]
    assert len(pages) == 3


def receive(room: Room, events: list[Event]) -> None:
    with transaction(room.writer):
        append_events(room.writer, events, Dictionary())
    folder = Folder(room.writer, room.ruleset, lambda: NOW)
    while folder.step():
        pass


def signed_in(room: Room) -> TestClient:
    headers = {"sec-fetch-site": "same-origin", "accept-language": "en"}
    return TestClient(room.app(), headers=headers, cookies=room.cookie_of("bob@example.com", role="sales"))


def test_the_file_is_exactly_the_list_in_its_order(tmp_path: Path) -> None:
    room = Room(Settings(data=tmp_path, base_url="http://testserver"), FADING)
    visits = [made(f"v{n}", [(24 * n, paper("c")), (24 * n + 0.1, form(f"lead{n:02}@example.com"))]) for n in range(25)]
    receive(room, [event for visit in visits for event in visit])
    with signed_in(room) as client:
        client.post("/ready/1", data={"do": "claim"})
        client.post("/ready/2", data={"do": "snooze"})
        lines = lines_of(client.get("/ready.csv").text)
    assert [line["E-mail"] for line in lines] == [f"lead{n:02}@example.com" for n in (*range(2, 25), 0, 1)]
    assert [line["Taken by"] for line in lines if line["Taken by"]] == ["bob@example.com"]
    assert [line["E-mail"] for line in lines if line["Again on"]] == ["lead01@example.com"]
    assert all(line["Cools down on"] for line in lines)


def test_the_file_says_who_and_why_and_runs_nothing(room: Room, bob: TestClient) -> None:
    fold(
        room.writer,
        made("v", [(0, paper("c")), (0.1, form("ada@example.com", name="=1+1", phone="+33 6 12 34 56 78"))]),
    )
    bob.headers["accept-language"] = "fr"
    answer = bob.get("/ready.csv?sep=semicolon")
    assert answer.text.startswith("\ufeffNom;")
    (line,) = lines_of(answer.text, ";")
    assert (line["Nom"], line["Téléphone"], line["Raison 1"]) == ("'=1+1", "'+33 6 12 34 56 78", "White paper C")
    assert line["Page"] == "http://testserver/leads/1"


def test_each_part_has_a_page_of_its_own(tmp_path: Path) -> None:
    room = Room(Settings(data=tmp_path, base_url="http://testserver"), FADING)
    visits = [made(f"v{n}", [(24 * n, paper("c")), (24 * n + 0.1, form(f"lead{n:02}@example.com"))]) for n in range(8)]
    receive(room, [event for visit in visits for event in visit])
    with signed_in(room) as client:
        for n in range(8):
            client.post(f"/ready/{n + 1}", data={"do": "claim"})
        first = client.get("/ready").text
        mine = client.get(links_of(first)["More"]).text
    assert first.count("</h3>") == 5
    assert mine.count("</h3>") == 8
    assert "Everybody who is ripe has somebody to call them." in first


def test_an_old_place_in_the_list_begins_it_again(full: Room, bob: TestClient) -> None:
    assert bob.get("/ready?cursor=nonsense").headers["location"] == "/ready"
    assert "2 people" in text_of(bob.get("/ready?part=nonsense").text)


def lines_of(text: str, separator: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=separator))
