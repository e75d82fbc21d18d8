"""Whom an upload belongs to on this site, and what reading it back would make. Nothing is written here."""

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..organisation.models import Department, Posting, StaffMember
from .choices import LockOrigin
from .models import FileLock, FiveHavesFile, RestoredFile
from .uploads import Upcoming
from .years import year_of

BY_NUMBER = "请先在“人员”里给本站的这个人填上与档案一致的工号，再上传；档案里没有工号的，请在原系统里填上工号重新导出。"


class RestoreRefusedError(ValueError):
    """This person's year is not read back; the message is Chinese and says what to do."""


@dataclass(slots=True)
class Outlook:
    """What becomes of one person's year. `problem`: nothing of the whole upload is read back."""

    upcoming: Upcoming
    staff: StaffMember | None = None
    is_known: bool = False
    problem: str = ""

    @property
    def is_new_person(self) -> bool:
        return self.staff is None and not self.problem and not self.is_known

    @property
    def state(self) -> tuple[str, str, str]:
        """Key for the style sheet, mark and words."""
        if self.problem:
            return ("missed", "○", "不能读回")
        return ("not-due", "–", "已经读回过") if self.is_known else ("done", "●", "可以读回")


@dataclass(slots=True)
class Plan:
    outlooks: list[Outlook] = field(default_factory=list)
    new_departments: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[Outlook]:
        return [one for one in self.outlooks if one.problem]

    @property
    def to_restore(self) -> list[Outlook]:
        return [one for one in self.outlooks if not one.problem and not one.is_known]

    @property
    def new_people(self) -> int:
        return sum(one.is_new_person for one in self.outlooks)

    @property
    def attachments(self) -> int:
        return sum(len(one.upcoming.present) for one in self.to_restore)

    @property
    def may_go_on(self) -> bool:
        return bool(self.to_restore) and not self.problems


def plan_of(upcoming: Sequence[Upcoming], today: datetime.date) -> Plan:
    """Two statements for each person, some more for one who is here already."""
    plan, twice = Plan(), _twice(upcoming)
    for one in upcoming:
        outlook = Outlook(one)
        try:
            if _key(one) in twice:
                raise RestoreRefusedError(f"这个包里有两份分不开的档案（同名，{one.year}年）。{BY_NUMBER}")
            outlook.staff = find_person(one)
            outlook.is_known = outlook.staff is not None and is_there_already(outlook.staff, one)
            if outlook.staff is not None and not outlook.is_known:
                refuse_unless_empty(outlook.staff, one.year, today)
        except RestoreRefusedError as error:
            outlook.problem = str(error)
        plan.outlooks.append(outlook)
    plan.new_departments = _new_departments(plan)
    return plan


def _key(one: Upcoming) -> tuple:
    return (one.year, one.number) if one.number else (one.year, one.name, frozenset(one.departments))


def _twice(upcoming: Iterable[Upcoming]) -> set[tuple]:
    return {key for key, count in Counter(map(_key, upcoming)).items() if count > 1}


def _new_departments(plan: Plan) -> list[str]:
    """Names in the order they come in; of several departments of one name on this site the package does not say which."""
    wanted: dict[str, None] = {}
    for one in plan.to_restore:
        for name in one.upcoming.departments:
            wanted.setdefault(name)
    counts = Counter(Department.objects.filter(name__in=list(wanted)).values_list("name", flat=True))
    for one in plan.to_restore:
        if several := next((name for name in one.upcoming.departments if counts[name] > 1), ""):
            one.problem = f"本站有 {counts[several]} 个“{several}”，分不清是哪一个。请先把其中的改名（例如加上上级的名称），再上传。"
    return [name for name in wanted if not counts[name]]


def find_person(one: Upcoming, *, besides: Iterable[int] = ()) -> StaffMember | None:
    """By employee number, else by name and department of that time; None: nobody here. `besides` are keys of people who are not meant.
    Raises RestoreRefusedError where it might be either of two."""
    if one.number and (found := StaffMember.objects.filter(employee_number=one.number).first()):
        if found.name != one.name:
            raise RestoreRefusedError(
                f"工号 {one.number} 在本站是{found.name}，档案里是{one.name}。不是同一个人的，请核对工号；"
                "是同一个人改了名的，请先把本站的姓名改成档案里的，读回以后再改回来。"
            )
        return found
    namesakes = list(StaffMember.objects.named(one.name).exclude(pk__in=list(besides)))
    if one.number:
        namesakes = [person for person in namesakes if not person.employee_number]  # another number is another person
    if not namesakes:
        return None
    posted = set(
        Posting.objects.filter(staff__in=namesakes, department__name__in=one.departments).order_by().values_list("staff", flat=True)
    )
    same = [person for person in namesakes if person.pk in posted]
    if len(same) == 1:
        return same[0]
    if same:
        raise RestoreRefusedError(f"本站有 {len(same)} 个{one.name}在同一科室（单位），分不清是哪一个。{BY_NUMBER}")
    raise RestoreRefusedError(
        f"本站有同名的{one.name}，但不在{'、'.join(one.departments) or '档案所说的科室'}，分不清是不是同一个人。{BY_NUMBER}"
    )


def is_there_already(staff: StaffMember, one: Upcoming) -> bool:
    return FileLock.objects.in_force().filter(file__staff=staff.pk, file__year=one.year, sha256=one.sha256).exists()


def refuse_unless_empty(staff: StaffMember, year: int, today: datetime.date) -> None:
    """Raises RestoreRefusedError where this site knows anything of this person's year."""
    file = FiveHavesFile.objects.of_year(year).filter(staff=staff.pk).with_parts().first()
    if getattr(file, "lock_in_force", None):
        raise RestoreRefusedError(
            f"本站{staff.name}{year}年的档案已经锁定，内容与这个包不同，不能覆盖。要核对的，请打开本站的档案比较 SHA-256。"
        )
    has_parts = file is not None and (
        file.confirmed_at or file.notes_on_paper_on or getattr(file, "plan", None) or getattr(file, "statement", None)
    )
    if not has_parts:
        found = year_of(staff, year, today)
        has_parts = bool(found.records) or any(cell.has_private for cell in found.cells)
    if has_parts:
        raise RestoreRefusedError(f"本站已有{staff.name}{year}年的学习记录，读回会把两处的内容混在一起。请在没有这一年记录的系统里读回。")


def originals_of(lock: FileLock | None) -> list[RestoredFile]:
    """What a file that was read back has brought along, for its page. One statement; none for a file of this site."""
    if lock is None or lock.origin != LockOrigin.RESTORED:
        return []
    return list(lock.restored_files.only("pk", "name", "lock"))
