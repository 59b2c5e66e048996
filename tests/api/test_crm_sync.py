"""What a program that keeps a CRM in step relies on: every hand-off once, no id given again, nothing told twice."""

from __future__ import annotations

from typing import Any

from tests.api.shop import ADA, CAPUCINE, ELODIE, MARC, Shop

from ripeline.store.database import Database


def ripe(shop: Shop, *emails: str) -> None:
    """One hand-off each, in that order."""
    for email in emails:
        shop.papers(email.partition("@")[0], "c", email)


def pulled(shop: Shop, after: int, **asked: Any) -> list[tuple[int, str]]:
    """All hand-offs after that one, two a page."""
    found: list[tuple[int, str]] = []
    page = shop.ask("/api/handoffs", after=after, limit=2, **asked)
    while True:
        found += [(each["id"], each["lead"]["email"]) for each in page["handoffs"]]
        if page["next"] is None:
            return found
        page = shop.ask("/api/handoffs", after=after, limit=2, cursor=page["next"], **asked)


def verdicts(shop: Shop) -> int:
    """How many were written down; each is told once, to whoever wants to hear of verdicts."""
    with Database(shop.data / "ripeline.db").read() as conn:
        return int(conn.execute("SELECT count(*) FROM verdicts").fetchone()[0])


def test_hand_offs_after_the_last_known_one_come_oldest_first_and_once(shop: Shop) -> None:
    ripe(shop, ADA, MARC, ELODIE)
    known = pulled(shop, 0)
    assert [email for _, email in known] == [ADA, MARC, ELODIE]
    last = known[-1][0]
    assert pulled(shop, last) == []
    ripe(shop, CAPUCINE)
    assert [email for _, email in pulled(shop, last)] == [CAPUCINE]
    shop.do(f"/api/handoffs/{last}/verdict", {"verdict": "right_time"})
    assert pulled(shop, 0, state="closed", model="vertical") == [known[-1]]


def test_the_id_of_an_erased_hand_off_is_nobody_elses_ever(shop: Shop) -> None:
    ripe(shop, ADA, MARC)
    ((_, _), (last, _)) = pulled(shop, 0)
    leads = [shop.ask(f"/api/leads/{email}")["id"] for email in (ADA, MARC)]
    # The newest first, so that what is written down of it must outlive the second erasure.
    shop.do(f"/api/leads/{MARC}", {}, method="DELETE")
    shop.do(f"/api/leads/{ADA}", {}, method="DELETE")
    ripe(shop, ELODIE)
    ((new, email),) = pulled(shop, last)
    assert (new > last, email) == (True, ELODIE)
    assert shop.ask(f"/api/leads/{ELODIE}")["id"] > max(leads)
    shop.do(f"/api/handoffs/{last}/verdict", {"verdict": "off_target"}, status=404)


def test_a_verdict_sent_again_is_said_once_and_another_one_again(shop: Shop) -> None:
    ripe(shop, ADA)
    ((id, _),) = pulled(shop, 0)
    said = {"verdict": "right_time", "note": "Köln ✓"}
    first = shop.do(f"/api/handoffs/{id}/verdict", said)
    assert shop.do(f"/api/handoffs/{id}/verdict", said) == first
    assert verdicts(shop) == 1
    shop.do(f"/api/handoffs/{id}/verdict", said | {"note": "They wait"})
    assert verdicts(shop) == 2
    assert shop.do(f"/api/handoffs/{id}/verdict", said)["note"] == "Köln ✓"
    assert verdicts(shop) == 3
    shop.do(f"/api/handoffs/{id}/verdict", {"verdict": None})
    assert shop.do(f"/api/handoffs/{id}/verdict", said)["note"] == "Köln ✓"
    assert verdicts(shop) == 4


def test_a_verdict_on_a_lead_sent_again_is_said_once_until_the_lead_has_moved(shop: Shop) -> None:
    ripe(shop, ADA)
    door, said = f"/api/leads/{ADA}/verdict", {"verdict": "too_early", "model": "vertical", "note": "In spring"}
    # The first closes the hand-off; after that the word is on the lead.
    for _ in range(3):
        assert shop.do(door, said) == {"verdict": "too_early"}
    assert verdicts(shop) == 1
    shop.do(door, said | {"note": "In autumn"})
    shop.do(door, said)
    assert verdicts(shop) == 3
    shop.do(door, {"verdict": None, "model": "vertical"})
    shop.do(door, said | {"note": "In autumn"})
    assert verdicts(shop) == 3, "what was said before the last stands again"
    shop.papers("ada", "b", ADA)
    shop.do(door, said | {"note": "In autumn"})
    shop.do(door, said | {"note": "In autumn"})
    assert verdicts(shop) == 4, "said of how it stands now"


def test_off_target_said_again_after_it_was_lifted_counts_again(shop: Shop) -> None:
    ripe(shop, ADA)
    ((id, _),) = pulled(shop, 0)
    for times in (1, 2):
        shop.do(f"/api/handoffs/{id}/verdict", {"verdict": "off_target"})
        assert verdicts(shop) == times
        if times == 1:
            shop.do(f"/api/leads/{ADA}/verdict", {"verdict": None, "model": "vertical"})
    shop.do(f"/api/leads/{ADA}/verdict", {"verdict": None, "model": "vertical"})
