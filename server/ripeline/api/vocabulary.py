"""What the description of the API says more than once: parameters, places in paths, errors, ways to show a token."""

from __future__ import annotations

from typing import Any, Final

from ripeline.domain.wire_segment import IGNORED, READ
from ripeline.store.reading import MOST_A_PAGE
from ripeline.store.reading_handoffs import STATES
from ripeline.store.reading_leads_query import SORTS

Said = dict[str, Any]


def _said(description: str, **schema: Any) -> Said:
    return {"description": description, "schema": schema}


#: What may stand after the `?`.
PARAMETERS: Final[dict[str, Said]] = {
    "after": _said(
        "only those made after the hand-off of this id, oldest first; 0: from the first on", type="integer", minimum=0
    ),
    "as_of": _said("how it was then: a day (its end), a time with its zone, or milliseconds", type="string"),
    "band": _said("one of the model's bands, or cold", type="string"),
    "channel": _said("how the lead came first", type="string"),
    "cursor": _said("what the page before gave as next", type="string"),
    "file": _said("a file they took, or a part of its name", type="string", maxLength=200),
    "form": _said("a form they sent, or a part of its name", type="string", maxLength=200),
    "identified": _said("true: with an e-mail; false: without", type="boolean"),
    "limit": _said("how many on a page", type="integer", minimum=1, maximum=MOST_A_PAGE),
    "model": _said("a model of the rule file", type="string"),
    "page": _said("a page they saw, by its path, or a part of it", type="string", maxLength=200),
    "q": _said("part of an e-mail, or of something known about the lead", type="string", maxLength=200),
    "sort": _said("the order", type="string", enum=list(SORTS)),
    "state": _said("how the hand-off stands", type="string", enum=list(STATES)),
}

_NUMBER: Final = {"type": "integer", "minimum": 1}
#: What stands in a path; where a name means something else under one path, with that path before it.
PLACES: Final[dict[str, Said]] = {
    "id": _said("the number an answer gave", **_NUMBER),
    "/api/events/{id} id": _said("the id its sender gave the event", type="string"),
    "/api/events/{id}/suspect id": _said("the id its sender gave the event", type="string"),
    "kind": _said("which of Segment's calls", type="string", enum=[*sorted(READ), "batch", "import", *IGNORED]),
    "lead": _said("an id, or an e-mail", type="string"),
}

#: Status, code, and when; 404, 405 and 500 may come from any address.
ERRORS: Final = (
    (400, "bad_request", "A parameter or a key of the body is wrong; `field` names it"),
    (401, "unauthorized", "No token, or an unknown one"),
    (403, "forbidden", "The token lacks the scope"),
    (404, "not_found", "Nothing under that id or e-mail"),
    (409, "conflict", "It does not fit what is so by now"),
    (413, "too_large", "The body is larger than what is read"),
    (422, "invalid_rules", "Mistakes in a rule file; `problems` has them, each with its line"),
    (503, "unavailable", "It cannot write now; come back after `Retry-After` seconds"),
)

_TEXT: Final = {"type": "string"}
REFUSAL: Final = {
    "type": "object",
    "description": "What is wrong: a code for programs, a sentence for people.",
    "properties": {
        "error": _TEXT,
        "problem": _TEXT,
        "field": _TEXT,
        "problems": {
            "type": "array",
            "items": {"type": "object", "properties": {"line": {"type": "integer"}, "rule": _TEXT, "problem": _TEXT}},
        },
    },
    "required": ["error"],
}

#: How a token is shown; the last two only where Segment's clients and Jitsu's send.
SECURITY: Final = {
    "token": {"type": "http", "scheme": "bearer", "description": "`ripeline token create NAME --scope …` prints one"},
    "user_name": {"type": "http", "scheme": "basic", "description": "The token as user name, no password"},
    "write_key": {"type": "apiKey", "in": "header", "name": "X-Write-Key", "description": "The token"},
}
