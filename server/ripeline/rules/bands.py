"""The bands of a model and what hangs on them: hand-off, next steps, the score of coming again; its grades of fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ripeline.rules.mistakes import called, listed, nearest
from ripeline.rules.model import Band
from ripeline.rules.tables import Table, described
from ripeline.sentences import N_

#: Words that pages and scenarios use for what is no band.
RESERVED: Final = ("cold", "froid", "out of target", "out_of_target", "hors cible", "none")

#: The grade of who reaches none of the file's.
UNGRADED: Final = "D"

_BANDS: Final = "bands = { warm = 5, hot = { enter = 10, exit = 8 } }"


def read_bands(table: Table) -> tuple[Band, ...]:
    """The bands by `enter`, lowest first; those that cannot be read are noted and left out."""
    bands = table.table("bands", _BANDS)
    if bands is None or not bands.data:
        if "bands" not in table or bands is not None:
            problem = N_(
                "`bands` is missing: from how many points is somebody warm, or hot? %(example)s", example=_BANDS
            )
            table.mistakes.lacking((*table.path, "bands"), problem)
        return ()
    found = [band for name in bands.data if (band := _band(bands, name))]
    entered: dict[int, str] = {}
    for band in found:
        if band.enter in entered:
            names = {"one": band.name, "other": entered[band.enter]}
            bands.wrong(N_("`%(one)s` and `%(other)s` begin at the same score", **names), band.name)
        entered[band.enter] = band.name
    return tuple(sorted(found, key=lambda band: band.enter))


def _band(bands: Table, name: str) -> Band | None:
    if name.lower() in RESERVED or not name.strip():
        outside = N_("`%(name)s` cannot be a band: it is what pages say of a lead outside all bands", name=name)
        bands.wrong(outside, name)
        return None
    value = bands.data[name]
    if not isinstance(value, dict):
        enter = bands.thousandths(value, name)
        return None if enter is None else Band(name, enter, enter)
    table = Table(value, (*bands.path, name), bands.mistakes)
    table.only(("enter", "exit", "fit"), hints={"leave": called("exit")})
    enter, leave, fit = table.points("enter"), table.points("exit"), table.points("fit")
    if "enter" not in table:
        example = "{ enter = 10, exit = 8 }"
        table.lacking(N_("`enter` is missing: from which score on? %(example)s", example=example))
    if enter is None:
        return None
    if leave is not None and leave > enter:
        written = {"exit": value["exit"], "enter": value["enter"]}
        above = N_("`exit` is above `enter`: a lead leaves below %(exit)s, so %(enter)s or less", **written)
        table.wrong(above, "exit")
        leave = None
    return Band(name, enter, enter if leave is None else leave, fit)


def read_handoff(table: Table, bands: Sequence[str]) -> str | None:
    """The band that sends a lead to sales, None for "none"."""
    value = table.data["handoff"]
    if value in bands:
        return str(value)
    if value != "none":
        near = nearest(value, bands) if isinstance(value, str) else ""
        facts = {"found": described(value), "near": near or ";", "known": listed(bands)}
        problem = N_(
            '`handoff` is %(found)s, no band of this model%(near)s it must be one of %(known)s, or "none"', **facts
        )
        table.mistakes.lacking((*table.path, "handoff"), problem)
    return None


def read_next_steps(table: Table, bands: Sequence[str]) -> dict[str, str]:
    """Band → what to do with somebody in it."""
    steps = table.table("next", 'next = { hot = "Call within a day" }')
    if steps is None:
        return {}
    for band in steps.data:
        if band not in (*bands, "cold"):
            problem = N_("no band `%(band)s`%(near)s", band=band, near=nearest(band, bands))
            table.mistakes.lacking((*steps.path, band), problem)
    texts = {band: steps.text(band, "Call within a day") for band in steps.data}
    return {band: text for band, text in texts.items() if text}


def read_grades(table: Table) -> tuple[tuple[str, int], ...]:
    """Grades of fit as (name, from thousandths), highest first."""
    grades = table.table("grades", "grades = { A = 20, B = 10, C = 0 }")
    if grades is None:
        return ()
    if not grades.data:
        grades.wrong(N_("an empty { } names no grade: %(example)s", example="grades = { A = 20, B = 10, C = 0 }"))
    if UNGRADED in grades:
        grades.wrong(N_("`%(name)s` is what lies below the lowest grade: leave it out", name=UNGRADED), UNGRADED)
    found = [(name, points) for name in grades.data if (points := grades.points(name)) is not None]
    begins: dict[int, str] = {}
    for name, points in found:
        if points in begins:
            names = {"one": name, "other": begins[points]}
            grades.wrong(N_("`%(one)s` and `%(other)s` begin at the same fit", **names), name)
        begins[points] = name
    return tuple(sorted(found, key=lambda grade: -grade[1]))
