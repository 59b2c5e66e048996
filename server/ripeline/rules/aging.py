"""What time does to points: `decay` of a rule or a model, `inactive` and its `mode`, read."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

from ripeline.rules.mistakes import listed, nearest
from ripeline.rules.model import Decay
from ripeline.rules.tables import Table, described

Mode = Literal["while", "once"]

_DECAY: Final = 'decay = { half_life = "30d" }'
KINDS: Final = ("half_life", "linear", "expire")
_LINEAR: Final = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)\s*% per (\d{1,4}) ?([dw])")
MODES: Final = ("while", "once")
_HINTS: Final = {
    "days": f"it is written {_DECAY}",
    "expires": "it is called `expire`",
    "halving": "it is called `half_life`",
}


def read_decay(table: Table) -> Decay | None:
    """The `decay` of a rule or model; None when there is none, it is `false`, or it cannot be read."""
    if table.data.get("decay") is False:
        return None
    decay = table.table("decay", f"{_DECAY}, or false for none")
    if decay is None:
        return None
    decay.only(KINDS, hints=_HINTS)
    said = [kind for kind in KINDS if kind in decay]
    if len(said) > 1:
        decay.wrong(f"{listed(said)} both say how points fade: keep one", said[1])
    if not said:
        decay.lacking(f'how do points fade? {_DECAY}, linear = "50% per 30d" or expire = "90d"')
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
        asked = 'it must be "while" (gone when they come back) or "once" (stays)'
        table.wrong(f"`mode` is {described(value)}{near or ', ' + asked}", "mode")
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
    problem = f'`linear` is {described(value)}, it must be a share and its days: linear = "{_meant(value)}"'
    decay.wrong(f"{problem}{' (above 0% and at most 100%, above 0d and at most 3650d)' if found else ''}", "linear")
    return None


def _meant(value: Any) -> str:
    """The share and days that were probably meant ("50 % par mois de 30j"), else the example."""
    numbers = re.findall(r"\d+(?:[.,]\d+)?", value) if isinstance(value, str) else []
    if len(numbers) != 2 or not 0 < float(numbers[0].replace(",", ".")) <= 100 or not numbers[1].isdigit():
        return "50% per 30d"
    return f"{numbers[0].replace(',', '.')}% per {int(numbers[1]) or 30}d"
