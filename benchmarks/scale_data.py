"""A data folder with a million leads and twenty million events, as a server would have made it in a year: in minutes.

`python -m benchmarks.scale_data FOLDER [--leads N] [--events N]`: a few thousand lives are lived through the product's
own log and fold (`scale_first`), then copied (`scale_copies`). A person and a program may come in: see `KEY`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from benchmarks.scale_copies import copy_all
from benchmarks.scale_first import live
from ripeline.auth.secrets import hash_of
from ripeline.auth.tokens import create_token
from ripeline.commands.progress import Progress
from ripeline.paths import EXAMPLE_RULES
from ripeline.rules.reading import load_rules
from ripeline.settings import Settings
from ripeline.store.database import Connection, Database, transaction
from ripeline.store.opening import open_data
from ripeline.store.people import User, add_login, add_user
from ripeline.store.upgrading import create_schema

#: What the owner's browser says in its cookie.
KEY: Final = "the key of a benchmark"
_OWNER: Final = "owner@example.com"
_DAY: Final = 86_400_000
#: So many lives at most are lived; all others are copies of them.
_LIVED: Final = 5_000


def build(folder: Path, leads: int, events: int, most: int = _LIVED) -> None:
    """The folder must be new; at most so many lives are lived, the others are copies."""
    settings, now = Settings(data=folder), int(time.time() * 1000)
    lived = next(number for number in range(min(most, leads), 0, -1) if leads % number == 0)
    open_data(settings, now).close()
    with tempfile.TemporaryDirectory(dir=folder) as aside:
        first = Path(aside) / "first.db"
        with closing(Database(first).writer()) as conn:
            conn.execute("PRAGMA synchronous = OFF")
            create_schema(conn)
            progress = Progress("Events lived")
            live(conn, load_rules(EXAMPLE_RULES), (lived, events * lived // leads), now, progress)
            progress.done()
        with closing(Database(settings.database_file).writer()) as conn:
            _hurry(conn)
            conn.execute("ATTACH ? AS first", (str(first),))
            progress = Progress("Rows copied")
            copy_all(conn, leads // lived, progress)
            progress.done()
            _let_in(conn, now)
            conn.execute("DETACH first")
    with closing(Database(settings.database_file).writer()) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _hurry(conn: Connection) -> None:
    """Whoever builds it can build it again."""
    conn.execute("PRAGMA journal_mode = OFF").fetchall()
    for pragma in ("synchronous = OFF", "foreign_keys = OFF", "secure_delete = OFF", "cache_size = -600000"):
        conn.execute(f"PRAGMA {pragma}").fetchall()


def _let_in(conn: Connection, now: int) -> None:
    with transaction(conn):
        id = add_user(conn, User(0, _OWNER, "", "owner", "", None, None), now)
        add_login(conn, hash_of(KEY), id, now, now + 30 * _DAY)


def token_of(folder: Path) -> str:
    """A new token that may read."""
    with closing(Database(Settings(data=folder).database_file).writer()) as conn, transaction(conn):
        return create_token(conn, f"scale {time.time()}", frozenset({"read"}), int(time.time() * 1000))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=20_000_000)
    options = parser.parse_args()
    begin = time.perf_counter()
    build(options.folder, options.leads, options.events)
    print(f"{options.folder}: built in {time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
