"""`make bench`: what the pages, the search, the files, the programme, the likeness check, the contributions and the imports cost. Medians
and ratios to read; nothing here passes or fails.

It makes a database of its own and destroys it: SQLite, or the one DATABASE_URL names. Where DATABASE_URL is not set and a PostgreSQL
answers on this machine, a second run on that follows.
"""

import argparse
import importlib
import os
import subprocess
import sys

import django
import psycopg

POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
BUREAUS = (100, 1_000, 10_000)  # people
FILES = (100, 1_000, 10_000, 100_000)  # people with five-haves files
ARCHIVES = (1_000, 10_000, 100_000)  # reflections
YEARS = (1_000, 10_000, 100_000)  # placements
ARCHIVED, QUICKLY_ARCHIVED = (100, 1_000), (10, 50)  # people of a year's archive
ROWS = 10_000  # of a table
SMALLEST = 100  # documents: below that the columns could not be told apart


def arguments(given=None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--size", type=int, default=20_000, help="documents to search in, and pages in the largest column")
    parser.add_argument(
        "--people", type=_sizes, help="bureaus for the programme's part, e.g. 100,1000,10000 (a quick run has 100,SIZE); 0 leaves it out"
    )
    parser.add_argument(
        "--files", type=_sizes, help="bureaus for the five-haves files, e.g. 100,100000 (a quick run has 100,SIZE); 0 leaves them out"
    )
    parser.add_argument(
        "--reflections", type=_sizes, help="archives for the likeness check, e.g. 1000,100000 (a quick run has 100,SIZE); 0 leaves it out"
    )
    parser.add_argument(
        "--placements", type=_sizes, help="years of contributions, e.g. 1000,100000 (a quick run has 100,SIZE); 0 leaves it out"
    )
    parser.add_argument(
        "--imported", type=int, help="rows of a table of placements to import (10000; a quick run has SIZE); 0 leaves it out"
    )
    parser.add_argument(
        "--archived", type=_sizes, help="people of a year's archive, e.g. 100,1000 (a quick run has 10,50; a second each); 0 leaves it out"
    )
    parser.add_argument("--one-database", action="store_true", help="do not go on to PostgreSQL")
    parser.add_argument("--no-tables", action="store_true", help="leave out the reading of table files")
    chosen = parser.parse_args(given)
    if chosen.size < SMALLEST:
        parser.error(f"--size must be at least {SMALLEST}")
    if chosen.people is None:
        chosen.people = BUREAUS if chosen.size >= BUREAUS[-1] else tuple(sorted({BUREAUS[0], chosen.size}))
    if chosen.files is None:
        chosen.files = FILES if chosen.size >= BUREAUS[-1] else tuple(sorted({BUREAUS[0], chosen.size}))
    if chosen.reflections is None:
        chosen.reflections = ARCHIVES if chosen.size >= BUREAUS[-1] else tuple(sorted({BUREAUS[0], chosen.size}))
    if chosen.placements is None:
        chosen.placements = YEARS if chosen.size >= BUREAUS[-1] else tuple(sorted({BUREAUS[0], chosen.size}))
    if chosen.archived is None:
        chosen.archived = ARCHIVED if chosen.size >= BUREAUS[-1] else QUICKLY_ARCHIVED
    if chosen.imported is None:
        chosen.imported = min(ROWS, chosen.size)
    return chosen


def _sizes(text: str) -> tuple[int, ...]:
    """Increasing numbers; none for 0. Raises ValueError."""
    return tuple(sorted({number for part in text.split(",") if (number := int(part)) > 0}))


def postgres_answers() -> bool:
    try:
        psycopg.connect(POSTGRES, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def main() -> int:
    chosen = arguments()
    os.environ["DJANGO_SETTINGS_MODULE"] = "cms.settings.test"
    os.environ["DEBUG"] = "False"  # a debugging site keeps every statement in memory
    os.environ.setdefault("TEST_DB", "bench")
    django.setup()
    # Only now: models cannot be imported before.
    importlib.import_module("tests.bench.running").run(
        chosen.size,
        files=chosen.files,
        people=chosen.people,
        reflections=chosen.reflections,
        placements=chosen.placements,
        archived=chosen.archived,
        imported=chosen.imported,
        with_tables=not chosen.no_tables,
    )
    code = 0
    if "DATABASE_URL" not in os.environ and not chosen.one_database:
        if postgres_answers():
            again = [sys.executable, "-m", "tests.bench", "--size", str(chosen.size), "--no-tables"]
            again += ["--imported", str(chosen.imported)]
            for option in ("files", "archived", "people", "reflections", "placements"):
                again += [f"--{option}", ",".join(map(str, getattr(chosen, option))) or "0"]
            code = subprocess.run(again, env={**os.environ, "DATABASE_URL": POSTGRES}, check=False).returncode
        else:
            print(f"No PostgreSQL on {POSTGRES}: nothing measured there.")
    if not chosen.no_tables:
        print("\nThe seconds of each step of `make run` are printed by deploy/newcomer.sh as it goes.")
    return code


if __name__ == "__main__":
    sys.exit(main())
