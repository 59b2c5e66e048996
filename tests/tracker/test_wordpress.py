"""The WordPress plugin: PHP that parses, a tag for visitors, consent through the WP Consent API, nobody who edits."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ripeline.paths import ROOT, SNIPPETS

PLUGIN = ROOT / "tracker" / "wordpress" / "ripeline.php"
README = PLUGIN.with_name("readme.txt")
AS_WORDPRESS = Path(__file__).with_name("wordpress.php")

SERVER = {"server": "https://leads.example.com"}
OWNER = {"signed_in": True, "rights": ["manage_options", "edit_posts"]}

needs_php = pytest.mark.skipif(shutil.which("php") is None, reason="no PHP here (Debian: php-cli)")


def run(**case: Any) -> dict[str, Any]:
    """What the plugin does on such a site."""
    command = ["php", str(AS_WORDPRESS), str(PLUGIN), json.dumps(case)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stdout + done.stderr
    heard: dict[str, Any] = json.loads(done.stdout)
    return heard


@needs_php
def test_the_php_parses() -> None:
    done = subprocess.run(["php", "-l", str(PLUGIN)], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stdout


@needs_php
def test_visitors_get_the_tag_which_waits_for_consent() -> None:
    heard = run(option=SERVER)
    assert heard["scripts"]["ripeline"] == ["https://leads.example.com/t.js", None, {"strategy": "async"}]
    assert "wp_has_consent('marketing')" in heard["inline"]["ripeline-consent"]


@needs_php
def test_a_banner_that_holds_the_script_back_has_asked_already() -> None:
    heard = run(option=SERVER | {"consent": "granted", "site": "k e"})
    assert heard["scripts"]["ripeline"][0] == "https://leads.example.com/t.js?s=k%20e&consent=granted"
    assert heard["inline"] == []


@needs_php
def test_another_path_of_the_script_may_be_given_whole() -> None:
    address = "https://leads.example.com/a.js?api=https://leads.example.com/in"
    assert run(option={"server": address})["scripts"]["ripeline"][0] == address


@needs_php
@pytest.mark.parametrize(("rights", "is_counted"), [(["edit_posts"], False), (["read"], True)])
def test_who_may_edit_is_left_out_and_customers_are_not(rights: list[str], is_counted: bool) -> None:
    heard = run(option=SERVER, signed_in=True, rights=rights)
    assert bool(heard["scripts"]) == is_counted


@needs_php
def test_without_a_server_nothing_is_put_in() -> None:
    assert run()["scripts"] == []


@needs_php
def test_what_is_no_web_address_is_not_kept() -> None:
    heard = run(submitted={"server": "javascript:alert(1)", "site": "<b>key</b>", "consent": "maybe", "more": 1})
    assert heard["kept"] == {"server": "", "site": "key", "consent": "required"}
    assert heard["errors"]
    assert run(submitted={"server": " https://leads.example.com/ "})["kept"]["server"] == "https://leads.example.com"
    assert run(submitted="x")["kept"]["server"] == ""


@needs_php
def test_the_page_is_the_administrators_and_escapes_what_it_shows() -> None:
    assert run(option=SERVER)["html"] == ""
    heard = run(option={"server": 'https://x"><script>', "site": "'>"}, **OWNER)
    assert heard["page"][0] == "manage_options"
    assert "nonce of ripeline" in heard["html"]
    assert "<script>" not in heard["html"]
    assert "'>" not in heard["html"]


def test_it_hears_consent_as_the_snippet_does() -> None:
    """Which is tried in a browser."""
    plugin = PLUGIN.read_text(encoding="utf-8")
    for line in ("window.wp_consent_type || window.wp_fallback_consent_type", "wp_listen_for_consent_change"):
        assert line in plugin
        assert line in (SNIPPETS / "wordpress.html").read_text(encoding="utf-8")
    assert "'wp_consent_api_registered_'" in plugin


def test_every_text_of_the_plugin_can_be_translated() -> None:
    plugin = PLUGIN.read_text(encoding="utf-8")
    calls = re.findall(r"(?:__|esc_html_e|esc_html__)\( '[^']+', '(\w+)' \)", plugin)
    assert len(calls) >= 10
    assert set(calls) == {"ripeline"}


def test_the_readme_and_the_plugin_name_one_version() -> None:
    version = re.search(r"Version:\s+(\S+)", PLUGIN.read_text(encoding="utf-8"))
    assert version
    assert f"Stable tag: {version[1]}" in README.read_text(encoding="utf-8")
