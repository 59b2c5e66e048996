"""The figures of `make scale`: each told at once as a JSON line, and all of them as a table at the end."""

from __future__ import annotations

import json
from dataclasses import dataclass, field


@dataclass(slots=True)
class Figures:
    """What was measured; a figure without a mark only says."""

    rows: list[tuple[str, str, str, str]] = field(default_factory=list)

    def tell(
        self, figure: str, value: float, mark: float | None = None, *, at_least: bool = False, **beside: float
    ) -> None:
        """`mark`: at most so much, or `at_least`; what is `beside` stands in the JSON alone."""
        met = None if mark is None else value >= mark if at_least else value <= mark
        said: dict[str, object] = {"figure": figure, "value": round(value, 2)}
        said |= {name: round(each, 2) for name, each in beside.items()}
        print(json.dumps(said if mark is None else said | {"mark": mark, "met": met}), flush=True)
        limit = "" if mark is None else f"{'≥' if at_least else '≤'} {mark:g}"
        self.rows.append(
            (figure, f"{value:,.1f}".replace(",", " "), limit, {None: "", True: "met", False: "MISSED"}[met])
        )

    def table(self) -> str:
        wide = max((len(figure) for figure, *_ in self.rows), default=0)
        return "\n".join(f"{figure:{wide}}  {value:>12}  {limit:>10}  {met}" for figure, value, limit, met in self.rows)
