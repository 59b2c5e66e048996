"""The ripeness ring of one reading: how full, where the notch, in which of the fruit's colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from ripeline.rules.model import Model, Ruleset

Tone = Literal["leaf", "straw", "plum", "out"]


@dataclass(frozen=True, slots=True)
class Ring:
    """`fill` 0..1 (None: the model never hands over); `notch` 0..1 where the next band begins, None for no notch."""

    fill: float | None
    notch: float | None
    tone: Tone


class Reading(Protocol):
    """What of a lead's reading a ring shows."""

    @property
    def band(self) -> str: ...
    @property
    def ripeness(self) -> float | None: ...
    @property
    def notch(self) -> float | None: ...
    @property
    def out_of_target(self) -> bool: ...


def ring_of(model: Model, reading: Reading) -> Ring:
    """The ring of one reading in its model."""
    return ring(model, reading.band, (reading.ripeness, reading.notch), reading.out_of_target)


def ring(model: Model | None, band: str, place: tuple[float | None, float | None], out: bool = False) -> Ring:
    """The ring of a lead in `band`; `place` is (ripeness, notch); `model` None: no longer in the rules."""
    ripeness, notch = place
    fill = None if ripeness is None else min(max(ripeness, 0.0), 1.0)
    return Ring(fill, notch if notch is not None and 0 < notch <= 1 else None, "out" if out else tone_of(model, band))


def tone_of(model: Model | None, band: str) -> Tone:
    """Leaf below all bands, plum from the hand-off band up (the highest where none hands over), straw between."""
    names = [each.name for each in model.bands] if model else []
    if band not in names:
        return "leaf"
    goal = names.index(model.handoff) if model and model.handoff in names else len(names) - 1
    return "plum" if names.index(band) >= goal else "straw"


def model_named(ruleset: Ruleset, id: str) -> Model | None:
    """The model of that id, None when the rules no longer have it."""
    return next((model for model in ruleset.models if model.id == id), None)
