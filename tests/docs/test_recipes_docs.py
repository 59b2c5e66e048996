"""docs/recipes.md: each recipe makes of a real alert the body it shows, and that is what the other tool asks for."""

from __future__ import annotations

import json
import re
import subprocess
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from starlette.testclient import TestClient
from tests.docs.conversation import DOCS, settings_of
from tests.outbox.cast import ADA_IS_RIPE, EVE
from tests.outbox.post_house import PostHouse, open_post, run
from tests.outbox.receiver import Receiver

from ripeline.app import create_app
from ripeline.auth.tokens import create_token
from ripeline.outbox.alert import Person
from ripeline.outbox.webhook import webhook_body
from ripeline.store.database import Database, transaction

PAGE: Final = (DOCS / "recipes.md").read_text(encoding="utf-8")
EXPRESSIONS: Final = dict(re.findall(r"(?ms)^```js (\S+)\n(.*?)^```", PAGE))
BODIES: Final = {name: json.loads(text) for name, text in re.findall(r"(?ms)^```json (\S+)\n(.*?)^```", PAGE)}
FORM: Final = re.findall(r"(?ms)^```form salesforce\n(.*?)^```", PAGE)[0].split()
FIELDS: Final = re.findall(
    r"(?m)^\| `([a-z_]+)` \| `(.*)` \|$", PAGE.partition("## Salesforce")[2].partition("\n## ")[0]
)

ALERT: Final = webhook_body(ADA_IS_RIPE, "en")
#: What the request before answered, where a recipe takes more than one.
BEFORE: Final[dict[str, Any]] = {
    "pipedrive-lead": {"data": {"id": 42}},
    "pipedrive-note": {"data": {"id": "adf21080-0e10-11eb-879b-05d71fb426ec"}},
    "outcome": {"data": {"emails": [{"value": "other@example.com"}, {"value": "ada@example.com", "primary": True}]}},
}
#: A deal as Pipedrive's webhooks tell it.
WON: Final = {"data": {"id": 5, "status": "won", "value": 4900, "person_id": 42}, "previous": {"status": "open"}}


def text(longest: int = 10_000, least: int = 0) -> dict[str, Any]:
    return {"type": "string", "maxLength": longest, "minLength": least}


def exactly(properties: dict[str, Any], *optional: str) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def some(items: dict[str, Any], least: int = 1) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least}


REACHED: Final = exactly({"value": text(), "primary": {"type": "boolean"}, "label": text()})
ODOO: Final = {name: text() for name in ("contact_name", "partner_name", "function", "phone", "description")}
ODOO_LEAD: Final = exactly(
    {"type": {"enum": ["lead", "opportunity"]}, "name": text(least=1), "email_from": text(), **ODOO}, *ODOO
)
HUBSPOT_CONTACT: Final = exactly({"idProperty": {"const": "email"}, "id": text(), "properties": {"type": "object"}})
CALL: Final = [text(), {"type": "integer"}, text(), {"const": "crm.lead"}, {"const": "create"}, some(ODOO_LEAD)]
RPC: Final = {
    "service": {"const": "object"},
    "method": {"const": "execute_kw"},
    "args": {"type": "array", "prefixItems": CALL, "minItems": len(CALL), "maxItems": len(CALL)},
}
STATUSES: Final = ["subscribed", "unsubscribed", "cleaned", "pending", "transactional"]
ATTRIBUTES: Final = {"type": "object", "propertyNames": {"pattern": "^[A-Z]+$"}, "additionalProperties": text(least=1)}

#: As the documentation of each tool describes the body.
SHAPES: Final[dict[str, dict[str, Any]]] = {
    # developers.hubspot.com: upsert contacts
    "hubspot": exactly({"inputs": some(HUBSPOT_CONTACT)}),
    # developers.pipedrive.com: add a person (v2), a lead, a note (v1)
    "pipedrive-person": exactly({"name": text(least=1), "emails": some(REACHED), "phones": some(REACHED, 0)}),
    "pipedrive-lead": exactly({"title": text(least=1), "person_id": {"type": "integer"}}),
    "pipedrive-note": exactly({"content": text(), "lead_id": {"type": "string", "pattern": "^[0-9a-f-]{36}$"}}),
    # odoo.com: External JSON-2 API, and External RPC API for what came before
    "odoo": exactly({"vals_list": some(ODOO_LEAD)}),
    "odoo-rpc": exactly({"jsonrpc": {"const": "2.0"}, "method": {"const": "call"}, "params": exactly(RPC)}),
    # developers.brevo.com: create a contact
    "brevo": exactly(
        {
            "email": text(),
            "attributes": ATTRIBUTES,
            "listIds": some({"type": "integer"}),
            "updateEnabled": {"type": "boolean"},
        }
    ),
    # mailchimp.com/developer: add or update a list member; add or remove member tags
    "mailchimp": exactly({"email_address": text(), "status_if_new": {"enum": STATUSES}, "merge_fields": ATTRIBUTES}),
    "mailchimp-tags": exactly({"tags": some(exactly({"name": text(), "status": {"enum": ["active", "inactive"]}}))}),
    "outcome": exactly({"email": text(), "outcome": {"enum": ["won", "lost"]}, "value": {"type": "number"}}),
}


def evaluated(written: str, body: dict[str, Any], before: Any = None) -> str:
    """What n8n makes of a field: each `{{ … }}` is JavaScript, the rest is text."""
    program = """
    const [parts, body, before] = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const $json = before ?? { body };
    const $ = (node) => ({ Webhook: { item: { json: { body } } } })[node];
    console.log(parts.map((part, n) => (n % 2 ? eval("(" + part + ")") : part)).join(""));"""
    parts = re.split(r"\{\{(.*?)\}\}", written.strip(), flags=re.DOTALL)
    done = subprocess.run(
        ["node", "-e", program], input=json.dumps([parts, body, before]), capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.removesuffix("\n")


def made(name: str, alert: dict[str, Any] = ALERT) -> Any:
    """The body of a recipe for that alert."""
    body = WON if name == "outcome" else alert
    return json.loads(evaluated(EXPRESSIONS[name], body, BEFORE.get(name)))


def test_the_alert_it_shows_is_the_one_that_comes() -> None:
    assert BODIES["alert"] == ALERT | {"data": {"…": "…"}}
    assert list(BODIES["alert"]) == list(ALERT)


def test_what_is_delivered_has_these_keys(tmp_path: Path) -> None:
    async def story(post_house: PostHouse) -> Any:
        async with Receiver() as receiver:
            post_house.add(receiver.url, "webhook", "lead.ready", model="vertical")
            post_house.ada_is_ripe()
            await post_house.rounds(post_house.post())
            return receiver.got[0].told

    post_house = open_post(tmp_path)
    told = run(story(post_house))
    post_house.house.conn.close()
    assert told.keys() == BODIES["alert"].keys()
    assert {key: type(value) for key, value in told.items()} == {key: type(value) for key, value in ALERT.items()}


def test_recipes_use_only_keys_that_come() -> None:
    used = set(re.findall(r"\b(lead_[a-z_]+)", "".join(EXPRESSIONS.values()) + str(FIELDS)))
    assert used - {"lead_id", "lead_source"} <= ALERT.keys()
    assert {"lead_email", "lead_name", "lead_score", "lead_reasons", "lead_url"} <= used
    mapped = re.findall(r"`(lead_[a-z_]+)`", PAGE)
    assert set(mapped) <= ALERT.keys()


def test_every_recipe_has_its_shape_and_its_body() -> None:
    assert EXPRESSIONS.keys() == SHAPES.keys() == BODIES.keys() - {"alert"}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_a_recipe_makes_the_body_it_shows(name: str) -> None:
    assert made(name) == BODIES[name]
    assert is_valid(BODIES[name], SHAPES[name])


def is_valid(body: Any, shape: dict[str, Any]) -> bool:
    return bool(Draft202012Validator(shape).is_valid(body))


OF_ALERTS: Final = [name for name in EXPRESSIONS if name != "outcome"]


@pytest.mark.parametrize("name", OF_ALERTS)
def test_a_name_that_breaks_messages_breaks_no_recipe(name: str) -> None:
    told = webhook_body(EVE, "en")
    told["lead_name"] += """ "}}, ' \\ ` ${1}"""
    assert is_valid(made(name, told), SHAPES[name])


@pytest.mark.parametrize("name", OF_ALERTS)
def test_of_who_is_only_an_address_a_recipe_overwrites_nothing(name: str) -> None:
    told = webhook_body(replace(ADA_IS_RIPE, who=Person(email="ada@example.com")), "en")
    body = made(name, told)
    assert is_valid(body, SHAPES[name])
    if name == "hubspot":
        assert all(each.startswith("ripeline_") for each in body["inputs"][0]["properties"])
    assert (body.get("attributes"), body.get("merge_fields")) in [({}, None), (None, {}), (None, None)]


@pytest.mark.parametrize("name", ["pipedrive-note", "odoo"])
def test_what_visitors_typed_is_no_markup_there(name: str) -> None:
    told = webhook_body(EVE, "en")
    body = made(name, told)
    typed = body["content"] if name == "pipedrive-note" else body["vals_list"][0]["description"]
    assert re.findall(r"<(?!br>)|&", typed) == []
    assert "evil.example" in typed


def test_salesforce_gets_the_form_it_shows() -> None:
    values = [(field, evaluated(value.replace("\\|", "|"), ALERT)) for field, value in FIELDS]
    assert urlencode(values).split("&") == FORM
    # The fields of help.salesforce.com's form; last_name and company are the two it asks for.
    names = {"oid", "first_name", "last_name", "company", "email", "phone", "title", "lead_source", "description"}
    assert {name for name, _ in parse_qsl("&".join(FORM))} == names
    nobody = webhook_body(ADA_IS_RIPE, "en") | {"lead_name": "", "lead_company": ""}
    least = {field: evaluated(value.replace("\\|", "|"), nobody) for field, value in FIELDS}
    assert (least["last_name"], least["company"]) == ("ada@example.com", "example.com")


def test_the_outcome_it_shows_is_taken(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "data")
    seen = {"id": "1", "visitor": "v", "email": "ada@example.com", "on": "page", "url": "https://shop.example/"}
    with TestClient(create_app(settings)) as server:
        with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
            key = create_token(conn, "crm", frozenset({"write"}), 1)
        server.headers["Authorization"] = f"Bearer {key}"
        assert server.post("/api/events", json=seen).json()["accepted"] == 1
        answers = [server.post("/api/outcomes", json=made("outcome")).json() for _ in range(2)]
        assert answers[0] == {"outcome": "won", "new": True}
        unknown = server.post("/api/outcomes", json=made("outcome") | {"email": "nobody@example.com"})
    assert unknown.status_code == 404
