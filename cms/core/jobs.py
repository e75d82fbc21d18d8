"""Jobs that Wagtail and Django bring along, run by the one runner."""

from django.core.management import call_command

from cms.jobs.registry import Job, every_day, every_minute
from cms.jobs.services import forget_old_runs


def publish_scheduled(now) -> str:
    """Publish what was approved for a date that has come and withdraw what has expired; both are Wagtail's own and idempotent."""
    call_command("publish_scheduled", verbosity=0)
    return "已检查"


def clear_sessions(now) -> str:
    call_command("clearsessions", verbosity=0)
    return "已清理"


JOBS = (
    Job("publish_scheduled", "定时发布与到期撤下", every_minute, publish_scheduled),
    Job("clear_sessions", "清理过期登录", every_day, clear_sessions),
    Job("forget_old_runs", "清理 30 天前的任务记录", every_day, forget_old_runs),
)
