"""学习检查: a sample is drawn or named, looked through, what is found is put right, checked again and closed."""

import datetime
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.log_actions import log

from ...judging.errors import UnfinishedError
from ...organisation.models import Department, StaffMember
from ...periods import local_day
from ...programme.services.locking import locked
from ..choices import FindingState, Sampling, Severity
from ..inspecting import Pool, pool_of
from ..inspection_desk import TO_RECTIFY, field_of, is_to_judge, may_close, may_rectify
from ..lots import SEEDS, draw_sample
from ..models import Finding, InspectedFile, Inspection, InspectionLine
from .finding_news import tell_about_findings, tell_finder, tell_person

ACTION = "portfolio.inspection"
FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_LINES = 12
LONGEST_LINE = InspectionLine._meta.get_field("name").max_length
LONGEST_TITLE = Inspection._meta.get_field("title").max_length
LONGEST_TEXT = Finding._meta.get_field("text").max_length
LONGEST_NOTE = InspectedFile._meta.get_field("note").max_length
LONGEST_CHECK_NOTE = Finding._meta.get_field("check_note").max_length
LONGEST_RECTIFICATION = Finding._meta.get_field("rectification").max_length
NAME = Finding._meta.get_field("found_by_name").max_length
NAMED = 5  # open findings that a refusal names


class InspectionError(ValidationError):
    """It cannot be opened, checked, put right or closed like that; the message is Chinese and says what to do."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What a line of the checklist lacks in somebody's file."""

    text: str
    severity: str
    due_on: datetime.date


def _words(text: str, longest: int, field: str | None, missing: str = "") -> str:
    text = text.replace("\x00", "").strip()
    said = missing if missing and not text else f"最多 {longest} 个字，现在有 {len(text)} 个。" if len(text) > longest else ""
    if said:
        raise InspectionError({field: said} if field else said)
    return text


def _one_line(text: str) -> str:
    return " ".join(text.split())


@transaction.atomic
def open_inspection(
    *,
    title: str,
    year: int,
    held_on: datetime.date,
    department: Department | None,
    sampling: str,
    percent: int,
    people: Sequence[StaffMember],
    lines: Sequence[str],
    by,
    now: datetime.datetime,
    seed: int | None = None,
) -> Inspection:
    """Draw the sample out of whoever is there that day (or take `people`), without those on long leave. Raises InspectionError."""
    names = _checked_lines(lines)
    title = _words(_one_line(title), LONGEST_TITLE, "title", "请写检查的名称。")
    _check_frame(year, held_on, percent)
    made = Inspection(
        year=year,
        title=title,
        held_on=held_on,
        department=department,
        sampling=Sampling(sampling),
        percent=percent,
        seed=0 if sampling == Sampling.CHOSEN else secrets.randbelow(SEEDS) if seed is None else seed,
        created_at=now,
        created_by=by,
        created_by_name=by.get_full_name()[:NAME],
    )
    pool = pool_of(made)
    sample = _chosen(people, pool) if made.sampling == Sampling.CHOSEN else _drawn(made, pool)
    made.drawn_from = len(pool.departments)
    made.full_clean(exclude=["created_by", "department"])
    made.save()
    InspectionLine.objects.bulk_create(
        [InspectionLine(inspection=made, name=name, position=position) for position, name in enumerate(names)]
    )
    InspectedFile.objects.bulk_create(
        [InspectedFile(inspection=made, staff_id=staff, department_id=pool.departments[staff]) for staff in sample], batch_size=1000
    )
    _log(made, "开始检查", by=by, sampling=made.sampling, seed=made.seed, drawn_from=made.drawn_from, sample=len(sample))
    return made


def _check_frame(year: int, held_on: datetime.date, percent: int) -> None:
    """Raises InspectionError."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InspectionError({"year": f"年度须在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。"})
    if not year <= held_on.year <= year + 1:
        raise InspectionError({"held_on": f"检查{year}年的档案，日期须在{year}年或{year + 1}年。"})
    if not 1 <= percent <= 100:
        raise InspectionError({"percent": "抽取比例须在 1 到 100 之间。"})


def _checked_lines(lines: Sequence[str]) -> list[str]:
    names = [name for name in map(_one_line, lines) if name]
    if not names:
        raise InspectionError({"lines": "请至少写一个检查项，一行一项。"})
    if len(names) > MOST_LINES:
        raise InspectionError({"lines": f"最多 {MOST_LINES} 项，现在有 {len(names)} 项。"})
    if too_long := next((name for name in names if len(name) > LONGEST_LINE), None):
        raise InspectionError({"lines": f"每项最多 {LONGEST_LINE} 个字：“{too_long[:20]}……”有 {len(too_long)} 个。"})
    if len(set(names)) < len(names):
        raise InspectionError({"lines": "有两个检查项相同，请去掉一个。"})
    return names


def _drawn(inspection: Inspection, pool: Pool) -> list[int]:
    if not pool.departments:
        raise InspectionError({"department": "这个范围里那一天没有在岗的人，没有可抽的。请换一个范围或日期。"})
    return draw_sample(inspection.seed, pool.departments, inspection.percent)


def _chosen(people: Sequence[StaffMember], pool: Pool) -> list[int]:
    if not people:
        raise InspectionError({"people": "请写要检查的人。"})
    if away := [one.name for one in people if one.pk in pool.excused]:
        raise InspectionError({"people": f"{'、'.join(away)}那一天长期不在岗，不检查。请去掉。"})
    if outside := [one.name for one in people if one.pk not in pool.departments]:
        raise InspectionError({"people": f"{'、'.join(outside)}那一天不在检查范围里。请去掉，或改范围。"})
    return list({one.pk: None for one in people})


def _open(pk: int) -> Inspection:
    """Everything that changes an inspection takes its row first. Raises InspectionError once it is closed."""
    inspection = locked(Inspection.objects.all(), pk)
    if inspection.closed_at is not None:
        raise InspectionError(f"检查已于 {local_day(inspection.closed_at):%Y-%m-%d} 结束，不能再改。")
    return inspection


@transaction.atomic
def check_file(
    *, inspected: InspectedFile, lines: Mapping[int, Fault | None], note: str, by, now: datetime.datetime
) -> tuple[InspectedFile, list[Finding]]:
    """Every line (by its key) is in order (None) or has a fault; done again it corrects what the person has not answered yet. Returns what
    was found newly; the person and whoever stands above are told. Raises InspectionError."""
    inspection = _open(inspected.inspection_id)
    found = InspectedFile.objects.select_related("staff", "department").get(pk=inspected.pk)
    if found.staff.user_id is not None and found.staff.user_id == by.pk:
        raise InspectionError("自己的档案请由别人检查。")
    note = _words(note, LONGEST_NOTE, "note")
    known = {one.line_id: one for one in found.findings.select_related("found_by", "inspected__staff")}
    to_judge = [line for line in inspection.lines.all() if is_to_judge(known.get(line.pk), by)]
    _check_faults(to_judge, lines, local_day(now))
    new = [made for line in to_judge if (made := _put(found, line, known.get(line.pk), lines[line.pk], by=by, now=now))]
    found.note, found.checked_at, found.checked_by = note, now, by
    found.save(update_fields=["note", "checked_at", "checked_by"])
    faults = sum(lines[line.pk] is not None for line in to_judge)
    _log(inspection, "检查", by=by, staff=found.staff_id, lines=len(to_judge), findings=faults)
    if new:
        tell_about_findings(inspection, found, new, by=by, now=now)
    return found, new


def _check_faults(lines: Sequence[InspectionLine], given: Mapping[int, Fault | None], today: datetime.date) -> None:
    wrong = {}
    for line in lines:
        fault = given.get(line.pk)
        if line.pk not in given:
            wrong[field_of("result", line)] = f"请选“{line.name}”合格还是有问题。"
        elif fault is not None and not fault.text.strip():
            wrong[field_of("text", line)] = "请写明是什么问题。"
        elif fault is not None and len(fault.text) > LONGEST_TEXT:
            wrong[field_of("text", line)] = f"最多 {LONGEST_TEXT} 个字，现在有 {len(fault.text)} 个。"
        elif fault is not None and fault.due_on < today:
            wrong[field_of("due_on", line)] = "整改期限已经过去，请改成今天或以后的日期。"
    if wrong:
        raise InspectionError(wrong)


def _put(inspected: InspectedFile, line: InspectionLine, known: Finding | None, fault: Fault | None, *, by, now) -> Finding | None:
    """The finding where there was none before."""
    if fault is None:
        if known:
            known.delete()
        return None
    finding = known or Finding(inspected=inspected, line=line, found_at=now)
    finding.text, finding.severity, finding.due_on = _one_line(fault.text.replace("\x00", "")), Severity(fault.severity), fault.due_on
    finding.found_by, finding.found_by_name = by, by.get_full_name()[:NAME]
    finding.full_clean(exclude=["found_by", "inspected", "line"])
    finding.save()
    return None if known else finding


def _finding(pk: int) -> tuple[Inspection, Finding]:
    inspection = _open(Finding.objects.values_list("inspected__inspection", flat=True).get(pk=pk))
    found = Finding.objects.select_related("inspected__staff__user", "inspected__department", "found_by", "line").get(pk=pk)
    return inspection, found


@transaction.atomic
def rectify_finding(*, finding: Finding, text: str, by, now: datetime.datetime) -> Finding:
    """The person says what was done about it; a clerk does for whoever cannot sign in. The finder is told. Raises InspectionError."""
    inspection, found = _finding(finding.pk)
    if not may_rectify(found, by):
        raise InspectionError("整改情况由被检查的人自己填。")
    if found.state not in TO_RECTIFY:
        raise InspectionError(f"这个问题{found.get_state_display()}，不用再填整改情况。")
    found.rectification = _words(text.replace("\r\n", "\n"), LONGEST_RECTIFICATION, "text", "请写明怎样整改的。")
    found.state, found.rectified_at = FindingState.RECTIFIED, now
    found.full_clean(exclude=["found_by", "inspected", "line"])
    found.save(update_fields=["rectification", "state", "rectified_at"])
    _log(inspection, "整改", by=by, finding=found.pk, text=found.rectification)
    tell_finder(found, now=now)
    return found


@transaction.atomic
def decide_finding(
    *, finding: Finding, is_closed: bool, note: str, due_on: datetime.date | None = None, by, now: datetime.datetime
) -> Finding:
    """What was put right is closed by its finder, or given back with a note and, where it needs one, another day. Raises InspectionError."""
    inspection, found = _finding(finding.pk)
    if not may_close(found, by):
        raise InspectionError("由发现这个问题的人核对。")
    if found.state != FindingState.RECTIFIED:
        raise InspectionError(f"这个问题{found.get_state_display()}，现在不用核对。")
    found.check_note = _words(_one_line(note), LONGEST_CHECK_NOTE, "note", "" if is_closed else "退回的请写明还差什么。")
    if is_closed:
        found.state, found.closed_at, found.closed_by = FindingState.CLOSED, now, by
    else:
        found.state, found.due_on = FindingState.RETURNED, due_on or found.due_on
        if found.due_on < local_day(now):
            raise InspectionError({"due_on": "原来的整改期限已经过去，请另定一个今天或以后的日期。"})
    found.full_clean(exclude=["found_by", "closed_by", "inspected", "line"])
    found.save(update_fields=["check_note", "state", "closed_at", "closed_by", "due_on"])
    _log(inspection, "销号" if is_closed else "退回再改", by=by, finding=found.pk, note=found.check_note)
    tell_person(found, now=now)
    return found


@transaction.atomic
def close_inspection(*, inspection: Inspection, is_confirmed: bool, by, now: datetime.datetime) -> Inspection:
    """Raises InspectionError naming what is still open; UnfinishedError while somebody of the sample was not looked at, unless confirmed."""
    found = _open(inspection.pk)
    still_open = Finding.objects.filter(inspected__inspection=found).exclude(state=FindingState.CLOSED)
    if number := still_open.count():
        named = [f"{one.inspected.staff}：{one.text}" for one in still_open.select_related("inspected__staff")[:NAMED]]
        more = "等" if number > len(named) else ""
        raise InspectionError(f"还有 {number} 个问题没有销号（{'；'.join(named)}{more}），不能结束。请等整改、核对完再结束。")
    left = found.files.filter(checked_at__isnull=True).count()
    if left and not is_confirmed:
        raise UnfinishedError(f"抽到的人里还有 {left} 位没有检查。确实要结束的，请勾选“没有查完也结束”。")
    found.closed_at = now
    found.save(update_fields=["closed_at"])
    _log(found, "结束检查", by=by, unchecked=left)
    return found


def _log(inspection: Inspection, step: str, *, by, **data) -> None:
    log(instance=inspection, action=ACTION, user=by, data={"step": step, **data})
