"""The command `replay` from end to end: a file of events read, scored on all cores and told as JSON. One JSON line.

`python -m benchmarks.replay_command [EVENTS]`, the history of `benchmarks/replay.py` as lines.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.replay import history
from ripeline.domain.wire_export import api_item
from ripeline.paths import EXAMPLE_RULES

ROUNDS = 5


def write_lines(file: Path, events: int) -> int:
    """All events of all leads in their total order, as `export events` writes them; how many."""
    lines = sorted((event for lead in history(events) for event in lead), key=lambda event: event.order)
    with file.open("w", encoding="utf-8") as out:
        for event in lines:
            out.write(json.dumps(api_item(event, f"v{event.visitor}"), ensure_ascii=False) + "\n")
    return len(lines)


def main() -> None:
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "events.ndjson"
        count, seconds = write_lines(file, events), []
        command = [sys.executable, "-m", "ripeline", "replay", str(file), "--rules", str(EXAMPLE_RULES)]
        for _ in range(ROUNDS):
            began = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            seconds.append(time.perf_counter() - began)
    a_second = [round(count / each) for each in seconds]
    figure = {"figure": "command replay", "events": count, "events_per_second": round(statistics.median(a_second))}
    print(json.dumps(figure | {"min": min(a_second), "max": max(a_second)}))


if __name__ == "__main__":
    main()
