"""Fifty people write at once, each saved every five seconds for a minute: is there an error, is a word lost, how long does a save take?

Through the whole of the site (sessions, rights, the form, cleaning), as many at once as the server has threads, with a new connection
for every request and SQLite's production settings: a power cut may not take what was acknowledged.
"""

import contextlib
import random
import threading
import time
import uuid

from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from cms.users.models import User
from learning.models import Reflection, StaffMember

from . import corpus
from .measuring import timing_of
from .table import milliseconds, show

PEOPLE, SAVES, EVERY = 50, 12, 5.0  # seconds
SERVER_THREADS = 8  # deploy: one worker of so many
LENGTH = 1_500  # characters to begin with


def measure(*, vendor: str) -> None:
    rows = []
    with production_durability():
        for label, every in ((f"every {EVERY:.0f} s for a minute", EVERY), ("without a pause", 0.0)):
            writers = [Writer(f"{label}:{number}") for number in range(PEOPLE)]
            began = time.perf_counter()
            _run(writers, every)
            seconds = time.perf_counter() - began
            walls = [wall for writer in writers for wall in writer.walls]
            errors = [error for writer in writers for error in writer.errors]
            lost = sum(writer.has_lost() for writer in writers)
            taken = timing_of(walls, [0.0])
            verdict = "" if not errors and not lost else " (OVER BUDGET)"
            rows.append(
                [
                    label,
                    len(walls),
                    f"{len(errors)} errors, {lost} of {PEOPLE} texts lost{verdict}",
                    milliseconds(taken.median),
                    milliseconds(taken.p95),
                    milliseconds(max(walls) * 1000),
                    f"{seconds:.0f}",
                ]
            )
            if errors:
                print(f"first error: {errors[0]}", flush=True)
    show(
        f"{PEOPLE} people write at once on {vendor}, {SAVES} saves each",
        ["saved", "saves", "outcome", "median ms", "p95 ms", "slowest ms", "seconds"],
        rows,
        f"At most {SERVER_THREADS} requests at a time; waiting for a turn is in the figures.",
    )


@contextlib.contextmanager
def production_durability():
    """The suite's SQLite does not wait for the disk; here new connections do, as production's."""
    options = connection.settings_dict.get("OPTIONS", {})
    before = options.get("init_command", "")
    if before:
        options["init_command"] = before.replace("synchronous=OFF", "synchronous=FULL")
    try:
        yield
    finally:
        if before:
            options["init_command"] = before


class Writer:
    """One person at one window."""

    def __init__(self, seed: str):
        self.chance = random.Random(seed)
        user = User.objects.create_user(username=f"writer-{uuid.uuid4().hex[:8]}", password=None)
        StaffMember.objects.create(name="写手", user=user)
        self.client = Client()
        self.client.force_login(user)
        self.sentences = iter(corpus.document(self.chance.randrange(1, 5_000)).text.split("。"))
        self.text = (corpus.document(self.chance.randrange(1, 5_000)).text * 2)[:LENGTH]
        self.address, self.version = reverse("autosave_new_reflection"), ""
        self.token = uuid.uuid4()
        self.walls: list[float] = []
        self.errors: list[str] = []

    def write(self, every: float, server: threading.Semaphore) -> None:
        try:
            time.sleep(self.chance.random() * every)
            for _save in range(SAVES):
                self.text += next(self.sentences, "又一句") + "。"
                began = time.perf_counter()
                with server:
                    self._save()
                self.walls.append(time.perf_counter() - began)
                time.sleep(max(0.0, every - (time.perf_counter() - began)))
        finally:
            connections.close_all()

    def _save(self) -> None:
        typed = {"token": self.token, "version": self.version, "title": "读后", "html": f"<p>{self.text}</p>", "application": ""}
        try:
            answer = self.client.post(self.address, typed, headers={"X-Requested-With": "XMLHttpRequest"})
            if answer.status_code != 200:
                self.errors.append(f"{answer.status_code} {answer.content.decode()[:80]}")
                return
            said = answer.json()
            self.address, self.version = said["autosave"], said["version"]
        except Exception as error:  # whatever it is, it is what is being looked for
            self.errors.append(repr(error)[:120])
        finally:
            connections.close_all()  # as after every request of the site

    def has_lost(self) -> bool:
        """Whether the text that is stored is another than the last that was typed."""
        found = Reflection.objects.filter(token=self.token).values_list("html", "version").first()
        return found != (f"<p>{self.text}</p>", SAVES)


def _run(writers: list[Writer], every: float) -> None:
    server = threading.Semaphore(SERVER_THREADS)
    windows = [threading.Thread(target=writer.write, args=[every, server]) for writer in writers]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
