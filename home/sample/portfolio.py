"""The five-haves files of the sample site: plans in every state, applications, a review under way, an inspection, last year's files locked.

Like the rest of the sample, through the services that people use.
"""

import datetime
import uuid
from decimal import Decimal

from cms.inbox.services import mark_all_read
from cms.users.models import User
from learning.models import Requirement, StaffMember, StudyReview
from learning.periods import SHANGHAI, local_day
from learning.portfolio.files import file_of
from learning.portfolio.inspecting import SAMPLE_LINES
from learning.portfolio.rights import FileRights
from learning.portfolio.services.confirming import confirm_file
from learning.portfolio.services.entries import (
    AchievementFacts,
    ApplicationWords,
    declare_paper_notes,
    register_achievement,
    register_application,
)
from learning.portfolio.services.inspections import Fault, check_file, open_inspection, rectify_finding
from learning.portfolio.services.locking_files import lock_file
from learning.portfolio.services.opening import open_files
from learning.portfolio.services.plans import PlanWords, decide_plan, save_plan
from learning.portfolio.services.reviews import SAMPLE_RUBRIC, open_reviews, prepare_reviews, submit_review
from learning.portfolio.services.statements import save_statement
from learning.programme.rights import Rights
from learning.programme.services.rules import load_rules

from . import portfolio_texts as texts
from .accounts import give_accounts

DAY = datetime.timedelta(days=1)
LOCKED_LAST_YEAR = ("0013", "0052", "0102")
INSPECTED = ("0012", "0013", "0052", "0042")  # nobody whom the year has on long leave


def _at(day: datetime.date, hour: int = 10) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(hour), tzinfo=SHANGHAI)


def _rights(user, now) -> FileRights:
    return FileRights(Rights(user, local_day(now)))


def load_portfolio(*, now: datetime.datetime) -> None:
    """Make it. Needs the people; what the other rooms keep of them fills the files where it is there."""
    today, clerk = local_day(now), User.objects.get(username="dangwei")
    if not Requirement.objects.exists():
        load_rules(since=datetime.date(today.year - 1, 1, 1), by=clerk)
    staff = {person.employee_number: person for person in StaffMember.objects.select_related("user")}
    give_accounts(staff)
    _lock_last_year(staff, clerk, today.year - 1)
    _plans(staff, clerk, today)
    _entries(staff, today, now)
    open_files(year=today.year)
    _inspect(staff, clerk, today)
    _review(clerk, today)
    for user in User.objects.all():
        mark_all_read(by=user, now=now)


def _save_plan(person, year, row, *, now, hands_in):
    words = dict(zip(("goals", "books", "topics", "schedule"), row, strict=True))
    return save_plan(staff=person, year=year, words=PlanWords(**words), version=None, hands_in=hands_in, by=person.user, now=now)


def _plans(staff, clerk, today) -> None:
    day = min(datetime.date(today.year, 2, 10), today)
    for number, state, *words in texts.PLANS:
        plan = _save_plan(staff[number], today.year, words, now=_at(day), hands_in=state != "draft")
        if state in ("approved", "returned"):
            note = texts.RETURN_NOTE if state == "returned" else ""
            decide_plan(plan=plan, version=plan.version, is_approved=state == "approved", note=note, by=clerk, now=_at(day, 16))


def _entries(staff, today, now) -> None:
    for number, month, learnt, change in texts.APPLICATIONS:
        day = min(datetime.date(today.year, month, 12), today)
        words = ApplicationWords(happened_on=day, learnt=learnt, change=change)
        register_application(token=uuid.uuid4(), staff=staff[number], words=words, by=staff[number].user, now=_at(day, 17))
    for number, kind, title, institution, month in texts.ACHIEVEMENTS:
        day = min(datetime.date(today.year, month, 1), today)
        facts = AchievementFacts(kind=kind, title=title, institution=institution, started_on=day)
        register_achievement(token=uuid.uuid4(), staff=staff[number], facts=facts, by=staff[number].user, now=_at(day))
    for number in texts.PAPER_NOTES:
        declare_paper_notes(staff=staff[number], year=today.year, by=staff[number].user, now=now, today=today)


def _lock_last_year(staff, clerk, year: int) -> None:
    """Written, confirmed and locked by those whose business it was, on days of that year and the first of the next."""
    settled = _at(datetime.date(year + 1, 1, 1), 9)
    for number in LOCKED_LAST_YEAR:
        person = staff[number]
        written = _at(datetime.date(year, 2, 20))
        plan = _save_plan(person, year, (texts.LAST_YEAR_PLAN, "", "", ""), now=written, hands_in=True)
        decide_plan(plan=plan, version=plan.version, is_approved=True, note="", by=clerk, now=written + DAY)
        declare_paper_notes(staff=person, year=year, by=person.user, now=written, today=written.date())
        save_statement(
            staff=person,
            year=year,
            text=texts.STATEMENT,
            version=None,
            hands_in=True,
            by=person.user,
            now=_at(datetime.date(year, 12, 20)),
        )
        seen = file_of(person, year, local_day(settled)).to_confirm
        confirm_file(staff=person, year=year, seen=seen, note="属实。", rights=_rights(clerk, settled), now=settled)
        lock_file(staff=person, year=year, rights=_rights(clerk, settled), now=settled)


def _inspect(staff, clerk, today) -> None:
    day = max(today - 20 * DAY, datetime.date(today.year, 1, 1))
    inspection = open_inspection(
        title=texts.CHECK_TITLE,
        year=today.year,
        held_on=day,
        department=None,
        sampling="chosen",
        percent=10,
        people=[staff[number] for number in INSPECTED],
        lines=SAMPLE_LINES,
        by=clerk,
        now=_at(day),
    )
    lines = list(inspection.lines.all())
    for inspected in inspection.files.select_related("staff")[:3]:
        is_lacking = inspected.staff.employee_number in ("0012", "0013")
        fault = Fault(texts.FAULT, "minor", day + 30 * DAY) if is_lacking else None
        given = {line.pk: fault if line == lines[-1] else None for line in lines}
        _inspected, found = check_file(inspected=inspected, lines=given, note="", by=clerk, now=_at(day, 15))
        for finding in found if inspected.staff.employee_number == "0013" else ():
            rectify_finding(finding=finding, text=texts.RECTIFICATION, by=inspected.staff.user, now=_at(min(day + 3 * DAY, today)))


def _review(clerk, today) -> None:
    opened = _at(max(today - 7 * DAY, datetime.date(today.year, 1, 1)))
    due_on = max(datetime.date(today.year, 12, 25), today)
    year = prepare_reviews(year=today.year, rubric=SAMPLE_RUBRIC, due_on=due_on, peers=3, note="", by=clerk, now=opened)
    open_reviews(review_year=year, by=clerk, now=opened, seed=20201)
    lines = list(year.rubric.all())
    for number, review in enumerate(StudyReview.objects.filter(round=year).select_related("rater__user").order_by("pk")):
        if number % 3:  # the others are still to be filled in
            points = {line.pk: Decimal(line.max_points - (number + position) % 4) for position, line in enumerate(lines)}
            submit_review(
                review=review, points=points, remark="", by=review.rater.user, now=opened + DAY if opened + DAY < _at(today) else opened
            )
