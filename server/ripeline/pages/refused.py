"""What somebody reads whose page cannot be shown or whose form cannot be done: why, in their language, and a way on."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ripeline.auth.forms import page
from ripeline.errors import BeingRescored, Conflict, LogRefused, NotFound
from ripeline.sentences import N_, Sentence

_RESCORED = N_("Nothing was changed: all scores are being made anew. Try again when that is done.")
_NOT_NOW = N_("Nothing was changed: the server can take nothing at this moment. Try again soon.")
_MOVED_ON = N_("Nothing changed: by now things are different here.")
_MISREAD = N_("Nothing was changed: something in it cannot be read.")


def refused_page(request: Request, error: Exception, status: int) -> Response:
    """Programs' errors in plain words; what has no words of ours in that language is said by its kind."""
    if isinstance(error, NotFound):
        return page(request, "nowhere.html", status, why="")
    return page(request, "refused.html", status, why=_why(error), again=request.url.path if status == 503 else "")


def _why(error: Exception) -> Sentence:
    said = error.args[0] if error.args else ""
    if isinstance(error, BeingRescored):
        return _RESCORED
    if isinstance(error, LogRefused):
        return _NOT_NOW
    if isinstance(said, Sentence):
        return said
    return _MOVED_ON if isinstance(error, Conflict) else _MISREAD
