"""What a person's file costs beside the plainest staff page, and the totals of everybody as the bureau grows.

Everybody is gone when it is done: no other part of the bench counts them.
"""

import time

from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from learning.models import Reflection
from learning.portfolio.checks_of_postings import postings_to_check
from learning.portfolio.totals import people_of, totals_by_department

from .measuring import FULL_SIZE, Timing, patient_database, repetitions, statements_of, timed
from .portfolio_bureau import TODAY, YEAR, Bureau
from .site import refresh_statistics
from .table import against_budget, milliseconds, ratio, show

RUNS = 9
FILE_BUDGET = 12  # SQL statements
TIMES_THE_PLAINEST = 3
SLACK = 1.2  # times linear: what is read as no worse
HISTORY = (1, 10)  # years


def measure(sizes: tuple[int, ...], *, vendor: str) -> None:
    """Each size in turn, growing the one bureau; the pages of single people in the smallest."""
    figures: dict[str, dict[int, tuple[int, float]]] = {}
    rows, bureau = [], None
    for size in sizes:
        began = time.perf_counter()
        with patient_database():
            bureau = bureau or Bureau()
            bureau.grow(size)
            refresh_statistics()
        print(f"{time.perf_counter() - began:6.0f} s  {size:,} people with files, {Reflection.objects.count():,} reflections", flush=True)
        if size == sizes[0]:
            _file_pages(bureau, size, vendor)
        with patient_database():
            for label, call in (_totals(bureau) | _pages(bureau)).items():
                measured = _measured(call, size)
                if isinstance(measured, str):
                    rows.append([f"{size:,}", label, measured, "–", "–"])
                    continue
                statements, taken = measured
                figures.setdefault(label, {})[size] = (statements, taken.median)
                rows.append([f"{size:,}", label, statements, milliseconds(taken.median), milliseconds(taken.cpu)])
    if bureau:
        with patient_database():
            bureau.clear()
    show(
        f"The five cells of everybody on {vendor}",
        ["people", "what", "statements", "median ms", "CPU ms"],
        rows,
        *(_growth(label, found) for label, found in figures.items()),
    )


def _measured(call, size: int) -> tuple[int, Timing] | str:
    """Statements and time, or why there are none."""
    try:
        statements, _repeated = statements_of(call)
        return statements, timed([call] * repetitions(RUNS, size), seconds=30)
    except NotThereError as error:
        return str(error)
    except DatabaseError as error:
        connection.close()
        return f"FAILED: {str(error).splitlines()[0][:60]}"


class NotThereError(Exception):
    """A page that does not answer (yet)."""


def _page(client: Client, address: str):
    def ask():
        answer = client.get(address)
        if answer.status_code != 200:
            raise NotThereError(f"not there: {answer.status_code}")

    return ask


def _file_pages(bureau: Bureau, size: int, vendor: str) -> None:
    """A file of one year's history and one of ten, beside pages that show as little as a staff page can."""
    this_year = timezone.localdate().year
    rows, medians = [], {}
    for years, person in zip(HISTORY, bureau.people, strict=True):
        bureau.remember(person, range(this_year - years + 1, this_year + 1))
        client = Client()
        client.force_login(person.user)
        pages = {
            f"my file, {years} year(s) of history": (reverse("my_five_haves"), FILE_BUDGET),
            f"my notes, {years} year(s) of them": (reverse("study_notes"), None),
            f"interest groups, as of {years} year(s)": (reverse("interest_groups"), None),
        }
        for label, (address, budget) in pages.items():
            measured = _measured(_page(client, address), FULL_SIZE)
            if isinstance(measured, str):
                rows.append([label, measured, "–", "–"])
                continue
            statements, taken = measured
            medians[label] = taken.median
            rows.append([label, against_budget(statements, budget), milliseconds(taken.median), milliseconds(taken.cpu)])
    plainest = min((median for label, median in medians.items() if "file" not in label), default=0)
    notes = [
        f"{label}: {ratio(median, plainest)} the plainest staff page{' (OVER BUDGET)' if median > plainest * TIMES_THE_PLAINEST else ''}."
        for label, median in medians.items()
        if "file" in label
    ]
    show(f"One person's file on {vendor}, {size:,} people", ["page", "statements", "median ms", "CPU ms"], rows, *notes)


def _pages(bureau: Bureau) -> dict:
    """What the clerk opens."""
    client = Client()
    client.force_login(bureau.clerk)
    addresses = {
        "the year's files, the page": reverse("five_haves_year", args=[YEAR]),
        "a department's board, the page": reverse("department_board", args=[YEAR, bureau.departments[0].pk]),
        "the leader's page": reverse("leader_page"),
    }
    return {label: _page(client, address) for label, address in addresses.items()}


def _totals(bureau: Bureau) -> dict:
    department = bureau.departments[0].pk
    return {
        "totals by department": lambda: totals_by_department(YEAR, TODAY),
        "totals of one department": lambda: totals_by_department(YEAR, TODAY, departments=[department]),
        "50 names with their cells": lambda: list(people_of(YEAR, TODAY).order_by("sort_key", "pk")[:50]),
        "postings to check": lambda: postings_to_check(YEAR, TODAY),
        "names of one department": lambda: list(people_of(YEAR, TODAY, departments=[department]).order_by("sort_key", "pk")),
    }


def _growth(label: str, found: dict[int, tuple[int, float]]) -> str:
    """Statements must stay the same; time must grow no faster than the people."""
    first = min(found)
    same = "the same" if len({statements for statements, _taken in found.values()}) == 1 else "NOT the same (OVER BUDGET)"
    parts = []
    for size, (_number, taken) in found.items():
        is_over = taken > found[first][1] * size / first * SLACK
        parts.append(f"{size:,}: {ratio(taken, found[first][1])} for {ratio(size, first)} the people{' (OVER BUDGET)' if is_over else ''}")
    return f"{label}: statements are {same}; time {', '.join(parts)}."
