import pytest
from django.urls import reverse

from learning.library.lecture_records import NoColumnError, begin_lecture_record
from learning.models import LectureRecordPage
from learning.programme.choices import AttendanceStatus, SessionKind
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_article, make_column, make_site, make_user
from tests.factories.programme import AttendanceFactory, SessionFactory, at
from tests.standing import standing

pytestmark = pytest.mark.django_db


@standing()
def column():
    return make_column(make_site(), "讲座记录", slug="jiangzuojilu")


@pytest.fixture
def session():
    host = StaffMemberFactory(name="沈一舟")
    session = SessionFactory(
        held=True,
        kind=SessionKind.EXPERT_LECTURE,
        title="人工智能与教育",
        starts_at=at(2026, 6, 17, 14, 30),
        host=host,
        key_points="一、会用工具\n二、守住底线\n\n三、先试后推",
        agenda="讲座内容",
        attended_by=[host, StaffMemberFactory(), StaffMemberFactory()],
        missed_by={StaffMemberFactory(): AttendanceStatus.SICK, StaffMemberFactory(): AttendanceStatus.ABSENT},
    )
    session.lecturers.create(name="钱教授", post="师范大学")
    return session


class TestBeginLectureRecord:
    def test_fills_in_everything_the_session_knows(self, column, session):
        page = begin_lecture_record(session=session, by=None)
        assert not page.live
        assert (page.title, page.place, page.host) == ("人工智能与教育", "三楼会议室", "沈一舟")
        assert (page.held_from, page.held_until) == (session.starts_at, session.ends_at)
        assert [str(point) for point in page.key_points.all()] == ["一、会用工具", "二、守住底线", "三、先试后推"]
        assert [(one.name, one.post) for one in page.lecturers.all()] == [("钱教授", "师范大学")]

    def test_takes_the_head_counts_from_the_roll_as_it_stands(self, column, session):
        page = begin_lecture_record(session=session, by=None)
        counts = page.head_counts
        assert (counts.expected, counts.there, counts.excused, counts.absent) == (5, 3, 1, 1)
        session.attendances.filter(status=AttendanceStatus.ABSENT).update(status=AttendanceStatus.LATE)
        assert LectureRecordPage.objects.get(pk=page.pk).head_counts.there == 4

    def test_finds_the_one_that_is_there(self, column, session):
        first = begin_lecture_record(session=session, by=None)
        assert begin_lecture_record(session=session, by=None) == first
        assert LectureRecordPage.objects.count() == 1

    def test_goes_beside_the_newest_record(self, session):
        home = make_site()
        make_column(home, "通知", slug="tongzhi")
        own = make_column(home, "讲座", slug="jiangzuo")
        make_article(own, "旧讲座", model=LectureRecordPage)
        assert begin_lecture_record(session=session, by=None).get_parent().pk == own.pk

    def test_says_so_where_there_is_no_column(self, session):
        make_site()
        with pytest.raises(NoColumnError, match="还没有栏目"):
            begin_lecture_record(session=session, by=None)


class TestLectureRecordView:
    def test_leads_a_clerk_who_may_write_to_the_draft(self, client, column, session):
        from_roles = make_user("clerk", is_superuser=True)
        client.force_login(from_roles)
        answer = client.post(reverse("lecture_record", args=[session.pk]))
        assert answer.url == reverse("wagtailadmin_pages:edit", args=[LectureRecordPage.objects.get().pk])

    def test_refuses_whoever_may_not_write_pages(self, client, column, session):
        client.force_login(make_user("staff"))
        assert client.post(reverse("lecture_record", args=[session.pk])).status_code == 403
        assert not LectureRecordPage.objects.exists()

    def test_begins_nothing_when_it_is_only_looked_at(self, client, column, session):
        client.force_login(make_user("clerk", is_superuser=True))
        assert client.get(reverse("lecture_record", args=[session.pk])).status_code == 405


class TestLecturePage:
    def test_shows_who_was_there(self, client, column, session):
        page = begin_lecture_record(session=session, by=None)
        page.get_latest_revision().publish()
        client.force_login(make_user("reader"))
        text = client.get(page.get_url()).content.decode()
        assert "应到 5 人，实到 3 人，请假 1 人，缺席 1 人" in text

    def test_says_nothing_of_people_without_a_roll(self, client, column):
        page = make_article(column, "旧讲座", model=LectureRecordPage)
        client.force_login(make_user("reader"))
        assert "应到" not in client.get(page.get_url()).content.decode()

    def test_leaves_out_who_was_never_expected(self, column, session):
        AttendanceFactory(session=session, is_expected=False)
        assert begin_lecture_record(session=session, by=None).head_counts.expected == 5


class TestWhatItCountsFor:
    @pytest.fixture
    def record(self, column, session):
        return make_article(column, "人工智能与教育", model=LectureRecordPage, public=True, session=session)

    def test_is_told_to_whoever_is_signed_in(self, client, record, session):
        client.force_login(make_user("staff"))
        html = client.get(record.url).content.decode()
        assert "这条算进了" in html
        assert "3 人，<span" in html
        assert reverse("session", args=[session.pk]) in html

    def test_leaves_the_page_that_everybody_gets_as_it_was(self, client, record):
        client.get(record.url)
        answer = client.get(record.url)
        assert "算进" not in answer.content.decode()
        assert "counted-in" not in answer.content.decode()
        assert answer["Cache-Control"] == "public, max-age=0, s-maxage=60"
