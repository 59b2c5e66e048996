"""`ripeline demo`, from an empty folder to a page that knows you, and back."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from click.testing import CliRunner

from ripeline.__main__ import main
from ripeline.commands.demo import prepare, throw_away
from ripeline.settings import Settings
from ripeline.store.opening import open_data


@contextmanager
def running(folder: Path) -> Iterator[list[str]]:
    """A demo on free ports of a machine that speaks French: the lines it prints; it must end by itself after Ctrl+C."""
    command = [sys.executable, "-m", "ripeline", "demo", "--data", str(folder), "--port", "0", "--shop-port", "0"]
    spoken = {**os.environ, "LANGUAGE": "fr_FR:en"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=spoken) as process:
        assert process.stdout is not None
        try:
            yield [process.stdout.readline() for _ in range(4)]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(15)


def link_in(line: str) -> str:
    found = re.search(r"http://\S+", line)
    assert found, line
    return found.group()


def test_its_lines_lead_in_to_the_shop_and_out_all_in_the_machines_language(tmp_path: Path) -> None:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with running(tmp_path / "demo") as lines:
        assert [line.split()[0] for line in lines] == ["Open", "Shop", "Stop", "In"]
        assert "--language en" in lines[3]
        with browser.open(link_in(lines[0]), timeout=10) as answer:
            assert answer.url.endswith("/ready")
            page = answer.read().decode()
            assert '<html lang="fr"' in page
            for text in ("Lefort", "Appeler dans la journée", "A demandé une démo"):
                assert text in page
        with browser.open(link_in(lines[1]), timeout=10) as answer:
            page = answer.read().decode()
            assert link_in(lines[0]).partition("/demo/")[0] + "/t.js" in page
            assert '<html lang="fr"' in page
    assert prepare(Settings(data=tmp_path / "demo"), language="en") == "fr", "one that was begun stays as it is"
    throw_away(tmp_path / "demo")
    assert not (tmp_path / "demo").exists()


def test_a_folder_of_somebody_is_neither_filled_nor_thrown_away(tmp_path: Path) -> None:
    open_data(Settings(data=tmp_path)).close()
    (tmp_path / "letters.txt").write_text("mine")
    refused = CliRunner().invoke(main, ["demo", "--data", str(tmp_path), "--port", "0", "--shop-port", "0", "--reset"])
    assert refused.exit_code == 1
    assert "is not a demo's folder" in refused.stderr
    assert (tmp_path / "letters.txt").read_text() == "mine"


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = CliRunner().invoke(main, ["demo", "--data", str(tmp_path / "demo"), "--shop-port", str(port)])
    assert (refused.exit_code, str(port) in refused.stderr) == (1, True)
    assert not (tmp_path / "demo").exists()


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_must_be_one(port: str) -> None:
    assert CliRunner().invoke(main, ["demo", "--shop-port", port]).exit_code == 2
