import datetime
from collections import Counter
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from wagtail.models import ModelLogEntry

from cms.inbox.models import Message
from learning.judging.errors import JudgingError, UnfinishedError
from learning.judging.preparing import Line
from learning.models import Absence, Posting, ReviewPoints, ReviewYear, StudyReview
from learning.portfolio.services.reviews import (
    SAMPLE_RUBRIC,
    ReviewError,
    close_reviews,
    open_reviews,
    prepare_reviews,
    submit_review,
)
from tests.factories.bureau import make_bureau
from tests.factories.organisation import DepartmentFactory, PostingFactory, StaffMemberFactory
from tests.factories.programme import at
from tests.standing import standing

NOW = at(2026, 12, 1, 9)
TODAY = NOW.date()
DUE = datetime.date(2026, 12, 25)


@standing()
def bureau():
    return make_bureau()


def prepared(bureau, **facts):
    given = {"year": 2026, "rubric": SAMPLE_RUBRIC, "due_on": DUE, "peers": 5, "note": "", "by": bureau.clerk.user, "now": NOW}
    return prepare_reviews(**given | facts)


def opened(bureau, *, seed=7, now=NOW, **facts):
    return open_reviews(review_year=prepared(bureau, **facts), by=bureau.clerk.user, now=now, seed=seed)


def raters(review_year, staff, kind):
    return {one.rater for one in review_year.reviews.filter(staff=staff, kind=kind).select_related("rater")}


def points_of(review_year, *points):
    return {line.pk: Decimal(str(given)) for line, given in zip(review_year.rubric.all(), points, strict=True)}


def form_of(review_year, staff, rater):
    return review_year.reviews.get(staff=staff, rater=rater)


def submitted(review, *points, remark="", now=NOW):
    return submit_review(review=review, points=points_of(review.round, *points), remark=remark, by=review.rater.user, now=now)


class TestPrepareReviews:
    def test_keeps_lines_and_can_be_done_again(self, bureau):
        first = prepared(bureau)
        again = prepared(bureau, rubric=[Line("学用", 60, "看改变"), Line("态度", 40)], peers=3, note=" 实事求是 ")
        assert first == again == ReviewYear.objects.get()
        assert [(one.name, one.max_points, one.guidance) for one in again.rubric.all()] == [("学用", 60, "看改变"), ("态度", 40, "")]
        assert (again.peers, again.note, again.opened_at) == (3, "实事求是", None)
        assert {one.data["step"] for one in ModelLogEntry.objects.filter(action="portfolio.review")} == {"筹备评学"}

    @pytest.mark.parametrize(
        ("facts", "words"),
        [
            ({"rubric": []}, "至少写一个"),
            ({"rubric": [Line("态度", 10), Line("态度", 10)]}, "同名"),
            ({"due_on": datetime.date(2026, 11, 30)}, "已经过去"),
            ({"peers": 21}, "0 到 20"),
            ({"note": "长" * 501}, "最多 500"),
            ({"year": 1}, "2000 到 2100"),
            ({"year": 9999}, "2000 到 2100"),
            ({"rubric": [Line("态度", 101)]}, "100"),
        ],
    )
    def test_refuses_what_cannot_be_reviewed_by_and_leaves_nothing(self, bureau, facts, words):
        with pytest.raises(ValidationError, match=words):
            prepared(bureau, **facts)
        assert not ReviewYear.objects.exists()

    def test_says_that_its_rubric_is_a_sample(self):
        assert all("示例" in line.guidance for line in SAMPLE_RUBRIC)
        assert sum(line.max_points for line in SAMPLE_RUBRIC) == 100

    def test_is_over_once_it_is_open(self, bureau):
        opened(bureau)
        with pytest.raises(ReviewError, match="不能再改"):
            prepared(bureau)


class TestOpenReviews:
    def test_makes_everybodys_forms_at_once(self, bureau):
        found = opened(bureau)
        people = {bureau.member, bureau.colleague, bureau.head, bureau.other_head, bureau.secretary, bureau.leader, bureau.clerk}
        for one in people:
            assert raters(found, one, "self") == {one}
        superiors = {one: raters(found, one, "superior") for one in people}
        assert superiors == {
            bureau.member: {bureau.head},
            bureau.colleague: {bureau.head},
            bureau.head: {bureau.leader},  # nobody heads anything above: the 组长
            bureau.secretary: {bureau.other_head},
            bureau.clerk: {bureau.other_head},
            bureau.other_head: {bureau.leader},
            bureau.leader: set(),
        }
        assert raters(found, bureau.member, "peer") == {bureau.colleague}
        assert raters(found, bureau.head, "peer") == {bureau.member, bureau.colleague}
        assert raters(found, bureau.leader, "peer") == set()
        assert not found.reviews.filter(submitted_at__isnull=False).exists()
        assert (found.opened_at, found.opened_by, found.seed) == (NOW, bureau.clerk.user, 7)

    def test_takes_the_head_of_the_department_above_for_a_head(self, bureau):
        below = DepartmentFactory(name="文印室", parent=bureau.office)
        head = StaffMemberFactory()
        PostingFactory(staff=head, department=below, is_head=True)
        clerk = StaffMemberFactory(posted_to=DepartmentFactory(name="收发室", parent=below))  # of one without a head
        found = opened(bureau)
        assert raters(found, head, "superior") == {bureau.head}
        assert raters(found, clerk, "superior") == {head}

    def test_passes_over_whoever_is_on_long_leave_or_gone(self, bureau):
        Absence.objects.create(staff=bureau.head, kind="parental", started_on=datetime.date(2026, 10, 1))
        bureau.secretary.left_on = datetime.date(2026, 11, 30)
        bureau.secretary.save()
        found = opened(bureau)
        named = set(found.reviews.values_list("staff", flat=True)) | set(found.reviews.values_list("rater", flat=True))
        assert not named & {bureau.head.pk, bureau.secretary.pk}
        assert raters(found, bureau.member, "superior") == {bureau.leader}
        assert ModelLogEntry.objects.filter(action="portfolio.review").latest("pk").data == {"step": "开始评学", "people": 5, "excused": 1}

    def test_goes_by_the_last_day_of_a_year_that_is_over(self, bureau):
        newcomer = StaffMemberFactory()
        PostingFactory(staff=newcomer, department=bureau.office, started_on=datetime.date(2027, 1, 4))
        moved = bureau.colleague.postings.get()
        moved.ended_on = datetime.date(2026, 12, 31)
        moved.save()
        PostingFactory(staff=bureau.colleague, department=bureau.other, started_on=datetime.date(2027, 1, 1))
        found = opened(bureau, now=at(2027, 1, 10), due_on=datetime.date(2027, 1, 20))
        assert not found.reviews.filter(staff=newcomer).exists()
        assert raters(found, bureau.colleague, "superior") == {bureau.head}

    def test_draws_colleagues_evenly_and_the_same_from_the_seed(self, bureau):
        people = [StaffMemberFactory(posted_to=bureau.office) for _one in range(10)]
        found = opened(bureau, peers=3, seed=11)
        pairs = list(found.reviews.filter(kind="peer", staff__postings__department=bureau.office).values_list("staff", "rater"))
        given = Counter(rater for _staff, rater in pairs)
        counts = [given[one.pk] for one in (*people, bureau.member, bureau.colleague)]
        assert max(counts) - min(counts) <= 1
        assert set(Counter(staff for staff, _rater in pairs).values()) == {3}
        found.reviews.all().delete()
        ReviewYear.objects.update(opened_at=None)
        again = open_reviews(review_year=found, by=bureau.clerk.user, now=NOW, seed=11)
        assert list(again.reviews.filter(kind="peer", staff__postings__department=bureau.office).values_list("staff", "rater")) == pairs

    def test_keeps_a_seed_of_its_own(self, bureau):
        assert opened(bureau, seed=None).seed > 0

    def test_tells_whoever_has_forms_once(self, bureau):
        found = opened(bureau)
        told = Message.objects.filter(key=f"reviews:{found.pk}:opened")
        assert {one.recipient for one in told} == {
            one.user
            for one in (bureau.member, bureau.colleague, bureau.head, bureau.other_head, bureau.secretary, bureau.leader, bureau.clerk)
        }
        assert told[0].url == "/study-reviews/2026/"

    def test_costs_the_same_however_many_there_are(self, bureau, django_assert_max_num_queries):
        for _one in range(60):
            StaffMemberFactory(posted_to=bureau.other)
        found = prepared(bureau)
        with django_assert_max_num_queries(24):
            open_reviews(review_year=found, by=bureau.clerk.user, now=NOW)
        assert found.reviews.count() > 300

    def test_is_done_once_and_in_its_time(self, bureau):
        found = opened(bureau)
        with pytest.raises(ReviewError, match="不用再开始"):
            open_reviews(review_year=found, by=bureau.clerk.user, now=NOW)
        with pytest.raises(ReviewError, match="还没有到"):
            opened(bureau, year=2027, due_on=datetime.date(2027, 12, 1))
        late = prepared(bureau, year=2025)
        with pytest.raises(ReviewError, match="截止日期已经过去"):
            open_reviews(review_year=late, by=bureau.clerk.user, now=at(2026, 12, 26))

    def test_needs_somebody(self, bureau):
        Posting.objects.all().delete()
        with pytest.raises(ReviewError, match="没有在岗的人"):
            opened(bureau)
        assert ReviewYear.objects.get().opened_at is None


class TestSubmitReview:
    def test_keeps_points_and_remark_and_can_be_changed_until_it_is_closed(self, bureau):
        found = opened(bureau)
        form = form_of(found, bureau.member, bureau.head)
        submitted(form, 20, 20.5, 30, 15, remark=" 学得\n扎实 ")
        submitted(form, 25, 25, 30, 20, remark="学得扎实", now=at(2026, 12, 2))
        form.refresh_from_db()
        assert (form.remark, form.submitted_at) == ("学得扎实", at(2026, 12, 2))
        assert [one.points for one in form.lines.all()] == [25, 25, 30, 20]
        close_reviews(review_year=found, is_confirmed=True, by=bureau.clerk.user, now=NOW)
        with pytest.raises(ReviewError, match="已结束，不能再改"):
            submitted(form, 0, 0, 0, 0)
        assert sum(one.points for one in form.lines.all()) == 100

    def test_is_the_raters_alone(self, bureau):
        found = opened(bureau)
        form = form_of(found, bureau.member, bureau.head)
        for stranger in (bureau.clerk.user, bureau.member.user):
            with pytest.raises(ReviewError, match="不是请您填的"):
                submit_review(review=form, points=points_of(found, 1, 1, 1, 1), remark="", by=stranger, now=NOW)
        assert not ReviewPoints.objects.exists()

    @pytest.mark.parametrize("points", [(26, 0, 0, 0), (-1, 0, 0, 0), (1.25, 0, 0, 0)])
    def test_refuses_points_out_of_bounds(self, bureau, points):
        form = form_of(opened(bureau), bureau.member, bureau.head)
        with pytest.raises(JudgingError, match="学习态度"):
            submitted(form, *points)
        form.refresh_from_db()
        assert form.submitted_at is None

    def test_refuses_a_form_that_is_not_full_and_a_remark_that_is_too_long(self, bureau):
        form = form_of(opened(bureau), bureau.member, bureau.head)
        with pytest.raises(JudgingError, match="请打"):
            submit_review(review=form, points={}, remark="", by=bureau.head.user, now=NOW)
        with pytest.raises(ReviewError, match="最多 300"):
            submitted(form, 1, 1, 1, 1, remark="长" * 301)

    def test_leaves_no_trace_of_who_gave_whom_what(self, bureau):
        form = form_of(opened(bureau), bureau.member, bureau.head)
        submitted(form, 20, 20, 30, 15, remark="学得扎实")
        entry = ModelLogEntry.objects.filter(action="portfolio.review").latest("pk")
        assert (entry.data, entry.label, entry.content_type.model) == ({"step": "填评学表"}, "2026年评学", "reviewyear")
        assert not ModelLogEntry.objects.filter(content_type__model__in=["studyreview", "reviewpoints"]).exists()


class TestCloseReviews:
    def close(self, bureau, found, *, is_confirmed=False):
        return close_reviews(review_year=found, is_confirmed=is_confirmed, by=bureau.clerk.user, now=NOW)

    def test_names_what_is_missing_and_wants_it_confirmed(self, bureau):
        found = opened(bureau)
        for form in StudyReview.objects.filter(rater__in=[bureau.member, bureau.colleague, bureau.head]).exclude(staff=bureau.colleague):
            submitted(form, 1, 1, 1, 1)
        with pytest.raises(UnfinishedError, match=r"还差 \d+ 张") as refused:
            self.close(bureau, found)
        assert "办公室 3 张" in refused.value.messages[0]
        assert "人事科" in refused.value.messages[0]
        assert self.close(bureau, found, is_confirmed=True).closed_at == NOW
        assert Message.objects.filter(key=f"reviews:{found.pk}:closed", recipient=bureau.member.user).count() == 1

    def test_is_done_once_and_after_it_was_opened(self, bureau):
        found = prepared(bureau)
        with pytest.raises(ReviewError, match="还没有开始"):
            self.close(bureau, found)
        found = opened(bureau)
        self.close(bureau, found, is_confirmed=True)
        with pytest.raises(ReviewError, match="不用再结束"):
            self.close(bureau, found, is_confirmed=True)
