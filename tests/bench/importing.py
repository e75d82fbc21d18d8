"""One import in a process of its own, started by `imports.py` with what is asked as JSON: `python -m tests.bench.importing {…}`."""

import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path

import django


class Clock:
    """Seconds of each step, and how long the outermost transactions that wrote lasted at most."""

    def __init__(self):
        self.steps: dict[str, float] = {}
        self.spans: list[float] = []

    def time(self, step: str, act):
        began = time.perf_counter()
        result = act()
        self.steps[step] = time.perf_counter() - began
        return result

    def watch(self, atomic, connection) -> None:
        """On SQLite BEGIN IMMEDIATE takes the write lock, whatever follows."""
        enter, leave, spans = atomic.__enter__, atomic.__exit__, self.spans
        began = []

        def entering(self):
            if not connection.in_atomic_block:
                began.append(time.perf_counter())
            return enter(self)

        def leaving(self, *error):
            result = leave(self, *error)
            if not connection.in_atomic_block:
                spans.append(time.perf_counter() - began.pop())
            return result

        atomic.__enter__, atomic.__exit__ = entering, leaving

    def longest(self) -> float:
        """Since it was asked last."""
        longest = max(self.spans, default=0.0)
        self.spans.clear()
        return longest


def ours(clock: Clock, data: bytes, user) -> dict:
    services = importlib.import_module("cms.imports.services")
    committing = importlib.import_module("cms.imports.services.committing")
    uploaded = importlib.import_module("django.core.files.uploadedfile").SimpleUploadedFile
    followed = []

    def follow(batch, *, now):
        locked, began, cpu = clock.longest(), time.perf_counter(), _cpu()
        following = importlib.import_module("cms.imports.services.following")
        following.follow_soon(batch, now=now)
        followed.append((locked, time.perf_counter() - began, clock.longest(), _cpu() - cpu))

    committing.follow_soon = follow
    kind = "placements"
    batch = clock.time("upload", lambda: services.upload_batch(kind=kind, file=uploaded("采用.xlsx", data), name="采用.xlsx", by=user))
    chosen = {"mapping": batch.mapping, "sheet": batch.options["sheet"], "header_row": batch.options["header_row"], "options": {}}
    batch = clock.time("map", lambda: services.map_columns(batch=batch, by=user, **chosen))
    before = clock.longest()
    clock.time("commit", lambda: services.commit_batch(batch=batch, by=user))
    ((locked, seconds, part, cpu),) = followed
    clock.steps["commit"] -= seconds  # the resource makes no scores
    return {"locked": max(before, locked), "followed": seconds, "part": part, "more_cpu": cpu}


def plain(clock: Clock, data: bytes, user) -> dict:
    resource_class = importlib.import_module("tests.bench.plain_resource").PlacementResource
    dataset_class = importlib.import_module("tablib").Dataset

    def preview():
        result = resource_class().import_data(dataset_class().load(data, format="xlsx"), dry_run=True)
        if result.has_errors() or result.has_validation_errors():
            raise RuntimeError("the plain resource refused rows")

    clock.time("preview", preview)
    clock.longest()
    clock.time("confirm", lambda: resource_class().import_data(dataset_class().load(data, format="xlsx"), raise_errors=True))
    return {"locked": clock.longest()}


def _be_like_a_server_that_has_run_for_a_while(connection) -> None:
    """All models, hooks and log actions are loaded, and SQLite's page cache, which settings bound, is full."""
    importlib.import_module("learning.models").Placement.objects.first()
    importlib.import_module("wagtail.hooks").search_for_hooks()
    importlib.import_module("wagtail.log_actions").registry.scan_for_actions()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS bench_warmth (page BLOB)")
            cursor.execute(
                "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 8000) INSERT INTO bench_warmth SELECT randomblob(4000) FROM n"
            )


def own_memory(pid="self") -> int:
    """Bytes that are the process's own and not a file's; what two processes share counts half for each."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:")) * 1024


def main() -> None:
    asked = json.loads(sys.argv[1])
    os.environ["DJANGO_SETTINGS_MODULE"] = "cms.settings.test"
    django.setup()
    database = importlib.import_module("django.db")
    database.connection.settings_dict["NAME"] = asked["database"]
    user = importlib.import_module("django.contrib.auth").get_user_model().objects.get(pk=asked["user"])
    _be_like_a_server_that_has_run_for_a_while(database.connection)
    importlib.import_module("tests.bench.plain_resource")
    kinds, placements = (importlib.import_module(name) for name in ("cms.imports.kinds", "learning.contributions.imports.placements"))
    kinds.register_kind(placements.PlacementKind())
    data, clock = Path(asked["table"]).read_bytes(), Clock()
    clock.watch(database.transaction.Atomic, database.connection)
    before, cpu = own_memory() / 1024**2, _cpu()
    told = {"ours": ours, "plain": plain}[asked["how"]](clock, data, user)
    Path(asked["told"]).write_text(
        json.dumps({**told, "steps": clock.steps, "before": before, "cpu": _cpu() - cpu - told.get("more_cpu", 0)})
    )


def _cpu() -> float:
    """Seconds of this process and of those it has started and seen end."""
    return sum(sum(resource.getrusage(whose)[:2]) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


if __name__ == "__main__":
    main()
