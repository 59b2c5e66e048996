"""What takes events in, once the server runs: the sites, the limits, the cookies, the clock."""

from __future__ import annotations

import time
from collections.abc import Callable

from ripeline.auth.addresses import Addresses
from ripeline.auth.secrets import identity_key
from ripeline.collect.agents import agent_of
from ripeline.collect.clicks import Mail
from ripeline.collect.cookies import VisitorCookies
from ripeline.collect.drops import Drops
from ripeline.collect.origins import Sites
from ripeline.collect.own_people import OwnPeople
from ripeline.collect.paces import Paces, other_paces
from ripeline.collect.rates import Rates
from ripeline.collect.room import Room
from ripeline.collect.tokens import Tokens
from ripeline.running import Running


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Intake:
    """One server's; the lifespan leaves it at `app.state.intake`. `clock` gives ms since 1970 UTC."""

    def __init__(self, running: Running, clock: Callable[[], int] = now_ms) -> None:
        settings = running.settings
        self.running = running
        self.tally = running.tally
        self.clock = clock
        self.sites = Sites(running)
        self.own = OwnPeople(running)
        self.rates = Rates(settings.rate_limit)
        self.room = Room()
        self.drops = Drops(running)
        self.paces = Paces()
        self.other_paces = other_paces()
        self.addresses = Addresses(settings.trusted_proxies, running.unnamed_proxies)
        self.cookies = VisitorCookies(running.secret, settings)
        self.tokens = Tokens(running.database, running.write)
        self.identity_key = identity_key(running.secret)
        self.mail = Mail(running.secret)
        # The list of machines is read before the first visitor waits for it.
        agent_of(b"")
