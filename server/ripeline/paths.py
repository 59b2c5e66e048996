"""The only place that knows where our own assets live: in a checkout, or bundled inside the wheel."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
BUNDLED = PACKAGE / "_bundled"
ROOT = BUNDLED if BUNDLED.is_dir() else PACKAGE.parent.parent

TEMPLATES = ROOT / "admin" / "templates"
STATIC = ROOT / "admin" / "static"
LOCALE = ROOT / "admin" / "locale"
SHOP = ROOT / "admin" / "shop"
SNIPPETS = ROOT / "admin" / "snippets"
TRACKER = ROOT / "tracker" / "dist" / "t.js"
CORNER = ROOT / "tracker" / "dist" / "corner.js"
EXAMPLE_RULES = ROOT / "rules.toml"
EXAMPLE_RULES_FR = ROOT / "admin" / "locale" / "fr" / "rules.toml"
API_WORDS = ROOT / "docs" / "api.md"
CHANNELS = PACKAGE / "lists" / "channels.toml"
SPAM = PACKAGE / "lists" / "spam.txt"
