"""Every way out of this server: which there are, what guards each, and that none leads into its own network."""

from __future__ import annotations

import re
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from tests.outbox.listener import listening
from tests.outbox.post_house import PostHouse, run

import ripeline
from ripeline.outbox.places import checked_address
from ripeline.store.destinations import Kind

#: The only modules that open a connection, and what holds them to where they may go. A new one fails here first.
WAYS_OUT: Final = {
    "outbox/places.py": "looks names up, for `web`",
    "outbox/web.py": "alerts, and one's own site for a draft: looked up once, checked, pinned; no redirect taken",
    "outbox/email_smtp.py": "the mail server of the settings, which only who starts the server writes",
    "commands/doctor_fetch.py": "`ripeline doctor` and `ripeline draft`, for whoever sits at the command line",
    "commands/serve.py": "listens",
    "commands/demo.py": "listens, on loopback",
    "starting.py": "answers where serve listens, before there is a server",
}
_OPENS: Final = re.compile(
    r"^\s*(from|import) (socket|ssl|http\.client|urllib\.request|smtplib|ftplib|poplib|imaplib|telnetlib|xmlrpc"
    r"|httpcore2?|httpx2?|requests|urllib3|aiohttp|websockets|dns)\b"
    r"|\b(open_connection|create_connection|sock_connect|getaddrinfo|start_tls)\b",
    re.MULTILINE,
)
PACKAGE: Final = Path(ripeline.__file__).parent

#: Loopback, private, link-local and what clouds tell their machines, in every way to write them.
INSIDE: Final = """
https://127.0.0.1/ https://127.1/ https://2130706433/ https://0x7f000001/ https://0x7f.1/ https://0177.0.0.1/
https://017700000001/ https://localhost/ https://LOCALHOST/ https://localhost./ https://127.0.0.1./ https://0/
https://0.0.0.0/ https://[::]/ https://[::1]/ https://[0:0:0:0:0:0:0:1]/ https://[::ffff:127.0.0.1]/
https://[::ffff:7f00:1]/ https://[64:ff9b::7f00:1]/ https://[2002:7f00:1::]/ https://10.0.0.1/ https://192.168.1.1/
https://169.254.169.254/latest/meta-data/ https://2852039166/ https://0xa9fea9fe/ https://[::ffff:a9fe:a9fe]/
https://[fd00:ec2::254]/ https://[fe80::1%25eth0]/ https://100.100.100.200/ https://①②⑦.0.0.1/ https://127。0。0。1/
""".split()


def test_there_are_no_other_ways_out() -> None:
    files = {str(file.relative_to(PACKAGE)): file.read_text(encoding="utf-8") for file in PACKAGE.rglob("*.py")}
    assert {name for name, text in files.items() if _OPENS.search(text)} == set(WAYS_OUT)


def resolver(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """The system's resolver says the first of these, then the next; of literal addresses it tells the truth."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        if host != "hooks.example":
            return real(host, port, *more, **named)
        said = answers[min(len(asked), len(answers) - 1)].split()
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in said]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_nothing_is_sent_inside_however_it_is_written(post_house: PostHouse) -> None:
    """Not even when it stands in the database already: what was saved is not what is believed."""
    post_house.settings = replace(post_house.settings, private_hooks=False)
    kinds: tuple[Kind, ...] = ("webhook", "slack", "teams")
    for number, address in enumerate(INSIDE):
        post_house.add(address, kinds[number % 3], "lead.ready", model="vertical")
    post_house.ada_is_ripe()
    run(post_house.rounds(post_house.post(), 4))
    log = post_house.log()
    assert len(log) == len(INSIDE)
    assert {(state == "sent", status) for state, _, status, _ in log} == {(False, None)}
    refused = [answer for *_, answer in log if "leads into a private network" in answer]
    assert len(refused) > len(INSIDE) / 2


def test_a_name_that_led_outside_when_it_was_saved_is_looked_up_again_when_it_is_sent(
    post_house: PostHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding between the two; within one request the address that was checked is the one that is asked."""
    asked = resolver(monkeypatch, "127.0.0.1")
    with listening() as listener:
        address = f"http://hooks.example:{listener.server.server_port}/hook"
        post_house.settings = replace(post_house.settings, private_hooks=False)
        post_house.add(address, "webhook", "lead.ready", model="vertical")
        post_house.ada_is_ripe()
        run(post_house.rounds(post_house.post(), 3))
        assert listener.got == []
    ((state, attempts, _, answer),) = post_house.log()
    assert (state, attempts, answer) == ("dead", 1, "hooks.example leads into a private network")
    assert asked == ["hooks.example"]


def test_a_name_that_leads_to_many_is_refused_when_one_of_them_is_inside(
    post_house: PostHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver(monkeypatch, "93.184.215.14 10.0.0.1")
    post_house.settings = replace(post_house.settings, private_hooks=False)
    post_house.add("https://hooks.example/", "webhook", "lead.ready", model="vertical")
    post_house.ada_is_ripe()
    run(post_house.rounds(post_house.post(), 2))
    assert post_house.log() == [("dead", 1, None, "hooks.example leads into a private network")]


@pytest.mark.parametrize(
    "address", ["https://hooks.example/\r\nX: y", "https://hooks.example/%0d%0aX:y", "https://h/ x"]
)
def test_an_address_is_one_line(address: str) -> None:
    assert not {"\r", "\n", " "} & set(checked_address(address, private=False))
