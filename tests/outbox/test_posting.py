"""The post: what is due goes out once, in order, is tried again as promised, and survives a crash."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.fold.ledger_house import ADA, DAY, HOUR, MARC, MINUTE, SECOND, START, download, identify, unsubscribe
from tests.outbox.post_house import PostHouse, run
from tests.outbox.receiver import Receiver

from ripeline.fold.selling import Word, judge_lead
from ripeline.outbox.alert import Alert
from ripeline.outbox.sending import Failed, Sent
from ripeline.store.database import transaction
from ripeline.store.deliveries import (
    KEPT_MS,
    UNWANTED_MS,
    Delivery,
    claim_delivery,
    due_deliveries,
    prune_outbox,
    replay_dead,
    replay_delivery,
)
from ripeline.store.destinations import Destination, all_destinations, turn_off, turn_on


def test_a_handoff_reaches_the_destination_once(post_house: PostHouse) -> None:
    async def story() -> Receiver:
        async with Receiver() as receiver:
            post_house.add(receiver.url, "webhook", "lead.ready", model="vertical")
            post_house.ada_is_ripe()
            await post_house.rounds(post_house.post(), 3)
            return receiver

    receiver = run(story())
    (got,) = receiver.got
    assert (got.told["type"], got.told["lead_email"]) == ("lead.ready", ADA)
    assert post_house.log() == [("sent", 1, 200, "thanks")]


def test_only_the_topics_and_the_model_that_are_wanted_go_there(post_house: PostHouse) -> None:
    async def story() -> Receiver:
        async with Receiver() as receiver:
            post_house.add(receiver.url, "webhook", "lead.ready")
            post_house.add(receiver.url + "/bands", "webhook", "lead.band", model="general")
            post_house.ada_is_ripe()
            await post_house.rounds(post_house.post(), 3)
            return receiver

    told = sorted((each.path, each.told["type"], each.told["lead_model"]) for each in run(story()).got)
    assert told == [
        ("/hook", "lead.ready", "general"),
        ("/hook", "lead.ready", "vertical"),
        ("/hook/bands", "lead.band", "general"),
    ]


def test_it_is_tried_again_after_5_s_5_min_30_min_2_h_5_h_10_h_24_h_and_then_dead(post_house: PostHouse) -> None:
    async def story() -> list[int]:
        async with Receiver(mood="fail") as receiver:
            post_house.add(receiver.url, "webhook", "lead.ready", model="vertical")
            post_house.ada_is_ripe()
            post, waits = post_house.post(), []
            await post_house.rounds(post)
            while due := post_house.house.rows("SELECT due_at FROM deliveries WHERE done_at IS NULL"):
                ((at,),) = due
                waits.append(at - post_house.house.now)
                post_house.house.now = at - 1
                assert await post_house.rounds(post) == 0
                post_house.house.now = at
                assert await post_house.rounds(post) == 1
            assert len({each.id for each in receiver.got}) == 1
            return waits

    waits = run(story())
    assert waits == [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 24 * HOUR]
    assert post_house.log() == [("dead", 8, 500, "it answered 500: the database is asleep")]


def test_those_that_failed_together_come_back_apart(post_house: PostHouse) -> None:
    post_house.chance = 1.0

    async def story() -> None:
        async with Receiver(mood="fail") as receiver:
            post_house.add(receiver.url, "webhook", "lead.ready", model="vertical")
            post_house.ada_is_ripe()
            await post_house.rounds(post_house.post())

    run(story())
    assert post_house.house.rows("SELECT due_at FROM deliveries") == [(START + 5500,)]


def test_a_later_message_about_a_lead_waits_for_the_earlier_one(post_house: PostHouse) -> None:
    house = post_house.house

    async def story() -> Receiver:
        async with Receiver(moods=["fail"]) as receiver:
            post_house.add(receiver.url, "webhook", "lead.ready", "handoff.verdict", model="vertical")
            post_house.ada_is_ripe()
            house.do(judge_lead, ADA, "vertical", Word("too_early"))
            post = post_house.post()
            await post_house.rounds(post)
            house.fold(identify("laptop", MARC, 0), download("laptop", "c", HOUR))
            await post_house.rounds(post, 3)
            before = [(each.told["type"], each.told["lead_email"]) for each in receiver.got]
            assert before == [("lead.ready", ADA), ("lead.ready", MARC)]
            house.now += 5 * SECOND
            await post_house.rounds(post, 3)
            return receiver

    told = [(each.told["type"], each.told["lead_email"]) for each in run(story()).got]
    assert told[2:] == [("lead.ready", ADA), ("handoff.verdict", ADA)]


def test_a_destination_that_hangs_keeps_nobody_else_waiting(post_house: PostHouse) -> None:
    async def story() -> int:
        async with Receiver(mood="hang") as slow, Receiver() as quick:
            post_house.add(slow.url)
            post_house.add(quick.url)
            for n in range(12):
                post_house.house.fold(
                    identify(f"phone{n}", f"p{n}@example.com", 0), download(f"phone{n}", "c", HOUR + n)
                )
            post = post_house.post()
            for _ in range(60):
                await post.round()
                await asyncio.sleep(0.02)
            assert len(slow.got) == 4
            await post._let_go()
            return len(quick.got)

    # Ripe in two models and two bands each, twelve people; all but the four that hang of the other's.
    assert run(story()) == 12 * 4


def test_a_crash_between_claim_and_end_sends_the_same_id_again(post_house: PostHouse) -> None:
    async def story() -> Receiver:
        async with Receiver(moods=["hang"]) as receiver:
            post_house.add(receiver.url, "webhook", "lead.ready", model="vertical")
            post_house.ada_is_ripe()
            post = post_house.post()
            await post.round()
            await receiver.has_got(1)
            await post._let_go()
            assert post_house.log() == [("sending", 1, None, "")]
            assert await post_house.rounds(post_house.post()) == 0
            again = asyncio.create_task(post_house.post().run())
            await receiver.has_got(2)
            await post_house.has_sent(1)
            again.cancel()
            await asyncio.gather(again, return_exceptions=True)
            return receiver

    first, second = run(story()).got
    assert first.id == second.id
    assert post_house.log() == [("sent", 2, 200, "thanks")]


def test_of_two_who_claim_one_wins(post_house: PostHouse) -> None:
    post_house.add("http://127.0.0.1:9/")
    post_house.ada_is_ripe()

    async def story() -> None:
        async def keep(delivery: Delivery, destination: Destination, alert: Alert, /) -> Sent | Failed:
            with transaction(post_house.house.conn) as conn:
                assert not claim_delivery(conn, delivery.id, post_house.house.now)
            return Sent()

        class Keeping:
            send = staticmethod(keep)

        assert await post_house.rounds(post_house.post({"webhook": Keeping()}), 1) > 0

    run(story())
    assert {state for state, *_ in post_house.log()} == {"sent", "waiting"}


def test_410_turns_the_destination_off_and_nothing_more_goes_there(post_house: PostHouse) -> None:
    async def story() -> Receiver:
        async with Receiver(mood="gone") as receiver:
            post_house.add(receiver.url, "webhook", "lead.ready")
            post_house.ada_is_ripe()
            await post_house.rounds(post_house.post(), 3)
            return receiver

    assert len(run(story()).got) == 1
    (destination,) = all_destinations(post_house.house.conn)
    assert destination.disabled_at is not None
    assert destination.trouble == "it answered 410"
    assert [state for state, *_ in post_house.log()] == ["dead", "dead"]


def test_what_waits_for_a_destination_turned_off_is_kept_until_it_is_on_again(post_house: PostHouse) -> None:
    async def story() -> tuple[int, int]:
        async with Receiver(moods=["fail"]) as receiver:
            hook = post_house.add(receiver.url, "webhook", "lead.ready", model="vertical")
            post_house.ada_is_ripe()
            post = post_house.post()
            await post_house.rounds(post)
            with transaction(post_house.house.conn) as conn:
                turn_off(conn, hook, post_house.house.now)
            post_house.house.now += HOUR
            off = await post_house.rounds(post)
            with transaction(post_house.house.conn) as conn:
                turn_on(conn, hook)
            return off, await post_house.rounds(post)

    assert run(story()) == (0, 1)
    assert post_house.log()[0][0] == "sent"


def test_dead_letters_can_be_sent_again_one_or_all(post_house: PostHouse) -> None:
    async def story() -> Receiver:
        async with Receiver(mood="fail") as receiver:
            hook = post_house.add(receiver.url, "webhook", "lead.ready")
            post_house.ada_is_ripe()
            await post_house.until_dead(post_house.post())
            receiver.mood = "ok"
            with transaction(post_house.house.conn) as conn:
                assert replay_delivery(conn, 1, post_house.house.now)
            await post_house.rounds(post_house.post())
            assert [state for state, *_ in post_house.log()] == ["sent", "dead"]
            with transaction(post_house.house.conn) as conn:
                assert replay_dead(conn, hook, post_house.house.now) == 1
            await post_house.rounds(post_house.post())
            return receiver

    receiver = run(story())
    assert [state for state, *_ in post_house.log()] == ["sent", "sent"]
    assert len({each.id for each in receiver.got}) == 2


def test_a_replay_is_the_same_message_under_the_same_id(post_house: PostHouse) -> None:
    async def story() -> Receiver:
        async with Receiver() as receiver:
            post_house.add(receiver.url, "webhook", "lead.ready", model="vertical")
            post_house.ada_is_ripe()
            await post_house.rounds(post_house.post())
            with transaction(post_house.house.conn) as conn:
                assert replay_delivery(conn, 1, post_house.house.now)
            await post_house.rounds(post_house.post())
            return receiver

    first, second = run(story()).got
    assert (first.id, first.body) == (second.id, second.body)


def test_a_sender_that_breaks_is_a_failed_try_and_the_others_go_on(post_house: PostHouse) -> None:
    class Broken:
        async def send(self, *_: Any) -> Sent | Failed:
            raise ValueError("a mistake of ours")

    async def story() -> None:
        async with Receiver() as receiver:
            post_house.add("whatever", "email", "lead.ready", model="vertical")
            post_house.add(receiver.url, "webhook", "lead.ready", model="vertical")
            post_house.ada_is_ripe()
            senders = dict(post_house.senders()) | {"email": Broken()}
            await post_house.rounds(post_house.post(senders), 2)

    run(story())
    assert [(state, answer) for state, _, _, answer in post_house.log()] == [
        ("waiting", "ValueError"),
        ("sent", "thanks"),
    ]


def test_a_message_nobody_wants_is_kept_a_day_and_one_that_arrived_a_month(post_house: PostHouse) -> None:
    async def story() -> None:
        async with Receiver() as receiver:
            post_house.add(receiver.url, "webhook", "lead.ready", model="vertical")
            post_house.ada_is_ripe()
            await post_house.rounds(post_house.post(), 2)

    run(story())
    house = post_house.house
    rows = "SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM deliveries)"
    assert house.rows(rows) == [(2, 1)]
    for later, left in ((UNWANTED_MS, (2, 1)), (UNWANTED_MS + 1, (1, 1)), (KEPT_MS + 1, (0, 0))):
        with transaction(house.conn) as conn:
            prune_outbox(conn, START + later)
        assert house.rows(rows) == [left]


@pytest.mark.parametrize("topic", ["lead.ready", "lead.cooled"])
def test_what_is_told_names_who_why_the_last_page_the_next_step_and_where_to_look(
    post_house: PostHouse, topic: str
) -> None:
    async def story() -> Receiver:
        async with Receiver() as receiver:
            post_house.add(receiver.url, "webhook", topic, model="vertical")
            post_house.ada_is_ripe()
            post_house.house.now += DAY
            post_house.house.fold(unsubscribe("phone", DAY))
            await post_house.rounds(post_house.post(), 2)
            return receiver

    (got,) = run(story()).got
    assert got.told["lead_url"] == "https://leads.example/leads/1?model=vertical"
    assert got.told["lead_reasons"].startswith("White paper C")
    assert got.told["lead_id"] == 1


def test_nothing_is_due_while_nothing_was_told(post_house: PostHouse) -> None:
    with post_house.house.database.read() as conn:
        assert due_deliveries(conn, START + DAY, [], 10) == []
