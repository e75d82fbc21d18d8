"""学习检查: what waits for whom, and how far an inspection has come."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from ..organisation.models import StaffMember
from ..programme.rights import RUN
from .choices import FindingState
from .models import Finding, InspectedFile, Inspection, InspectionLine
from .rights import FileRights

TO_RECTIFY = (FindingState.OPEN, FindingState.RETURNED)
FINDER_GONE = Q(found_by__isnull=True) | Q(found_by__is_active=False)


def _findings():
    return Finding.objects.select_related("inspected__inspection", "inspected__staff", "line")


def own_findings(staff: StaffMember | None) -> list[Finding]:
    """All of somebody's, what is still open first. One statement, none about nobody."""
    if staff is None:
        return []
    return list(_findings().filter(inspected__staff=staff).order_by(F("closed_at").desc(nulls_first=True), "due_on", "pk"))


def findings_to_check(user) -> list[Finding]:
    """What was put right and waits for its finder; where the finder's account is gone, for any clerk. One statement."""
    own = Q(found_by=user.pk)
    if user.has_perm(RUN):
        own |= FINDER_GONE
    return list(_findings().filter(own, state=FindingState.RECTIFIED).exclude(inspected__staff__user=user.pk).order_by("due_on", "pk"))


def is_finder_gone(finding: Finding) -> bool:
    """Then any clerk stands in. `found_by` joined."""
    return finding.found_by is None or not finding.found_by.is_active


def may_close(finding: Finding, user) -> bool:
    """The finder; any clerk where the finder's account is gone. Nobody what was found in the own file. `found_by` and `inspected__staff`
    joined."""
    if finding.inspected.staff.user_id is not None and finding.inspected.staff.user_id == user.pk:
        return False
    return finding.found_by_id == user.pk if not is_finder_gone(finding) else user.has_perm(RUN)


def may_rectify(finding: Finding, user) -> bool:
    """The person; any clerk for whoever cannot sign in. `inspected__staff__user` joined."""
    account = finding.inspected.staff.user
    if account is not None and account.is_active:
        return account.pk == user.pk
    return user.has_perm(RUN)


def is_to_judge(finding: Finding | None, user) -> bool:
    """Whether a line of the checklist can be answered anew: nothing was found so far, or by oneself and not put right yet."""
    return finding is None or (finding.state == FindingState.OPEN and may_close(finding, user))


def field_of(what: str, line: InspectionLine) -> str:
    """What a form calls a part of a line; errors name it, too."""
    return f"{what}_{line.pk}"


def _count(rows, **conditions):
    """How many of `rows` an inspection has, as a subquery."""
    counted = rows.filter(**conditions).order_by().values("number_of").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def with_numbers(inspections, today: datetime.date, *, departments: Collection[int] | None = None):
    """`inspections` with sample, checked, findings, closed and overdue; of `departments` alone where given, and there only of files that
    were looked at: nobody is told beforehand whom the lot fell upon."""
    files = InspectedFile.objects.filter(inspection=OuterRef("pk")).annotate(number_of=F("inspection"))
    findings = Finding.objects.filter(inspected__inspection=OuterRef("pk")).annotate(number_of=F("inspected__inspection"))
    if departments is not None:
        files = files.filter(department__in=departments, checked_at__isnull=False)
        findings = findings.filter(inspected__department__in=departments)
    return inspections.annotate(
        sample=_count(files),
        checked=_count(files, checked_at__isnull=False),
        found=_count(findings),
        closed=_count(findings, state=FindingState.CLOSED),
        overdue=_count(findings, state__in=TO_RECTIFY, due_on__lt=today),
    )


def inspections_seen_by(rights: FileRights):
    """With the numbers as that person may see them: all for clerks and leaders, those of the own departments for a head."""
    if rights.sees_totals:
        return with_numbers(Inspection.objects.select_related("department"), rights.today)
    departments = rights.base.department_ids
    found = with_numbers(Inspection.objects.select_related("department"), rights.today, departments=departments)
    return found.filter(checked__gt=0) if departments else found.none()


def files_seen_by(inspection: Inspection, rights: FileRights):
    """Whoever was inspected, by name, with how many findings there are and how many of them are closed: the whole sample for a clerk, who was
    looked at in the own departments for a head; nobody for a leader."""
    files = inspection.files.select_related("staff", "department")
    if not rights.is_clerk:
        files = files.filter(department__in=rights.base.department_ids, checked_at__isnull=False)
    return files.annotate(
        found=Count("findings"),
        closed=Count("findings", filter=Q(findings__state=FindingState.CLOSED)),
        overdue=Count("findings", filter=Q(findings__state__in=TO_RECTIFY, findings__due_on__lt=rights.today)),
    ).order_by("department__position", "department__name", "staff__sort_key", "pk")


def next_to_check(inspection: Inspection, user) -> InspectedFile | None:
    """The next person of the sample to be looked at, in the order they are listed in; never oneself. One statement."""
    waiting = inspection.files.filter(checked_at__isnull=True).exclude(staff__user=user.pk)
    return waiting.order_by("department__position", "department__name", "staff__sort_key", "pk").first()


@dataclass(frozen=True, slots=True)
class DepartmentNumbers:
    name: str
    sample: int
    checked: int
    found: int
    closed: int
    overdue: int


def numbers_by_department(inspection: Inspection, today: datetime.date) -> list[DepartmentNumbers]:
    """One statement."""
    rows = (
        inspection.files.order_by("department__position", "department__name")
        .values("department__position", "department__name")
        .annotate(
            sample=Count("pk", distinct=True),
            checked=Count("pk", distinct=True, filter=Q(checked_at__isnull=False)),
            found=Count("findings"),
            closed=Count("findings", filter=Q(findings__state=FindingState.CLOSED)),
            overdue=Count("findings", filter=Q(findings__state__in=TO_RECTIFY, findings__due_on__lt=today)),
        )
    )
    return [
        DepartmentNumbers(
            row["department__name"] or "（无科室）", *(row[name] for name in ("sample", "checked", "found", "closed", "overdue"))
        )
        for row in rows
    ]


def may_see_file(inspected: InspectedFile, rights: FileRights) -> bool:
    """A clerk; the person and the head once it was looked at."""
    if rights.is_own(inspected.staff_id) or rights.heads(inspected.department_id):
        return inspected.checked_at is not None
    return rights.is_clerk


def may_see_finding(finding: Finding, rights: FileRights) -> bool:
    """Clerks, the finder, the person, the head of the department of that time. Leaders see numbers."""
    return (
        rights.is_clerk
        or finding.found_by_id == rights.user.pk
        or rights.is_own(finding.inspected.staff_id)
        or rights.heads(finding.inspected.department_id)
    )
