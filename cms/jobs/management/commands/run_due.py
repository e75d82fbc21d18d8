import time

import structlog
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from ...models import JobRun
from ...registry import all_jobs
from ...services import run_due

logger = structlog.get_logger(__name__)
PAUSE = 20  # seconds between two looks


class Command(BaseCommand):
    help = "运行到期的后台任务（定时发布、到期撤下、清理等）。由 cron 每分钟调用，或加 --loop 常驻。"

    def add_arguments(self, parser):
        parser.add_argument("--loop", action="store_true", help="不退出，每 20 秒看一次")
        parser.add_argument("--list", action="store_true", help="列出全部任务")
        parser.add_argument("--recent", action="store_true", help="列出每个任务最近一次的结果，不运行任务")

    def handle(self, *args, loop, list, recent, **options):
        if list:
            for job in all_jobs():
                self.stdout.write(f"{job.name}  {job.label}")
            return None
        if recent:
            return self.show_recent()
        while True:
            try:
                for run in run_due():
                    if options["verbosity"] > 1 or run.state == run.State.FAILED:
                        self.stdout.write(f"{run.job} {run.period} {run.get_state_display()} {run.message}")
            except DatabaseError:
                if not loop:
                    raise
                logger.exception("jobs_wait_for_the_database")
            if not loop:
                return None
            close_old_connections()
            time.sleep(PAUSE)

    def show_recent(self):
        for job in all_jobs():
            run = JobRun.objects.filter(job=job.name).first()
            if run is None:
                self.stdout.write(f"{job.label}：还没有运行过")
                continue
            at = timezone.localtime(run.finished_at or run.started_at)
            self.stdout.write(f"{job.label}：{at:%Y-%m-%d %H:%M} {run.get_state_display()} {run.message}".rstrip())
