"""The built wheel, installed in a clean environment, has all it needs."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_pages_script_and_rules(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in (
        "admin/templates/base.html",
        "tracker/dist/t.js",
        "rules.toml",
        "admin/locale/fr/rules.toml",
        "docs/api.md",
    ):
        assert f"ripeline/_bundled/{name}" in names
    for name in ("channels.toml", "spam.txt", "README.md"):
        assert f"ripeline/lists/{name}" in names
    assert not [name for name in names if "node_modules" in name or name.startswith("tests")]


@pytest.mark.slow
def test_the_installed_wheel_serves_a_page_and_the_script(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "clean"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True, timeout=60)
    # The libraries are the ones this environment was given; only ours must come from the wheel.
    site = next((home / "lib").glob("python*")) / "site-packages"
    deps = next(Path(sys.prefix, "lib").glob("python*")) / "site-packages"
    (site / "deps.pth").write_text(f"{deps}\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = subprocess.run(
        [python, "-c", "import ripeline.paths as p; print(p.ROOT)"],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert where.stdout.strip().startswith(str(site)), "the checkout was imported, not the wheel"
    server = subprocess.Popen(
        [home / "bin" / "ripeline", "serve", "--data", str(tmp_path / "d"), "--port", str(port)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert b"Ripeline" in _get(port, "/signin")
        assert b"ripeline" in _get(port, "/t.js")
        assert json.loads(_get(port, "/readyz"))
    finally:
        server.terminate()
        output = server.communicate(timeout=15)[0].decode()
    assert re.search(r"/setup/\S+", output)


def _get(port: int, path: str) -> bytes:
    for _ in range(100):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return bytes(answer.read())
        except ConnectionError:
            time.sleep(0.1)
        except OSError as error:
            if "refused" not in str(error):
                raise
            time.sleep(0.1)
    raise AssertionError("the server did not come up within 10 s")
