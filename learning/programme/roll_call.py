"""What a clerk looks at while a roll is taken: a tile a person, the counts, who is out and why, the sheet to sign on."""

from dataclasses import dataclass

from .choices import LEAVE_STATUSES, THERE_STATUSES, AttendanceStatus, RecordedBy
from .models import Attendance, LeaveRequest, Session
from .roster import present_audience, with_places

# One tap goes to and fro between the first two; the rest is a second tap away.
OTHER_STATUSES = tuple(
    status for status in AttendanceStatus if status not in (AttendanceStatus.PRESENT, AttendanceStatus.ABSENT, AttendanceStatus.UNRECORDED)
)
MARKS = {
    AttendanceStatus.PRESENT: "●",
    AttendanceStatus.LATE: "●",
    AttendanceStatus.ONLINE: "●",
    AttendanceStatus.LEFT_EARLY: "◐",
    AttendanceStatus.ABSENT: "○",
    AttendanceStatus.UNRECORDED: "–",
}
EXCUSED_MARK = "◐"  # to be made up


def mark_of(status: str) -> str:
    return MARKS.get(status, EXCUSED_MARK)


def search_words(sort_key: str) -> str:
    """What somebody may be found by: "zhang san 张三" gives "zs zhangsan 张三"."""
    *syllables, name = sort_key.split(" ") or [""]
    return " ".join(filter(None, ["".join(syllable[:1] for syllable in syllables), "".join(syllables), name]))


@dataclass(frozen=True, slots=True)
class Tile:
    """One person of the roster as the page shows them: `shown` is what is chosen, `stored` what the table says."""

    row: Attendance
    shown: str
    stored: str
    leave: LeaveRequest | None = None
    is_unsaved: bool = False  # chosen by whoever is looking, and not kept yet

    @property
    def mark(self) -> str:
        return mark_of(self.shown)

    @property
    def stored_mark(self) -> str:
        return mark_of(self.stored)

    @property
    def label(self) -> str:
        return AttendanceStatus(self.shown).label

    @property
    def stored_label(self) -> str:
        return AttendanceStatus(self.stored).label

    @property
    def place(self) -> str:
        department = self.row.department
        return (department.short_name or department.name) if department else ""

    @property
    def search_words(self) -> str:
        return search_words(self.row.staff.sort_key)

    @property
    def is_approved_leave(self) -> bool:
        return self.leave is not None and self.leave.kind == self.shown

    @property
    def has_signed(self) -> bool:
        return self.row.how == RecordedBy.CODE and self.stored == self.shown


@dataclass(frozen=True, slots=True)
class Counts:
    expected: int
    there: int
    excused: int
    absent: int
    unrecorded: int


@dataclass(frozen=True, slots=True)
class RollCall:
    session: Session
    default: str  # what somebody who is not marked yet is shown as
    tiles: list[Tile]
    out: list[Attendance]  # of the audience, not expected, with the reason

    @property
    def counts(self) -> Counts:
        return count_statuses(tile.shown for tile in self.tiles)

    @property
    def departments(self) -> list[str]:
        return list(dict.fromkeys(tile.place for tile in self.tiles if tile.place))

    @property
    def seen(self) -> str:
        """Who is marked already, for the form to say again: "12=sick 15=duty"."""
        return " ".join(f"{tile.row.pk}={tile.stored}" for tile in self.tiles if tile.stored != AttendanceStatus.UNRECORDED)

    @property
    def unsaved(self) -> list[Tile]:
        return [tile for tile in self.tiles if tile.is_unsaved]


def count_statuses(statuses) -> Counts:
    """The parts add up to `expected`."""
    statuses = list(statuses)
    there = sum(status in THERE_STATUSES for status in statuses)
    excused = sum(status in LEAVE_STATUSES for status in statuses)
    absent = sum(status == AttendanceStatus.ABSENT for status in statuses)
    return Counts(len(statuses), there, excused, absent, len(statuses) - there - excused - absent)


def default_status(session: Session) -> str:
    """Everybody is there unless tapped; where people sign for themselves, nobody is until they have."""
    return AttendanceStatus.UNRECORDED if session.accepts_code else AttendanceStatus.PRESENT


def roll_call(session: Session, *, own: dict[int, str] | None = None, default: str | None = None) -> RollCall:
    """Two statements. `own` are marks that were made on the page and could not be saved: they stay chosen, beside what is stored."""
    own, default = own or {}, default or default_status(session)
    rows = session.attendances.select_related("staff", "department").order_by("department__position", "department", "staff__sort_key", "pk")
    leaves = {leave.staff_id: leave for leave in session.leave_requests.approved()}
    tiles, out = [], []
    for row in rows:
        if not row.is_expected:
            out.append(row)
            continue
        stored = row.status
        shown = default if stored == AttendanceStatus.UNRECORDED and not session.roll_completed_at else stored
        mine = own.get(row.pk, shown)
        tiles.append(Tile(row, mine, stored, leaves.get(row.staff_id), is_unsaved=mine != stored and row.pk in own))
    return RollCall(session, default, tiles, out)


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line of the sign-in sheet; one without a name is for a guest."""

    number: int | None
    name: str = ""
    place: str = ""
    note: str = ""


GUEST_LINES = 6


def sheet_lines(session: Session) -> list[SheetLine]:
    """From the frozen roster; before that the audience as of the day. Two statements."""
    leaves = dict(session.leave_requests.approved().values_list("staff", "kind"))
    if session.roster_frozen_at:
        rows = session.attendances.expected().select_related("staff", "department")
        people = [
            (row.staff_id, row.staff.name, row.department)
            for row in rows.order_by("department__position", "department", "staff__sort_key", "pk")
        ]
    else:
        people = _people_meant(session)
    lines = [
        SheetLine(
            number,
            name,
            (department.short_name or department.name) if department else "",
            AttendanceStatus(leaves[pk]).label if pk in leaves else "",
        )
        for number, (pk, name, department) in enumerate(people, start=1)
    ]
    return lines + [SheetLine(None) for _guest in range(GUEST_LINES + (len(lines) + GUEST_LINES) % 2)]


def _people_meant(session: Session):
    day = session.day
    people = list(with_places(present_audience(session, day), day))
    departments = Attendance._meta.get_field("department").related_model.objects.in_bulk({person.department_then for person in people})
    places = [(person.pk, person.name, departments.get(person.department_then), person.sort_key) for person in people]
    places.sort(key=lambda line: (line[2].position if line[2] else -1, line[2].pk if line[2] else 0, line[3], line[0]))
    return [line[:3] for line in places]


def in_two_columns(lines: list) -> list[tuple]:
    """Pairs for a sheet of two columns that are read downwards."""
    half = (len(lines) + 1) // 2
    return list(zip(lines[:half], [*lines[half:], None][:half], strict=False))
