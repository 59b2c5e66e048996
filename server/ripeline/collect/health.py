"""Is the process there (`/livez`), and can it do its work (`/readyz`)?"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse

from ripeline.auth.guard import public
from ripeline.running import Running
from ripeline.saying_why import said_of
from ripeline.store.database import Database, DatabaseError
from ripeline.store.sites import site_keys


@public
async def livez(_: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


@public
async def readyz(request: Request) -> JSONResponse:
    """503 and the reason while the database cannot be read or the writer cannot write; `lag` is in seconds."""
    running: Running = request.app.state.running
    database, writer = await run_in_threadpool(_problem_of_reading, running), running.healthy()
    body = {
        "status": database or writer or "ok",
        "database": database or "ok",
        "writer": writer or "ok",
        "queue": running.log.pending,
        "lag": round(running.lag(), 3),
        "warnings": running.warnings,
    }
    return JSONResponse(body, 503 if database or writer else 200)


def _problem_of_reading(running: Running) -> str:
    # A connection of its own: one opened before does not see that the file is gone.
    database = Database(running.database.path)
    try:
        with database.read() as conn:
            site_keys(conn)
    except DatabaseError as error:
        return f"the database cannot be read: {said_of(error)}"
    finally:
        database.close()
    return ""
