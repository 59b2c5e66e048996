"""`ripeline serve` with two faults that carry what was sent: an endpoint of ours that fails, and a fold that does."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import ripeline.app
from ripeline.__main__ import main
from ripeline.fold.keeper import Keeper

#: An event of this name makes the fold fail.
POISON = "poison"


async def fails(request: Request) -> Response:
    """As code does that puts what it was working on into its error."""
    sent = f"{await request.body()!r} {request.url} {dict(request.headers)}"
    try:
        raise KeyError(sent)
    except KeyError as error:
        raise ValueError(sent) from error


def leak() -> None:
    routes, step = ripeline.app.all_routes, Keeper.step

    def failing(self: Keeper, *given: Any, **named: Any) -> Any:
        if self._conn.execute("SELECT 1 FROM texts WHERE text = ?", (POISON,)).fetchone():
            raise ValueError(str(self._conn.execute("SELECT text FROM texts").fetchall()))
        return step(self, *given, **named)

    ripeline.app.all_routes = lambda settings: [Route("/fails", fails, methods=["GET", "POST"]), *routes(settings)]
    Keeper.step = failing  # type: ignore[method-assign,assignment]


if __name__ == "__main__":
    leak()
    main()
