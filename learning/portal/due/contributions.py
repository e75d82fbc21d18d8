"""What the contributions room has on somebody's desk: pieces and topics given back, calls, reviews, research, questions."""

import datetime
from urllib.parse import urlencode

from django.urls import reverse

from ...contributions.waiting import CallToAnswer, GivenBack, Pile, ResearchOwed, ResearchToJudge, TopicToDecide, ToReview, Waiting
from ...periods import local_day
from ...programme.gaps.cells import SOON
from .rows import DueRow, Kind, State, few, in_words

# Not in the notice, which wants a report within the year: by when a topic and a report leave time for what comes after them.
TOPIC_BY, REPORT_BY = (3, 31), (11, 30)
AHEAD = datetime.timedelta(days=14)


def contribution_rows(found: Waiting, today: datetime.date) -> list[DueRow]:
    return [
        *(_returned_row(one, today) for one in found.given_back),
        *(_returned_topic_row(one, today) for one in found.topics_given_back),
        *few((_call_row(one, today) for one in sorted(found.calls, key=lambda one: (one.due_on, one.pk))), "次约稿没有报送"),
        *few((_review_row(one, today) for one in sorted(found.to_review, key=lambda one: (one.at, one.pk))), "篇稿件待科室审"),
        *few(_research_rows(found.research_owed, today), "个科室的调研"),
        *few((_decide_row(one, today) for one in sorted(found.to_decide, key=lambda one: (one.declared_on, one.pk))), "个调研选题待审批"),
        *(_judging_row(one, today) for one in found.judgings),
        *_office_rows(found.queue, found.unconfirmed, today),
        *([_questions_row(found.questions, today)] if found.questions else []),
    ]


def _returned_row(one: GivenBack, today) -> DueRow:
    day = local_day(one.at)
    return DueRow(
        kind=Kind.ARTICLE,
        title=f"稿件：{one.title}",
        when=f"{in_words(day, today)}退回",
        due_on=day,
        due_at=one.at,
        state=State.SENT_BACK,
        detail=f"原因：{one.reason}" + (f"；{one.note}" if one.note else ""),
        why="改好再交",
        action="去改",
        url=reverse("edit_article", args=[one.pk]),
    )


def _returned_topic_row(one: GivenBack, today) -> DueRow:
    return DueRow(
        kind=Kind.RESEARCH,
        title=f"调研选题：{one.title}",
        when=f"{in_words(one.on, today)}退回",
        due_on=one.on,
        state=State.SENT_BACK,
        detail=f"意见：{one.note}" if one.note else "",
        why="改好再报机关党委",
        action="去改",
        url=reverse("edit_research_topic", args=[one.pk]),
    )


def _call_row(one: CallToAnswer, today) -> DueRow:
    is_late = one.due_on < today
    in_time = State.SOON if one.due_on - today <= SOON else State.LATER
    others = f"等 {one.number} 个科室（单位）" if one.number > 1 else ""
    return DueRow(
        kind=Kind.CALL,
        title=f"约稿：{one.topic}",
        when=f"{in_words(one.due_on, today)}{'截止' if is_late else '前'}",
        due_on=one.due_on,
        state=State.OVERDUE if is_late else in_time,
        detail=f"{one.department}{others}还没有报送" + ("，补报也收" if is_late else ""),
        why="宣传科约稿",
        action="看约稿",
        url=reverse("commission", args=[one.pk]),
    )


def _review_row(one: ToReview, today) -> DueRow:
    day = local_day(one.at)
    return DueRow(
        kind=Kind.REVIEW,
        title=f"稿件：{one.title}",
        when=f"{in_words(day, today)}提交",
        due_on=day,
        due_at=one.at,
        state=State.TO_PASS,
        why="您是科室负责人",
        action="审核",
        url=reverse("review_article", args=[one.pk]),
    )


def _research_rows(owed: list[ResearchOwed], today):
    """Nearer than a fortnight to the day that leaves time enough."""
    topic_by, report_by = (datetime.date(today.year, *day) for day in (TOPIC_BY, REPORT_BY))
    for one in owed:
        if one.pk is None and today >= topic_by - AHEAD:
            yield _topic_row(one, topic_by, today)
        elif one.pk is not None and today >= report_by - AHEAD:
            yield _report_row(one, report_by, today)


def _topic_row(one: ResearchOwed, by: datetime.date, today) -> DueRow:
    return DueRow(
        kind=Kind.RESEARCH,
        title=f"调研选题：{one.department}",
        when=f"宜在{in_words(by, today)}前",
        due_on=by,
        state=State.TO_DECLARE,
        detail="今年还没有申报选题，早定下来才有时间调研",
        why="每个科室每年至少 1 篇调研报告",
        action="去申报",
        url=f"{reverse('declare_research')}?{urlencode({'department': one.department_id})}",
    )


def _report_row(one: ResearchOwed, by: datetime.date, today) -> DueRow:
    return DueRow(
        kind=Kind.RESEARCH,
        title=f"调研报告：{one.topic}",
        when=f"宜在{in_words(by, today)}前",
        due_on=by,
        state=State.TO_HAND_IN,
        detail=f"{one.department}还没有提交报告，年底前要评审",
        why="每个科室每年至少 1 篇调研报告",
        action="看报告",
        url=reverse("research_report", args=[one.pk]),
    )


def _decide_row(one: TopicToDecide, today) -> DueRow:
    return DueRow(
        kind=Kind.DECIDE,
        title=f"调研选题：{one.topic}",
        when=f"{in_words(one.declared_on, today)}申报",
        due_on=one.declared_on,
        state=State.TO_DECIDE,
        detail=one.department,
        why="选题经批准才能提交报告",
        action="审批",
        url=reverse("decide_research", args=[one.pk]),
    )


def _judging_row(one: ResearchToJudge, today) -> DueRow:
    is_late = one.due_on is not None and one.due_on < today
    return DueRow(
        kind=Kind.JUDGING,
        title=f"{one.year}年优质调研报告评分",
        when=f"{in_words(one.due_on, today)}{'到期' if is_late else '前'}" if one.due_on else "请尽早",
        due_on=one.due_on or local_day(one.opened_at),
        state=State.OVERDUE if is_late else State.TO_JUDGE,
        detail=f"还有 {one.waiting} 篇没有评",
        why="您是评委",
        action="评分",
        url=reverse("research_judging", args=[one.year]),
    )


def _office_rows(queue: Pile | None, unconfirmed: Pile | None, today):
    if queue:
        yield _pile_row(queue, f"收稿：{queue.number} 篇待处理", "报送", "收稿", reverse("contribution_queue"), today)
    if unconfirmed:
        # The list shows a period: from the first of them on.
        period = urlencode({"waiting": 1, "from": unconfirmed.first_on.isoformat(), "to": max(today, unconfirmed.first_on).isoformat()})
        url = f"{reverse('placement_list')}?{period}"
        yield _pile_row(unconfirmed, f"采用：{unconfirmed.number} 条待确认", "登记", "确认", url, today, why="确认以后才计数、计分")


def _questions_row(questions: Pile, today) -> DueRow:
    return _pile_row(questions, f"疑问：{questions.number} 条待答复", "提出", "答复", reverse("questions"), today)


def _pile_row(pile: Pile, title: str, verb: str, action: str, url: str, today, *, why: str = "") -> DueRow:
    day = local_day(pile.since)
    return DueRow(
        kind=Kind.PILE,
        title=title,
        when=f"{'最早的' if pile.number > 1 else ''}{in_words(day, today)}{verb}",
        due_on=day,
        due_at=pile.since,
        state=State.TO_HANDLE,
        why=why,
        action=action,
        url=url,
    )
