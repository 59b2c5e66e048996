"""Everything of the corpus against one door: one thing wrong at a time, the rest as a well-meaning client has it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from urllib.parse import quote_from_bytes

from httpx2 import Response
from tests.faults import corpus
from tests.faults.doors import Door
from tests.faults.town import FOR_PROGRAMS, Town

#: An answer within a second of work, however busy the machine is with something else.
SLOWEST_SECONDS: Final = 1.0
_LONGEST_WAIT_SECONDS: Final = 5.0

_BOUNDARY: Final = b"ripe"
_PARTS: Final[dict[str, bytes]] = {
    "no end": b'--ripe\r\nContent-Disposition: form-data; name="a"\r\n\r\nx',
    "no name": b"--ripe\r\nContent-Disposition: form-data\r\n\r\nx\r\n--ripe--\r\n",
    "no header": b"--ripe\r\n\r\nx\r\n--ripe--\r\n",
    "only the end": b"--ripe--\r\n",
    "a file": b'--ripe\r\nContent-Disposition: form-data; name="file"; filename="\x00/../"\r\n\r\nx\r\n--ripe--\r\n',
    "files": b'--ripe\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n' * 5 + b"--ripe--\r\n",
    "a thousand parts": b'--ripe\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' * 1_000 + b"--ripe--\r\n",
    "wrong bytes": b'--ripe\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\xff\xfe\x00\r\n--ripe--\r\n',
    "another charset": b'--ripe\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\nutf-16\r\n--ripe--\r\n',
    "a long header": b"--ripe\r\nContent-Disposition: " + b"x" * 20_000 + b"\r\n\r\nx\r\n--ripe--\r\n",
    "nothing of it": b"\x00\xff" * 500,
}
_TYPES: Final = (
    b"",
    b"application/json",
    b"application/x-ndjson",
    b"text/plain; charset=utf-16",
    b"multipart/form-data",
    b"multipart/form-data; boundary=",
    b"multipart/form-data; boundary=" + b"x" * 5_000,
    b"application/x-www-form-urlencoded; charset=\xff",
    b"text/html; charset=no-such",
    b";;;",
    b"\xe9",
)


@dataclass(frozen=True)
class Attack:
    """One request that is wrong in one thing, called by where and what; made when it is sent, for some are large."""

    name: str
    door: Door
    parameters: Mapping[str, str | bytes] | None = None
    place: tuple[str, bytes] | None = None
    headers: Mapping[str, bytes] = field(default_factory=dict)
    body: Callable[[], bytes] | None = None

    def path(self) -> str:
        path = self.door.at(*self.place) if self.place else self.door.path
        return path + _query(self.door.parameters if self.parameters is None else self.parameters)

    def content(self) -> bytes:
        return self.body() if self.body else _good_body(self.door)


def attacks_on(door: Door, texts: Mapping[str, bytes], headers: list[str]) -> Iterator[Attack]:
    """Every part of the path, parameter, field and header with each text; every part of a JSON body with each value."""
    yield Attack("as it should be", door)
    yield from _in_the_address(door, texts)
    for name in (*door.fields, "model", "__proto__") if door.fields else ():
        for what, text in {**texts, **corpus.HUGE_TEXTS}.items():
            yield Attack(f"field {name}: {what}", door, body=partial(_form, door.fields | {name: text}))
    if door.method != "GET":
        yield from _in_the_body(door)
    for header in headers:
        for what, text in corpus.HEADERS.items():
            yield Attack(f"header {header}: {what}", door, headers={header: text})


def _in_the_address(door: Door, texts: Mapping[str, bytes]) -> Iterator[Attack]:
    for place in door.places:
        for what, text in texts.items():
            yield Attack(f"path {place}: {what}", door, place=(place, text))
    for name in (*door.parameters, "unheard-of", "lang", ""):
        for what, text in texts.items():
            yield Attack(f"parameter {name}: {what}", door, door.parameters | {name: text})
    yield Attack("a thousand parameters", door, door.parameters | {f"p{n}": "1" for n in range(1_000)})


def _in_the_body(door: Door) -> Iterator[Attack]:
    for what, body in corpus.BODIES.items():
        yield Attack(f"body: {what}", door, body=partial(bytes, body))
    for type_ in _TYPES:
        yield Attack(f"content type {type_[:40]!r}", door, headers={"content-type": type_})
    kind = {"content-type": b"multipart/form-data; boundary=" + _BOUNDARY}
    for what, body in _PARTS.items():
        yield Attack(f"multipart: {what}", door, headers=kind, body=partial(bytes, body))
    if door.fields:
        yield Attack("ten thousand fields", door, body=lambda: b"&".join(b"f%d=1" % n for n in range(10_000)))
        yield Attack("every field twice", door, body=lambda: _form(door.fields) + b"&" + _form(door.fields))
    if door.body is not None:
        for where, made in with_values(door.body):
            yield Attack(where, door, body=made)


def with_values(good: Any) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The JSON with each of its parts in turn replaced by each value, and with keys it does not know."""
    for place in _parts(good):
        for what, value in (corpus.VALUES | corpus.HUGE_VALUES).items():
            yield f"{'.'.join(map(str, place)) or 'the whole'}: {what}", partial(_replaced, good, place, value)


_MARK: Final = "\u2063"


def _replaced(good: Any, place: tuple[Any, ...], value: str) -> bytes:
    """As text, since many of the values no JSON library would write."""
    made = json.loads(json.dumps(good))
    if not place:
        return value.encode("utf-8", "surrogatepass")
    inside = made
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = _MARK
    return json.dumps(made).replace(json.dumps(_MARK), value).encode()


def _parts(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _parts(inner, (*place, key))
        yield (*place, "unheard of")
    if isinstance(value, list):
        for index, inner in enumerate(value[:3]):
            yield from _parts(inner, (*place, index))


def _good_body(door: Door) -> bytes:
    if door.method == "GET":
        return b""
    return json.dumps(door.body).encode() if door.body is not None else _form(door.fields)


def _form(fields: Mapping[str, str | bytes]) -> bytes:
    return "&".join(f"{_quoted(name)}={_quoted(text)}" for name, text in fields.items()).encode()


def _query(parameters: Mapping[str, str | bytes]) -> str:
    return "?" + _form(parameters).decode() if parameters else ""


def _quoted(text: str | bytes) -> str:
    return quote_from_bytes(text.encode() if isinstance(text, str) else text, safe="")


def strike(town: Town, attack: Attack) -> list[str]:
    """Make the request; what is wrong with its answer."""
    path, body = attack.path(), attack.content()
    for _ in range(3):
        began, worked = time.perf_counter(), time.process_time()
        answer = town.ask(attack.door.method, path, attack.headers, body)
        took, work = time.perf_counter() - began, time.process_time() - worked
        if is_in_time := work <= SLOWEST_SECONDS and took <= _LONGEST_WAIT_SECONDS:
            break
    wrong = list(_wrong(attack.door, answer))
    if not is_in_time:
        wrong.append(f"took {took:.1f} s, {work:.1f} s of them work")
    return [f"{attack.door} with {attack.name}: {each}" for each in wrong]


def _wrong(door: Door, answer: Response) -> Iterator[str]:
    # Nobody may listen here (see `town.opened`).
    if answer.status_code >= 500 and not (door.route == "/live" and answer.status_code == 503):
        yield f"{answer.status_code} {answer.text[:200]!r}"
    if "eve" in answer.cookies or "Traceback" in answer.text:
        yield "an answer that is not ours"
    elsewhere = answer.headers.get("location", "/")
    if not door.route.startswith("/c/") and (not elsewhere.startswith("/") or elsewhere.startswith(("//", "/\\"))):
        yield f"leads to {elsewhere[:100]!r}"
    if 400 <= answer.status_code < 500 and door.path.startswith(FOR_PROGRAMS) and door.path != "/metrics":
        told = answer.json()
        if not (isinstance(told.get("error"), str) and (told.get("problem") or told.get("problems"))):
            yield f"{answer.status_code} does not say why: {answer.text[:200]!r}"
