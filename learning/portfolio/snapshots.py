"""A file's whole content as one canonical text with its SHA-256: what a year is locked, archived and read back with."""

import datetime
import hashlib
from collections import defaultdict
from dataclasses import replace
from typing import NoReturn

from django.urls import reverse

from ..evidence import Attachment, Detail, Have, find_evidence
from ..organisation.models import StaffMember
from ..periods import local_day
from .canonical import CanonicalError, dumped, loaded, plain_of, read_as
from .cells import PersonYear, Record
from .choices import PlanState, StatementState
from .contents import Confirmation, FileContent, PlanText, ReviewFigure, StatementText
from .differences import changes, places_in_year
from .models import FiveHavesFile, StudyPlan, StudyStatement
from .reviews_results import figure_of
from .years import year_of

FORMAT = "five-haves-file/1"
LONGEST = 50_000_000  # characters; a person's year has some hundred thousand
DETAIL = {"kind", "record_id", "facts", "paragraphs", "attachments"}


class SnapshotError(ValueError):
    """Not a snapshot, or a damaged one; the message is Chinese."""


def content_of(person: StaffMember, year: int, today: datetime.date) -> FileContent:
    """As it stands now, locked or not: a number of statements that depends on the kinds of records alone."""
    file = FiveHavesFile.objects.of_year(year).filter(staff=person.pk).with_parts().first()
    return content_with(year_of(person, year, today), file)


def content_with(found: PersonYear, file: FiveHavesFile | None) -> FileContent:
    """The same, of what is loaded already; `file` comes `with_parts()`."""
    return canonical(
        FileContent(
            year=found,
            plan=shown_plan(getattr(file, "plan", None)),
            statement=statement_text(getattr(file, "statement", None)),
            review=figure_of(found.staff_id, found.year),
            confirmation=confirmation_of(file),
            details=_details(found),
        )
    )


def plan_text(plan: StudyPlan | None) -> PlanText | None:
    if plan is None:
        return None
    return PlanText(
        goals=plan.goals,
        books=plan.books,
        topics=plan.topics,
        schedule=plan.schedule,
        state=plan.get_state_display(),
        decided_by=plan.decided_by_name,
        decided_on=local_day(plan.decided_at) if plan.decided_at else None,
        decision_note=plan.decision_note,
    )


def shown_plan(plan: StudyPlan | None) -> PlanText | None:
    """Only what was handed in or decided on: a package is taken by others, too, and a draft is its writer's alone."""
    return None if plan is None or plan.state == PlanState.DRAFT else plan_text(plan)


def statement_text(statement: StudyStatement | None) -> StatementText | None:
    """Only what was handed in: a draft is its writer's alone."""
    if statement is None or statement.state != StatementState.HANDED_IN:
        return None
    return StatementText(statement.text, local_day(statement.handed_in_at))


def confirmation_of(file: FiveHavesFile | None) -> Confirmation | None:
    if file is None or file.confirmed_at is None:
        return None
    return Confirmation(file.confirmed_by_name, local_day(file.confirmed_at), file.confirm_note)


def _details(found: PersonYear) -> dict[tuple[str, int], Detail]:
    ids = defaultdict(list)
    for record in found.records:
        ids[record.kind].append(record.record_id)
    details = {}
    for key, record_ids in ids.items():
        kind = find_evidence(key)
        if kind is not None and kind.details is not None and not kind.is_private:
            told = kind.details(found.staff_id, record_ids)
            details.update({(key, record_id): detail for record_id, detail in told.items()})
    return details


def canonical(content: FileContent) -> FileContent:
    """The same content in the one order that does not depend on how it was loaded."""
    year = content.year
    records = tuple(sorted(year.records, key=_text_of))
    year = replace(
        year,
        places=tuple(sorted(year.places, key=lambda one: (one.started_on, not one.is_primary, _text_of(one)))),
        cells=tuple(
            replace(cell, lines=_sorted_lines(cell.lines), records=tuple(one for one in records if one.have == cell.have))
            for cell in sorted(year.cells, key=lambda cell: list(Have).index(cell.have))
        ),
        others=_sorted_lines(year.others),
        records=records,
    )
    return replace(content, year=year, details=dict(sorted(content.details.items())))


def _text_of(value) -> tuple:
    day = getattr(value, "counted_on", datetime.date.min)
    return day, dumped(plain_of(value))


def _sorted_lines(lines) -> tuple:
    return tuple(sorted(lines, key=lambda one: (one.name, one.series, one.period.first, _text_of(one))))


def to_text(content: FileContent) -> str:
    """Of a record its address is left out (where a page stands is not what was done), of a cell its records (those of the year that fill
    its have), of an attachment all but its name and digest."""
    content = canonical(content)
    year = plain_of(content.year)
    for record in year["records"]:
        del record["url"]
    for cell in year["cells"]:
        del cell["records"]
    return dumped(
        {
            "format": FORMAT,
            "year": year,
            "plan": plain_of(content.plan),
            "statement": plain_of(content.statement),
            "review": plain_of(content.review),
            "confirmation": plain_of(content.confirmation),
            "details": [_plain_detail(key, detail) for key, detail in content.details.items()],
        }
    )


def _plain_detail(key: tuple[str, int], detail: Detail) -> dict:
    return {
        "kind": key[0],
        "record_id": key[1],
        "facts": plain_of(detail.facts),
        "paragraphs": plain_of(detail.paragraphs),
        "attachments": [[one.name, one.sha256] for one in detail.attachments],
    }


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def from_text(text: str) -> FileContent:
    """What `to_text` wrote; attachments cannot be opened (`Attachment.open` raises FileNotFoundError). Raises SnapshotError for anything else,
    be it one blank too many."""
    if len(text) > LONGEST:
        raise SnapshotError("档案内容过大，不是本系统导出的档案。")
    try:
        content = _content(loaded(text))
        is_same = to_text(content) == text and bool(text.encode())
    except (CanonicalError, UnicodeEncodeError) as error:
        raise SnapshotError(f"档案内容读不出：{error}" if isinstance(error, CanonicalError) else "档案内容含有读不出的字符。") from error
    if not is_same:
        raise SnapshotError("档案内容被改动过：写法与本系统导出的不同。")
    return content


def _content(plain) -> FileContent:
    if not isinstance(plain, dict) or plain.get("format") != FORMAT:
        raise CanonicalError("不是五有档案的内容，或者是本系统不认识的版本。")
    if plain.keys() != {"format", "year", "plan", "statement", "review", "confirmation", "details"}:
        raise CanonicalError("字段不全或有多余的字段。")
    return FileContent(
        year=_year(plain["year"]),
        plan=read_as(PlanText | None, plain["plan"], "学习规划"),
        statement=read_as(StatementText | None, plain["statement"], "述学报告"),
        review=read_as(ReviewFigure | None, plain["review"], "评学"),
        confirmation=read_as(Confirmation | None, plain["confirmation"], "确认"),
        details=_read_details(plain["details"]),
    )


def _year(plain) -> PersonYear:
    _expect(isinstance(plain, dict) and isinstance(plain.get("records"), list) and isinstance(plain.get("cells"), list))
    _expect(all(isinstance(one, dict) for one in (*plain["records"], *plain["cells"])))
    year = read_as(
        PersonYear,
        {
            **plain,
            "records": [{**record, "url": ""} for record in plain["records"]],
            "cells": [{**cell, "records": []} for cell in plain["cells"]],
        },
        "年度档案",
    )
    _expect(sorted(cell.have for cell in year.cells) == sorted(Have))
    records = tuple(replace(record, url=address_of(record)) for record in year.records)
    cells = tuple(replace(cell, records=tuple(one for one in records if one.have == cell.have)) for cell in year.cells)
    return replace(year, records=records, cells=cells)


def _expect(is_so: bool) -> None:
    if not is_so:
        raise CanonicalError("年度档案的结构不完整。")


def address_of(record: Record) -> str:
    """Where this site shows such a record today."""
    kind = find_evidence(record.kind)
    return reverse(kind.address, args=[record.record_id]) if kind and kind.address and record.record_id >= 0 else ""


def _read_details(plain) -> dict[tuple[str, int], Detail]:
    if not isinstance(plain, list) or not all(isinstance(one, dict) and one.keys() == DETAIL for one in plain):
        raise CanonicalError("记录内容的结构不完整。")
    found = {}
    for one in plain:
        key = read_as(str, one["kind"], "记录类别"), read_as(int, one["record_id"], "记录编号")
        if key in found:
            raise CanonicalError("同一条记录出现了两次。")
        found[key] = Detail(
            facts=read_as(tuple[tuple[str, str], ...], one["facts"], "记录内容"),
            paragraphs=read_as(tuple[str, ...], one["paragraphs"], "记录正文"),
            attachments=tuple(
                Attachment(name, digest, _nowhere) for name, digest in read_as(tuple[tuple[str, str], ...], one["attachments"], "记录附件")
            ),
        )
    return found


def _nowhere() -> NoReturn:
    raise FileNotFoundError("the text of a file says what its attachments are called, it does not hold them")


def confirmed_text(found: PersonYear, plan: StudyPlan | None, statement: StudyStatement | None) -> str:
    """What a head confirms: where the person was, what is recorded, what the person wrote. That days pass, that a rule or an address is
    changed, what a record says inside, is no change of it. No statement."""
    return dumped(
        {
            "places": plain_of(places_in_year(found)),
            "private": [cell.have.value for cell in found.cells if cell.has_private],
            "records": sorted(
                [one.kind, one.record_id, one.title, one.counted_on.isoformat(), one.happened_on.isoformat()] for one in found.records
            ),
            "plan": plain_of(shown_plan(plan)),
            "statement": plain_of(statement_text(statement)),
        }
    )


def differences(frozen: FileContent, now: FileContent) -> list[str]:
    """Readable Chinese lines, one a change (`differences.changes` has them by topic); empty for the same content."""
    return [str(change) for change in changes(frozen, now)]
