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


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


def main() -> None:
    asked = json.loads(sys.argv[1])
    os.environ["DJANGO_SETTINGS_MODULE"] = "cms.settings.test"
    django.setup()
    database = importlib.import_module("django.db")
    database.connection.settings_dict["NAME"] = asked["database"]
    user = importlib.import_module("django.contrib.auth").get_user_model().objects.get(pk=asked["user"])
    importlib.import_module("learning.models").Placement.objects.first()  # what a server that has run for a while has loaded
    importlib.import_module("tests.bench.plain_resource")
    kinds, placements = (importlib.import_module(name) for name in ("cms.imports.kinds", "learning.contributions.imports.placements"))
    kinds.register_kind(placements.PlacementKind())
    data, clock = Path(asked["table"]).read_bytes(), Clock()
    clock.watch(database.transaction.Atomic, database.connection)
    before, cpu = resident(), _cpu()
    told = {"ours": ours, "plain": plain}[asked["how"]](clock, data, user)
    Path(asked["told"]).write_text(
        json.dumps({**told, "steps": clock.steps, "before": before, "cpu": _cpu() - cpu - told.get("more_cpu", 0)})
    )


def _cpu() -> float:
    """Seconds of this process and of those it has started and seen end."""
    return sum(sum(resource.getrusage(whose)[:2]) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


if __name__ == "__main__":
    main()
