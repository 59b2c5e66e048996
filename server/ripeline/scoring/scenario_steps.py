"""The steps of a story turned into events: each key of `where` becomes what such an event would carry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ripeline.domain.event import CLICK, DOWNLOAD, EMAIL_CLICK, ENGAGEMENT, FORM, Event
from ripeline.domain.source import Source
from ripeline.domain.urls import UnusableUrl, canonical_url
from ripeline.rules.fields import EMAIL_KINDS
from ripeline.rules.model import Scenario

_SITE: Final = "example.com"
_VISITOR: Final = "visitor"
_SOURCE_KEYS: Final = ("channel", "source", "medium", "campaign", "term")

Content = Mapping[str, Sequence[str]]
Said = Mapping[str, Any]


def events_of(scenario: Scenario, begin: int, content: Content) -> Iterator[Event]:
    """The events of a story, in order; `begin` in ms is when the lead is first looked at, `wait`s count from there."""
    at = begin
    for number, step in enumerate(scenario.steps):
        at += step.wait * 1000
        if not step.on:
            continue
        name = f"step-{number + 1:04}"
        if "entry" in step.event:
            yield _landing(f"{name}-entry", at - 1, step.event)
        yield _event(name, step.on, at, step.event | {"path": _path(step.on, step.event, content)})


def end_of(scenario: Scenario, begin: int) -> int:
    """When (ms) a story ends: with its last step, or the wait after it."""
    return begin + sum(step.wait for step in scenario.steps) * 1000


def _landing(id: str, at: int, said: Said) -> Event:
    """An event that matches no rule, just before: where a session begins, `entry` is its page."""
    url = _address({"host": said.get("host", _SITE), "path": said["entry"]})
    return Event(id=id, visitor=_VISITOR, on=ENGAGEMENT, at=at, url=url, source=_source(said))


def _event(id: str, on: str, at: int, said: Said) -> Event:
    props = {key.removeprefix("props."): value for key, value in said.items() if key.startswith("props.")}
    if "category" in said:
        props["category"] = said["category"]
    return Event(
        id=id,
        visitor=_VISITOR,
        on=on,
        at=at,
        url=str(said["link"]) if on == EMAIL_CLICK and "link" in said else _address(said),
        title=str(said.get("title", "")),
        referrer=str(said.get("referrer", "")),
        item=_item(on, said),
        email=str(said["email"]) if "email" in said and on not in EMAIL_KINDS else None,
        props=props or None,
        source=_source(said),
    )


def _item(on: str, said: Said) -> str:
    key = "email" if on in EMAIL_KINDS else {FORM: "form", CLICK: "link"}.get(on)
    return str(said.get(key, "")) if key else ""


def _path(on: str, said: Said, content: Content) -> str:
    """The path of the page or file; of a `stage`, the simplest page that belongs to it."""
    if "path" in said:
        return str(said["path"])
    if on == DOWNLOAD and "file" in said:
        return str(said["file"])
    globs = content.get(str(said.get("stage", "")), ())
    return next((glob.replace("*", "") for glob in globs), "/")


def _address(said: Said) -> str:
    if "url" in said:
        return _canonical(str(said["url"]))
    path = str(said["path"])
    return _canonical(f"https://{said.get('host', _SITE)}/{path.removeprefix('/')}")


def _canonical(address: str) -> str:
    try:
        return canonical_url(address)
    except UnusableUrl:
        return address


def _source(said: Said) -> Source | None:
    known = {key: str(said[key]) for key in _SOURCE_KEYS if key in said}
    return Source(**known) if known else None
