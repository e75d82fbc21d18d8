import datetime

from django.conf import settings
from django.utils import timezone

from cms.jobs.registry import Job, every_day

from .services import forget_readers


def forget_old_readers(now: datetime.datetime) -> str:
    before = timezone.localdate(now) - datetime.timedelta(days=settings.READERSHIP_KEEP_DAYS)
    return f"清理 {forget_readers(before=before)} 条"


JOBS = (Job("forget_readers", "清理阅读记号", every_day, forget_old_readers),)
