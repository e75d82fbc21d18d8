"""What the gap view, the rates, the layout of a year, a roll and the sign-ins by code cost as the bureau grows.

A bureau of so many people has seventy sessions with everybody on their rolls: at 10,000 people 700,000 rows of attendance.
"""

import datetime
import random
import threading
import time
from dataclasses import dataclass

from django.db import connection, connections, reset_queries
from django.test.utils import CaptureQueriesContext

from cms.users.models import User
from learning.evidence import Subject
from learning.models import (
    Attendance,
    BranchMembership,
    Department,
    MakeUp,
    PartyBranch,
    Posting,
    Requirement,
    Session,
    StaffMember,
    StudyFormat,
)
from learning.periods import SHANGHAI, PeriodKind, period_of
from learning.programme import rates
from learning.programme.choices import AttendanceStatus, SessionState
from learning.programme.gaps import gap_grid
from learning.programme.services.plans import lay_out_year
from learning.programme.services.roll import freeze_roster, save_roll, sign_in
from learning.programme.services.rules import load_rules

from .measuring import patient_database, repetitions, statements_of, timed
from .site import refresh_statistics
from .table import against_budget, milliseconds, ratio, show

SESSIONS = 70
RUNS = 9
BATCH = 2_000
A_DEPARTMENT, A_BRANCH = 25, 60  # people
YEAR, TODAY = 2026, datetime.date(2026, 11, 25)
NOW = datetime.datetime(2026, 11, 25, 9, tzinfo=SHANGHAI)
ROLL, SIGNERS, TRIES, SECONDS = 500, 200, 3, 60
LAY_OUT_BUDGET, ROLL_BUDGET = 200, 10  # SQL statements

STATUSES = (
    (AttendanceStatus.PRESENT, 88),
    (AttendanceStatus.LATE, 3),
    (AttendanceStatus.DUTY, 3),
    (AttendanceStatus.SICK, 2),
    (AttendanceStatus.ABSENT, 3),
    (AttendanceStatus.UNRECORDED, 1),
)


@dataclass(frozen=True, slots=True)
class Bureau:
    people: list[StaffMember]
    departments: list[Department]
    clerk: User


def measure(sizes: tuple[int, ...], *, vendor: str) -> None:
    """Each size in turn, growing the one bureau."""
    figures: dict[str, dict[int, tuple[int, float]]] = {}
    rows, bureau, laid_out = [], None, None
    period = period_of(TODAY, PeriodKind.YEAR)
    for size in sizes:
        began = time.perf_counter()
        with patient_database():
            if bureau is None:
                bureau, laid_out = _begin()
            _grow(bureau, size)
            refresh_statistics()
        attendances = Attendance.objects.count()
        print(f"{time.perf_counter() - began:6.0f} s  {size:,} people, {attendances:,} rows of attendance", flush=True)
        department = bureau.departments[0].pk
        for label, call in (
            ("gap_grid, the organ", lambda: gap_grid(year=YEAR, today=TODAY)),
            ("gap_grid, a department", lambda d=department: gap_grid(year=YEAR, today=TODAY, scope=(Subject.DEPARTMENT, d))),
            ("rates.overall", lambda: rates.overall(period)),
            ("rates.by_department", lambda: rates.by_department(period)),
            ("rates.by_session", lambda: rates.by_session(period)),
        ):
            statements, _repeated = statements_of(call)
            taken = timed([call] * repetitions(RUNS, attendances), seconds=30)
            figures.setdefault(label, {})[size] = (statements, taken.median)
            rows.append([f"{size:,}", label, statements, milliseconds(taken.median), milliseconds(taken.cpu), f"{attendances:,}"])
    show(
        f"Gaps and rates on {vendor}, {SESSIONS} sessions, everybody on every roll",
        ["people", "what", "statements", "median ms", "CPU ms", "rows"],
        rows,
        *(_growth(label, found) for label, found in figures.items()),
    )
    acts = [["lay_out_year, a whole year", against_budget(laid_out[0], LAY_OUT_BUDGET), milliseconds(laid_out[1]), f"{laid_out[2]} items"]]
    acts.append(_save_roll(bureau, min(ROLL, sizes[-1])))
    acts.append(_sign_ins(bureau, min(SIGNERS, sizes[-1])))
    show(f"A year, a roll, sign-ins by code on {vendor}", ["what", "statements", "ms", "outcome"], acts)


def _growth(label: str, found: dict[int, tuple[int, float]]) -> str:
    first = min(found)
    same = "the same" if len({statements for statements, _taken in found.values()}) == 1 else "NOT the same (OVER BUDGET)"
    times = ", ".join(
        f"{size:,}: {ratio(taken, found[first][1])} for {ratio(size, first)} the rows" for size, (_number, taken) in found.items()
    )
    return f"{label}: statements are {same}; time {times}."


def _begin() -> tuple[Bureau, tuple[int, float, int]]:
    """The rules and the year, laid out with ten departments and two branches there; what that cost."""
    clerk = User.objects.create_user(username="bench-clerk", password=None)
    Department.objects.bulk_create([Department(name=f"考核第{number}科", position=number) for number in range(10)])
    PartyBranch.objects.bulk_create([PartyBranch(name=f"考核第{number}党支部", position=number) for number in range(2)])
    load_rules(since=datetime.date(YEAR, 1, 1), by=clerk)
    # What people owe is counted from their attendance, as long as no room keeps their reading.
    Requirement.objects.filter(owed_by=Subject.STAFF).update(evidence="programme.attendance")
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as captured:
        laid_out = lay_out_year(year=YEAR, by=clerk, now=NOW)
    cost = _asked(captured), (time.perf_counter() - began) * 1000, laid_out.added
    reset_queries()
    bureau = Bureau([], list(Department.objects.filter(name__startswith="考核").order_by("position")), clerk)
    _hold_sessions()
    return bureau, cost


def _asked(captured) -> int:
    """Statements, without the beginning and ending of transactions."""
    return sum(not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")) for query in captured.captured_queries)


def _hold_sessions() -> None:
    """Seventy sessions of the organ through the year, each counting for the format of a rule."""
    study_format = StudyFormat.objects.get(key="political_theory")
    reading = StudyFormat.objects.get(key="reading")
    first = datetime.datetime(YEAR, 1, 6, 15, tzinfo=SHANGHAI)
    sessions = []
    for number in range(SESSIONS):
        starts_at = first + datetime.timedelta(days=number * 4.5)
        starts_at = starts_at.replace(hour=15, minute=0)
        ends_at = starts_at + datetime.timedelta(hours=2)
        sessions.append(
            Session(
                title=f"学习{number}",
                planned_on=starts_at.date(),
                starts_at=starts_at,
                ends_at=ends_at,
                state=SessionState.HELD,
                roster_frozen_at=starts_at,
                roll_completed_at=ends_at,
            )
        )
    Session.objects.bulk_create(sessions)
    links = Session.formats.through
    links.objects.bulk_create(
        [links(session_id=session.pk, studyformat_id=one.pk) for session in sessions for one in (study_format, reading)]
    )


def _grow(bureau: Bureau, size: int) -> None:
    """So many people, with departments and branches in proportion, all of them on the roll of every session."""
    wanted = range(len(bureau.people), size)
    _add_places(bureau, size)
    since = datetime.date(2020, 1, 1)
    branches = list(PartyBranch.objects.filter(name__startswith="考核").order_by("position"))
    people = StaffMember.objects.bulk_create(
        [StaffMember(name=f"人员{number}", sort_key=f"renyuan{number:06}", employee_number=f"B{number:06}") for number in wanted],
        batch_size=BATCH,
    )
    places = {
        person.pk: (bureau.departments[number % len(bureau.departments)].pk, branches[number % len(branches)].pk)
        for number, person in zip(wanted, people, strict=True)
    }
    Posting.objects.bulk_create(
        [Posting(staff=person, department_id=places[person.pk][0], started_on=since) for person in people], batch_size=BATCH
    )
    BranchMembership.objects.bulk_create(
        [BranchMembership(staff=person, branch_id=places[person.pk][1], started_on=since) for person in people], batch_size=BATCH
    )
    chance = random.Random(f"programme:{size}")
    words, weights = zip(*STATUSES, strict=True)
    for session in Session.objects.held().order_by("pk"):
        marks = chance.choices(words, weights, k=len(people))
        Attendance.objects.bulk_create(
            [
                Attendance(
                    session=session,
                    staff=person,
                    department_id=places[person.pk][0],
                    branch_id=places[person.pk][1],
                    status=status,
                    is_made_up=status in (AttendanceStatus.DUTY, AttendanceStatus.SICK),
                )
                for person, status in zip(people, marks, strict=True)
            ],
            batch_size=BATCH,
        )
    bureau.people.extend(people)


def _add_places(bureau: Bureau, size: int) -> None:
    for number in range(len(bureau.departments), max(10, size // A_DEPARTMENT)):
        bureau.departments.append(Department(name=f"考核第{number}科", position=number))
    Department.objects.bulk_create([one for one in bureau.departments if one.pk is None])
    known = PartyBranch.objects.filter(name__startswith="考核").count()
    PartyBranch.objects.bulk_create(
        [PartyBranch(name=f"考核第{number}党支部", position=number) for number in range(known, max(2, size // A_BRANCH))]
    )
    lay_out_year(year=YEAR, by=bureau.clerk, now=NOW)


def _session_today(people: list[StaffMember], **facts) -> Session:
    """A session that began a minute ago, with `people` on its frozen roster and nobody else."""
    department = Department.objects.create(name=f"名册{Session.objects.count()}")
    Posting.objects.filter(staff__in=[person.pk for person in people]).update(is_primary=False)
    Posting.objects.bulk_create(
        [Posting(staff=person, department=department, started_on=datetime.date(2020, 1, 1)) for person in people], batch_size=BATCH
    )
    session = Session.objects.create(
        title="名册",
        organised_by=Subject.DEPARTMENT,
        department=department,
        planned_on=TODAY,
        starts_at=NOW,
        ends_at=NOW + datetime.timedelta(hours=2),
        **facts,
    )
    return freeze_roster(session=session, now=NOW)


def _save_roll(bureau: Bureau, number: int) -> list:
    warm = _session_today(bureau.people[:1])
    save_roll(session=warm, marks={}, version=warm.version, by=bureau.clerk, now=NOW)
    session = _session_today(bureau.people[:number])
    keys = list(session.attendances.order_by("pk").values_list("pk", flat=True))
    marks = {key: AttendanceStatus.ABSENT if at % 2 else AttendanceStatus.SICK for at, key in enumerate(keys[: number // 10])}
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as captured:
        save_roll(session=session, marks=marks, version=session.version, by=bureau.clerk, now=NOW)
    taken = (time.perf_counter() - began) * 1000
    outcome = f"{len(marks)} absent, {MakeUp.objects.filter(session=session).count()} make-ups"
    return [f"save_roll, {number} people", against_budget(_asked(captured), ROLL_BUDGET), milliseconds(taken), outcome]


def _sign_ins(bureau: Bureau, number: int) -> list:
    """Everybody tries three times at once; 200 rows, nobody twice, no error, within a minute."""
    session = _session_today(bureau.people[-number:], accepts_code=True)
    people = bureau.people[-number:]
    turns = iter([person for person in people for _try in range(TRIES)])
    lock, errors, walls = threading.Lock(), [], []

    def phone():
        try:
            while True:
                with lock:
                    person = next(turns, None)
                if person is None:
                    return
                began = time.perf_counter()
                try:
                    sign_in(session=session, staff=person, by=bureau.clerk, now=NOW)
                except Exception as error:
                    errors.append(error)
                walls.append(time.perf_counter() - began)
        finally:
            connections.close_all()

    began = time.perf_counter()
    phones = [threading.Thread(target=phone) for _ in range(20)]
    for one in phones:
        one.start()
    for one in phones:
        one.join()
    seconds = time.perf_counter() - began
    signed = session.attendances.filter(status=AttendanceStatus.PRESENT)
    rows, staff = signed.count(), signed.values("staff").distinct().count()
    kept = "" if seconds <= SECONDS and not errors and rows == staff == number else " (OVER BUDGET)"
    outcome = f"{rows} rows of {number}, {rows - staff} duplicates, {len(errors)} errors, {seconds:.1f} s of {SECONDS}{kept}"
    if errors:
        outcome += f", first: {str(errors[0])[:60]}"
    return [f"sign_in, {number} people × {TRIES} tries, 20 at once", "–", milliseconds(sum(walls) / len(walls) * 1000), outcome]
