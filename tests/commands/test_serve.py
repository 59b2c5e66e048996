"""`ripeline serve` as a process: what it says, how it stops, what stops it from starting."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "ripeline", "serve"]


@contextmanager
def serving(folder: Path, *flags: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server on a free port, and where it is; killed if it is still there at the end."""
    command = [*COMMAND, "--data", str(folder), "--port", "0", "--rate-limit", "off", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            found = re.search(r"http://\S+", first)
            assert found, first + (process.stderr.read() if process.stderr else "")
            yield process, found.group()
        finally:
            process.kill()


def send(url: str, id: str) -> int:
    body = json.dumps({"v": "ada", "e": [{"i": id, "n": "page", "u": "https://shop.example/"}]}).encode()
    request = urllib.request.Request(url + "/e", body, {"content-type": "text/plain"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except (urllib.error.URLError, ConnectionError):
        return 0


def failed_start(*flags: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *flags], capture_output=True, text=True, timeout=30, env=environment)


def test_the_first_start_says_what_to_do_next(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--setup-token", "key-of-test") as (process, url):
        assert process.stdout is not None
        said = "".join(process.stdout.readline() for _ in range(6))
        assert f"{url}/setup/key-of-test" in said
        assert f'<script async src="{url}/t.js"></script>' in said


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as (_, url):
        second = failed_start("--data", str(tmp_path / "other"), "--port", url.rpartition(":")[2])
    assert (second.returncode, len(second.stderr.splitlines())) == (1, 1)
    assert "cannot listen there: Address already in use; stop the program that does, or choose another" in second.stderr


def test_a_bad_rule_file_stops_the_start_with_its_line(tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('timezone = "Europe/Paris"\nnonsense = 1\n')
    failed = failed_start("--data", str(tmp_path / "data"), "--port", "0", "--rules", str(rules))
    assert failed.returncode == 1
    assert f"{rules}:2:" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_a_bad_flag_is_wrong_usage_and_a_bad_variable_a_wrong_setting(tmp_path: Path) -> None:
    flag = failed_start("--data", str(tmp_path), "--rate-limit", "fast")
    assert (flag.returncode, "RIPELINE_RATE_LIMIT='fast'" in flag.stderr) == (2, True)
    variable = failed_start("--data", str(tmp_path), RIPELINE_RATE_LIMIT="fast")
    assert (variable.returncode, "RIPELINE_RATE_LIMIT='fast'" in variable.stderr) == (1, True)


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGTERM])
def test_a_stalled_sender_does_not_hold_up_the_end(tmp_path: Path, signal_: signal.Signals) -> None:
    import socket

    with serving(tmp_path / "data") as (process, url):
        host, _, port = url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as stalled:
            stalled.sendall(b"POST /e HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain\r\ncontent-length: 99\r\n\r\n{")
            assert send(url, "e1") == 202
            process.send_signal(signal_)
            assert process.wait(10) == 0
