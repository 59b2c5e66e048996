"""The ripeness ring: how full, which notch, which of the fruit's colours."""

from __future__ import annotations

import pytest
from tests.store.white_papers import RULES

from ripeline.pages.rings import Ring, ring, tone_of

VERTICAL = RULES.model("vertical")
NEVER = RULES.model("other")


@pytest.mark.parametrize(("band", "tone"), [("cold", "leaf"), ("warm", "straw"), ("hot", "plum")])
def test_the_band_colours_the_ring(band: str, tone: str) -> None:
    assert tone_of(VERTICAL, band) == tone


def test_where_nobody_is_handed_over_the_highest_band_is_ripe() -> None:
    assert tone_of(NEVER, "warm") == "plum"


def test_a_band_that_is_gone_from_the_rules_is_cold() -> None:
    assert (tone_of(VERTICAL, "boiling"), tone_of(None, "hot")) == ("leaf", "leaf")


@pytest.mark.parametrize(
    ("ripeness", "fill"), [(-0.5, 0.0), (0.0, 0.0), (0.4, 0.4), (1.0, 1.0), (3.1, 1.0), (None, None)]
)
def test_the_ring_fills_from_hollow_to_full(ripeness: float | None, fill: float | None) -> None:
    assert ring(VERTICAL, "warm", (ripeness, None)).fill == fill


def test_a_notch_beyond_the_ring_is_not_drawn() -> None:
    assert ring(VERTICAL, "hot", (1.0, 1.5)).notch is None
    assert ring(VERTICAL, "warm", (0.5, 1.0)).notch == 1.0


def test_who_is_out_of_target_is_never_shown_ripe() -> None:
    assert ring(VERTICAL, "hot", (2.0, None), out=True) == Ring(1.0, None, "out")
