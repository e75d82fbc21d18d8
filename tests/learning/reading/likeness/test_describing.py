import pytest
from django.contrib.auth.models import AnonymousUser

from learning.reading.likeness import Finding, Likeness, described_for_author, described_for_reviewer
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory
from tests.factories.pages import make_article, make_column, make_site, make_user
from tests.factories.programme import at
from tests.factories.reading import accepted_reflection, archived_reflection
from tests.learning.reading.likeness.texts import html_of

pytestmark = pytest.mark.django_db


def likeness_with(kind, *, similarity=100, **facts):
    return Likeness((Finding(0, "一句话。", kind, similarity, **facts),))


class TestDescribedForAuthor:
    def test_follows_the_consent_of_the_moment(self):
        user = make_user("zuozhe")
        other = accepted_reflection(title="先公开的题目")
        likeness = likeness_with("archive", reflection_id=other.pk)
        assert described_for_author(likeness, user=user).findings[0].label == "心得《先公开的题目》"
        other.page.unpublish()
        assert described_for_author(likeness, user=user).findings[0].label == "档案中另一篇心得"

    def test_names_own_texts_to_nobody_else(self):
        person = StaffMemberFactory(user=make_user("zuozhe"))
        likeness = likeness_with("own", reflection_id=archived_reflection(html_of("短文"), author=person, title="自己的题目").pk)
        assert described_for_author(likeness, user=person.user).findings[0].label == "您以前写的《自己的题目》"
        for other in (make_user("bieren"), AnonymousUser()):
            assert described_for_author(likeness, user=other).findings[0].label == "您以前写的一篇心得"

    def test_asks_thrice(self, django_assert_num_queries):
        user = make_user("zuozhe")
        reflections = [archived_reflection(html_of("短文")) for _ in range(3)]
        page = make_article(make_column(make_site()), "材料")
        findings = [Finding(number, "话", "archive", 90, reflection_id=one.pk) for number, one in enumerate(reflections)]
        described_for_author(Likeness((Finding(0, "话", "source", 90, page_id=page.pk),)), user=user)  # the site's root is cached
        with django_assert_num_queries(3):
            described_for_author(Likeness((*findings, Finding(9, "话", "source", 90, page_id=page.pk))), user=user)


class TestDescribedForReviewer:
    def test_says_whose_it_is_and_from_when(self):
        other = archived_reflection(
            html_of("短文"),
            author=StaffMemberFactory(name="张三"),
            title="题目",
            department=DepartmentFactory(name="教研科"),
            at_time=at(2026, 9, 30, 23),
        )
        (one,) = described_for_reviewer(likeness_with("archive", reflection_id=other.pk))
        assert one.label == "张三《题目》（教研科，2026年第三季度）"
        assert (one.title, one.author, one.department, one.quarter) == ("题目", "张三", "教研科", "2026年第三季度")

    def test_says_of_the_authors_own_that_it_is_their_own(self):
        other = archived_reflection(html_of("短文"), title="题目")
        (one,) = described_for_reviewer(likeness_with("own", reflection_id=other.pk))
        assert one.label == "本人以前写的《题目》（2026年第四季度）"

    def test_says_that_a_text_is_gone(self):
        (one,) = described_for_reviewer(likeness_with("archive", reflection_id=12345))
        assert one.label == "档案中另一篇心得（已删除）"

    def test_names_pages_that_the_reviewer_may_read(self):
        page = make_article(make_column(make_site()), "内部材料")
        page.view_restrictions.create(restriction_type="login")
        likeness = likeness_with("source", similarity=88, page_id=page.pk)
        assert described_for_reviewer(likeness, user=make_user("pingyue"))[0].label == "与《内部材料》原文相近，没有加引号"
        assert described_for_reviewer(likeness)[0].label == "与本站一篇材料原文相近，没有加引号"

    def test_asks_twice(self, django_assert_num_queries):
        others = [archived_reflection(html_of("短文")) for _ in range(4)]
        findings = [Finding(number, "话", "archive", 90, reflection_id=one.pk) for number, one in enumerate(others)]
        with django_assert_num_queries(2):
            described_for_reviewer(Likeness((*findings, Finding(9, "话", "source", 90, page_id=1))))
