"""One archive in a process of its own, started by `archives.py` with what is asked as JSON: `python -m tests.bench.archiving {…}`."""

import importlib
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import django

from .importing import _be_like_a_server_that_has_run_for_a_while as be_warm
from .importing import own_memory

WARM = 3  # parts, before anything is measured: fonts are found, models loaded


def main() -> None:
    asked = json.loads(sys.argv[1])
    os.environ["DJANGO_SETTINGS_MODULE"] = "cms.settings.test"
    django.setup()
    database = importlib.import_module("django.db")
    database.connection.settings_dict["NAME"] = asked["database"]
    user = importlib.import_module("django.contrib.auth").get_user_model().objects.get(pk=asked["user"])
    be_warm(database.connection)
    try:
        told = _made(asked["year"], user)
    finally:
        root = importlib.import_module("django.conf").settings.PRIVATE_ROOT
        if str(root).startswith(tempfile.gettempdir()):
            shutil.rmtree(root, ignore_errors=True)
    Path(asked["told"]).write_text(json.dumps(told))


def _made(year: int, user) -> dict:
    archives = importlib.import_module("learning.portfolio.services.archives")
    now = importlib.import_module("django.utils.timezone").now()
    archive = archives.ask_for_archive(year=year, by=user, now=now)
    for part in archive.parts.select_related("staff")[:WARM]:
        archives._make(part, archive, "")
    before, began, cpu = own_memory() / 1024**2, time.perf_counter(), time.process_time()
    finishing = []
    finish = archives._finish

    def timed(*args):
        finishing.append(time.perf_counter())
        finish(*args)

    archives._finish = timed
    made = archives.carry_on(archive.pk, clock=archives.Clock(now))
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    archive.refresh_from_db()
    told = {"state": archive.state, "message": archive.message, "parts": made, "size": archive.size}
    archive.delete()
    joining = began + seconds - finishing[-1] if finishing else 0.0
    return {**told, "seconds": seconds, "cpu": cpu, "joining": joining, "before": before, "pdf": _has_pdf()}


def _has_pdf() -> bool:
    return importlib.import_module("learning.portfolio.packaging.pdf").weasyprint is not None


if __name__ == "__main__":
    main()
