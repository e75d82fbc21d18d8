"""A table of ten thousand clippings through our four steps, and the same rows through a plain django-import-export resource.

Each runs in a process of its own (`importing.py`) on the bench's database, so that its memory is its own. Articles and outlets are there
beforehand: both write the same placements. A third run has titles that no article has: we make the articles, too.
"""

import contextlib
import datetime
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.contrib.auth import get_user_model
from django.db import connection

from cms.imports.kinds import Plan
from cms.imports.models import ImportBatch
from learning.contributions.imports.writing import plan_articles
from learning.models import Department, MediaArticle, Outlet, OutletGrade, Placement
from learning.periods import SHANGHAI
from tests.cms.imports.tables import workbook

from .importing import own_memory
from .measuring import patient_database
from .site import refresh_statistics
from .table import milliseconds, ratio, show

HEADINGS = ["标题", "媒体", "刊发日期", "版面", "篇幅", "有图", "转载", "网址", "供稿科室", "作者", "成稿日期", "备注"]
OUTLETS, DEPARTMENTS = 40, 30
FIRST = datetime.date(2025, 1, 1)
NOW = datetime.datetime(2026, 1, 5, 9, tzinfo=SHANGHAI)
LEAST, MOST_LOCKED = 10, 1.0  # times as fast; seconds
POLL = 0.05
LIMIT = 1_800  # seconds a run may take


def rows_of(number: int, *, told: str) -> list[list]:
    rows = []
    for at in range(number):
        written_on = FIRST + datetime.timedelta(days=at % 300)
        rows.append(
            [
                f"样城第{at:05}次{told}活动引来众多市民",
                f"样城第{at % OUTLETS}报",
                written_on + datetime.timedelta(days=3),
                f"第 {at % 8 + 1} 版",
                800 + at % 900,
                str(at % 2),
                "0",
                f"https://paper.example.org/{told.encode().hex()}/{at}.html",
                f"样城第{at % DEPARTMENTS}科",
                f"作者{chr(0x4E00 + at % 200)}",
                written_on,
                "",
            ]
        )
    return rows


def measure(number: int, *, vendor: str) -> None:
    by = get_user_model().objects.create_superuser("bench-imports")
    outlets = Outlet.objects.bulk_create([Outlet(name=f"样城第{at}报", medium="newspaper") for at in range(OUTLETS)])
    OutletGrade.objects.bulk_create([OutletGrade(outlet=one, level="city", since=FIRST) for one in outlets])
    departments = Department.objects.bulk_create([Department(name=f"样城第{at}科") for at in range(DEPARTMENTS)])
    known = rows_of(number, told="读书")
    with patient_database():
        _write_articles(known, departments, by)
    refresh_statistics()
    # SQLite writes one at a time and the child opens a connection of its own.
    connection.close()
    table, other = workbook(known, headings=HEADINGS), workbook(rows_of(number, told="宣讲"), headings=HEADINGS)
    plain = _run("plain", table, by)
    _expect(number)
    ours = _run("ours", table, by)
    _expect(number)
    made = _run("ours", other, by)
    _expect(number)
    _show(number, vendor, plain=plain, ours=ours, made=made)
    _clear()


def _write_articles(rows: list[list], departments: list[Department], by) -> None:
    plan, facts = Plan(), []
    for at, row in enumerate(rows):
        day = row[10].isoformat()
        facts.append(
            (
                at,
                {
                    "title": row[0], "written_on": day, "submitted_on": day, "genre": "news", "topic": "", "is_reprint": False,
                    "state": "adopted", "reason": "", "live": True, "departments": [departments[at % DEPARTMENTS].pk], "authors": [], "note": "",
                },
            )
        )  # fmt: skip
    plan_articles(plan, facts, by=by, now=NOW)
    plan.write()


def _run(how: str, data: bytes, by) -> dict:
    """What `importing.py` tells, and `memory`: the most that it and the processes it started held at once, in MB."""
    with tempfile.TemporaryDirectory(prefix="bench-imports-") as folder:
        path = Path(folder) / "采用.xlsx"
        path.write_bytes(data)
        told = Path(folder) / "told.json"
        asked = {"how": how, "table": str(path), "told": str(told), "user": by.pk, "database": connection.settings_dict["NAME"]}
        child = subprocess.Popen([sys.executable, "-m", "tests.bench.importing", json.dumps(asked)], env={**os.environ, "PYTHONPATH": "."})
        memory, began = 0, time.monotonic()
        while child.poll() is None and time.monotonic() - began < LIMIT:
            memory = max(memory, _memory_of(child.pid))
            time.sleep(POLL)
        child.kill()
        if child.wait() != 0:
            raise RuntimeError(f"{how}: the import did not end well")
        return {**json.loads(told.read_text()), "memory": memory / 1024**2}


def _memory_of(pid: int) -> int:
    """Bytes of the process and of those it started."""
    total = 0
    with contextlib.suppress(OSError, ValueError):  # one may end while it is looked at
        total += own_memory(pid)
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            total += _memory_of(int(child))
    return total


def _expect(number: int) -> None:
    """The rows are there; they make room for the next run."""
    placed = Placement.objects.filter(outlet__name__startswith="样城第")
    if placed.count() != number:
        raise RuntimeError(f"{placed.count()} of {number} rows were written")
    with patient_database():
        placed.delete()
    connection.close()


def _clear() -> None:
    with patient_database():
        for title in ("读书", "宣讲"):
            MediaArticle.objects.filter(title__startswith="样城第", title__contains=title).delete()
        ImportBatch.objects.all().delete()
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("DROP TABLE IF EXISTS bench_warmth")
        OutletGrade.objects.filter(outlet__name__startswith="样城第").delete()
        Outlet.objects.filter(name__startswith="样城第").delete()
        Department.objects.filter(name__startswith="样城第").delete()
        get_user_model().objects.filter(username="bench-imports").delete()


def _show(number: int, vendor: str, *, plain: dict, ours: dict, made: dict) -> None:
    rows = [
        [
            label,
            *(milliseconds(seconds * 1000) for seconds in run["steps"].values()),
            *[""] * (3 - len(run["steps"])),
            f"{sum(run['steps'].values()):.1f}",
            f"{run['cpu']:.1f}",
            f"{run['locked']:.2f}",
            f"{run['memory']:,.0f}",
            f"{run['memory'] - run['before']:,.0f}",
        ]
        for label, run in (("django-import-export, preview and confirm", plain), ("ours", ours), ("ours, making the articles, too", made))
    ]
    total, theirs = sum(ours["steps"].values()), sum(plain["steps"].values())
    show(
        f"Import of an .xlsx of {number:,} placements on {vendor}",
        ["", "upload ms", "map and check ms", "commit ms", "total s", "CPU s", "write lock s", "peak MB", "of it for the import"],
        rows,
        "django-import-export has two steps: preview (dry run) and confirm. Scores, which it does not make, are not counted: ours follow in parts"
        f" of 500 rows ({milliseconds(ours['followed'] * 1000)} ms of it in the request, the write lock at most {ours['part']:.2f} s each).",
        f"The same rows: {ratio(theirs, total)} the time of ours in theirs (at least × {LEAST}{'' if theirs >= LEAST * total else ', MISSED'}),"
        f" by CPU {ratio(plain['cpu'], ours['cpu'])}; memory {ours['memory']:,.0f} MB to {plain['memory']:,.0f} MB"
        f"{'' if ours['memory'] <= plain['memory'] else ', MISSED'};"
        f" write lock {ours['locked']:.2f} s (under {MOST_LOCKED:.0f} s{'' if ours['locked'] < MOST_LOCKED else ', MISSED'}).",
    )
