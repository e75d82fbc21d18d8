"""The report itself: written, handed in, and what came of it."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from cms.core.characters import count_characters

from ...periods import local_day
from ..choices import Level, OutcomeKind, ResearchState
from ..models import FieldVisit, Placement, ResearchOutcome, ResearchReport
from ..research_limits import MOST_VISITS, fewest_characters, most_characters
from .research_steps import (
    ResearchError,
    check_not_judged,
    check_version,
    clerk_ids,
    lock_report,
    plain_line,
    plain_text,
    record_step,
    rights_of,
    team_ids,
)

EARLIEST = datetime.date(2000, 1, 1)
MOST_INTERVIEWEES = 30_000
LINES, TEXTS = ("method",), ("abstract", "problem", "cause", "proposal", "body")
LABELS = {name: str(ResearchReport._meta.get_field(name).verbose_name) for name in (*LINES, *TEXTS)}


@dataclass(frozen=True, slots=True)
class Written:
    """What the team has typed."""

    method: str = ""
    interviewees: int | None = None
    abstract: str = ""
    problem: str = ""
    cause: str = ""
    proposal: str = ""
    body: str = ""

    @classmethod
    def of(cls, report: ResearchReport) -> "Written":
        return cls(**{name: getattr(report, name) for name in cls.__slots__})

    def tidy(self) -> "Written":
        """As it is stored. Raises ResearchError by field."""
        lines = {name: plain_line(getattr(self, name)) for name in LINES}
        found = Written(**lines, interviewees=self.interviewees, **{name: plain_text(getattr(self, name)) for name in TEXTS})
        wrong = {}
        for name in (*LINES, *TEXTS):
            most, length = ResearchReport._meta.get_field(name).max_length, len(getattr(found, name))
            if length > most:
                wrong[name] = f"{LABELS[name]}最多 {most:,} 个字，现在有 {length:,} 个，多出 {length - most:,} 个。请删减后再保存。"
        if found.interviewees is not None and not 0 <= found.interviewees <= MOST_INTERVIEWEES:
            wrong["interviewees"] = f"访谈人数须在 0 到 {MOST_INTERVIEWEES:,} 之间。"
        if wrong:
            raise ResearchError(wrong)
        return found


@transaction.atomic
def save_report(*, report: ResearchReport, version: int | None, written: Written, by, now: datetime.datetime) -> ResearchReport:
    """The text as it stands in somebody's window, opened with `version`; the same text twice is no conflict. Changing what was handed in
    takes it back: it is handed in again. Raises ResearchError, ResearchConflictError."""
    text = written.tidy()
    stored = report_to_write(report, by=by, now=now)
    if text == Written.of(stored):
        return stored
    check_version(stored, version)
    return _store(stored, text, by=by, now=now)


@transaction.atomic
def put_text(*, report: ResearchReport, text: str, is_replacing: bool, by, now: datetime.datetime) -> ResearchReport:
    """The text of a file after what is written, or in its place: then what stood there is kept as a revision. Raises ResearchError."""
    stored = report_to_write(report, by=by, now=now)
    before = Written.of(stored)
    if is_replacing and stored.body:
        stored.save_revision(user=by)
    body = text if is_replacing or not stored.body else f"{stored.body}\n\n{text}"
    changed = Written(**{name: getattr(before, name) for name in Written.__slots__} | {"body": body}).tidy()
    return stored if changed == before else _store(stored, changed, by=by, now=now)


def report_to_write(report: ResearchReport, *, by, now: datetime.datetime) -> ResearchReport:
    """Locked. Raises ResearchError."""
    stored = lock_report(report)
    rights = rights_of(by, now)
    if not rights.writes(stored):
        raise ResearchError("只有调研组成员和科室（单位）负责人能写这份报告。")
    if not rights.may_write(stored):
        raise ResearchError(f"选题现在是“{stored.get_state_display()}”，批准以后才能写报告。您填写的没有保存，请先复制留存。")
    check_not_judged(stored)
    return stored


def _store(stored: ResearchReport, text: Written, *, by, now) -> ResearchReport:
    for name in Written.__slots__:
        setattr(stored, name, getattr(text, name))
    stored.characters = count_characters(stored.body)
    return keep_change(stored, [*Written.__slots__, "characters"], by=by, now=now)


def keep_change(stored: ResearchReport, fields: list[str], *, by, now: datetime.datetime) -> ResearchReport:
    """A new version of what is locked; what had been handed in waits to be handed in again."""
    was_handed_in = stored.state == ResearchState.HANDED_IN
    stored.state = ResearchState.APPROVED
    stored.version, stored.saved_at = stored.version + 1, now
    stored.save(update_fields=[*fields, "state", "version", "saved_at"])
    if was_handed_in:
        record_step(stored, "修改已提交的报告，待重新提交", by=by, tell=clerk_ids(), now=now)
    return stored


@dataclass(frozen=True, slots=True)
class VisitLine:
    began_on: datetime.date
    ended_on: datetime.date
    place: str
    note: str = ""


@transaction.atomic
def save_visits(*, report: ResearchReport, version: int | None, visits: Sequence[VisitLine], by, now: datetime.datetime) -> ResearchReport:
    """All of them anew. Raises ResearchError, ResearchConflictError."""
    stored, today = report_to_write(report, by=by, now=now), local_day(now)
    check_version(stored, version)
    if len(visits) > MOST_VISITS:
        raise ResearchError(f"实地调研最多记 {MOST_VISITS} 次，请合并。")
    rows = [
        FieldVisit(report=stored, began_on=one.began_on, ended_on=one.ended_on, place=plain_line(one.place), note=plain_line(one.note))
        for one in visits
    ]
    for number, row in enumerate(rows, start=1):
        if not EARLIEST <= row.began_on <= row.ended_on:
            raise ResearchError(f"第 {number} 次：结束日期早于开始日期，或日期太早。请改正。")
        if row.ended_on > today:
            raise ResearchError(f"第 {number} 次：日期在今天以后。去过以后再记。")
        row.full_clean(exclude=["report"])
    stored.visits.all().delete()
    FieldVisit.objects.bulk_create(rows)
    return keep_change(stored, [], by=by, now=now)


def missing_for_hand_in(report: ResearchReport) -> list[str]:
    """What keeps `report` from being handed in, each with its remedy; empty: nothing."""
    missing = [f"还没有写{LABELS[name]}。" for name in ("abstract", "problem", "cause", "proposal") if not getattr(report, name).strip()]
    if not report.characters:
        missing.append("还没有报告正文。请写正文，或读入 .docx 文件：评委只看文字。")
    return missing


def cautions_for(report: ResearchReport) -> list[str]:
    """What is unusual: said, never an obstacle."""
    found = []
    most, fewest = most_characters(), fewest_characters()
    if most and report.characters > most:
        found.append(f"正文 {report.characters:,} 字，一般不超过 {most:,} 字。仍可提交。")
    elif fewest and 0 < report.characters < fewest:
        found.append(f"正文 {report.characters:,} 字，一般不少于 {fewest:,} 字。仍可提交。")
    if not report.visits.exists():
        found.append("还没有记实地调研。没有去过现场的，不算调研报告；去过的请补记。")
    if not report.interviewees:
        found.append("没有填访谈人数。")
    return found


@transaction.atomic
def hand_in_report(
    *,
    report: ResearchReport,
    version: int | None,
    secrecy_checked_by: str,
    secrecy_checked_on: datetime.date,
    by,
    now: datetime.datetime,
) -> ResearchReport:
    """With who checked that nothing in it is secret; each hand-in keeps a revision. Raises ResearchError, ResearchConflictError."""
    stored, today, checker = lock_report(report), local_day(now), plain_line(secrecy_checked_by)
    if not rights_of(by, now).may_hand_in(stored):
        raise ResearchError(f"现在是“{stored.get_state_display()}”，不能提交，或不由您提交。")
    check_not_judged(stored)
    if version != stored.version:
        raise ResearchError("报告刚被别人改过，没有提交。请看过新的内容再提交。", code="conflict")
    if missing := missing_for_hand_in(stored):
        raise ResearchError(missing)
    if not checker:
        raise ResearchError({"secrecy_checked_by": "请写保密审查人的姓名。"})
    if len(checker) > ResearchReport._meta.get_field("secrecy_checked_by").max_length:
        raise ResearchError({"secrecy_checked_by": "姓名太长，请改正。"})
    if not stored.declared_on <= secrecy_checked_on <= today:
        raise ResearchError({"secrecy_checked_on": f"审查日期须在 {stored.declared_on:%Y-%m-%d} 到今天之间。"})
    stored.state, stored.handed_in_on = ResearchState.HANDED_IN, today
    stored.secrecy_checked_by, stored.secrecy_checked_on = checker, secrecy_checked_on
    stored.version, stored.saved_at = stored.version + 1, now
    stored.save()
    stored.save_revision(user=by)
    record_step(stored, "提交报告", by=by, tell=clerk_ids() | team_ids(stored), now=now)
    return stored


@transaction.atomic
def add_outcome(
    *,
    report: ResearchReport,
    kind: str,
    happened_on: datetime.date,
    level: str,
    receiver: str,
    change: str,
    placement: Placement | None,
    by,
    now: datetime.datetime,
) -> ResearchOutcome:
    """What came of a report that was handed in. 转化 says what changed at work: it is a 收获运用 of the team. Raises ResearchError."""
    stored, today = lock_report(report), local_day(now)
    if not rights_of(by, now).may_record_outcomes(stored):
        raise ResearchError("报告提交以后，由调研组、科室（单位）负责人或机关党委登记成果去向。")
    outcome = ResearchOutcome(
        report=stored,
        kind=kind,
        happened_on=happened_on,
        level=level,
        receiver=plain_line(receiver),
        change=plain_text(change),
        placement=placement if kind == OutcomeKind.PUBLISHED else None,
        entered_at=now,
        entered_by=by,
    )
    _check_outcome(outcome, stored, today)
    outcome.save()
    record_step(stored, f"登记去向：{outcome.get_kind_display()}", by=by, tell=team_ids(stored), now=now, note=outcome.receiver)
    return outcome


def _check_outcome(outcome: ResearchOutcome, report: ResearchReport, today: datetime.date) -> None:
    wrong = {}
    if outcome.kind not in OutcomeKind.values:
        wrong["kind"] = "请从列出的去向里选一种。"
    if outcome.level and outcome.level not in Level.values:
        wrong["level"] = "请从列出的级别里选一种。"
    elif outcome.kind == OutcomeKind.ENDORSED and not outcome.level:
        wrong["level"] = "领导批示的，请选批示领导的级别。"
    if not outcome.receiver:
        wrong["receiver"] = "请写报给谁、在哪里发表、谁批示或哪份文件。"
    if outcome.kind == OutcomeKind.CONVERTED and not outcome.change:
        wrong["change"] = "请写明工作上有什么改变：改了哪项制度、哪个做法。"
    if not report.declared_on <= outcome.happened_on <= today:
        wrong["happened_on"] = f"日期须在申报选题（{report.declared_on:%Y-%m-%d}）以后、今天以前。"
    for name in ("receiver", "change"):
        most, length = ResearchOutcome._meta.get_field(name).max_length, len(getattr(outcome, name))
        if length > most:
            wrong[name] = f"最多 {most} 个字，现在有 {length} 个，请删减。"
    if wrong:
        raise ResearchError(wrong)


@transaction.atomic
def remove_outcome(*, outcome: ResearchOutcome, by, now: datetime.datetime) -> None:
    """A mistake is taken out by a clerk; the log keeps what it said. Raises ResearchError."""
    stored = lock_report(outcome.report)
    if not rights_of(by, now).is_clerk:
        raise ResearchError("登记错的成果去向由机关党委删去。")
    found = stored.outcomes.filter(pk=outcome.pk).first()
    if found is None:
        raise ResearchError("这一条已经删去了。")
    found.delete()
    record_step(
        stored,
        f"删去去向：{outcome.get_kind_display()}",
        by=by,
        tell=team_ids(stored),
        now=now,
        note=f"{outcome.happened_on} {outcome.receiver}",
    )
