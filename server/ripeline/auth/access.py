"""The record of who may call each route, read off the guards' marks; a route without one is a fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from starlette.routing import BaseRoute, Mount, Route


def access_of(route: Route) -> str | None:
    """`public`, a role, or `scope:…`; None when nobody decided."""
    return getattr(route.endpoint, "access", None)


def access_table(routes: Iterable[BaseRoute], prefix: str = "") -> Iterator[tuple[str, str, str | None]]:
    """(methods, path, access) of every route."""
    for route in routes:
        if isinstance(route, Mount):
            yield from access_table(route.routes, prefix + route.path)
        elif isinstance(route, Route):
            methods = " ".join(sorted(route.methods or {"*"}))
            yield methods, prefix + route.path, access_of(route)
