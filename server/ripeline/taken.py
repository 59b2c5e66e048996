"""The beginnings of all paths that are ours: neither the script nor the endpoint may be put there."""

from __future__ import annotations

from typing import Final

TAKEN: Final = (
    *(
        "/api",
        "/v1/",
        "/hooks",
        "/c/",
        "/o/",
        "/u/",
        "/v/",
        "/p.gif",
        "/livez",
        "/readyz",
        "/metrics",
        "/live",
        "/static",
        "/demo",
    ),
    *("/ready", "/leads", "/tuning", "/install", "/settings", "/suspects", "/account", "/signin", "/signout", "/setup"),
    *("/invitation", "/reset"),
)
