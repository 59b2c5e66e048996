"""A data folder that came to harm: never a silent new database, but a sentence whose advice works to the letter."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Final

import pytest
from starlette.testclient import TestClient
from tests.faults.house import SEED, Record, Server, chance, lost_nothing, many, tell
from tests.faults.senders import sending

from ripeline.app import create_app
from ripeline.errors import DataProblem
from ripeline.settings import Settings
from ripeline.store.copies import copy_before
from ripeline.store.database import Database, open_file

#: What belongs to the database alone.
DATABASE: Final = ("ripeline.db", "ripeline.db-wal", "ripeline.db-shm")
Harm = Callable[[Path, Random], None]


def flipped(folder: Path, luck: Random) -> None:
    """As a dying disk does it, all over the file."""
    file = folder / "ripeline.db"
    whole = bytearray(file.read_bytes())
    for at in range(luck.randrange(100, 164), len(whole), 64):
        whole[at] ^= luck.randrange(1, 256)
    file.write_bytes(whole)
    (folder / "ripeline.db-wal").unlink()
    (folder / "ripeline.db-shm").unlink()


def cut_short(folder: Path, luck: Random) -> None:
    file = folder / "ripeline.db"
    with closing(Database(file).writer()) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    whole = file.read_bytes()
    file.write_bytes(whole[: luck.randrange(100, len(whole))])


def emptied(folder: Path, _: Random) -> None:
    (folder / "ripeline.db").write_bytes(b"")


def gone(folder: Path, _: Random) -> None:
    for name in DATABASE:
        (folder / name).unlink()


def gone_without_its_log(folder: Path, _: Random) -> None:
    (folder / "ripeline.db").unlink()


def without_its_log(folder: Path, _: Random) -> None:
    (folder / "ripeline.db-wal").unlink()


def anything_else(folder: Path, luck: Random) -> None:
    (folder / "ripeline.db").write_bytes(luck.randbytes(luck.randrange(1, 100_000)))


def of_another_program(folder: Path, _: Random) -> None:
    gone(folder, _)
    with closing(open_file(folder / "ripeline.db")) as conn:
        conn.execute("CREATE TABLE notes (text TEXT)")


HARMS: Final[dict[Harm, str]] = {
    flipped: "is damaged (",
    cut_short: "is damaged (its end is missing)",
    emptied: "is empty",
    gone: "is missing, but secret shows that this folder was in use",
    gone_without_its_log: "is missing, but secret shows that this folder was in use",
    without_its_log: "was in use when its newest part, ripeline.db-wal, was taken away",
    anything_else: "is not a SQLite database",
    of_another_program: "was not made by Ripeline",
}


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A folder whose server was killed under load, its newest part in the log file; ids in its backup and its copy."""
    folder = tmp_path_factory.mktemp("killed")
    with Server(folder / "data").start() as server:
        with sending(server.port, 2, chance("data to damage")) as senders:
            senders.wait_for(100)
        server.settle()
        done = list(senders.acknowledged)
        save = [sys.executable, "-m", "ripeline", "backup", str(folder / "backup.zip"), "--data", str(server.data)]
        subprocess.run(save, check=True, capture_output=True)
        copy_before(Database(server.file), "harm", 1_795_284_000_000)
        with sending(server.port, 2, chance("data in the log file")) as senders:
            senders.wait_for(20)
        server.kill()
    return folder, done


def harmed(killed: tuple[Path, list[str]], to: Path, harm: Harm, luck: Random) -> Server:
    folder, _ = killed
    shutil.copytree(folder / "data", to / "data")
    harm(to / "data", luck)
    return Server(to / "data", rules="")


def sentence_of(server: Server) -> str:
    """What it says when it refuses to start: one line, and it ends with 1."""
    server.launch()
    assert server.process is not None
    assert server.process.wait(20) == 1, server.tail()
    (said,) = server.said.read_text("utf-8").splitlines()
    return said


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name in (*DATABASE, "secret")}


def restore_as_told(sentence: str, folder: Path, backup: Path) -> None:
    (command,) = re.findall(r"`(ripeline restore FILE --data [^`]+)`", sentence)
    words = [str(backup) if word == "FILE" else word for word in shlex.split(command)]
    assert words[-1] == str(folder)
    subprocess.run([sys.executable, "-m", *words], check=True, capture_output=True)


def copy_as_told(sentence: str, folder: Path, _: Path) -> None:
    said = r"copy the newest copy here, (\S+), to (\S+), remove (\S+) and (\S+) if they are there"
    ((copy, to, *gone),) = re.findall(said, sentence)
    assert Path(to) == folder / "ripeline.db"
    shutil.copy(copy, to)
    for name in gone:
        (folder / name).unlink(missing_ok=True)


@pytest.mark.row
@pytest.mark.parametrize("harm", list(HARMS)[: many(1, len(HARMS))], ids=lambda harm: str(harm.__name__))
def test_a_damaged_database_is_refused_with_a_way_back_that_works(
    killed: tuple[Path, list[str]], tmp_path: Path, harm: Harm, record_property: Record
) -> None:
    luck = chance(harm.__name__)
    place = list(HARMS).index(harm)
    ways = (restore_as_told, copy_as_told)
    for way in ways[: many(1, 2)] if harm is flipped else [ways[place % 2]]:
        with harmed(killed, tmp_path / way.__name__, harm, luck) as server:
            before = contents(server.data)
            sentence = sentence_of(server)
            assert HARMS[harm] in sentence
            assert before.items() <= contents(server.data).items(), "nothing was changed"
            assert "ripeline.db" in before or not server.file.exists(), "no silent new database"
            if harm is of_another_program:
                assert "start again" not in sentence, "it may be somebody's work"
                return
            way(sentence, server.data, killed[0] / "backup.zip")
            server.start()
            server.settle()
            figures = lost_nothing(server, killed[1])
            assert server.ask("/readyz")[1].count(b"is gone") <= 1
    tell(record_property, **figures)


@pytest.mark.row
def test_any_flipped_bit_is_refused_in_a_sentence_or_does_no_harm_to_the_rest(
    killed: tuple[Path, list[str]], tmp_path: Path, record_property: Record
) -> None:
    """A flip within somebody's text cannot be seen; whatever is seen is said, and there is never a new database."""
    luck, refused, told, rounds = chance("flipped bits"), 0, 0, many(10, 300)
    shutil.copytree(killed[0] / "data", tmp_path / "data", ignore=shutil.ignore_patterns("copies"))
    settings = Settings(data=tmp_path / "data", rate_limit=None)
    with closing(Database(settings.database_file).writer()) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        ((stored,),) = conn.execute("SELECT count(*) FROM events").fetchall()
    whole = settings.database_file.read_bytes()
    for round in range(rounds):
        harm = bytearray(whole)
        # Half of them where the file says what is where.
        for _ in range(luck.choice((1, 1, 5))):
            harm[luck.randrange(len(harm) if round % 2 else 40_000)] ^= 1 << luck.randrange(8)
        settings.database_file.write_bytes(harm)
        try:
            with TestClient(create_app(settings)) as client:
                assert client.get("/readyz").json()["status"], f"round {round}, seed {SEED}"
                with Database(settings.database_file).read() as conn:
                    assert conn.execute("SELECT count(*) FROM events").fetchone() == (stored,)
        except DataProblem as refusal:
            refused += "\n" not in str(refusal)
            told += 1
    assert refused == told, SEED
    tell(record_property, rounds=rounds, refused=refused, unseen=rounds - refused)


@pytest.mark.fault
def test_a_secret_that_is_gone_or_cut_short_is_said_and_can_be_put_back(
    killed: tuple[Path, list[str]], tmp_path: Path, record_property: Record
) -> None:
    for number, left in enumerate((None, b"", b"half of i")):
        folder = tmp_path / str(number)
        shutil.copytree(killed[0] / "data", folder)
        old = (folder / "secret").read_bytes()
        (folder / "secret").unlink()
        if left is not None:
            (folder / "secret").write_bytes(left)
        with Server(folder, rules="").start() as server:
            assert f"was {'missing' if left is None or not left else 'damaged'}; with a new one" in server.tail()
            assert b"cookies and links signed before no longer hold" in server.ask("/readyz")[1]
            server.stop()
            (folder / "secret").write_bytes(old)
            server.start()
            assert b"no longer hold" not in server.ask("/readyz")[1]
            figures = lost_nothing(server, killed[1])
    tell(record_property, times=number + 1, **figures)


@pytest.mark.fault
def test_a_killed_server_whose_log_file_was_taken_away_whole_says_what_that_means(
    killed: tuple[Path, list[str]], tmp_path: Path, record_property: Record
) -> None:
    """Without its index nothing shows that there was one, but that the lock was never given back."""
    shutil.copytree(killed[0] / "data", tmp_path / "data")
    kept = (tmp_path / "data" / "ripeline.db-wal").read_bytes()
    (tmp_path / "data" / "ripeline.db-wal").unlink()
    (tmp_path / "data" / "ripeline.db-shm").unlink()
    with Server(tmp_path / "data", rules="").start() as server:
        assert b"what was written last is lost" in server.ask("/readyz")[1]
        assert "what was written last is lost" in server.tail()
        server.stop()
        server.start()
        assert b"is lost" not in server.ask("/readyz")[1]
    tell(record_property, log_file_bytes=len(kept))
