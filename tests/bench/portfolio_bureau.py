"""A bureau whose people did this and that in a year, of any size: what the files are measured on."""

import datetime
import random

from cms.users.models import User
from learning.evidence import Subject
from learning.models import (
    Absence,
    Application,
    Attendance,
    BranchMembership,
    Department,
    FiveHavesFile,
    PartyBranch,
    Posting,
    Reflection,
    Requirement,
    ResearchMember,
    ResearchReport,
    Session,
    StaffMember,
    StudyFormat,
    StudyNote,
    StudyPlan,
)
from learning.periods import ONE_DAY, SHANGHAI, PeriodKind
from learning.programme.choices import AttendanceStatus, SessionState, Window

BATCH = 2_000
A_DEPARTMENT = 25  # people
YEAR, TODAY = 2026, datetime.date(2026, 11, 25)
TWO_HOURS = datetime.timedelta(hours=2)
A_YEAR = {"reflections": 6, "applications": 4, "notes": 30}
SESSIONS = 70  # a year

# As the notice has them: evidence, cadence, window, whether it is a gap.
RULES = (
    ("portfolio.plan", PeriodKind.YEAR, Window.FIRST_QUARTER, True),
    ("have.note", PeriodKind.YEAR, Window.WHOLE, True),
    ("reading.reflection", PeriodKind.QUARTER, Window.WHOLE, True),
    ("have.research", PeriodKind.YEAR, Window.WHOLE, False),
    ("have.application", PeriodKind.YEAR, Window.WHOLE, True),
)
CLEARED = (
    StudyPlan,
    FiveHavesFile,
    Application,
    StudyNote,
    ResearchMember,
    ResearchReport,
    Reflection,
    Attendance,
    Session.formats.through,
    Session,
    Absence,
    BranchMembership,
    Posting,
    StaffMember,
    Requirement,
    StudyFormat,
    PartyBranch,
)


def at_nine(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(9), tzinfo=SHANGHAI)


class Bureau:
    """Grows to any number of people, with what they did in `YEAR`."""

    def __init__(self):
        self.size, self.departments, self.people = 0, [], []
        self.branch = PartyBranch.objects.create(name="档案考核党支部")
        self.study_format = StudyFormat.objects.create(key="bench-haves", name="五有考核")
        self.clerk = User.objects.create_superuser(username="bench-files", password=None)
        for position, (evidence, per, window, is_floor) in enumerate(RULES):
            Requirement.objects.create(
                study_format=self.study_format,
                name=f"考核要求{position}",
                position=position,
                owed_by=Subject.STAFF,
                evidence=evidence,
                per=per,
                window=window,
                is_floor=is_floor,
                basis="考核",
                in_force_from=datetime.date(YEAR - 20, 1, 1),
            )

    def grow(self, size: int) -> None:
        chance = random.Random(f"portfolio:{size}")
        wanted = range(len(self.departments), max(4, size // A_DEPARTMENT))
        self.departments += Department.objects.bulk_create([Department(name=f"档案考核第{number}科", position=number) for number in wanted])
        for start in range(self.size, size, BATCH):
            self._add(range(start, min(start + BATCH, size)), chance)
        self.size = size

    def _add(self, numbers: range, chance: random.Random) -> None:
        users = User.objects.bulk_create([User(username=f"file-{number}", password="!") for number in numbers])
        people = StaffMember.objects.bulk_create(
            [
                StaffMember(name=f"档案人员{number}", sort_key=f"dangan{number:06}", employee_number=f"F{number:06}", user=user)
                for number, user in zip(numbers, users, strict=True)
            ]
        )
        self.people = self.people or people[1:3]
        self._place(people, chance)
        self._keep(people, chance)

    def _place(self, people: list[StaffMember], chance: random.Random) -> None:
        """Every twentieth moved in mid-year, every fiftieth came in autumn, every fortieth is on long leave."""
        middle, postings = datetime.date(YEAR, 7, 1), []
        for number, person in enumerate(people):
            one, other = chance.sample(self.departments, 2)
            since = datetime.date(YEAR, 9, 10) if number % 50 == 7 else datetime.date(YEAR - 3, 3, 1)
            if number % 20 == 3:
                postings.append(Posting(staff=person, department=other, started_on=since, ended_on=middle - ONE_DAY))
                since = middle
            postings.append(Posting(staff=person, department=one, started_on=since))
        Posting.objects.bulk_create(postings)
        BranchMembership.objects.bulk_create(
            [BranchMembership(staff=person, branch=self.branch, started_on=datetime.date(YEAR, 1, 1)) for person in people[::2]]
        )
        Absence.objects.bulk_create([Absence(staff=person, kind="sick", started_on=datetime.date(YEAR, 3, 1)) for person in people[::40]])

    def _keep(self, people: list[StaffMember], chance: random.Random) -> None:
        def some(*numbers):
            return [(person, a_day(chance)) for person in people for _number in range(chance.choice(numbers))]

        write(reflections=some(2, 3, 4, 5), applications=some(0, 1, 1, 2), notes=some(0, 1, 3))
        files = FiveHavesFile.objects.bulk_create([FiveHavesFile(staff=person, year=YEAR) for person in people])
        plans = [
            (file, at_nine(datetime.date(YEAR, 2, 1) + chance.randrange(80) * ONE_DAY)) for number, file in enumerate(files) if number % 10
        ]
        StudyPlan.objects.bulk_create(
            [
                StudyPlan(file=file, goals="学会起草公文。", state="approved", handed_in_at=moment, decided_at=moment, saved_at=moment)
                for file, moment in plans
            ]
        )
        self._research(people[::8])

    def _research(self, people: list[StaffMember]) -> None:
        day = datetime.date(YEAR, 9, 1)
        facts = {"year": YEAR, "purpose": "弄清情况。", "state": "handed_in", "saved_at": at_nine(day)}
        facts |= dict.fromkeys(("declared_on", "decided_on", "handed_in_on"), day)
        reports = ResearchReport.objects.bulk_create(
            [
                ResearchReport(department=self.departments[0], title=f"考核报告{person.employee_number}", declared_by=person, **facts)
                for person in people
            ]
        )
        ResearchMember.objects.bulk_create(
            [ResearchMember(report=report, staff=person) for report, person in zip(reports, people, strict=True)]
        )

    def remember(self, person: StaffMember, years: range) -> None:
        """What a diligent person has done in so many years: the history of a file page."""
        for year in years:
            days = [datetime.date(year, 1, 1) + number * ONE_DAY for number in range(365)]
            write(**{what: [(person, day) for day in days[:: 365 // number]] for what, number in A_YEAR.items()})
            sessions = Session.objects.bulk_create(
                [
                    Session(title="学习", planned_on=day, starts_at=at_nine(day), ends_at=at_nine(day) + TWO_HOURS, state=SessionState.HELD)
                    for day in days[:: 365 // SESSIONS]
                ]
            )
            links = Session.formats.through
            links.objects.bulk_create([links(session=one, studyformat=self.study_format) for one in sessions])
            Attendance.objects.bulk_create([Attendance(session=one, staff=person, status=AttendanceStatus.PRESENT) for one in sessions])

    def clear(self) -> None:
        """What came last goes first; past the services and the guards of the ORM."""
        for model in CLEARED:
            model.objects.all()._raw_delete(model.objects.db)
        User.objects.filter(username__startswith="file-").delete()
        self.clerk.delete()


def a_day(chance: random.Random) -> datetime.date:
    return datetime.date(YEAR, 1, 1) + chance.randrange((TODAY - datetime.date(YEAR, 1, 1)).days) * ONE_DAY


def write(*, reflections, applications, notes) -> None:
    """Each of (person, day)."""
    Reflection.objects.bulk_create(
        [
            Reflection(
                author=person,
                book_title="样书",
                title="读后的几点想法",
                html="<p>联系工作想了很多。</p>",
                state="waiting",
                **dict.fromkeys(("created_at", "saved_at", "first_handed_in_at", "handed_in_at"), at_nine(day)),
            )
            for person, day in reflections
        ],
        batch_size=BATCH,
    )
    Application.objects.bulk_create(
        [
            Application(staff=person, happened_on=day, learnt="公文格式", change="退文少了。", saved_at=at_nine(day))
            for person, day in applications
        ],
        batch_size=BATCH,
    )
    StudyNote.objects.bulk_create(
        [StudyNote(owner_id=person.user_id, text="记一笔。", created_at=at_nine(day), updated_at=at_nine(day)) for person, day in notes],
        batch_size=BATCH,
    )
