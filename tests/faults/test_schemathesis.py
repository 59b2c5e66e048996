"""The OpenAPI document against the server it is of: whatever fits the document is answered as the document says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import pytest
from httpx2 import Response
from hypothesis import HealthCheck, Phase, given, seed, settings
from jsonschema import ValidationError  # type: ignore[import-untyped]
from tests.docs.test_openapi import check, operations
from tests.faults.house import SEED, Record, many, tell
from tests.faults.town import Town, build, copy_of, opened

#: A text in a language of its own, which no schema describes: tests/rules has its own corpus.
_NOT_MADE: Final = frozenset({("PUT", "/api/rules")})
_HERE: Final = "http://testserver"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    whole = tmp_path_factory.mktemp("schema") / "whole"
    build(whole)
    with opened(copy_of(whole, whole.with_name("data"))) as town:
        yield town


def answered(town: Town, case: Any) -> Response:
    """What the server says to it, sent by a program that may do everything."""
    asked = case.as_transport_kwargs(base_url=_HERE)
    names = ("method", "url", "headers", "params", "json", "data")
    # Here, as the next: making requests from schemas takes long to load, for every process of every run.
    from requests import Request

    request = Request(**{name: asked[name] for name in names if name in asked}).prepare()
    body = request.body or b""
    content = body if isinstance(body, bytes) else str(body).encode("utf-8", "surrogatepass")
    kind = request.headers.get("content-type")
    headers = {"content-type": kind if isinstance(kind, bytes) else kind.encode()} if kind else {}
    return town.ask(str(request.method), str(request.url).removeprefix(_HERE), headers, content)


def wrong_in(document: dict[str, Any], operation: dict[str, Any], answer: Response) -> str:
    """No fault of ours, a status that is said there, the type that is said there, and a body of its schema."""
    said = operation["responses"].get(str(answer.status_code))
    if answer.status_code >= 500 or said is None:
        return f"{answer.status_code}: {answer.text[:200]}"
    if answer.headers["content-type"].startswith("text/html"):
        return "" if "text/html" in said["content"] else "a page, where none is said to be"
    try:
        check(document, said, answer.json())
    except ValidationError as error:
        return f"{answer.status_code}: {error.message[:200]}"
    return ""


def tried(town: Town, document: dict[str, Any], made: Any) -> Counter[str]:
    """What is wrong with the answers of one operation, and under "" how many were right."""
    place = (made.method.upper(), made.path)
    operation, found = operations(document)[place], Counter[str]()

    @seed(SEED)
    @settings(
        max_examples=many(3, 150), database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(case=made.as_strategy())
    def each(case: Any) -> None:
        problem = wrong_in(document, operation, answered(town, case))
        found[problem and f"{place[0]} {place[1]} {problem}"] += 1

    each()
    return found


@pytest.mark.fault
def test_whatever_fits_the_document_is_answered_as_it_says(town: Town, record_property: Record) -> None:
    from schemathesis import openapi

    document = town.ask("GET", "/api/openapi.json").json()
    found: Counter[str] = Counter()
    for result in openapi.from_dict(document).get_all_operations():
        made = result.ok()  # type: ignore[union-attr]
        if (made.method.upper(), made.path) not in _NOT_MADE:
            found += tried(town, document, made)
    right = found.pop("", 0)
    assert found == Counter()
    assert right > len(operations(document))
    assert town.faults == []
    tell(record_property, operations=len(operations(document)) - len(_NOT_MADE), requests=right, wrong=0)
