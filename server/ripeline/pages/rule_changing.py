"""One step of a person's draft: read, changed, kept; two clicks that cross each other both count."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ripeline.errors import InvalidRules, NotFound
from ripeline.pages.desk import running_of
from ripeline.pages.doing import back, words
from ripeline.pages.said import Done
from ripeline.running import Running
from ripeline.store.rule_drafts import RuleDraft, change_rule_draft, rule_draft_of

HOME: Final = "/tuning/rules"
_TRIES: Final = 5


async def change(request: Request, fields: Mapping[str, str], edit: Callable[[str], str]) -> Response:
    """Change the draft, begun from the latest rules when there is none, and show it."""
    running, user = running_of(request), request.state.user.id
    for _ in range(_TRIES):
        read = draft_kept(running, user)
        try:
            text = await run_in_threadpool(edit, read.text if read else running.rules.latest.text)
        except (InvalidRules, NotFound) as error:
            return refused(request, fields, error.said(words(request).gettext))
        if await put(running, user, read, text):
            return back(request, fields, HOME)
    return refused(request, fields, words(request).gettext("Something else was changed at the same moment: try again."))


def refused(request: Request, fields: Mapping[str, str], text: str) -> Response:
    """Nothing was changed, and why."""
    return back(request, fields, HOME, Done(text, is_bad=True))


def draft_kept(running: Running, user: int) -> RuleDraft | None:
    """What that person is changing, None for nothing."""
    with running.database.read() as conn:
        return rule_draft_of(conn, user)


async def put(running: Running, user: int, read: RuleDraft | None, text: str) -> bool:
    """Make that text the person's draft, in the place of what was `read`; False where that is another by now.

    A text that is in force is no draft.
    """
    latest = running.rules.latest
    begun = read or RuleDraft(latest.hash, latest.text, None, 0)
    new = None if text == latest.text else replace(begun, text=text, at=int(time.time() * 1000))
    return await running.write(partial(change_rule_draft, user=user, read=read, new=new))
