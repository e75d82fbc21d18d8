"""The research of the sample site: a year's topics and reports, their judging under way, what came of one."""

import datetime
import uuid
from decimal import Decimal

from learning.contributions.services.research import decide_topic, declare_topic
from learning.contributions.services.research_judging import open_judging, prepare_judging, submit_ballot
from learning.contributions.services.research_work import VisitLine, Written, add_outcome, hand_in_report, save_report, save_visits
from learning.judging.preparing import Line
from learning.models import ResearchReport
from learning.periods import SHANGHAI

from . import contributions_texts as texts

JUDGES = ("0002", "0003", "0111")


def _at(day: datetime.date, hour: int = 10) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(hour), tzinfo=SHANGHAI)


def load_research(staff, departments, *, clerk, today: datetime.date) -> None:
    """Make it, in the year of `today`: declared in its first month, handed in as the days allow."""
    began = datetime.date(today.year, 1, 8)

    def day(number: int) -> datetime.date:
        """That day of the year, or today if it is still to come."""
        return min(began + datetime.timedelta(days=number), today)

    for number, (department, declarer, title, purpose, work, team, stage) in enumerate(texts.RESEARCH):
        leader = staff[declarer].user
        report = declare_topic(
            token=uuid.uuid4(),
            year=today.year,
            department=departments[department],
            title=title,
            purpose=purpose,
            linked_work=work,
            team=[staff[one] for one in team],
            by=leader,
            now=_at(day(number)),
        )
        if stage == "declared":
            continue
        report = decide_topic(
            report=report, version=report.version, is_approved=True, note="题目实在，按这个做。", by=clerk, now=_at(day(14 + number))
        )
        if stage == "approved":
            continue
        visit = VisitLine(began_on=day(60 + number), ended_on=day(61 + number), place="城区与乡镇各两处", note="走访、座谈")
        report = save_visits(report=report, version=report.version, visits=[visit], by=leader, now=_at(day(62 + number)))
        facts = {**texts.REPORT, "interviewees": 20 + number, "body": f"{purpose}\n" + "\n".join(texts.REPORT.values())}
        report = save_report(report=report, version=report.version, written=Written(**facts), by=leader, now=_at(day(100 + number)))
        checked = day(110 + number)
        hand_in_report(
            report=report, version=report.version, secrecy_checked_by="梁静宜", secrecy_checked_on=checked, by=leader, now=_at(checked, 15)
        )
    _use(day(150), clerk)
    _judge(staff, clerk=clerk, today=today)


def _use(day: datetime.date, clerk) -> None:
    report = ResearchReport.objects.handed_in().order_by("pk").first()
    add_outcome(
        report=report,
        kind="converted",
        happened_on=day,
        level="",
        receiver="教学点课程安排办法（试行）",
        change="七个教学点的走教老师统一排课，周五下午空着的两节开出了音乐和体育。",
        placement=None,
        by=clerk,
        now=_at(day),
    )


def _judge(staff, *, clerk, today) -> None:
    judging = prepare_judging(
        year=today.year,
        places=5,
        judges=[staff[number] for number in JUDGES],
        rubric=[Line(name, points, guidance) for name, points, guidance in texts.RUBRIC],
        note="看问题找得准不准，建议用得上用不上。",
        due_on=today + datetime.timedelta(days=12),
        by=clerk,
        now=_at(today, 8),
    )
    judging = open_judging(judging=judging, by=clerk, now=_at(today, 9))
    first = judging.entries.order_by("number").first()
    lines = list(judging.rubric.all())
    for number in JUDGES[:2]:
        points = {line.pk: Decimal(line.max_points) - Decimal(6 + index) for index, line in enumerate(lines)}
        submit_ballot(entry=first, points=points, remark="说的是真事。", by=staff[number].user, now=_at(today, 10))
