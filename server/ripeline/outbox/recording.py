"""Writing down what came of a try: it arrived, it is tried again, or it is given up."""

from __future__ import annotations

from ripeline.outbox.schedule import next_try
from ripeline.outbox.sending import Failed, Sent
from ripeline.store.database import Connection
from ripeline.store.deliveries import Delivery, Ended, delay_delivery, end_delivery, give_up_deliveries
from ripeline.store.destinations import turn_off


def record(conn: Connection, delivery: Delivery, outcome: Sent | Failed, now: int, chance: float) -> None:
    """Inside the caller's transaction; `now` in ms, `chance` in 0..1 (see `next_try`)."""
    ended = Ended(outcome.status, said_of(outcome))
    if isinstance(outcome, Sent):
        end_delivery(conn, delivery.id, "sent", ended, now)
        return
    due = None if outcome.permanent else next_try(delivery.attempts, now, chance)
    if due is None:
        end_delivery(conn, delivery.id, "dead", ended, now)
    else:
        delay_delivery(conn, delivery.id, ended, due)
    if outcome.gone:
        turn_off(conn, delivery.destination, now, outcome.reason)
        give_up_deliveries(conn, delivery.destination, outcome.reason, now)


def said_of(outcome: Sent | Failed) -> str:
    """For the log: what went wrong, and what was answered."""
    if isinstance(outcome, Sent):
        return outcome.answer
    return f"{outcome.reason}: {outcome.answer}" if outcome.answer else outcome.reason
