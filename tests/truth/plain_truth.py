"""The figures of the Truth page once more, by plain counting over the tables; nothing of ours is used."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from typing import Any

DAY = 86_400_000


class Plain:
    """One model's leads that can be called, as dictionaries, with everything cut off at their first outcome."""

    def __init__(self, file: str, model: str, now: int) -> None:
        self.now = now
        self.conn = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        self.leads: dict[int, dict[str, Any]] = {}
        for id, first, last in self.rows(
            "SELECT id, first_seen, last_seen FROM leads WHERE reachable = 1 AND merged_into IS NULL"
        ):
            self.leads[id] = {"first": first, "last": last, "until": now, "end": None, "lines": [], "verdict": None}
        for lead, outcome, at in self.rows(
            "SELECT lead_id, outcome, at FROM outcomes WHERE lifted_at IS NULL AND (model IS NULL OR model = ?)"
            " ORDER BY at, id",
            model,
        ):
            if lead in self.leads:
                one = self.leads[lead]
                one["until"] = at if one["end"] is None else one["until"]
                one["end"] = outcome
        for lead, at, rule, points, reason in self.rows(
            "SELECT l.lead_id, l.at, r.text, l.points, l.reason FROM ledger l JOIN texts r ON r.id = l.rule_id"
            " JOIN texts m ON m.id = l.model_id WHERE m.text = ? ORDER BY l.lead_id, l.n",
            model,
        ):
            if lead in self.leads and at <= self.leads[lead]["until"]:
                self.leads[lead]["lines"].append((at, rule, points, reason))
        for lead, verdict, score in self.rows(
            "SELECT lead_id, verdict, score FROM verdicts WHERE lifted_at IS NULL AND model = ? ORDER BY id", model
        ):
            if lead in self.leads:
                self.leads[lead]["verdict"] = (verdict, score)

    def rows(self, sql: str, *bound: Any) -> list[Any]:
        return self.conn.execute(sql, bound).fetchall()

    def score(self, lead: int) -> int:
        return sum(points for _, _, points, _ in self.leads[lead]["lines"])

    def peak(self, lead: int) -> int:
        total = best = 0
        for _, _, points, _ in self.leads[lead]["lines"]:
            total += points
            best = max(best, total)
        return best

    def reached_at(self, lead: int, score: int) -> int | None:
        total = 0
        for at, _, points, _ in self.leads[lead]["lines"]:
            total += points
            if total >= score:
                return int(at)
        return None

    def settled(self) -> list[int]:
        return [id for id, one in self.leads.items() if one["end"] or one["last"] < self.now - 30 * DAY]

    def won(self, leads: Any) -> int:
        return sum(self.leads[id]["end"] == "won" for id in leads)

    def having(self, rule: str) -> list[int]:
        return [
            id for id in self.settled() if any(r == rule and why is None for _, r, _, why in self.leads[id]["lines"])
        ]

    def given(self) -> dict[str, int]:
        found: dict[str, int] = defaultdict(int)
        for id in self.leads:
            sums: dict[str, int] = defaultdict(int)
            for _, rule, points, _ in self.leads[id]["lines"]:
                sums[rule] += points
            for rule, points in sums.items():
                found[rule] += max(points, 0)
        return found


def plain_wilson(part: int, whole: int, z: float) -> tuple[float, float]:
    """By solving (p - rate)^2 = z^2 p (1 - p) / n for p, as Wilson did."""
    rate = part / whole
    a, b, c = 1 + z * z / whole, -(2 * rate + z * z / whole), rate * rate
    root = (b * b - 4 * a * c) ** 0.5
    return (-b - root) / (2 * a), (-b + root) / (2 * a)
