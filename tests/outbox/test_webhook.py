"""Signed webhooks, as the reference library of Standard Webhooks reads them."""

from __future__ import annotations

import time
from typing import Any

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError
from tests.fold.ledger_house import ADA, DAY, MINUTE
from tests.outbox.cast import ADA_IS_RIPE, ALL_TOPICS
from tests.outbox.post_house import SECRET, PostHouse, run
from tests.outbox.receiver import Got, Receiver

from ripeline.outbox.signing import new_secret, signed_headers
from ripeline.outbox.webhook import webhook_body
from ripeline.store.database import transaction
from ripeline.store.destinations import rotate_secret


def sent(post_house: PostHouse, *moods: Any, tries: int = 1, prepare: Any = None) -> list[Got]:
    """The requests of so many tries of Ada's hand-off, now."""
    # The library compares the timestamp with the clock of now.
    post_house.house.now = int(time.time() * 1000)

    async def story() -> list[Got]:
        async with Receiver(moods=list(moods)) as receiver:
            hook = post_house.add(receiver.url, "webhook", "lead.ready", model="vertical")
            if prepare:
                with transaction(post_house.house.conn) as conn:
                    prepare(conn, hook)
            post_house.ada_is_ripe()
            post = post_house.post()
            for _ in range(tries):
                await post_house.rounds(post)
                post_house.house.now += 4 * MINUTE if tries > 1 else 0
            return receiver.got

    return run(story())


def test_the_reference_library_believes_what_we_sign(post_house: PostHouse) -> None:
    (got,) = sent(post_house)
    told = Webhook(SECRET).verify(got.body, got.headers)
    assert told["type"] == "lead.ready"
    assert (told["lead_email"], told["data"]["lead"]["email"]) == (ADA, ADA)


def test_a_changed_body_id_or_time_is_not_believed(post_house: PostHouse) -> None:
    (got,) = sent(post_house)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(got.body.replace(b"hot", b"hut"), got.headers)
    for header in ("webhook-id", "webhook-timestamp"):
        changed = {**got.headers, header: got.headers[header] + "1"}
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(got.body, changed)


def test_each_try_is_signed_anew_under_the_same_id(post_house: PostHouse) -> None:
    first, second = sent(post_house, "fail", tries=2)
    assert first.id == second.id
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 240
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    assert first.body == second.body


def test_while_a_secret_is_being_changed_both_are_believed(post_house: PostHouse) -> None:
    new = new_secret()
    until = int(time.time() * 1000) + DAY
    (got,) = sent(post_house, prepare=lambda conn, hook: rotate_secret(conn, hook, new, until))
    assert len(got.headers["webhook-signature"].split(" ")) == 2
    for secret in (SECRET, new):
        Webhook(secret).verify(got.body, got.headers)


def test_when_its_time_is_over_the_old_secret_signs_no_more(post_house: PostHouse) -> None:
    new = new_secret()
    (got,) = sent(post_house, prepare=lambda conn, hook: rotate_secret(conn, hook, new, 1))
    Webhook(new).verify(got.body, got.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(got.body, got.headers)


def test_a_secret_is_256_bits_as_the_specification_writes_them() -> None:
    one, other = new_secret(), new_secret()
    assert one != other
    assert one.startswith("whsec_")
    headers = signed_headers("msg_1", int(time.time() * 1000), b"{}", [one])
    Webhook(one).verify(b"{}", headers)


def test_flat_keys_stand_beside_the_whole() -> None:
    body = webhook_body(ADA_IS_RIPE, "en")
    assert body["lead_score"] == body["data"]["score"] == 13
    assert body["lead_reasons"] == "Pricing three times, White paper B, Demo asked"
    assert body["lead_last_page"] == body["data"]["last_page"]["url"] == "https://shop.example/pricing"
    assert all(not isinstance(value, dict | list) for name, value in body.items() if name.startswith("lead_"))


def test_reasons_are_in_the_language_of_the_destination() -> None:
    assert webhook_body(ADA_IS_RIPE, "fr")["lead_reasons"].startswith("Pricing trois fois")


def test_every_topic_has_the_same_keys() -> None:
    """A receiver need not ask which there are."""
    assert len({tuple(webhook_body(each, "en")) for each in ALL_TOPICS}) == 1
    assert len({tuple(webhook_body(each, "en")["data"]) for each in ALL_TOPICS}) == 1
