"""档案专卷 of a small and a large bureau: memory must not grow with the people, and what one person's package costs.

Each archive is made in a process of its own (`archiving.py`), so that its memory is its own.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.db import connection

from .importing import own_memory
from .measuring import patient_database
from .portfolio import YEAR, Bureau
from .site import refresh_statistics
from .table import milliseconds, ratio, show

POLL = 0.05
LIMIT = 4 * 3_600  # seconds a run may take
SLACK = 1.15  # times the memory of the smallest: what is read as the same


def measure(sizes: tuple[int, ...], *, vendor: str) -> None:
    """Each size in turn, growing the one bureau, which is gone when it is done."""
    told, bureau = {}, None
    for size in sizes:
        with patient_database():
            bureau = bureau or Bureau()
            bureau.grow(size)
            refresh_statistics()
        # SQLite writes one at a time and the child opens a connection of its own.
        connection.close()
        told[size] = _run(bureau.clerk)
        print(f"{told[size]['seconds']:6.0f} s  archive of {size:,} people made", flush=True)
    if bureau:
        with patient_database():
            bureau.clear()
    _show(told, vendor)


def _run(by) -> dict:
    """What `archiving.py` tells, and `memory`: the most that it held at once, in MB."""
    with tempfile.TemporaryDirectory(prefix="bench-archives-") as folder:
        path = Path(folder) / "told.json"
        asked = {"told": str(path), "user": by.pk, "year": YEAR, "database": connection.settings_dict["NAME"]}
        child = subprocess.Popen([sys.executable, "-m", "tests.bench.archiving", json.dumps(asked)], env={**os.environ, "PYTHONPATH": "."})
        memory, began = 0, time.monotonic()
        while child.poll() is None and time.monotonic() - began < LIMIT:
            try:
                memory = max(memory, own_memory(child.pid))
            except OSError:  # it has just ended
                break
            time.sleep(POLL)
        if child.wait(timeout=60) != 0:
            raise RuntimeError("the archive did not end well")
        found = json.loads(path.read_text())
        if found["state"] != "done":
            raise RuntimeError(f"the archive was not made: {found['message']}")
        return {**found, "memory": memory / 1024**2}


def _show(told: dict[int, dict], vendor: str) -> None:
    if not told:
        return
    rows = [
        [
            f"{size:,}",
            f"{one['seconds']:,.0f}",
            milliseconds(one["seconds"] * 1000 / max(one["parts"], 1)),
            milliseconds(one["cpu"] * 1000 / max(one["parts"], 1)),
            f"{one['joining']:.1f}",
            f"{one['size'] / 1024**2:,.0f}",
            f"{one['before']:,.0f}",
            f"{one['memory']:,.0f}",
        ]
        for size, one in told.items()
    ]
    first, last = min(told), max(told)
    grown = told[last]["memory"] > SLACK * told[first]["memory"]
    show(
        f"档案专卷 on {vendor}{'' if told[first]['pdf'] else ', WITHOUT PDF (library missing)'}",
        ["people", "total s", "ms a person", "CPU ms a person", "of it joining s", "archive MB", "MB before", "peak MB"],
        rows,
        f"Memory: {ratio(told[last]['memory'], told[first]['memory'])} for {ratio(last, first)} the people"
        f" (must not grow: at most × {SLACK}{', MISSED' if grown else ''}).",
    )
