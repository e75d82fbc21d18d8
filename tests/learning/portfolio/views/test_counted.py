"""「这条算进了」 on the pages of what the person adds to the own file."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from learning.models import DepartmentStatement
from tests.factories.bureau import make_bureau
from tests.factories.pages import make_site
from tests.factories.portfolio import (
    AchievementFactory,
    ApplicationFactory,
    FileLookFactory,
    FiveHavesFileFactory,
    StudyPlanFactory,
    StudyStatementFactory,
    rule_of_people,
)
from tests.factories.programme import PlanItemFactory, RequirementFactory, at
from tests.standing import standing

NOW = at(2026, 12, 1, 9)


@standing(now=NOW)
def bureau():
    make_site()
    return make_bureau()


@pytest.fixture
def file(bureau):
    return FiveHavesFileFactory(staff=bureau.member)


def addresses(bureau, file):
    year = (2026, bureau.member.pk)
    StudyPlanFactory(file=file)
    StudyStatementFactory(file=file, handed_in_at=at(2026, 11, 10))
    return {
        "study_plan": reverse("study_plan", args=year),
        "study_statement": reverse("study_statement", args=year),
        "study_application": reverse("study_application", args=[ApplicationFactory(staff=bureau.member).pk]),
        "study_achievement": reverse("study_achievement", args=[AchievementFactory(staff=bureau.member).pk]),
    }


def part(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().partition('class="counted-in"')[2].partition("</section>")[0].split())


class TestThePages:
    @pytest.mark.parametrize(
        ("name", "have", "evidence"),
        [
            ("study_plan", "有学习规划", "portfolio.plan"),
            ("study_statement", "其他学习记录", "portfolio.statement"),
            ("study_application", "有收获运用", "have.application"),
            ("study_achievement", "其他学习记录", None),
        ],
    )
    def test_say_which_have_and_which_requirement(self, client, bureau, file, name, have, evidence):
        if evidence:
            rule_of_people(evidence, name="这项要求", basis="方案第一部分")
        address = addresses(bureau, file)[name]
        client.force_login(bureau.member.user)
        html = part(client, address)
        assert have in html
        assert f"/five-haves/2026/{bureau.member.pk}/" in html
        assert ("这项要求" in html) == ("依据：方案第一部分" in html) == bool(evidence)
        assert ("没有要求用它计数" in html) == (evidence is None)

    @pytest.mark.parametrize("role", ["head", "clerk", "leader"])
    def test_tell_others_whose_it_is_after_they_have_said_that_they_look(self, client, bureau, file, role):
        viewer = getattr(bureau, role)
        address = addresses(bureau, file)["study_application"]
        client.force_login(viewer.user)
        assert "这条算进了" not in client.get(address).content.decode()
        FileLookFactory(staff=bureau.member, looked_on=NOW.date(), by=viewer.user, role=role)
        html = part(client, address)
        assert "陶思远，<span" in html
        assert f"/boards/2026/departments/{bureau.office.pk}/" in html

    @pytest.mark.parametrize(("facts", "word"), [({"waiting": True}, "等待批准"), ({"draft": True}, "草稿还没有提交")])
    def test_say_why_a_plan_does_not_count_yet(self, client, bureau, file, facts, word):
        StudyPlanFactory(file=file, **facts)
        client.force_login(bureau.member.user)
        assert word in part(client, reverse("study_plan", args=[2026, bureau.member.pk]))

    def test_say_it_of_the_statement_of_a_department(self, client, bureau):
        RequirementFactory(
            owed_by="department", department_kinds=["section"], evidence="portfolio.department_statement", per="year", name="科室述学"
        )
        facts = {"year": 2026, "department": bureau.office, "text": "一年来。", "saved_at": NOW}
        statement = DepartmentStatement.objects.create(**facts)
        address = reverse("department_statement", args=[2026, bureau.office.pk])
        client.force_login(bureau.head.user)
        assert "草稿还没有提交" in part(client, address)
        DepartmentStatement.objects.filter(pk=statement.pk).update(state="handed_in", handed_in_at=NOW)
        html = part(client, address)
        assert "科室述学</strong>办公室" in html
        assert f"/boards/2026/departments/{bureau.office.pk}/" in html

    @pytest.mark.parametrize("name", ["study_plan", "study_statement", "study_application", "study_achievement"])
    def test_cost_the_same_however_many_rules_there_are(self, client, bureau, file, name):
        address = addresses(bureau, file)[name]
        client.force_login(bureau.member.user)

        def statements():
            client.get(address)
            with CaptureQueriesContext(connection) as caught:
                client.get(address)
            return len(caught)

        few = statements()
        for count in range(6):
            for evidence in ("portfolio.plan", "portfolio.statement", "have.application", "portfolio.achievement"):
                rule = rule_of_people(evidence, name=f"{evidence}{count}")
                PlanItemFactory(requirement=rule, owed_by="staff", subject_key="staff", period_kind="year")
        assert statements() == few <= 13
