"""选题: declared by a department, approved or returned by the clerk, withdrawn with a reason."""

import datetime
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from ...judging.choices import JudgingState
from ...organisation.models import Department, StaffMember
from ...periods import local_day
from ..choices import ResearchState
from ..models import ResearchMember, ResearchReport
from ..research_limits import MOST_TEAM
from .research_steps import ResearchError, check_version, clerk_ids, lock_report, plain_line, plain_text, record_step, rights_of, team_ids

LIMITS = {name: ResearchReport._meta.get_field(name).max_length for name in ("title", "purpose", "linked_work", "decision_note")}
REASON = 300


def declare_topic(
    *,
    token,
    year: int,
    department: Department,
    title: str,
    purpose: str,
    linked_work: str,
    team: Sequence[StaffMember],
    by,
    now: datetime.datetime,
) -> ResearchReport:
    """A new topic; the same `token` a second time leads to the first. Without a team whoever declares is it. Raises ResearchError."""
    today, rights = local_day(now), rights_of(by, now)
    if rights.staff is None or department.pk not in rights.declarable_ids:
        raise ResearchError({"department": "只能为自己所在或负责的科室（单位）申报选题。"})
    if first := ResearchReport.objects.filter(token=token).first():
        return _again(first, by)
    facts = _checked(title, purpose, linked_work, team or [rights.staff])
    report = ResearchReport(
        token=token, year=year, department=department, declared_on=today, declared_by=rights.staff, saved_at=now, created_by=by, **facts
    )
    try:
        with transaction.atomic():
            _check_unique(report)
            report.save()
            _write_team(report, team or [rights.staff], today)
            record_step(report, "申报选题", by=by, tell=clerk_ids(), now=now)
    except IntegrityError:  # the same form, or the same title, twice at once
        if first := ResearchReport.objects.filter(token=token).first():
            return _again(first, by)
        raise ResearchError({"title": "这个科室本年度已申报过同名的选题。"}) from None
    return report


def _again(first: ResearchReport, by) -> ResearchReport:
    if first.created_by_id != by.pk:
        raise ResearchError("这张表单已经用过了。请从“调研报告”里重新打开再填。")
    return first


@transaction.atomic
def change_topic(
    *,
    report: ResearchReport,
    version: int | None,
    title: str,
    purpose: str,
    linked_work: str,
    team: Sequence[StaffMember],
    by,
    now: datetime.datetime,
) -> ResearchReport:
    """Before it is approved by those whose it is: a topic that was returned or withdrawn is declared again by it. Approved, it is the
    clerk's to put right. Raises ResearchError, ResearchConflictError."""
    stored, today = lock_report(report), local_day(now)
    if not rights_of(by, now).may_change_topic(stored):
        raise ResearchError(f"选题现在是“{stored.get_state_display()}”，不能由您修改。已批准的选题要改，请与机关党委联系。")
    check_version(stored, version)
    facts = _checked(title, purpose, linked_work, team)
    before = stored.state
    for name, value in facts.items():
        setattr(stored, name, value)
    if before in (ResearchState.RETURNED, ResearchState.WITHDRAWN):
        _declare_again(stored, today)
    stored.version, stored.saved_at = stored.version + 1, now
    _check_unique(stored)
    stored.save()
    _write_team(stored, team, today)
    step = "修改选题" if before == stored.state else "重新申报选题"
    record_step(stored, step, by=by, tell=clerk_ids() if before != ResearchState.APPROVED else team_ids(stored), now=now)
    return stored


def _declare_again(stored: ResearchReport, today: datetime.date) -> None:
    """A returned topic keeps the day it was first declared on; a withdrawn one begins anew."""
    if stored.entries.exists():
        raise ResearchError("这份报告参加过评审，不能重新申报。请另报一个选题。")
    if stored.state == ResearchState.WITHDRAWN:
        stored.declared_on, stored.handed_in_on = today, None
    stored.state, stored.decided_on, stored.decided_by = ResearchState.DECLARED, None, None


@transaction.atomic
def decide_topic(
    *, report: ResearchReport, version: int | None, is_approved: bool, note: str, by, now: datetime.datetime
) -> ResearchReport:
    """By a clerk who has not declared it; returned with a note that says why. Raises ResearchError, ResearchConflictError."""
    stored, note = lock_report(report), plain_text(note)
    if stored.state != ResearchState.DECLARED:
        raise ResearchError(f"选题现在是“{stored.get_state_display()}”，不用再批。")
    if not rights_of(by, now).may_decide(stored):
        raise ResearchError("选题由机关党委批准，申报人不能批准自己的选题。请由另一位经办人批。")
    if version != stored.version:
        raise ResearchError("申报人刚改过选题，没有批。请看过下面的新内容再批。", code="conflict")
    if not is_approved and not note:
        raise ResearchError({"note": "退回的，请写明为什么、怎么改。"})
    _check_length("decision_note", note, at="note")
    stored.state = ResearchState.APPROVED if is_approved else ResearchState.RETURNED
    stored.decided_on, stored.decided_by, stored.decision_note = local_day(now), by, note
    stored.version, stored.saved_at = stored.version + 1, now
    stored.save(update_fields=["state", "decided_on", "decided_by", "decision_note", "version", "saved_at"])
    record_step(stored, "选题已批准" if is_approved else "选题退回", by=by, tell=team_ids(stored), now=now, note=note)
    return stored


@transaction.atomic
def withdraw_research(*, report: ResearchReport, reason: str, by, now: datetime.datetime) -> ResearchReport:
    """By those whose it is, or a clerk; out of an open judging it is out at once. What a closed judging found stays. Raises ResearchError."""
    stored, reason = lock_report(report), plain_line(reason)
    if not rights_of(by, now).may_withdraw(stored):
        raise ResearchError("这份报告已经撤回，或不由您撤回。")
    if not reason:
        raise ResearchError({"reason": "请写明撤回的原因。"})
    if len(reason) > REASON:
        raise ResearchError({"reason": f"原因最多 {REASON} 个字，现在有 {len(reason)} 个，请删减。"})
    if stored.entries.filter(judging__state=JudgingState.CLOSED).exists():
        raise ResearchError("评审已经结束，结果已定，不能再撤回。")
    stored.state = ResearchState.WITHDRAWN
    stored.version, stored.saved_at = stored.version + 1, now
    stored.save(update_fields=["state", "version", "saved_at"])
    record_step(stored, "已撤回", by=by, tell=clerk_ids() | team_ids(stored), now=now, note=reason)
    return stored


def _checked(title: str, purpose: str, linked_work: str, team: Sequence[StaffMember]) -> dict:
    facts = {"title": plain_line(title), "purpose": plain_text(purpose), "linked_work": plain_line(linked_work)}
    wrong = {}
    if not facts["title"]:
        wrong["title"] = "请写选题。"
    if not facts["purpose"]:
        wrong["purpose"] = "请写为什么调研：遇到什么问题，想弄清什么。"
    if not team:
        wrong["team"] = "请至少写一位调研组成员。"
    elif len(team) > MOST_TEAM:
        wrong["team"] = f"调研组最多 {MOST_TEAM} 人。"
    for name, text in facts.items():
        if len(text) > LIMITS[name]:
            wrong[name] = _too_long(name, text)
    if wrong:
        raise ResearchError(wrong)
    return facts


def _too_long(name: str, text: str) -> str:
    return f"最多 {LIMITS[name]} 个字，现在有 {len(text)} 个，请删减。"


def _check_length(name: str, text: str, *, at: str) -> None:
    if len(text) > LIMITS[name]:
        raise ResearchError({at: _too_long(name, text)})


def _check_unique(report: ResearchReport) -> None:
    try:
        report.full_clean(validate_constraints=True)
    except ValidationError as error:
        same = ResearchReport.objects.filter(year=report.year, department=report.department_id, title=report.title).exclude(pk=report.pk)
        if same.exists():
            raise ResearchError({"title": "这个科室（单位）本年度已申报过同名的选题。请换一个题目，或打开原来的接着改。"}) from error
        raise ResearchError(error) from error


def _write_team(report: ResearchReport, team: Sequence[StaffMember], today: datetime.date) -> None:
    """Whoever was on it keeps the department of then."""
    keys = list(dict.fromkeys(person.pk for person in team))
    before = dict(report.members.values_list("staff", "department"))
    places = dict(StaffMember.objects.filter(pk__in=keys).with_department_on(today).values_list("pk", "department_on"))
    report.members.all().delete()
    ResearchMember.objects.bulk_create(
        [
            ResearchMember(report=report, staff_id=pk, department_id=before.get(pk) or places.get(pk), position=position)
            for position, pk in enumerate(keys)
        ]
    )
