"""Running what is due, on however many nodes: inserting the row of a job's period is the lock."""

import datetime

import structlog
from django.db import transaction
from django.utils import timezone

from .models import JobRun
from .registry import Job, all_jobs

logger = structlog.get_logger(__name__)
KEEP = datetime.timedelta(days=30)
GIVE_UP = datetime.timedelta(minutes=30)  # a run that began longer ago was killed; its period may be taken again


def take(job: Job, *, now: datetime.datetime) -> JobRun | None:
    """The run of this job's current period if nobody else has it; one that failed or was killed is taken again."""
    period = job.period(timezone.localtime(now))
    with transaction.atomic():
        run, is_new = JobRun.objects.get_or_create(job=job.name, period=period, defaults={"started_at": now})
        if is_new:
            return run
        stale = JobRun.objects.filter(pk=run.pk, started_at__lt=now - GIVE_UP, state=JobRun.State.RUNNING)
        failed = JobRun.objects.filter(pk=run.pk, state=JobRun.State.FAILED, finished_at__lt=now - datetime.timedelta(minutes=1))
        if (stale | failed).update(state=JobRun.State.RUNNING, started_at=now, finished_at=None):
            run.refresh_from_db()
            return run
    return None


def run_due(*, now: datetime.datetime | None = None) -> list[JobRun]:
    """Do every job whose period nobody has done yet; one that fails is logged and holds up no other. Returns the runs made."""
    now = now or timezone.now()
    made = []
    for job in all_jobs():
        run = take(job, now=now)
        if run is None:
            continue
        try:
            run.message, run.state = job.run(now), JobRun.State.DONE
        except Exception as error:
            logger.exception("job_failed", job=job.name, period=run.period)
            run.message, run.state = f"{type(error).__name__}: {error}"[:2000], JobRun.State.FAILED
        run.finished_at = timezone.now()
        run.save(update_fields=["message", "state", "finished_at"])
        made.append(run)
    return made


def forget_old_runs(now: datetime.datetime) -> str:
    deleted, _by_model = JobRun.objects.filter(started_at__lt=now - KEEP).delete()
    return f"清理 {deleted} 条"
