"""For all tests."""

from __future__ import annotations

from hypothesis import settings

# No test is about time: a busy machine must not make one fail.
settings.register_profile("untimed", settings.get_profile(settings.get_current_profile_name()), deadline=None)
settings.load_profile("untimed")
