"""What people see, rendered: templates, languages, and how each language writes numbers and times."""

from __future__ import annotations

from ripeline.templating.environment import render
from ripeline.templating.languages import COOKIE, LOCALES, Asked, Locale, asked_locale, known_locale, locale_of

__all__ = ["COOKIE", "LOCALES", "Asked", "Locale", "asked_locale", "known_locale", "locale_of", "render"]
