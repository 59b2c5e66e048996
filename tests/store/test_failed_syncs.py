"""A sync that failed is heard, whoever asked for it, and tells a failed write from a disk that cannot be trusted."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

import pytest

# In a process of its own, because what was heard is never forgotten: the library itself is made to say it.
_STORY: Final = """
import ctypes, sys
from pathlib import Path
from ripeline.store.database import Database, OperationalError
from ripeline.store.failed_syncs import failed_sync, listen
from ripeline.store.failures import failure_of, may_pass

conn = Database(Path(sys.argv[1])).writer()
assert listen()
failed = OperationalError("disk I/O error")
failed.sqlite_errorcode = 10
assert (failure_of(failed), may_pass(failed)) == ("failed", True)
driver = type(conn).__module__.partition(".")[0]
library = ctypes.CDLL(sys.modules["_sqlite3" if driver == "sqlite3" else f"{driver}._sqlite3"].__file__)
library.sqlite3_log.argtypes = [ctypes.c_int, ctypes.c_char_p]
library.sqlite3_log(778, b"os_unix.c:1: (5) write(ripeline.db) - ")
assert failed_sync() == ""
library.sqlite3_log(int(sys.argv[2]), b"os_unix.c:1: (5) full_fsync(ripeline.db) - ")
assert failed_sync() == "os_unix.c:1: (5) full_fsync(ripeline.db)"
assert (failure_of(failed), may_pass(failed)) == ("broken", False)
"""


@pytest.mark.parametrize("code", [1034, 1290], ids=["of a file", "of its folder"])
def test_a_failed_sync_is_heard_and_a_failed_write_is_none(tmp_path: object, code: int) -> None:
    told = subprocess.run(
        [sys.executable, "-c", _STORY, f"{tmp_path}/ripeline.db", str(code)], capture_output=True, text=True, timeout=60
    )
    assert told.returncode == 0, told.stderr
