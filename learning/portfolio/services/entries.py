"""收获运用, achievements, and the word that one's notes are on paper."""

import datetime
from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction
from wagtail.log_actions import log

from ...organisation.models import StaffMember
from ...periods import local_day
from ...programme.services.locking import locked
from ..models import Achievement, Application, FiveHavesFile
from ..sources import Source, find_source
from .writing import EntryConflictError, EntryError, check_day, check_lengths, check_own, file_to_write, hold_years

ACTION = "portfolio.entry"
APPLICATION_IS, ACHIEVEMENT_IS = "收获运用", "学习成果"


@dataclass(frozen=True, slots=True)
class ApplicationWords:
    """`source` is the key of an own record (`sources.Source.key`), or empty."""

    happened_on: datetime.date
    learnt: str
    change: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class AchievementFacts:
    kind: str
    title: str
    started_on: datetime.date
    institution: str = ""
    area: str = ""
    finished_on: datetime.date | None = None


@transaction.atomic
def register_application(*, token, staff: StaffMember, words: ApplicationWords, by, now: datetime.datetime) -> Application:
    """The same `token` a second time leads to the first. Raises EntryError, LockedFileError."""
    check_own(staff, by, APPLICATION_IS)
    if first := Application.objects.filter(token=token).first():
        return _again(first, staff)
    entry = Application(token=token, staff=staff, saved_at=now)
    _write_application(entry, words, now=now)
    return _stored(entry, staff, by)


@transaction.atomic
def change_application(*, entry: Application, version: int | None, words: ApplicationWords, by, now: datetime.datetime) -> Application:
    """Raises EntryError, LockedFileError."""
    check_own(entry.staff, by, APPLICATION_IS)
    hold_years(entry.staff, entry.happened_on, words.happened_on)
    stored = _held(entry, APPLICATION_IS)
    if version != stored.version:
        raise EntryConflictError(stored, APPLICATION_IS)
    _write_application(stored, words, now=now)
    stored.version, stored.saved_at = stored.version + 1, now
    stored.save()
    _log(stored, "修改", by)
    return stored


def _write_application(entry: Application, words: ApplicationWords, *, now: datetime.datetime) -> None:
    wrong = {}
    if not words.learnt:
        wrong["learnt"] = "请写学到了什么。"
    if not words.change:
        wrong["change"] = "请写工作上有什么改变。"
    if wrong:
        raise EntryError(wrong)
    check_lengths(Application, {"learnt": words.learnt, "change": words.change})
    if entry.happened_on != words.happened_on:
        check_day(words.happened_on, now=now, name="happened_on")
    hold_years(entry.staff, entry.happened_on, words.happened_on)
    if words.source and words.source != source_key(entry):
        source = find_source(entry.staff_id, words.source, words.happened_on.year)
        if source is None:
            raise EntryError({"source": "“学自”只能选自己今年或去年的学习记录。请重新选择。"})
    elif words.source:
        source = Source(entry.source_kind, entry.source_id, entry.source_title)
    else:
        source = None
    entry.happened_on, entry.learnt, entry.change = words.happened_on, words.learnt, words.change
    entry.source_kind, entry.source_id = (source.kind, source.record_id) if source else ("", None)
    entry.source_title = source.title[: Application._meta.get_field("source_title").max_length] if source else ""


def source_key(entry: Application) -> str:
    """As a form names it; empty where nothing is linked."""
    return Source(entry.source_kind, entry.source_id, entry.source_title).key if entry.source_kind else ""


@transaction.atomic
def register_achievement(*, token, staff: StaffMember, facts: AchievementFacts, by, now: datetime.datetime) -> Achievement:
    """The same `token` a second time leads to the first. Raises EntryError, LockedFileError."""
    check_own(staff, by, ACHIEVEMENT_IS)
    if first := Achievement.objects.filter(token=token).first():
        return _again(first, staff)
    entry = Achievement(token=token, staff=staff, saved_at=now)
    hold_years(staff, facts.finished_on or facts.started_on)
    _write_achievement(entry, facts, now=now)
    return _stored(entry, staff, by)


@transaction.atomic
def change_achievement(
    *, entry: Achievement, was: datetime.datetime | None, facts: AchievementFacts, by, now: datetime.datetime
) -> Achievement:
    """`was`: when it was saved last, as the form was shown. That something begun in a locked year has been finished since may be said; nothing
    else that is dated in a locked year changes. Raises EntryError, LockedFileError."""
    check_own(entry.staff, by, ACHIEVEMENT_IS)
    hold_years(entry.staff, facts.finished_on or facts.started_on)
    stored = _held(entry, ACHIEVEMENT_IS)
    if was != stored.saved_at:
        raise EntryConflictError(stored, ACHIEVEMENT_IS)
    only_finishes = stored.finished_on is None and asdict(facts) == asdict(facts_of(stored)) | {"finished_on": facts.finished_on}
    if not only_finishes:
        hold_years(entry.staff, stored.finished_on or stored.started_on)
    _write_achievement(stored, facts, now=now)
    stored.saved_at = now
    stored.save()
    _log(stored, "修改", by)
    return stored


def facts_of(entry: Achievement) -> AchievementFacts:
    return AchievementFacts(**{name: getattr(entry, name) for name in AchievementFacts.__slots__})


def _write_achievement(entry: Achievement, facts: AchievementFacts, *, now: datetime.datetime) -> None:
    if not facts.title:
        raise EntryError({"title": "请写名称。"})
    for name in ("started_on", "finished_on"):
        if (day := getattr(facts, name)) and day > local_day(now):
            raise EntryError({name: "日期在今天以后。还没有完成的，“完成日期”先不填。"})
    if facts.finished_on and facts.finished_on < facts.started_on:
        raise EntryError({"finished_on": "完成日期早于开始日期。"})
    check_lengths(Achievement, {"title": facts.title, "institution": facts.institution})
    for name, value in asdict(facts).items():
        setattr(entry, name, value)


@transaction.atomic
def remove_entry(*, entry: Application | Achievement, by, now: datetime.datetime) -> None:
    """Gone for good, with a line in the log. Raises EntryError, LockedFileError."""
    what = APPLICATION_IS if isinstance(entry, Application) else ACHIEVEMENT_IS
    check_own(entry.staff, by, what)
    hold_years(entry.staff, _day_of(entry))
    stored = _held(entry, what)
    if _day_of(stored).year != _day_of(entry).year:  # the year that was held is not the one it counts for now
        raise EntryConflictError(stored, what)
    _log(stored, "删去", by, deleted=True)
    stored.delete()


def _day_of(entry: Application | Achievement) -> datetime.date:
    """That it counts on."""
    return entry.happened_on if isinstance(entry, Application) else entry.finished_on or entry.started_on


def _held(entry: Application | Achievement, what: str):
    """As it stands now, ours until the end of the transaction. Raises EntryError for what is gone."""
    model = type(entry)
    try:
        return locked(model.objects.select_related("staff"), entry.pk)
    except model.DoesNotExist as error:
        raise EntryError(f"这条{what}已经在别的窗口删去了。") from error


def _again(first, staff: StaffMember):
    if first.staff_id != staff.pk:
        raise EntryError("这张表单已经用过了。请重新打开再填。")
    return first


def _stored(entry, staff: StaffMember, by):
    try:
        with transaction.atomic():
            entry.save()
    except IntegrityError:  # the same form twice at once
        return _again(type(entry).objects.get(token=entry.token), staff)
    _log(entry, "登记", by)
    return entry


def _log(entry, step: str, by, *, deleted: bool = False) -> None:
    what = APPLICATION_IS if isinstance(entry, Application) else ACHIEVEMENT_IS
    log(instance=entry, action=ACTION, user=by, title=f"{what} {entry.pk}", data={"step": step}, deleted=deleted)


@transaction.atomic
def declare_paper_notes(*, staff: StaffMember, year: int, by, now: datetime.datetime, today: datetime.date) -> FiveHavesFile:
    """That there are notes on paper; said a second time, the first day stays. Nothing is written into any log: notes are private. Raises
    EntryError, LockedFileError."""
    check_own(staff, by, "纸质笔记")
    file = file_to_write(staff, year, now=now)
    if file.notes_on_paper_on is None:
        file.notes_on_paper_on = today
        file.save(update_fields=["notes_on_paper_on"])
    return file


@transaction.atomic
def withdraw_paper_notes(*, staff: StaffMember, year: int, by, now: datetime.datetime) -> FiveHavesFile:
    """Raises EntryError, LockedFileError."""
    check_own(staff, by, "纸质笔记")
    file = file_to_write(staff, year, now=now)
    file.notes_on_paper_on = None
    file.save(update_fields=["notes_on_paper_on"])
    return file
