"""What one machine carries in a month, from what an event costs.

`python -m benchmarks.cost CPU_US BYTES` says it for other figures than those of the last run. One JSON line.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from typing import Final

CORES: Final = 2
#: The part of the processors that is busy on average.
LOAD: Final = 0.1
#: So many times the average come in the busiest hour.
PEAK: Final = 3
MONTH_SECONDS: Final = 365.25 / 12 * 86_400
#: How long events are kept unless somebody says otherwise.
KEPT_MONTHS: Final = 13
#: Of a small rented machine, all of it the database's.
DISK_BYTES: Final = 80e9


@dataclass(frozen=True, slots=True)
class Month:
    """Events a month at that load, a second on average and in the busiest hour, and their disk once retention is
    reached; events a month for which the disk of a small machine is enough, and the load those make."""

    events: float
    per_s: float
    busiest_per_s: float
    disk_gb: float
    events_on_80_gb: float
    load_of_these: float


def month(cpu_us: float, bytes_per_event: float) -> Month:
    """events = cores x load x seconds of a month / CPU seconds an event."""
    per_s = CORES * LOAD / (cpu_us / 1e6)
    on_disk = DISK_BYTES / bytes_per_event / KEPT_MONTHS
    return Month(
        events=round(per_s * MONTH_SECONDS, -6),
        per_s=round(per_s),
        busiest_per_s=round(per_s * PEAK),
        disk_gb=round(per_s * MONTH_SECONDS * KEPT_MONTHS * bytes_per_event / 1e9),
        events_on_80_gb=round(on_disk, -5),
        load_of_these=round(on_disk / MONTH_SECONDS * cpu_us / 1e6 / CORES, 4),
    )


if __name__ == "__main__":
    print(json.dumps(asdict(month(float(sys.argv[1]), float(sys.argv[2])))))
