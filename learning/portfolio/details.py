"""What an archive keeps of what only the person could add. Of notes nothing is kept: they are private."""

from collections.abc import Collection

from ..evidence import Detail, detail_of, paragraphs_of
from ..periods import local_day
from .choices import PlanState, StatementState
from .models import Achievement, Application, StudyPlan, StudyStatement

PLAN_TEXTS = ("goals", "books", "topics", "schedule")


def plan_details(staff_id: int, plan_ids: Collection[int]) -> dict[int, Detail]:
    plans = StudyPlan.objects.filter(pk__in=plan_ids, file__staff=staff_id, state=PlanState.APPROVED).select_related("file")
    return {one.pk: _of_plan(one) for one in plans}


def _of_plan(one: StudyPlan) -> Detail:
    facts = [
        ("年度", f"{one.file.year}年"),
        ("提交日期", str(local_day(one.handed_in_at))),
        ("状态", one.get_state_display()),
        ("批复人", one.decided_by_name),
        ("批复日期", str(local_day(one.decided_at))),
        ("批复意见", one.decision_note),
    ]
    paragraphs = []
    for name in PLAN_TEXTS:
        if lines := paragraphs_of(getattr(one, name)):
            paragraphs += [f"{one._meta.get_field(name).verbose_name}：", *lines]
    return detail_of(facts, paragraphs)


def statement_details(staff_id: int, statement_ids: Collection[int]) -> dict[int, Detail]:
    handed_in = StudyStatement.objects.filter(pk__in=statement_ids, file__staff=staff_id, state=StatementState.HANDED_IN)
    return {
        one.pk: detail_of(
            [("年度", f"{one.file.year}年"), ("提交日期", str(local_day(one.handed_in_at)))],
            paragraphs_of(one.text),
        )
        for one in handed_in.select_related("file")
    }


def application_details(staff_id: int, application_ids: Collection[int]) -> dict[int, Detail]:
    return {
        one.pk: detail_of(
            [("日期", str(one.happened_on)), ("学到了什么", one.learnt), ("学自", one.source_title)],
            ["工作上有什么改变：", *paragraphs_of(one.change)],
        )
        for one in Application.objects.filter(pk__in=application_ids, staff=staff_id)
    }


def achievement_details(staff_id: int, achievement_ids: Collection[int]) -> dict[int, Detail]:
    return {
        one.pk: detail_of(
            [
                ("类别", one.get_kind_display()),
                ("名称", one.title),
                ("学校或发证单位", one.institution),
                ("内容领域", one.get_area_display()),
                ("开始日期", str(one.started_on)),
                ("完成日期", str(one.finished_on or "")),
            ]
        )
        for one in Achievement.objects.filter(pk__in=achievement_ids, staff=staff_id)
    }
