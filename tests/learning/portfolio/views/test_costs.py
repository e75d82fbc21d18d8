"""Every page of the room takes the same statements at two sizes: measured here, or where its other tests are."""

import datetime

from django.core.files.base import ContentFile
from django.urls import reverse
from wagtail.log_actions import log

from cms.users.models import User
from learning.models import (
    DepartmentStatement,
    FileLock,
    Finding,
    InspectedFile,
    Inspection,
    InspectionLine,
    RestoredFile,
    ReviewRubricLine,
    ReviewYear,
    YearArchive,
)
from learning.portfolio.choices import LookRole
from learning.portfolio.snapshots import content_of, sha256, to_text
from learning.portfolio.urls import urlpatterns
from tests.factories.bureau import make_bureau
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory
from tests.factories.pages import make_site, make_user
from tests.factories.portfolio import (
    AchievementFactory,
    ApplicationFactory,
    FileLookFactory,
    FiveHavesFileFactory,
    ReviewYearFactory,
    StudyPlanFactory,
    StudyReviewFactory,
    StudyStatementFactory,
    rule_of_people,
)
from tests.factories.programme import at
from tests.factories.reading import accepted_reflection
from tests.learning.portfolio.views.measuring import statements
from tests.standing import standing

NOW = at(2026, 12, 20, 9)
DUE = datetime.date(2026, 12, 25)
IN_THEIR_OWN_TESTS = {
    "my_five_haves",
    "five_haves_file",
    "study_plan",
    "write_study_plan",
    "write_study_statement",
    "write_department_statement",
    "new_study_application",
    "five_haves_year",
    "lock_five_haves_year",
    "confirm_file",
    "file_changes",
    "study_review_year",
    "study_review",
    "inspections",
    "inspection",
    "inspected_file",
    "department_board",
    "file_package",
    "year_archives",
    "year_archive",
}
LED_ON = {  # asked with GET
    "five_haves",
    "look_at_file",
    "study_plan_page",
    "study_statement_page",
    "open_study_reviews",
    "rectify_finding",
    "close_finding",
    "year_archive_file",
}


@standing(now=NOW)
def bureau():
    """With one of everything that a page is about."""
    make_site()
    bureau = make_bureau()
    member = bureau.member
    file = FiveHavesFileFactory(staff=member)
    StudyPlanFactory(file=file, waiting=True)
    StudyStatementFactory(file=file)
    ApplicationFactory(staff=member)
    AchievementFactory(staff=member)
    text = to_text(content_of(member, 2025, NOW.date()))
    facts = {"locked_at": NOW, "snapshot": text, "sha256": sha256(text)}
    FileLock.objects.create(file=FiveHavesFileFactory(staff=member, year=2025), **facts)
    for year in (2025, 2026):
        for one in (bureau.head, bureau.clerk):
            FileLookFactory(staff=member, year=year, by=one.user, looked_on=NOW.date(), looked_at=NOW, role=LookRole.HEAD)
    DepartmentStatement.objects.create(
        year=2026, department=bureau.office, text="一年来。", state="handed_in", saved_at=NOW, handed_in_at=NOW
    )
    for year, opened_at in ((2025, NOW), (2026, None)):
        found = ReviewYearFactory(year=year, opened_at=opened_at, due_on=DUE)
        ReviewRubricLine.objects.create(round=found, name="学习态度", max_points=100)
    inspection = Inspection.objects.create(
        year=2026, title="四季度学习检查", held_on=NOW.date(), created_at=NOW, created_by=bureau.clerk.user
    )
    InspectionLine.objects.create(inspection=inspection, name="有规划")
    grow(bureau, 1)
    return bureau


def grow(bureau, number):
    """`number` more of whatever a page lists."""
    member, clerk = bureau.member, bureau.clerk.user
    plan, lock = member.five_haves_files.get(year=2026).plan, FileLock.objects.get()
    inspection, opened, prepared = Inspection.objects.get(), ReviewYear.objects.get(year=2025), ReviewYear.objects.get(year=2026)
    for _one in range(number):
        rule_of_people("have.application")
        rule_of_people("portfolio.statement")
        ApplicationFactory(staff=member)
        AchievementFactory(staff=member)
        accepted_reflection(author=member)
        other = StaffMemberFactory(user=make_user(f"ren{User.objects.count()}"), posted_to=DepartmentFactory(parent=bureau.office))
        log(instance=plan, action="portfolio.plan", user=other.user, data={"step": "提交"})
        inspected = InspectedFile.objects.create(inspection=inspection, staff=other, department=bureau.office)
        Finding.objects.create(inspected=inspected, line=inspection.lines.get(), text="没有规划", due_on=DUE, found_at=NOW, found_by=clerk)
        StudyReviewFactory(round=opened, staff=other)
        ReviewRubricLine.objects.create(round=prepared, name=f"学用{other.pk}", max_points=10)
        ReviewYearFactory(year=2000 + ReviewYear.objects.count(), opened_at=NOW, closed_at=NOW)
        restored = RestoredFile(lock=lock, path=f"附件/{other.pk}.pdf", name="a.pdf", sha256="0" * 64)
        restored.file.save("a.pdf", ContentFile(b"%PDF-1.4 sample"))
        YearArchive.objects.create(year=2026, department=bureau.office, state="done", asked_at=NOW, asked_by=other.user)


def pages(bureau):
    """Name of an address → (who asks, the address)."""
    member, head, clerk, department = bureau.member, bureau.head, bureau.clerk, bureau.office.pk
    file, locked = [2026, member.pk], [2025, member.pk]
    application, achievement = member.study_applications.first().pk, member.study_achievements.first().pk
    inspection, finding = Inspection.objects.get().pk, Finding.objects.first().pk
    asked = {
        "paper_notes": (member, [2026]),
        "decide_study_plan": (head, file),
        "study_statement": (member, file),
        "department_statement": (head, [2026, department]),
        "study_application": (member, [application]),
        "edit_study_application": (member, [application]),
        "remove_study_application": (member, [application]),
        "new_study_achievement": (member, []),
        "study_achievement": (member, [achievement]),
        "edit_study_achievement": (member, [achievement]),
        "remove_study_achievement": (member, [achievement]),
        "lock_file": (clerk, file),
        "reopen_file": (clerk, locked),
        "study_reviews": (clerk, []),
        "prepare_study_reviews": (clerk, [2026]),
        "close_study_reviews": (clerk, [2025]),
        "new_inspection": (clerk, []),
        "inspection_findings_xlsx": (clerk, [inspection]),
        "close_inspection": (clerk, [inspection]),
        "finding": (clerk, [finding]),
        "department_package": (head, [2026, department]),
        "restore_files": (clerk, []),
        "restored_file": (clerk, [RestoredFile.objects.first().pk]),
    }
    return {name: (person, reverse(name, args=args)) for name, (person, args) in asked.items()}


class TestCosts:
    def test_are_measured_of_every_page(self, bureau):
        assert {one.name for one in urlpatterns} == {*pages(bureau), *IN_THEIR_OWN_TESTS, *LED_ON}

    def test_are_the_same_however_much_there_is(self, as_, bureau):
        asked = pages(bureau)

        def costs():
            return {name: statements(as_(person), address) for name, (person, address) in asked.items()}

        few = costs()
        grow(bureau, 5)
        assert costs() == few
        assert max(few.values()) <= 16
