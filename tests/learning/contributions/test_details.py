"""What an archive keeps of articles that were used and of reports."""

import datetime

import pytest
from django.core.files.base import ContentFile

from learning.contributions.details import adoption_details, research_details, research_use_details
from learning.models import ArticleFile, FieldVisit, PlacementProof, ResearchFile, ResearchMember, ResearchOutcome
from tests.factories.contributions import MediaArticleFactory, OutletFactory, PlacementFactory
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory
from tests.factories.programme import at
from tests.factories.research import written_report

pytestmark = pytest.mark.django_db
NOW = at(2026, 9, 1)


@pytest.fixture
def person():
    return StaffMemberFactory(name="陶思远")


def stored(name):
    return {"file": ContentFile(name.encode(), name), "original_name": name, "sha256": f"{len(name):064x}", "added_at": NOW}


def used_article(person, **facts):
    article = MediaArticleFactory(state="adopted", by_people=[person, "外单位某人"], **facts)
    ArticleFile.objects.create(article=article, kind="document", **stored("原稿.docx"))
    placement = PlacementFactory(
        article=article, outlet=OutletFactory(name=f"样报{article.pk}号"), page="2 版", url="https://example.org/1"
    )
    PlacementProof.objects.create(placement=placement, kind="image", taken_on=datetime.date(2026, 3, 6), **stored("剪报扫描.jpg"))
    return article


class TestAdoptionDetails:
    def test_says_where_and_when_it_was_used(self, person):
        article = used_article(person, title="某科走访基层", body="第一段。\n\n第二段。")
        PlacementFactory(article=article, outlet=OutletFactory(name="没有确认的报"), confirmed_at=None)
        found = adoption_details(person.pk, [article.pk])[article.pk]
        assert found.facts == (
            ("标题", "某科走访基层"),
            ("体裁", "消息"),
            ("作者", "陶思远、外单位某人"),
            ("成稿日期", "2026-03-01"),
            ("报送日期", "2026-03-01"),
            ("采用", f"2026-03-05，样报{article.pk}号（市级），2 版，https://example.org/1"),
        )
        assert found.paragraphs == ("第一段。", "第二段。")
        assert [one.name for one in found.attachments] == ["原稿.docx", "剪报扫描.jpg"]

    def test_takes_the_printed_text_where_only_the_use_was_registered(self, person):
        article = MediaArticleFactory(state="adopted", body="", by_people=[person])
        PlacementFactory(article=article, text="刊发的文字。")
        assert adoption_details(person.pk, [article.pk])[article.pk].paragraphs == ("刊发的文字。",)

    def test_leaves_out_what_others_wrote(self, person):
        article = used_article(StaffMemberFactory())
        assert adoption_details(person.pk, [article.pk]) == {}

    @pytest.mark.parametrize("number", [1, 4])
    def test_takes_five_statements_whatever_the_number(self, person, number, django_assert_num_queries):
        articles = [used_article(person) for _count in range(number)]
        with django_assert_num_queries(5):
            assert len(adoption_details(person.pk, [one.pk for one in articles])) == number


def handed_in(person, **facts):
    report = written_report(state="handed_in", handed_in_on=datetime.date(2026, 9, 1), department=DepartmentFactory(name="办公室"), **facts)
    ResearchMember.objects.get_or_create(report=report, staff=person)
    return report


def converted(report):
    return ResearchOutcome.objects.create(
        report=report,
        kind="converted",
        happened_on=datetime.date(2026, 10, 8),
        receiver="《值班办法》",
        change="值班改为双人。",
        entered_at=NOW,
    )


class TestResearchDetails:
    def test_keeps_the_report_and_what_came_of_it(self, person):
        report = handed_in(person, title="基层减负情况", method="走访", interviewees=12)
        FieldVisit.objects.create(
            report=report, began_on=datetime.date(2026, 5, 6), ended_on=datetime.date(2026, 5, 7), place="某镇", note="座谈"
        )
        ResearchFile.objects.create(report=report, is_report=True, **stored("报告.docx"))
        converted(report)
        found = research_details(person.pk, [report.pk])[report.pk]
        facts = dict(found.facts)
        assert facts["选题"] == "基层减负情况"
        assert facts["科室（单位）"] == "办公室"
        assert "陶思远" in facts["调研组"]
        assert facts["访谈人数"] == "12 人"
        assert facts["实地调研"] == "2026-05-06 至 2026-05-07，某镇，座谈"
        assert facts["成果去向"].startswith("2026-10-08，")
        assert found.paragraphs[:2] == ("摘要：", "abstract：情况属实。")
        assert "走访以后写成的报告。" in found.paragraphs
        assert [one.name for one in found.attachments] == ["报告.docx"]

    def test_leaves_out_reports_that_are_not_handed_in_and_of_other_teams(self, person):
        waiting = written_report()
        ResearchMember.objects.get_or_create(report=waiting, staff=person)
        other = handed_in(StaffMemberFactory())
        assert research_details(person.pk, [waiting.pk, other.pk]) == {}

    @pytest.mark.parametrize("number", [1, 4])
    def test_takes_six_statements_whatever_the_number(self, person, number, django_assert_num_queries):
        department = DepartmentFactory()
        reports = [written_report(state="handed_in", handed_in_on=NOW.date(), department=department) for _count in range(number)]
        for report in reports:
            ResearchMember.objects.get_or_create(report=report, staff=person)
        with django_assert_num_queries(6):
            assert len(research_details(person.pk, [one.pk for one in reports])) == number


class TestResearchUseDetails:
    def test_says_which_measure_and_what_changed(self, person, django_assert_num_queries):
        report = handed_in(person, title="基层减负情况")
        converted(report)
        with django_assert_num_queries(2):
            found = research_use_details(person.pk, [report.pk])[report.pk]
        assert found.facts == (("调研报告", "基层减负情况"), ("文件或措施", "2026-10-08，《值班办法》"))
        assert found.paragraphs == ("值班改为双人。",)

    def test_leaves_out_a_report_that_changed_nothing_yet(self, person):
        report = handed_in(person)
        assert research_use_details(person.pk, [report.pk]) == {}
