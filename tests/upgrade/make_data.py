"""Make the data folder of an older version: run it, send it real events, keep all it wrote (see README.md)."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

PASSWORD = "une poire bien mûre"
SHOP = "https://www.example.com"
BROWSER = {
    "content-type": "text/plain",
    "origin": SHOP,
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
}


def main(checkout: Path, name: str) -> None:
    """Run the version in `checkout`, and write `name`.tar.xz and `name`.json beside this file."""
    environment = {**os.environ, "PYTHONPATH": str(checkout / "server"), "RIPELINE_PASSWORD": PASSWORD}
    with tempfile.TemporaryDirectory() as made:
        data, port = Path(made) / name, free_port()
        command = [sys.executable, "-m", "ripeline"]
        serve = [*command, "serve", "--data", str(data), "--port", str(port), "--rate-limit", "off"]
        server = subprocess.Popen(serve, env=environment)
        try:
            wait_for(port)
            for more in (["user", "add", "ada@example.com", "--role", "owner"], ["user", "add", "bob@example.com"]):
                subprocess.run([*command, *more, "--data", str(data)], env=environment, check=True)
            make = [*command, "token", "create", "crm", "--scope", "read", "--scope", "write", "--data", str(data)]
            token = subprocess.run(make, env=environment, check=True, capture_output=True, text=True).stdout.split()[-1]
            told = tell(port, token)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(15)
        here = Path(__file__).parent
        (here / f"{name}.json").write_text(written(told) + "\n", encoding="utf-8")
        with tarfile.open(here / f"{name}.tar.xz", "w:xz") as packed:
            for file in sorted(data.iterdir()):
                packed.add(file, file.name)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz").close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    sys.exit("the server does not become ready")


def asked(port: int, path: str, headers: dict[str, str], body: object = None) -> tuple[Any, str]:
    """The JSON of the answer, and the cookie it set."""
    sent = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", sent, headers)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read()), answer.headers.get("set-cookie") or ""


def reported() -> list[dict[str, Any]]:
    """Three weeks of forty visitors, as a program tells them."""
    events: list[dict[str, Any]] = []
    for n in range(40):
        for day in range(1 + n % 4):
            visit = {"visitor": f"v-{n}", "at": f"2026-11-{1 + (n + 5 * day) % 20:02}T{8 + n % 9:02}:15:00+01:00"}
            page = {"on": "page", "url": f"{SHOP}/{('pricing', 'about', 'case-studies/bäckerei', 'blog')[n % 4]}"}
            paper = {"on": "download", "url": f"{SHOP}/files/white-paper-{'abc'[n % 3]}.pdf"}
            events += [visit | step | {"id": f"r{n}-{day}-{k}"} for k, step in enumerate((page, paper)[: 1 + n % 2])]
        if n % 5 == 0:
            named = {"id": f"r{n}-i", "visitor": f"v-{n}", "on": "identify", "at": "2026-11-21T08:00:00Z"}
            # The first and the last of them are one person with two browsers.
            events.append(
                {
                    **named,
                    "email": f"p{n % 35}@a.example",
                    "traits": {"name": f"Élodie Nº {n}", "company": "Søciété & Fils"},
                }
            )
    return events


def clicked(now: int) -> dict[str, Any]:
    """What one browser sends by itself."""
    form = {"p": {"f1": "marc@example.com", "f2": "Acme"}, "f": {"f1": "email", "f2": "organization"}}
    items: list[dict[str, Any]] = [
        {"i": "b1", "n": "page", "u": f"{SHOP}/pricing?utm_source=autumn&utm_medium=email", "h": "Prices 😀", "a": now},
        {"i": "b2", "n": "page", "u": f"{SHOP}/about", "r": f"{SHOP}/pricing", "a": now},
        {"i": "b3", "n": "form", "u": f"{SHOP}/contact", "k": "contact", "a": now, **form},
    ]
    return {"v": "a-browser", "t": now, "e": items}


def tell(port: int, token: str) -> dict[str, Any]:
    """Send everything; what the server then says of it, and who was given which key."""
    crm = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    events, now = reported(), time.time_ns() // 1_000_000
    for begin in range(0, len(events), 100):
        answer, _ = asked(port, "/api/events", crm, events[begin : begin + 100])
        assert answer["accepted"] == len(events[begin : begin + 100]), answer
    answer, cookie = asked(port, "/e", BROWSER, clicked(now))
    assert answer["accepted"] == 3, answer
    assert asked(port, "/api/settled", crm)[0] == {"lag": 0}
    models = [model["id"] for model in asked(port, "/api/models", crm)[0]["models"]]
    leads = [lead for model in models for lead in asked(port, f"/api/leads?limit=200&model={model}", crm)[0]["leads"]]
    handoffs = asked(port, "/api/handoffs?limit=200", crm)[0]["handoffs"]
    keys = {"token": token, "visitor": cookie, "login": signed_in(port)}
    return {"at": now, "keys": keys, "leads": [*map(brief, leads)], "handoffs": [*map(brief, handoffs)]}


def brief(told: dict[str, Any]) -> list[Any]:
    """What must never change of a lead or a hand-off."""
    fields = ("id", "lead", "email", "visitor", "model", "score", "band", "first_seen", "crossed_at", "attributes")
    return [told.get(field) for field in fields]


def written(told: dict[str, Any]) -> str:
    """A line a lead."""
    return json.dumps(told, ensure_ascii=False).replace("], [", "],\n[")


def signed_in(port: int) -> str:
    """The cookie of a browser in which Ada has signed in."""
    form = urlencode({"email": "ada@example.com", "password": PASSWORD}).encode()
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    link.request("POST", "/signin", form, headers)
    return link.getresponse().headers["set-cookie"]


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2])
