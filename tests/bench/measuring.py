"""Medians and statement counts. Nothing here judges."""

import contextlib
import statistics
import time
from collections import Counter
from dataclasses import dataclass

from django.db import connection
from django.test.utils import CaptureQueriesContext

FULL_SIZE = 5_000  # below that a run is a quick look: a third of the repetitions


def repetitions(number: int, size: int) -> int:
    return number if size >= FULL_SIZE else number // 3


@contextlib.contextmanager
def patient_database():
    """Without the time limit that production sets on statements: for the making of what is measured."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET statement_timeout")


@dataclass(frozen=True, slots=True)
class Timing:
    median: float  # milliseconds
    p95: float
    cpu: float  # median milliseconds of this process; what a PostgreSQL server uses is not in it
    runs: int


def timing_of(walls: list[float], cpus: list[float]) -> Timing:
    ordered = sorted(walls)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return Timing(statistics.median(walls) * 1000, p95 * 1000, statistics.median(cpus) * 1000, len(walls))


def timed(calls, *, seconds: float = 60) -> Timing:
    """Each of `calls` once, ending early after `seconds`."""
    walls, cpus, began = [], [], time.perf_counter()
    for call in calls:
        wall, cpu = time.perf_counter(), time.process_time()
        call()
        cpus.append(time.process_time() - cpu)
        walls.append(time.perf_counter() - wall)
        if time.perf_counter() - began > seconds:
            break
    return timing_of(walls, cpus)


def statements_of(call) -> tuple[int, int]:
    """Of one warm call: SQL statements, and how many of them repeat another to the letter."""
    call()
    with CaptureQueriesContext(connection) as captured:
        call()
    asked = Counter(query["sql"] for query in captured.captured_queries)
    return len(captured), sum(asked.values()) - len(asked)
