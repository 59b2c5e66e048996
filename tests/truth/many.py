"""Nine thousand leads written straight into a database, with their events, ledgers and outcomes."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any, Final

from tests.store.white_papers import open_database

from ripeline.rules.model import Ruleset
from ripeline.rules.reading import read_rules
from ripeline.store.database import Connection

NOW: Final = 1_800_000_000_000
DAY: Final = 86_400_000
LEADS: Final = 9_000
HALF_LIFE_DAYS: Final = 30

PAGES: Final = (
    "/",
    "/pricing",
    "/blog/1",
    "/blog/2",
    "/customers",
    "/contact",
    "/jobs",
    "/docs",
    "/features",
    "/about",
)
POINTS: Final = {"r0": 1_000, "r1": 2_000, "r2": 5_000, "r3": 10_000, "r4": -3_000}

DECAYING: Final = read_rules(f"""
[models.offer]
bands = {{ warm = 5, hot = 12 }}
decay = {{ half_life = "{HALF_LIFE_DAYS}d" }}
[models.offer.rules]
r0 = {{ on = "page", where.path = "/blog*", points = 1 }}
r1 = {{ on = "page", where.path = "/customers", points = 2 }}
r2 = {{ on = "page", where.path = "/pricing", points = 5 }}
r3 = {{ on = "form", points = 10 }}
r4 = {{ on = "page", where.path = "/jobs", points = -3, decay = false }}
""")
PLAIN: Final = read_rules(DECAYING.text.replace(f'decay = {{ half_life = "{HALF_LIFE_DAYS}d" }}\n', "")
                          .replace(", decay = false", ""))  # fmt: skip


def fill(path: Path, ruleset: Ruleset, leads: int = LEADS, seed: int = 7) -> Connection:
    """A migrated database file with so many leads in it, about a twelfth of whom bought."""
    conn, rng = open_database(path), Random(seed)
    conn.execute("BEGIN IMMEDIATE")
    number = _texts(
        conn, ["offer", "page", "form", "contact", *POINTS, *(f"https://s.example{page}" for page in PAGES)]
    )
    for lead in range(1, leads + 1):
        _lead(conn, rng, lead, number)
    conn.execute("COMMIT")
    conn.execute("ANALYZE")
    return conn


def _texts(conn: Connection, texts: list[str]) -> dict[str, int]:
    made = {text: id for id, text in enumerate(texts, 1_000)}
    conn.executemany("INSERT INTO texts (text, id) VALUES (?, ?)", list(made.items()))
    return made


def _lead(conn: Connection, rng: Random, lead: int, number: dict[str, int]) -> None:
    begun = NOW - rng.randrange(1, 200 * 24) * DAY // 24
    moments = sorted(begun + rng.randrange(min(60 * DAY, NOW - begun)) for _ in range(rng.randrange(3, 18)))
    conn.execute(
        "INSERT INTO leads (id, email, created_at, first_seen, last_seen, reachable) VALUES (?, ?, ?, ?, ?, 1)",
        (lead, f"p{lead}@example.com", begun, begun, moments[-1]),
    )
    conn.execute("INSERT INTO visitors (id, key) VALUES (?, ?)", (lead, f"v{lead}"))
    conn.execute("INSERT INTO epochs VALUES (?, ?, 0, '', ?)", (lead, -(2**62), lead))
    best = score = 0
    lines: list[tuple[Any, ...]] = []
    for n, at in enumerate(moments):
        page, rule = rng.choice(PAGES), rng.choice(list(POINTS))
        conn.execute(
            "INSERT INTO events (site_id, event_id, visitor_id, kind_id, at, received_at, url_id, verified)"
            " VALUES (1, ?, ?, ?, ?, ?, ?, 0)",
            (f"{lead}-{n}", lead, number["page"], at, at, number[f"https://s.example{page}"]),
        )
        capped = rng.random() < 0.1
        points = 0 if capped else POINTS[rule]
        score += points
        best = max(best, score)
        lines.append((lead, n, number["offer"], number[rule], n, at, points, "capped" if capped else None))
    conn.executemany("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?)", lines)
    _end(conn, rng, lead, (best, moments[len(moments) // 2 :], number["offer"]))


def _end(conn: Connection, rng: Random, lead: int, known: tuple[int, list[int], int]) -> None:
    best, late, model = known
    if best >= 12_000:
        conn.execute(
            "INSERT INTO crossings (lead_id, n, model_id, band, entered, event_seq, at)"
            " VALUES (?, 0, ?, 'hot', 1, 0, ?)",
            (lead, model, late[0]),
        )
        if rng.random() < 0.3:
            word = rng.choice(("too_early", "right_time", "too_late", "off_target"))
            conn.execute(
                "INSERT INTO verdicts (lead_id, model, verdict, note, author, at, score, band, rules_hash, sums)"
                " VALUES (?, 'offer', ?, '', 'a', ?, ?, 'hot', 'h', '{}')",
                (lead, word, late[-1], best),
            )
    chance = rng.random()
    if chance < 0.04 + 0.1 * (best >= 12_000) or chance > 0.9:
        conn.execute(
            "INSERT INTO outcomes (lead_id, outcome, at, author, made_at) VALUES (?, ?, ?, 'a', ?)",
            (lead, "won" if chance < 0.5 else "lost", rng.choice(late), NOW),
        )
