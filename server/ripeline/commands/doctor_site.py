"""The doctor's look at a page of the site: does it carry the tag, and will the browser let the tag work?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ripeline.commands.doctor_fetch import Fetched, Unreachable, fetch
from ripeline.commands.doctor_finding import Finding, ok, problem, warning
from ripeline.commands.doctor_page import Page, read_page
from ripeline.commands.doctor_policy import blocks_connection, blocks_script, policies_of
from ripeline.commands.doctor_tag import Tag, findings_of_tag, is_tag, mentions_tag, tag_of
from ripeline.errors import DataProblem
from ripeline.pages.install_snippets import Tag as TagToPaste
from ripeline.settings import Settings
from ripeline.store.database import DatabaseError
from ripeline.store.opening import open_beside
from ripeline.store.sites import own_origins, site_keys


@dataclass(frozen=True, slots=True)
class ServerBeside:
    """What the server of the tag is known to be: its settings, its site keys and the origins it takes.

    `problem` says why keys and origins are not known, "" where they are.
    """

    settings: Settings
    keys: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """A page that was fetched, the tag found first in it, and how to get more."""

    fetched: Fetched
    page: Page
    tag: Tag
    server: ServerBeside
    seconds: float


def server_beside(settings: Settings) -> ServerBeside:
    """Read beside a server that may be running; without a data folder a page can still be looked at."""
    try:
        with open_beside(settings).read() as conn:
            keys, origins = frozenset(site_keys(conn)), own_origins(conn)
    except (DataProblem, DatabaseError) as error:
        return ServerBeside(settings, problem=str(error))
    return ServerBeside(settings, keys, origins | frozenset(settings.origins))


def findings_of_page(url: str, server: ServerBeside, seconds: float) -> list[Finding]:
    """Everything there is to say about that page, in a fixed order; each request may take so many seconds."""
    address = url if "://" in url else f"https://{url}"
    try:
        fetched = fetch(address, seconds)
    except Unreachable as error:
        return [problem("page", f"{address} cannot be reached: {error}", "Check the address")]
    found = _answered(fetched)
    if found.level == "problem":
        return [found]
    page = read_page(fetched.url, fetched.text)
    tags = [script for script in page.scripts if is_tag(script, server.settings)]
    if not tags:
        return [found, _missing(page, server.settings)]
    visit = Visit(fetched, page, tag_of(tags[0]), server, seconds)
    return [found, _count(len(tags)), *(each for look in LOOKS for each in look(visit))]


def _answered(fetched: Fetched) -> Finding:
    way = f", after {' and '.join(fetched.way)}" if fetched.way else ""
    if fetched.status >= 400:
        said = f"{fetched.url} answers {fetched.status}{way}"
        return problem("page", said, "Give the address of a page that visitors see")
    kind = fetched.headers.get_content_type()
    if kind not in ("text/html", "application/xhtml+xml"):
        return problem("page", f"{fetched.url} is {kind}, no web page{way}", "Give the address of a page")
    return ok("page", f"{fetched.url} answers{way}")


def _missing(page: Page, settings: Settings) -> Finding:
    line = TagToPaste(settings).line()
    if any(mentions_tag(comment, settings) for comment in page.comments):
        return problem("tag", "it stands in a comment (<!-- … -->)", "Take it out of the comment")
    if page.manager:
        said = f"not in the page itself; {page.manager} is there, and nobody can see inside from here"
        return warning("tag", said, "Open the page in a browser, in test mode (Install page)")
    return problem("tag", "it is not there", f"Paste {line} at the end of the head (`--base-url` names the server)")


def _count(tags: int) -> Finding:
    if tags > 1:
        return warning("tag", f"it is there {tags} times: the first one counts", "Remove the others")
    return ok("tag", "it is there, once")


def look_at_script(visit: Visit) -> list[Finding]:
    return findings_of_tag(visit.tag, visit.server.settings, visit.seconds)


def look_at_mixed_content(visit: Visit) -> list[Finding]:
    if urlsplit(visit.fetched.url).scheme != "https":
        return []
    plain = [url for url in (visit.tag.script.url, visit.tag.endpoint) if urlsplit(url).scheme == "http"]
    if plain:
        return [problem("mixed content", f"{plain[0]} is http on a page with https", "Browsers block it: use https")]
    return [ok("mixed content", "none")]


def look_at_policies(visit: Visit) -> list[Finding]:
    headers = visit.fetched.headers.get_all("content-security-policy") or []
    policies = policies_of([*headers, *visit.page.policies])
    if not policies:
        return [ok("csp", "the page has none")]
    page, found = visit.fetched.url, []
    for policy in policies:
        for what, blocked in (
            ("the script", blocks_script(policy, visit.tag.script, page)),
            ("sending", blocks_connection(policy, visit.tag.endpoint, page)),
        ):
            if blocked:
                said = f"{blocked.directive} of the page blocks {what}"
                found.append(problem("csp", said, f"Add to {blocked.directive}: {blocked.value}"))
    return list(dict.fromkeys(found)) or [ok("csp", "lets the tag load and send")]


def look_at_consent(visit: Visit) -> list[Finding]:
    given = visit.tag.option("consent")
    if given == "granted":
        if visit.tag.is_held:
            return [ok("consent", "granted, and a banner holds the script back until the visitor agrees")]
        said = "granted: every visit is recorded from the first moment"
        advice = "Right only where your banner puts the tag in after the visitor agreed, or none is needed"
        return [warning("consent", said, advice)]
    if given not in ("", "required"):
        said = f"data-consent={given!r} is not known, so nothing is recorded before ripeline('consent', true)"
        return [problem("consent", said, "Write required or granted")]
    if visit.tag.is_held:
        said = "a banner holds the script back, and then the tag waits for ripeline('consent', true) as well"
        return [problem("consent", said, 'Add data-consent="granted"')]
    return [ok("consent", "required: nothing is stored or sent before ripeline('consent', true)")]


def look_at_key(visit: Visit) -> list[Finding]:
    server, key = visit.server, visit.tag.option("site") or visit.tag.option("s")
    if server.problem:
        return [warning("site key", f"cannot be checked: {server.problem}", "Run this where the server is")]
    if key and key not in server.keys:
        return [problem("site key", f"no site of this server has the key {key!r}", "Take the tag of the Install page")]
    if not key and len(server.keys) > 1:
        return [problem("site key", "it is missing, and there is more than one site", "Add data-site")]
    return [ok("site key", "right" if key else "not needed: there is one site")]


def look_at_origin(visit: Visit) -> list[Finding]:
    parts = urlsplit(visit.fetched.url)
    origin, server = f"{parts.scheme}://{parts.netloc}", visit.server
    if server.problem:
        return []
    if not server.origins:
        return [ok("origin", f"{origin} is taken, as any is until you say which are yours")]
    if origin in server.origins:
        return [ok("origin", f"{origin} is registered")]
    advice = "Say `this one is mine` on the Install page, or add it to RIPELINE_ORIGINS"
    return [problem("origin", f"events from {origin} are refused: it is not registered", advice)]


#: What is looked at once there is a tag, in this order.
LOOKS: Final[tuple[Callable[[Visit], list[Finding]], ...]] = (
    look_at_script,
    look_at_mixed_content,
    look_at_policies,
    look_at_consent,
    look_at_key,
    look_at_origin,
)
