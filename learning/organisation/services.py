"""Changes in who is where. Every function locks the person first, so that two clerks cannot open two primary postings at once."""

import datetime
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from .models import Absence, BranchMembership, Department, LeadingGroupOffice, PartyBranch, Posting, StaffMember
from .names import sort_key, tidy_name

ONE_DAY = datetime.timedelta(days=1)
CHUNK = 500
SINGLE_OFFICES = (LeadingGroupOffice.Role.LEADER, LeadingGroupOffice.Role.OFFICE_DIRECTOR, LeadingGroupOffice.Role.DAILY_WORK)


class OrganisationError(ValidationError):
    """The change does not fit what is recorded; the message is Chinese and says what to do."""


@transaction.atomic
def save_record(*, record, by):
    """Validate and keep a department, branch, person, posting … that was made or changed in a form.

    Raises ValidationError.
    """
    creating = record._state.adding
    if isinstance(record, StaffMember):
        record.name = tidy_name(record.name)
        record.sort_key = sort_key(record.name)
    if isinstance(record, (Absence, Posting, BranchMembership, LeadingGroupOffice)) and record.staff_id:
        _lock(record.staff_id)
    record.full_clean()
    record.save()
    log(instance=record, action="wagtail.create" if creating else "wagtail.edit", user=by, content_changed=True)
    return record


def add_department(*, name, by, parent=None, kind=Department.Kind.SECTION) -> Department:
    return save_record(record=Department(name=name, parent=parent, kind=kind), by=by)


def add_branch(*, name, by, parent=None) -> PartyBranch:
    return save_record(record=PartyBranch(name=name, parent=parent), by=by)


@transaction.atomic
def add_staff_member(
    *, name, by, employee_number="", note="", user=None, department=None, title="", is_head=False, started_on=None
) -> StaffMember:
    """A new person, with the first primary posting if `department` and `started_on` are given. Raises ValidationError."""
    staff = save_record(record=StaffMember(name=name, employee_number=employee_number, note=note, user=user), by=by)
    if department is not None:
        open_posting(staff=staff, department=department, title=title, is_head=is_head, started_on=started_on, by=by)
    return staff


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A person with the first primary posting and, for a party member, the branch; both from one day."""

    name: str
    employee_number: str
    department: Department
    title: str
    is_head: bool
    started_on: datetime.date
    branch: PartyBranch | None = None
    role: str = BranchMembership.Role.MEMBER


@transaction.atomic
def add_staff_members(*, newcomers: list[Newcomer], by) -> list[tuple[StaffMember, Posting, BranchMembership | None]]:
    """Many new people in few statements (a roster of thousands), each with its log entry.

    Raises ValidationError, or IntegrityError where the database knows better (a number in use).
    """
    records = []
    for one in newcomers:
        name = tidy_name(one.name)
        staff = StaffMember(name=name, employee_number=one.employee_number, sort_key=sort_key(name))
        posting = Posting(
            staff=staff, department=one.department, title=one.title, is_head=one.is_head, is_primary=True, started_on=one.started_on
        )
        membership = BranchMembership(staff=staff, branch=one.branch, role=one.role, started_on=one.started_on) if one.branch else None
        for record in filter(None, (staff, posting, membership)):
            record.clean_fields(exclude=["user", "staff", "department", "branch"])
        for place in filter(None, (one.department, one.branch)):
            if place.closed_on and place.closed_on <= one.started_on:
                raise OrganisationError(f"{name}：{place}已于 {place.closed_on:%Y-%m-%d} 撤销。请改选。")
        records.append((staff, posting, membership))
    for model, made in zip((StaffMember, Posting, BranchMembership), zip(*records, strict=True), strict=True):
        _create_many(model, [record for record in made if record is not None], by)
    return records


def _create_many(model, made, by):
    model.objects.bulk_create(made, batch_size=CHUNK)
    content_type, now = ContentType.objects.get_for_model(model), timezone.now()
    ModelLogEntry.objects.bulk_create(
        [
            ModelLogEntry(
                content_type=content_type,
                label=str(record),
                action="wagtail.create",
                timestamp=now,
                user=by,
                content_changed=True,
                object_id=str(record.pk),
            )
            for record in made
        ],
        batch_size=CHUNK,
    )


@transaction.atomic
def open_posting(*, staff, department, started_on, by, title="", is_head=False, is_primary=True, ended_on=None) -> Posting:
    """Raises ValidationError, among others where two primary postings would overlap or the department is closed."""
    _lock(staff.pk)
    if started_on is None:
        raise OrganisationError("请填写任职日期。")
    if department.closed_on and department.closed_on <= started_on:
        raise OrganisationError(f"{department}已于 {department.closed_on:%Y-%m-%d} 撤销，不能再任职。请改选科室。")
    posting = Posting(
        staff=staff,
        department=department,
        title=title,
        is_head=is_head,
        is_primary=is_primary,
        started_on=started_on,
        ended_on=ended_on,
    )
    return save_record(record=posting, by=by)


@transaction.atomic
def end_posting(*, posting, on, by) -> Posting:
    """`on` is the last day. Raises OrganisationError."""
    _lock(posting.staff_id)
    return _end(posting, on, by)


@transaction.atomic
def move_staff_member(*, staff, department, on, by, title="", is_head=False) -> Posting:
    """End the primary posting the day before `on` and open the new one on that day. Raises ValidationError."""
    _lock(staff.pk)
    current = staff.postings.primary().filter(ended_on__isnull=True).first()
    if current is not None:
        if on <= current.started_on:
            raise OrganisationError(f"调动日期须晚于现任职的起始日期 {current.started_on:%Y-%m-%d}（{current.department}）。请核对日期。")
        _end(current, on - ONE_DAY, by)
    return open_posting(staff=staff, department=department, title=title, is_head=is_head, started_on=on, by=by)


@transaction.atomic
def correct_posting(*, posting, by, **values) -> Posting:
    """Set right what was recorded wrongly; a change that happened on a day is `move_staff_member`. Raises ValidationError."""
    for name, value in values.items():
        setattr(posting, name, value)
    return save_record(record=posting, by=by)


@transaction.atomic
def join_branch(*, staff, branch, on, by, role=BranchMembership.Role.MEMBER) -> BranchMembership:
    """A first branch, or one after a gap. Raises ValidationError."""
    _lock(staff.pk)
    if branch.closed_on and branch.closed_on <= on:
        raise OrganisationError(f"{branch}已于 {branch.closed_on:%Y-%m-%d} 撤销。请改选党支部。")
    return save_record(record=BranchMembership(staff=staff, branch=branch, role=role, started_on=on), by=by)


@transaction.atomic
def change_branch(*, staff, branch, on, by, role=BranchMembership.Role.MEMBER) -> BranchMembership:
    """End the membership the day before `on`, open the new one (another branch, or another role in the same). Raises ValidationError."""
    _lock(staff.pk)
    current = staff.branch_memberships.filter(ended_on__isnull=True).first()
    if current is not None:
        if on <= current.started_on:
            raise OrganisationError(f"转接日期须晚于现组织关系的起始日期 {current.started_on:%Y-%m-%d}（{current.branch}）。请核对日期。")
        _end(current, on - ONE_DAY, by)
    return join_branch(staff=staff, branch=branch, role=role, on=on, by=by)


@transaction.atomic
def leave_branch(*, membership, on, by) -> BranchMembership:
    """`on` is the last day. Raises OrganisationError."""
    _lock(membership.staff_id)
    return _end(membership, on, by)


@transaction.atomic
def assign_office(*, group, staff, role, on, by, post="") -> LeadingGroupOffice:
    """Give `staff` an office in the leading group; an office with one holder is taken from the holder the day before.

    Raises ValidationError.
    """
    _lock(staff.pk)
    held = group.offices.filter(ended_on__isnull=True, role=role)
    if held.filter(staff=staff).exists():
        raise OrganisationError(f"{staff}现在就是{LeadingGroupOffice.Role(role).label}。")
    if role in SINGLE_OFFICES and (holder := held.select_for_update().first()):
        if on <= holder.started_on:
            raise OrganisationError(f"日期须晚于现任{holder.staff}的起始日期 {holder.started_on:%Y-%m-%d}。请核对日期。")
        _end(holder, on - ONE_DAY, by)
    return save_record(record=LeadingGroupOffice(group=group, staff=staff, role=role, post=post, started_on=on), by=by)


@transaction.atomic
def end_office(*, office, on, by) -> LeadingGroupOffice:
    """`on` is the last day. Raises OrganisationError."""
    _lock(office.staff_id)
    return _end(office, on, by)


@transaction.atomic
def record_departure(*, staff, on, by) -> StaffMember:
    """The person leaves after `on`: every open posting, branch and office ends that day. Raises ValidationError."""
    staff = _lock(staff.pk)
    for rows in (staff.postings, staff.branch_memberships, staff.leading_offices):
        for row in rows.filter(ended_on__isnull=True):
            _end(row, on, by)
    staff.left_on = on
    return save_record(record=staff, by=by)


@transaction.atomic
def take_back(*, staff, by) -> StaffMember:
    """The person is with the bureau again; the new posting is opened separately."""
    staff = _lock(staff.pk)
    staff.left_on = None
    return save_record(record=staff, by=by)


def _lock(pk) -> StaffMember:
    return StaffMember.objects.select_for_update().get(pk=pk)


def _end(row, on, by):
    row.refresh_from_db()
    if row.ended_on is not None:
        raise OrganisationError(f"已于 {row.ended_on:%Y-%m-%d} 结束，不能再次结束。请刷新页面。")
    if on < row.started_on:
        raise OrganisationError(f"结束日期不能早于起始日期 {row.started_on:%Y-%m-%d}。请核对日期。")
    row.ended_on = on
    return save_record(record=row, by=by)
