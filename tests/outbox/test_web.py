"""One POST to whatever is out there: it comes back in time, with little, and never from somewhere else."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
import time
from pathlib import Path

import pytest
from tests.outbox.post_house import run
from tests.outbox.receiver import Mood, Receiver

from ripeline.outbox.sending import Failed, Sent
from ripeline.outbox.web import Patience, Web, excerpt_of

SOON = Patience(connect=1.0, whole=1.0)


def post(mood: Mood, web: Web | None = None) -> tuple[Sent | Failed, Receiver, float]:
    """What comes of one POST to a receiver in that mood, and how long (s) it took."""

    async def story() -> tuple[Sent | Failed, Receiver, float]:
        async with Receiver(mood=mood) as receiver:
            began = time.monotonic()
            outcome = await (web or Web(private=True, patience=SOON)).post(receiver.url, b"{}", {"X-Own": "1"})
            return outcome, receiver, time.monotonic() - began

    return run(story())


def test_any_2xx_is_an_arrival_and_the_answer_is_kept() -> None:
    assert post("ok")[0] == Sent(200, "thanks")
    assert post("empty")[0] == Sent(204, "")


def test_the_request_says_who_sends_it_and_to_whom() -> None:
    _, receiver, _ = post("ok")
    (got,) = receiver.got
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert got.headers["user-agent"].startswith("Ripeline/")
    assert got.headers["x-own"] == "1"
    assert got.body == b"{}"


def test_a_failure_is_told_with_its_answer() -> None:
    assert post("fail")[0] == Failed("it answered 500", status=500, answer="the database is asleep")


def test_410_says_that_the_other_side_wants_no_more() -> None:
    assert post("gone")[0] == Failed("it answered 410", permanent=True, status=410, gone=True)


def test_a_redirect_is_not_followed() -> None:
    outcome, receiver, _ = post("redirect")
    assert isinstance(outcome, Failed)
    assert (outcome.status, outcome.permanent) == (302, False)
    assert "another address" in outcome.reason
    assert len(receiver.got) == 1


@pytest.mark.parametrize("mood", ["hang", "drip"])
def test_who_hangs_or_drips_is_left_in_time(mood: Mood) -> None:
    outcome, _, took = post(mood)
    assert outcome == Failed("no whole answer within 1 s")
    assert took < 3


def test_of_a_gigabyte_only_the_beginning_is_read() -> None:
    outcome, receiver, took = post("pour", Web(private=True))
    assert isinstance(outcome, Sent)
    assert outcome.answer.startswith("a gigabyte of this a gigabyte")
    assert len(outcome.answer) == 500
    # What fits between two buffers on the way, and no more.
    assert receiver.poured < 20_000_000
    assert took < 5


@pytest.mark.parametrize("mood", ["reset", "garbage"])
def test_a_broken_answer_is_a_failure_with_a_reason(mood: Mood) -> None:
    outcome, _, _ = post(mood)
    assert isinstance(outcome, Failed)
    assert outcome.reason
    assert not outcome.permanent


def test_nobody_there_is_a_failure_that_is_tried_again() -> None:
    outcome = run(Web(private=True).post("http://127.0.0.1:1/", b"", {}))
    assert isinstance(outcome, Failed)
    assert not outcome.permanent


def test_loopback_is_refused_at_the_moment_of_sending_too() -> None:
    outcome, receiver, _ = post("ok", Web(private=False))
    assert outcome == Failed("127.0.0.1 leads into a private network", permanent=True)
    assert receiver.got == []


def test_a_name_that_answers_differently_the_second_time_is_connected_where_it_was_checked() -> None:
    """DNS rebinding: looked up once, and that address is used."""
    asked: list[str] = []

    async def rebind(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.2"] if len(asked) == 1 else ["127.0.0.1"]

    async def story() -> tuple[Sent | Failed, int]:
        async with Receiver() as receiver:
            web = Web(private=True, look_up=rebind, patience=SOON)
            outcome = await web.post(f"http://hooks.example:{receiver.port}/hook", b"{}", {})
            return outcome, len(receiver.got)

    # The receiver listens on 127.0.0.1 only: had the name been looked up again, it would have been reached.
    outcome, reached = run(story())
    assert isinstance(outcome, Failed)
    assert (reached, asked) == (0, ["hooks.example"])


def test_a_name_is_looked_up_and_keeps_its_name_in_the_request() -> None:
    async def look_up(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async def story() -> Receiver:
        async with Receiver() as receiver:
            web = Web(private=True, look_up=look_up)
            assert await web.post(f"http://hooks.example:{receiver.port}/hook", b"{}", {}) == Sent(200, "thanks")
            return receiver

    receiver = run(story())
    assert receiver.got[0].headers["host"] == f"hooks.example:{receiver.port}"


def test_a_public_name_that_leads_inside_is_refused() -> None:
    async def look_up(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    outcome = run(Web(look_up=look_up).post("https://hooks.example/hook", b"{}", {}))
    assert outcome == Failed("hooks.example leads into a private network", permanent=True)


def test_a_name_nobody_knows_is_tried_again() -> None:
    async def look_up(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    outcome = run(Web(look_up=look_up).post("https://hooks.example/hook", b"{}", {}))
    assert outcome == Failed("Name or service not known")


def test_an_answer_is_kept_as_one_printable_line() -> None:
    assert excerpt_of(b"<p>\r\n  no\x00 \xe2\x80\xae way\xff</p>") == "<p> no way\ufffd</p>"


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate of hooks.example that nobody but the test believes, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=hooks.example"
    names = ["-addext", "subjectAltName=DNS:hooks.example", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*made.split(), *names], check=True, capture_output=True, timeout=60)
    return certificate, key


@pytest.mark.parametrize(("host", "arrives"), [("hooks.example", True), ("other.example", False)])
def test_over_tls_the_pinned_address_must_prove_to_be_the_name(
    certificate: tuple[Path, Path], host: str, arrives: bool
) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*certificate)
    named: list[str | None] = []
    server.sni_callback = lambda _socket, name, _context: named.append(name)

    async def look_up(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        writer.close()

    async def story() -> Sent | Failed:
        listening = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=server)
        async with listening:
            port = listening.sockets[0].getsockname()[1]
            web = Web(
                private=True, look_up=look_up, trust=lambda: ssl.create_default_context(cafile=str(certificate[0]))
            )
            return await web.post(f"https://{host}:{port}/hook", b"", {})

    outcome = run(story())
    assert named == [host]
    assert isinstance(outcome, Sent) is arrives
