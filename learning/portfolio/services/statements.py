"""述学 of a person and of a department: saved as a draft, handed in, taken back."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.log_actions import log

from ...organisation.models import Department, StaffMember
from ...periods import local_day
from ...programme.rights import Rights
from ...programme.services.locking import locked
from ..choices import StatementState
from ..models import DepartmentStatement, StudyStatement
from ..rights import FileRights
from .writing import TO_FILL_IN, EntryConflictError, EntryError, check_lengths, check_own, file_to_write

ACTION = "portfolio.statement"


class StatementError(EntryError):
    """The statement cannot be handed in or taken back like that."""


@transaction.atomic
def save_statement(
    *, staff: StaffMember, year: int, text: str, version: int | None, hands_in: bool, by, now: datetime.datetime
) -> StudyStatement:
    """One that was handed in is taken back first. Raises EntryError, LockedFileError."""
    check_own(staff, by, "述学报告")
    file = file_to_write(staff, year, now=now)
    statement = StudyStatement.objects.filter(file=file).first()
    statement = _to_change(statement, version, StudyStatement(file=file, version=0))
    return _saved(statement, text, hands_in=hands_in, by=by, now=now)


@transaction.atomic
def take_back_statement(*, statement: StudyStatement, by, now: datetime.datetime) -> StudyStatement:
    """Until the file is confirmed. Raises EntryError, LockedFileError."""
    check_own(statement.file.staff, by, "述学报告")
    file = file_to_write(statement.file.staff, statement.file.year, now=now)
    if file.confirmed_at is not None:
        raise StatementError("档案已经确认，述学报告不能再收回。要改的，请先请确认的人撤销确认。")
    return _taken_back(locked(StudyStatement.objects.select_related("file__staff"), statement.pk), by=by, now=now)


@transaction.atomic
def save_department_statement(
    *, department: Department, year: int, text: str, version: int | None, hands_in: bool, by, now: datetime.datetime
) -> DepartmentStatement:
    """By the head of the department. Raises EntryError."""
    rights = _head(department, year, by, now)
    # The row of the department is held: two heads who begin at once begin one statement.
    Department.objects.select_for_update(no_key=True).only("pk").get(pk=department.pk)
    statement = DepartmentStatement.objects.filter(department=department, year=year).first()
    statement = _to_change(statement, version, DepartmentStatement(department=department, year=year, version=0))
    statement.given_by = rights.staff
    return _saved(statement, text, hands_in=hands_in, by=by, now=now)


@transaction.atomic
def take_back_department_statement(*, statement: DepartmentStatement, by, now: datetime.datetime) -> DepartmentStatement:
    """By the head. Raises EntryError."""
    _head(statement.department, statement.year, by, now)
    return _taken_back(locked(DepartmentStatement.objects.select_related("department"), statement.pk), by=by, now=now)


def may_write_department(rights: FileRights, department_id: int, year: int) -> bool:
    return rights.heads(department_id) and year in (rights.today.year, rights.today.year - 1)


def _head(department: Department, year: int, by, now: datetime.datetime) -> FileRights:
    """Raises StatementError for whoever does not head the department, and for a year that is over for long. It is the
    department's own: the locks of its people's files do not hold it."""
    rights = FileRights(Rights(by, local_day(now)))
    if not rights.heads(department.pk):
        raise StatementError("科室（单位）的述学报告由它的负责人填写。")
    if not may_write_department(rights, department.pk, year):
        raise StatementError(f"现在不能填写{year}年的科室述学报告。")
    return rights


def _to_change(statement, version: int | None, new):
    if (statement.version if statement else None) != version:
        raise EntryConflictError(statement, "述学报告")
    if statement and statement.state == StatementState.HANDED_IN:
        raise StatementError("述学报告已经提交。要改的，请先收回。")
    return statement or new


def _saved(statement, text: str, *, hands_in: bool, by, now: datetime.datetime):
    check_lengths(type(statement), {"text": text})
    if hands_in and not text:
        raise StatementError({"text": "请写述学报告。"})
    if hands_in and TO_FILL_IN in text:
        raise StatementError({"text": f"还有“{TO_FILL_IN}”没有填。请填好或删去再提交。"})
    statement.text, statement.version, statement.saved_at = text, statement.version + 1, now
    if hands_in:
        statement.state, statement.handed_in_at = StatementState.HANDED_IN, now
    try:
        statement.full_clean(validate_unique=False)
    except ValidationError as error:
        raise StatementError(error) from error
    statement.save()
    if hands_in:
        _log(statement, "提交", by)
    return statement


def _taken_back(statement, *, by, now: datetime.datetime):
    if statement.state != StatementState.HANDED_IN:
        raise StatementError("述学报告还没有提交，不用收回。")
    statement.state, statement.handed_in_at = StatementState.DRAFT, None
    statement.version, statement.saved_at = statement.version + 1, now
    statement.save()
    _log(statement, "收回", by)
    return statement


def _log(statement, step: str, by) -> None:
    log(instance=statement, action=ACTION, user=by, title=f"述学报告 {statement.pk}", data={"step": step})
