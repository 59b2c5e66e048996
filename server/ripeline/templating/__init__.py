"""What people see, rendered: templates, languages, and how each language writes numbers and times."""

from __future__ import annotations

from ripeline.templating.environment import render
from ripeline.templating.languages import Asked, Locale, asked_locale, locale_of, remember_wish

__all__ = ["Asked", "Locale", "asked_locale", "locale_of", "remember_wish", "render"]
