"""Whose turn it is: told before and after the day, then once a week; never daily."""

import datetime

from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse

from cms.inbox.services import send_messages

from ...periods import PeriodKind, local_day, period_of
from ..choices import ReflectionState
from ..models import Reflection, ReviewRound
from ..review_links import address_for
from ..reviewers import all_reviewers

AHEAD = datetime.timedelta(days=2)
WEEK = 7  # days
MOST_REWRITES = 8  # weeks after which nobody is asked any more for what was given back


def remind_turns(now: datetime.datetime) -> str:
    """The job of every day; run again, or at once on two nodes, it tells nobody twice. Returns what it did."""
    today = local_day(now)
    latest = ReviewRound.objects.filter(reflection=OuterRef("pk")).order_by("-number")
    rows = Reflection.objects.annotate(round_number=Subquery(latest.values("number")[:1])).select_related("author", "reviewer")
    due = list(rows.waiting().filter(due_on__lte=today + AHEAD).order_by("due_on", "pk"))
    told = sum(_remind_reviewer(one, today=today, now=now) for one in due if one.reviewer and one.reviewer.is_active)
    told += _remind_all([one for one in due if not (one.reviewer and one.reviewer.is_active)], today=today, now=now)
    returned = rows.filter(state=ReflectionState.RETURNED, author__user__isnull=False).annotate(
        returned_at=Subquery(latest.values("decided_at")[:1])
    )
    here = Q(author__left_on__isnull=True) | Q(author__left_on__gte=today)
    waiting_for_author = returned.filter(here, returned_at__lte=now - datetime.timedelta(days=WEEK - 1)).order_by(F("returned_at"))
    told += sum(_remind_author(one, today=today, now=now) for one in waiting_for_author)
    return f"提醒 {told} 人次"


def _remind_reviewer(reflection: Reflection, *, today: datetime.date, now: datetime.datetime) -> int:
    late = (today - reflection.due_on).days
    stage = "soon" if late <= 0 else f"late{(late - 1) // WEEK}"
    return send_messages(
        to=[reflection.reviewer],
        subject=f"{'心得评阅已逾期' if late > 0 else '心得评阅将到期'}：{reflection.author}《{reflection.title}》"[:120],
        text=f"期限 {reflection.due_on:%Y-%m-%d}。没有时间的，请机关党委另行指定。",
        url=address_for(reflection.reviewer, reflection, reflection.round_number),
        key=f"reflection:{reflection.pk}:round:{reflection.round_number}:{stage}",
        now=now,
    )


def _remind_all(unclaimed: list[Reflection], *, today: datetime.date, now: datetime.datetime) -> int:
    """What nobody has claimed: one message a week to each reviewer, whatever the number."""
    told = 0
    for reviewer in all_reviewers().order_by("pk"):
        rows = [one for one in unclaimed if one.author.user_id != reviewer.pk]
        if not rows:
            continue
        overdue = sum(one.due_on < today for one in rows)
        told += send_messages(
            to=[reviewer],
            subject=f"有 {len(rows)} 篇心得待认领评阅" + (f"，其中 {overdue} 篇已逾期" if overdue else ""),
            text=f"最早的一篇期限 {rows[0].due_on:%Y-%m-%d}。",
            url=reverse("reflection_reviews"),
            key=f"reflections:unclaimed:{period_of(today, PeriodKind.WEEK).first:%Y%m%d}",
            now=now,
        )
    return told


def _remind_author(reflection: Reflection, *, today: datetime.date, now: datetime.datetime) -> int:
    weeks = (today - local_day(reflection.returned_at)).days // WEEK
    if not 1 <= weeks <= MOST_REWRITES:
        return 0
    return send_messages(
        to=[reflection.author.user_id],
        subject=f"退回的心得还没有再交：{reflection.title}"[:120],
        text=f"{local_day(reflection.returned_at):%Y-%m-%d} 退回。改好以后再交，仍按首次提交的季度计入。",
        url=reverse("reflection", args=[reflection.pk]),
        key=f"reflection:{reflection.pk}:round:{reflection.round_number}:rewrite{weeks}",
        now=now,
    )
