"""The jobs of the site. Each room registers its own; `manage.py run_due` does what is due."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured


def every_minute(now: datetime.datetime) -> str:
    return f"{now:%Y-%m-%dT%H:%M}"


def every_hour(now: datetime.datetime) -> str:
    return f"{now:%Y-%m-%dT%H}"


def every_day(now: datetime.datetime) -> str:
    return f"{now:%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class Job:
    """`period` names the stretch of time in which the job runs once; `run(now)` is safe to run again and returns what it did."""

    name: str
    label: str
    period: Callable[[datetime.datetime], str]
    run: Callable[[datetime.datetime], str]


_jobs: dict[str, Job] = {}


def register_job(job: Job) -> None:
    """Raises ImproperlyConfigured for a second job of the same name."""
    if _jobs.get(job.name, job) != job:
        raise ImproperlyConfigured(f"a job named {job.name!r} is registered already")
    _jobs[job.name] = job


def all_jobs() -> list[Job]:
    return list(_jobs.values())
