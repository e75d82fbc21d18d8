"""One run on one database, which is made for it and destroyed afterwards."""

import shutil
import tempfile
import time

from django.conf import settings
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from home.models import HomePage

from . import archives, contributions, drafts, exhibitions, imports, likeness, pages, portfolio, programme, search, site, tables

VENDORS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def run(
    size: int,
    *,
    files: tuple[int, ...],
    archived: tuple[int, ...],
    people: tuple[int, ...],
    reflections: tuple[int, ...],
    placements: tuple[int, ...],
    imported: int,
    with_tables: bool,
) -> None:
    began = time.perf_counter()
    vendor = VENDORS.get(connection.vendor, connection.vendor)
    print(f"# {vendor}: making a database", flush=True)
    databases = setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
    try:
        _say(began, "database made")
        built = site.build_site(size)
        _say(began, f"{len(built.texts):,} documents written")
        seconds = search.write_index(search.OURS, sorted(built.texts))
        _say(began, "search index written")
        pages.measure(built.columns, size=size, vendor=vendor)
        search.measure(built.texts, size=size, vendor=vendor, seconds=seconds)
        if files:
            portfolio.measure(files, vendor=vendor)
        if archived:
            archives.measure(archived, vendor=vendor)
        if people:
            programme.measure(people, vendor=vendor)
        if reflections:
            likeness.measure(reflections, vendor=vendor)
        if imported:
            imports.measure(imported, vendor=vendor)
        if placements:
            contributions.measure(placements, vendor=vendor)
        drafts.measure(vendor=vendor)
        exhibitions.measure(HomePage.objects.get(), size=size, vendor=vendor)
        if with_tables:
            tables.measure()
    finally:
        teardown_databases(databases, verbosity=0)
        for folder in (settings.MEDIA_ROOT, settings.PRIVATE_ROOT):
            if str(folder).startswith(tempfile.gettempdir()):
                shutil.rmtree(folder, ignore_errors=True)
    _say(began, "done, database destroyed")


def _say(began: float, what: str) -> None:
    print(f"{time.perf_counter() - began:6.0f} s  {what}", flush=True)
