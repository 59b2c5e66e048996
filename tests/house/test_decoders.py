"""No thread of a running server is the first to see a struct: threads that race for that crash the whole process."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Final

import ripeline

SERVER: Final = Path(ripeline.__file__).parent

#: Read on the event loop alone.
ON_ONE_THREAD: Final = {"api/bodies.py"}

#: Eight threads decode the payload of an alert at once, in a process in which nobody has yet.
RACE: Final = """
import sys, threading
sys.setswitchinterval(1e-6)
from ripeline.outbox import reading
barrier = threading.Barrier(8)
def read():
    barrier.wait()
    reading._TOLD.decode(b'{"lead": {}, "model": {"id": "m", "label": "M"}, "reasons": []}')
threads = [threading.Thread(target=read) for _ in range(8)]
[each.start() for each in threads]
[each.join() for each in threads]
"""


def decoded_in_functions(file: Path) -> list[int]:
    """The lines that decode into a type of ours without a decoder that was made when the module was."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    calls = {node for each in functions for node in ast.walk(each) if isinstance(node, ast.Call)}
    typed = [each for each in calls for keyword in each.keywords if keyword.arg == "type" and _decodes(each)]
    return sorted(each.lineno for each in typed if not _is_plain(each))


def _decodes(call: ast.Call) -> bool:
    return ast.unparse(call.func) in ("msgspec.json.decode", "msgspec.json.Decoder")


def _is_plain(call: ast.Call) -> bool:
    names = {node.id for each in call.keywords for node in ast.walk(each.value) if isinstance(node, ast.Name)}
    return names <= {"dict", "list", "str", "int", "float", "msgspec"}


def test_decoders_of_structs_are_made_with_their_module() -> None:
    found = {str(file.relative_to(SERVER)): decoded_in_functions(file) for file in SERVER.rglob("*.py")}
    assert {name: lines for name, lines in found.items() if lines and name not in ON_ONE_THREAD} == {}


def test_the_first_alerts_may_be_read_by_many_threads_at_once() -> None:
    done = subprocess.run([sys.executable, "-c", RACE], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
