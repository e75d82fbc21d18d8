"""A year of study on the sample site: the rules of the notice, this year laid out and published, and what has been held of it so far.

Everything goes through the services that people use, so the sample cannot show what the site cannot do.
"""

import datetime
import io

from django.utils import timezone
from PIL import Image

from cms.users.models import User
from learning.evidence import Subject, find_evidence
from learning.models import Absence, AnnualPlan, MakeUp, PartyBranch, PlanItem, Session, StaffMember, StudyFormat, StudyMaterialPage
from learning.organisation.services import save_record
from learning.periods import SHANGHAI, PeriodKind, local_day, period_of
from learning.programme.choices import AttendanceStatus, Audience, FileKind, LeaveKind, MakeUpState, SessionKind
from learning.programme.expectations import Expectations
from learning.programme.facts import ITEM
from learning.programme.services.leave import ask_leave, decide_leave
from learning.programme.services.make_ups import check_make_up, submit_make_up
from learning.programme.services.plans import lay_out_year, publish_plan, record_done
from learning.programme.services.roll import correct_attendance, freeze_roster, save_roll, set_code_sign_in
from learning.programme.services.rules import load_rules
from learning.programme.services.sessions import add_file, cancel_session, move_session, notify_session, save_session, set_material
from learning.topics.areas import ContentArea

PLACES = {
    SessionKind.COLLECTIVE: "三楼会议室",
    SessionKind.CORE_GROUP: "党组会议室",
    SessionKind.TEST: "机房",
    SessionKind.TRAINING: "三楼会议室",
    SessionKind.EXPERT_LECTURE: "报告厅",
    SessionKind.INTEGRITY: "报告厅",
    SessionKind.CIVIC_PRACTICE: "一楼大厅集合",
    SessionKind.READING_EXCHANGE: "图书阅览室",
}
POINTS = {
    SessionKind.COLLECTIVE: ("领学文件原文，结合本科室工作谈认识", "对照职责查找不足，明确一件要改进的事", "下周由机关党委回看落实情况"),
    SessionKind.CORE_GROUP: ("围绕专题作重点发言", "交流研讨，形成三条意见", "办公室整理纪要印发"),
    SessionKind.TRAINING: ("科室负责人讲职能、讲流程", "现场答疑", "课件存入学习资料"),
}
TOPICS = (
    ("原文领读与交流", ContentArea.POLITICAL_THEORY),
    ("教育政策法规学习", ContentArea.POLICY_AND_LAW),
    ("业务规程与案例", ContentArea.PROFESSIONAL),
    ("党史学习与讨论", ContentArea.CORE_VALUES),
    ("公文写作与信息报送", ContentArea.PROFESSIONAL),
)
AREAS = {  # of the kinds that are about one thing; collective study goes by its topic
    SessionKind.CORE_GROUP: ContentArea.POLITICAL_THEORY,
    SessionKind.PARTY_DAY: ContentArea.POLITICAL_THEORY,
    SessionKind.TEST: ContentArea.POLITICAL_THEORY,
    SessionKind.INTEGRITY: ContentArea.POLICY_AND_LAW,
    SessionKind.CIVIC_PRACTICE: ContentArea.CORE_VALUES,
    SessionKind.TRAINING: ContentArea.PROFESSIONAL,
    SessionKind.EXPERT_LECTURE: ContentArea.SCIENCE_AND_CULTURE,
    SessionKind.READING_EXCHANGE: ContentArea.SCIENCE_AND_CULTURE,
}
EXCUSES = {
    AttendanceStatus.DUTY: "下校督导",
    AttendanceStatus.SICK: "看病",
    AttendanceStatus.PERSONAL: "家中有事",
    AttendanceStatus.HOLIDAY: "年休假",
}
MAKE_UP_NOTE = "读完材料，我把本科室正在办的事项对照了一遍：有两项流程可以再减一步，一项告知口径要统一。已和科长商量，下周试行。"


def _pick(*keys: int) -> int:
    """A number from 0 to 99 that looks like chance and is the same every time."""
    value = 17
    for key in keys:
        value = (value * 131 + key * 7919 + 13) % 10_007
    return value % 100


def _status(session: Session, staff_id: int) -> str | None:
    """What the sample has somebody do at a session; None is there."""
    chance = _pick(session.pk, staff_id)
    for limit, status in (
        (3, AttendanceStatus.DUTY),
        (5, AttendanceStatus.SICK),
        (6, AttendanceStatus.PERSONAL),
        (7, AttendanceStatus.ABSENT),
        (10, AttendanceStatus.LATE),
        (12, AttendanceStatus.ONLINE),
    ):
        if chance < limit:
            return status
    return None


def _prepare(sessions, staff) -> None:
    for number, session in enumerate(sessions):
        session.place = PLACES.get(session.kind, "三楼会议室")
        session.host = staff["0001"] if session.kind == SessionKind.CORE_GROUP else staff["0003"]
        session.recorder = staff["0012"]
        session.agenda, area = TOPICS[number % len(TOPICS)]
        session.area = AREAS.get(session.kind, area)
    Session.objects.bulk_update(sessions, ["place", "host", "recorder", "agenda", "area"])


def _hold(session: Session, *, clerk, now) -> None:
    """The roll of one session, taken when it ended."""
    ended = session.ends_at
    session = freeze_roster(session=session, now=session.starts_at)
    rows = list(session.attendances.expected())
    marks = {row.pk: status for row in rows if (status := _status(session, row.staff_id))}
    save_roll(session=session, marks=marks, version=session.version, by=clerk, now=ended)
    points = POINTS.get(session.kind, POINTS[SessionKind.COLLECTIVE])
    Session.objects.filter(pk=session.pk).update(key_points="\n".join(points))


def _make_up(today: datetime.date, clerk, now) -> None:
    """Most of what was missed has been made up; the last weeks' is under way."""
    for make_up in MakeUp.objects.owed().select_related("session", "staff__user"):
        is_old = make_up.session.day < today - datetime.timedelta(days=21)
        if not is_old or _pick(make_up.session_id, make_up.staff_id, 7) < 15:
            continue
        at = make_up.session.ends_at + datetime.timedelta(days=5)
        if make_up.staff.user_id and make_up.staff.user_id != clerk.pk:
            make_up = submit_make_up(make_up=make_up, note=MAKE_UP_NOTE, has_read=True, by=make_up.staff.user, now=at)
            check_make_up(make_up=make_up, is_accepted=True, note="", by=clerk, now=at + datetime.timedelta(days=1))
        else:  # handed in on paper: most people of the sample have no account
            MakeUp.objects.filter(pk=make_up.pk).update(
                state=MakeUpState.ACCEPTED, note=MAKE_UP_NOTE, submitted_at=at, checked_at=at + datetime.timedelta(days=1), checked_by=clerk
            )
            make_up.session.attendances.filter(staff=make_up.staff).update(is_made_up=True)


def load_year(*, now: datetime.datetime) -> AnnualPlan:
    """Lay out and publish the year of `now`, hold what lies before it, leave what comes after to be done."""
    today = local_day(now)
    year = today.year
    clerk = User.objects.get(username="dangwei")
    staff = {person.employee_number: person for person in StaffMember.objects.exclude(employee_number="")}
    load_rules(since=datetime.date(year, 1, 1), by=clerk)
    away = Absence(staff=staff["0072"], kind=Absence.Kind.PARENTAL, started_on=datetime.date(year, 9, 1), note="")
    save_record(record=away, by=clerk)
    start = min(datetime.datetime(year, 1, 4, 9, 0, tzinfo=SHANGHAI), now)
    laid_out = lay_out_year(year=year, by=clerk, now=start)
    publish_plan(plan=laid_out.plan, by=clerk, now=start)
    sessions = list(Session.objects.filter(plan_item__plan=laid_out.plan).order_by("starts_at"))
    _prepare(sessions, staff)
    _move_one(sessions, today, clerk)
    _cancel_one(sessions, today, clerk)
    _branches(year, today, clerk)
    for session in Session.objects.to_come().filter(ends_at__lt=now).order_by("starts_at"):
        _hold(session, clerk=clerk, now=now)
    _tick_off(laid_out.plan, today, clerk)
    _make_up(today, clerk, now)
    _ahead(today, clerk, now)
    return laid_out.plan


def _move_one(sessions, today, clerk):
    """A training that went from the end of one quarter into the next: still the first quarter's, and late."""
    session = next((one for one in sessions if one.kind == SessionKind.TRAINING and one.planned_on < today), None)
    if session:
        later = datetime.datetime.combine(session.planned_on.replace(month=session.planned_on.month + 1, day=8), session.starts_at.timetz())
        later = later if later.weekday() < 5 else later + datetime.timedelta(days=2)
        move_session(session=session, starts_at=later, reason="季末迎接省级督导，主讲科室外出", by=clerk, now=session.starts_at)


def _branches(year: int, today: datetime.date, clerk) -> None:
    """Two branches study by themselves, too: a party day each month of the last four, for their members only."""
    study_format = StudyFormat.objects.get(key="political_theory")
    for position, branch in enumerate(PartyBranch.objects.order_by("position")[:2]):
        for back in range(4):
            month = period_of(today, PeriodKind.MONTH)
            for _step in range(back):
                month = month.previous
            starts_at = datetime.datetime.combine(
                month.first + datetime.timedelta(days=9 + position), datetime.time(16, 30), tzinfo=SHANGHAI
            )
            session = Session(
                title=f"主题党日（{month.label_in_year}）",
                kind=SessionKind.PARTY_DAY,
                area=AREAS[SessionKind.PARTY_DAY],
                organised_by=Subject.BRANCH,
                branch=branch,
                starts_at=starts_at,
                ends_at=starts_at + datetime.timedelta(minutes=60),
                place="党员活动室",
                audience=Audience.PARTY_MEMBERS,
                study_hours=1,
                agenda="重温入党誓词，学习本月必读篇目，交流发言。",
            )
            if starts_at.year == year:
                save_session(session=session, formats=[study_format], by=clerk)


def _cancel_one(sessions, today, clerk):
    past = [one for one in sessions if one.kind == SessionKind.COLLECTIVE and one.planned_on < today]
    if len(past) > 6:
        cancel_session(session=past[5], reason="全局防汛值守，另行安排自学", by=clerk, now=past[5].starts_at - datetime.timedelta(days=1))


def _tick_off(plan, today, clerk):
    """What no room of the site keeps yet is ticked off by hand, except the last month's."""
    items = PlanItem.objects.filter(plan=plan, state=PlanItem.State.PLANNED, requirement__opens_sessions=False, due_on__lt=today)
    for item in items.exclude(owed_by=Subject.BRANCH).select_related("requirement"):
        is_kept = item.requirement.evidence != ITEM and find_evidence(item.requirement.evidence) is not None
        if not is_kept and _pick(item.pk) < 85:
            on = item.due_on - datetime.timedelta(days=_pick(item.pk, 3) % 12)
            record_done(
                item=item,
                on=on,
                note="材料存机关党委档案柜",
                by=clerk,
                now=timezone.make_aware(datetime.datetime.combine(on, datetime.time(17))),
            )


def _leave(asker: StaffMember, now):
    """One request waits, one was granted, one was not."""
    head = User.objects.get(username="fushen")
    ahead = Session.objects.to_come().filter(starts_at__gte=now).order_by("starts_at")
    own = Expectations(StaffMember.objects.filter(pk=asker.pk)).sessions(ahead[:12])
    for session, (kind, reason, is_approved, note) in zip(
        own,
        (
            (LeaveKind.DUTY, "参加市里的公文培训", None, ""),
            (LeaveKind.HOLIDAY, "年休假", True, ""),
            (LeaveKind.PERSONAL, "家中有事", False, "这次有测试，请尽量参加，确有困难再来说明。"),
        ),
        strict=False,
    ):
        request = ask_leave(session=session, staff=asker, kind=kind, reason=reason, by=asker.user, now=now)
        if is_approved is not None:
            decide_leave(request=request, is_approved=is_approved, note=note, by=head, now=now)


def _correct(recent: Session, clerk, now):
    """Somebody was late, somebody left early; the clerk knew better afterwards."""
    rows = list(recent.attendances.expected().filter(status=AttendanceStatus.PRESENT).order_by("pk")[:2])
    for row, status, reason in zip(
        rows, (AttendanceStatus.LATE, AttendanceStatus.LEFT_EARLY), ("会后核对签到表", "中途接待来访群众"), strict=False
    ):
        correct_attendance(attendance=row, status=status, reason=reason, by=clerk, now=now)
    buffer = io.BytesIO()
    Image.new("RGB", (960, 640), "#e3e0da").save(buffer, "JPEG")
    add_file(session=recent, data=buffer.getvalue(), name="会场.jpg", kind=FileKind.PHOTO, caption="示例照片", by=clerk, now=now)


def _ahead(today, clerk, now):
    """The next sessions are announced, have materials; somebody has asked leave, somebody's note waits to be checked."""
    coming = list(Session.objects.to_come().filter(starts_at__gte=now).order_by("starts_at")[:3])
    materials = list(StudyMaterialPage.objects.live().order_by("path")[:2])
    for session in coming:
        for page in materials:
            set_material(session=session, page=page, is_wanted=True, by=clerk)
        notify_session(session=session, by=clerk, now=now)
    recent = Session.objects.held().order_by("-starts_at").first()
    if recent:
        for page in materials:
            set_material(session=recent, page=page, is_wanted=True, by=clerk)
        _correct(recent, clerk, now)
    if coming:
        set_code_sign_in(session=coming[-1], is_on=True, by=clerk, now=now)
    _leave(StaffMember.objects.get(user__username="zhigong"), now)
    owed = MakeUp.objects.owed().filter(staff__user__isnull=False, session__roll_completed_at__isnull=False).exclude(staff__user=clerk)
    for number, make_up in enumerate(owed.select_related("staff__user").order_by("pk")[:2]):
        submit_make_up(make_up=make_up, note="已读。" if number else MAKE_UP_NOTE, has_read=True, by=make_up.staff.user, now=now)
        if number:
            check_make_up(make_up=make_up, is_accepted=False, note="请写一写怎么用到工作里。", by=clerk, now=now)
