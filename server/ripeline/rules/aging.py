"""What time does to points: `decay` of a rule or a model, `inactive` and its `mode`, read."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

from ripeline.rules.mistakes import called, listed, nearest
from ripeline.rules.model import Decay
from ripeline.rules.tables import Table, near_or_asked, not_as_asked
from ripeline.sentences import N_

Mode = Literal["while", "once"]

_DECAY: Final = 'decay = { half_life = "30d" }'
KINDS: Final = ("half_life", "linear", "expire")
_LINEAR: Final = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)\s*% per (\d{1,4}) ?([dw])")
MODES: Final = ("while", "once")
_HINTS: Final = {
    "days": N_("it is written %(example)s", example=_DECAY),
    "expires": called("expire"),
    "halving": called("half_life"),
}


def read_decay(table: Table) -> Decay | None:
    """The `decay` of a rule or model; None when there is none, it is `false`, or it cannot be read."""
    if table.data.get("decay") is False:
        return None
    decay = table.table("decay", N_("%(example)s, or false for none", example=_DECAY))
    if decay is None:
        return None
    decay.only(KINDS, hints=_HINTS)
    said = [kind for kind in KINDS if kind in decay]
    if len(said) > 1:
        decay.wrong(N_("%(keys)s both say how points fade: keep one", keys=listed(said)), said[1])
    if not said:
        others = {"first": _DECAY, "second": 'linear = "50% per 30d"', "third": 'expire = "90d"'}
        decay.lacking(N_("how do points fade? %(first)s, %(second)s or %(third)s", **others))
        return None
    return _linear(decay) if said[0] == "linear" else _of_days(decay, said[0])


def read_inactive(table: Table) -> int | None:
    """Whole days of silence, None when the rule is not about silence."""
    return table.days("inactive", "30d")


def read_mode(table: Table) -> Mode:
    """`while` unless the file says `once`."""
    value = table.data.get("mode", "while")
    if value not in MODES:
        near = nearest(value, MODES) if isinstance(value, str) else ""
        asked = N_('"while" (gone when they come back) or "once" (stays)')
        table.wrong(near_or_asked("mode", value, near, asked), "mode")
    return "once" if value == "once" else "while"


def _of_days(decay: Table, kind: str) -> Decay | None:
    days = decay.days(kind, "90d" if kind == "expire" else "30d")
    return Decay("expire" if kind == "expire" else "half_life", days) if days else None


def _linear(decay: Table) -> Decay | None:
    value = decay.data["linear"]
    found = _LINEAR.fullmatch(value.strip()) if isinstance(value, str) else None
    share = float(found[1]) if found else 0.0
    days = int(found[2]) * (7 if found[3] == "w" else 1) if found else 0
    if 0 < share <= 100 and 0 < days <= 3650:
        return Decay("linear", days, share / 100)
    asked = N_("a share and its days: %(example)s", example=f'linear = "{_meant(value)}"')
    problem = not_as_asked("linear", value, asked)
    bounds = N_("%(problem)s (above 0%% and at most 100%%, above 0d and at most 3650d)", problem=problem)
    decay.wrong(bounds if found else problem, "linear")
    return None


def _meant(value: Any) -> str:
    """The share and days that were probably meant ("50 % par mois de 30j"), else the example."""
    numbers = re.findall(r"\d+(?:[.,]\d+)?", value) if isinstance(value, str) else []
    if len(numbers) != 2 or not 0 < float(numbers[0].replace(",", ".")) <= 100 or not numbers[1].isdigit():
        return "50% per 30d"
    return f"{numbers[0].replace(',', '.')}% per {int(numbers[1]) or 30}d"
