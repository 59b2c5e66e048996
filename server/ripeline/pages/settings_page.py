"""Settings: one page that says how things stand and leads to each of the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.routing import BaseRoute, Route

from ripeline.auth.logins import now_ms
from ripeline.pages import account_page, audit_page, health_page, people_page, privacy_page, sites_page, tokens_page
from ripeline.pages.desk import Desk, shown
from ripeline.store.invitations import open_invitations
from ripeline.store.retention import Retention, read_retention
from ripeline.store.sites import own_origins
from ripeline.store.staff import all_people
from ripeline.store.token_rows import all_tokens


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """In numbers what each page says at length; `problem` is why the server is not ready, or ""."""

    origins: int
    people: int
    awaited: int
    tokens: int
    kept: Retention
    problem: str


def read_settings(desk: Desk) -> SettingsPage:
    """Cheap to know: nothing here reads the log."""
    running = desk.running
    return SettingsPage(
        origins=len(own_origins(desk.conn) | set(running.settings.origins)),
        people=sum(person.disabled_at is None for person in all_people(desk.conn)),
        awaited=sum(link.purpose == "invite" for link in open_invitations(desk.conn, now_ms())),
        tokens=len(all_tokens(desk.conn)),
        kept=read_retention(desk.conn),
        problem=running.healthy(),
    )


show_settings: Final = shown("marketer", "settings.html", read_settings)


ROUTES: Final[list[BaseRoute]] = [
    Route("/settings", show_settings, methods=["GET"]),
    *account_page.ROUTES,
    *people_page.ROUTES,
    *tokens_page.ROUTES,
    *sites_page.ROUTES,
    *privacy_page.ROUTES,
    *audit_page.ROUTES,
    *health_page.ROUTES,
]
