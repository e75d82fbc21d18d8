import datetime

from cms.jobs.registry import Job, every_day, every_minute

from .outbox import forget_deliveries, send_waiting

KEEP = datetime.timedelta(days=30)


def send(now: datetime.datetime) -> str:
    sent, failed = send_waiting(now=now)
    return f"送出 {sent} 条，未送出 {failed} 条"


def forget(now: datetime.datetime) -> str:
    return f"清理 {forget_deliveries(before=now - KEEP)} 条"


JOBS = (
    Job("send_deliveries", "发送邮件和群消息", every_minute, send),
    Job("forget_deliveries", "清理 30 天前的邮件和群消息", every_day, forget),
)
