"""What there is to paste: on the page and in docs/install.md alike, and doing what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.tracker.test_wordpress import needs_php

from ripeline.auth.secrets import identity_key
from ripeline.domain.proofs import proof_of
from ripeline.pages.install_snippets import Tag, recipe, snippet
from ripeline.paths import ROOT, SNIPPETS
from ripeline.settings import Settings

DOCS = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
FILES = sorted(path.name for path in SNIPPETS.iterdir())

EMAIL = " Ada@Example.com"
KEY = identity_key(b"s" * 32)


def settings(base_url: str = "") -> Settings:
    return Settings(data=Path("unused"), base_url=base_url)


@pytest.mark.parametrize("name", FILES)
def test_the_docs_quote_it_as_it_is(name: str) -> None:
    assert f"\n{(SNIPPETS / name).read_text(encoding='utf-8').rstrip()}\n```" in DOCS


@pytest.mark.parametrize("name", FILES)
def test_it_names_this_server_and_no_example(name: str) -> None:
    tag = Tag(settings(base_url="https://leads.verger.fr"))
    assert "leads.example.com" not in snippet(name, tag)


def test_without_a_public_name_recipes_keep_the_example() -> None:
    assert "server_name leads.example.com;" in recipe("nginx.conf", settings())


def hashed(command: list[str]) -> str:
    environment = {**os.environ, "IDENTITY_KEY": KEY}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def sample(name: str) -> str:
    return (SNIPPETS / name).read_text(encoding="utf-8")


def test_python_makes_the_hash_the_server_expects() -> None:
    code = f"email = {EMAIL!r}\n{sample('identity.python.txt')}print(hash)"
    assert hashed([sys.executable, "-c", code]) == proof_of("ada@example.com", KEY)


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node here")
def test_node_makes_the_hash_the_server_expects() -> None:
    code = f"const email = {EMAIL!r}\n{sample('identity.node.js')}\nconsole.log(hash)"
    assert hashed(["node", "-e", code]) == proof_of("ada@example.com", KEY)


@needs_php
def test_php_makes_the_hash_the_server_expects() -> None:
    code = f"$email = {EMAIL!r};\n{sample('identity.php')}echo $hash;"
    assert hashed(["php", "-r", code]) == proof_of("ada@example.com", KEY)


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node here")
@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".html") and "<script>" in sample(name)])
def test_the_script_in_it_parses(name: str, tmp_path: Path) -> None:
    code = re.findall(r"<script>(.*?)</script>", sample(name), re.DOTALL)
    assert code
    file = tmp_path / "snippet.js"
    file.write_text("\n".join(code), encoding="utf-8")
    done = subprocess.run(["node", "--check", str(file)], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
