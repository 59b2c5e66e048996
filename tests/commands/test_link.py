"""`ripeline link`: what it prints works at a running server's doors."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from ripeline.__main__ import main
from ripeline.app import create_app
from ripeline.settings import Settings

BASE = "https://leads.example.com"


def run(data: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["link", *arguments, "--data", str(data), "--base-url", BASE])
    return done.exit_code, done.output


def test_the_links_lead_where_they_should(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    with TestClient(create_app(settings), follow_redirects=False) as client:
        target = "https://shop.example/guide.pdf"
        code, printed = run(settings.data, "spring", "marc@example.com", target, "--category", "newsletter")
        links = dict(line.split("\t") for line in printed.splitlines())
        assert (code, list(links)) == (0, ["click", "open", "unsubscribe", "honeypot"])
        assert all(link.startswith(f"{BASE}/") for link in links.values())
        answers = {what: client.get(link.removeprefix(BASE)) for what, link in links.items()}
    assert [answers[what].headers["location"] for what in ("click", "honeypot")] == [target, target]
    assert answers["open"].headers["content-type"] == "image/gif"
    assert "marc@example.com" in answers["unsubscribe"].text


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("spring", "marc"), 2, "email: is no e-mail address"),
        (("spring", "marc@example.com", "ftp://a.example/"), 2, "is not http or https"),
        (("spring", "marc@example.com", "--sent-at", "soon"), 2, "--sent-at: must be a time"),
    ],
)
def test_a_link_that_cannot_be_made_is_wrong_usage(
    tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    (tmp_path / "secret").write_bytes(b"s" * 64)
    found, printed = run(tmp_path, *arguments)
    assert (found, said in printed) == (code, True)


def test_without_a_data_folder_it_says_what_to_do(tmp_path: Path) -> None:
    code, printed = run(tmp_path, "spring", "marc@example.com")
    assert (code, "start `ripeline serve` once" in printed) == (1, True)
