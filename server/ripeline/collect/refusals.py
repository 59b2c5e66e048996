"""Requests that are not taken, and events that are dropped on purpose: each with its reason."""

from __future__ import annotations

from enum import Enum


class Refused(Exception):
    """The whole request is refused: HTTP status, a code for programs, a sentence for people.

    `retry_after` seconds when the same body may be sent again. `is_counted`: its events are in the tally.
    What is left of the body is for the protocol to discard.
    """

    def __init__(self, status: int, code: str, problem: str, *, retry_after: int = 0) -> None:
        super().__init__(f"{status} {code}: {problem}")
        self.status = status
        self.code = code
        self.problem = problem
        self.retry_after = retry_after
        self.is_counted = False


class ClientLeft(Exception):
    """The connection is gone before the whole body came: there is nobody to answer."""


class Drop(Enum):
    """Why the events of a request are not stored; the closed list behind `X-Ripeline-Dropped`."""

    PREFETCH = "prefetch"
    OPTED_OUT = "opted_out"
    NO_CONSENT = "no_consent"
    OWN_ADDRESS = "own_address"
    REFERRER_SPAM = "referrer_spam"
