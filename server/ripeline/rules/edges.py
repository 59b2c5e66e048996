"""Where a band begins, rewritten in the text of a rule file with everything else left as it is."""

from __future__ import annotations

from ripeline.errors import NotFound
from ripeline.rules.model import Band
from ripeline.rules.reading import read_rules
from ripeline.rules.rewriting import has_number, with_number
from ripeline.sentences import N_


def with_edge(text: str, model: str, band: str, enter: int) -> str:
    """The file with a band beginning at `enter` (thousandths); where it says when the band is left, that moves along.

    Raises InvalidRules when the file is not right, or would not be so; NotFound when there is no such band.
    """
    found, path = _band(text, model, band), ("models", model, "bands", band)
    if has_number(text, path):
        changed = with_number(text, path, enter)
    else:
        changed = with_number(text, (*path, "enter"), enter)
        if has_number(text, (*path, "exit")):
            changed = with_number(changed, (*path, "exit"), found.leave + enter - found.enter)
    read_rules(changed)
    return changed


def _band(text: str, model: str, band: str) -> Band:
    bands = [each for one in read_rules(text).models if one.id == model for each in one.bands if each.name == band]
    if not bands:
        raise NotFound(N_("band"), f"{model}.{band}")
    return bands[0]
