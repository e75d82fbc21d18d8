"""The page of the reading room and what of it stands on the home page."""

import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import PageViewRestriction

from cms.core.services import add_page
from cms.files.models import CustomImage
from learning.models import ExhibitionPage, ReadingRoomPage, ReadingStar, StarSelection
from learning.reading.front import front_of
from learning.reading.months import month_front
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_site, make_user
from tests.factories.programme import at
from tests.factories.reading import BookFactory, ListedBookFactory, MonthlyListFactory, accepted_reflection
from tests.standing import standing

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 25)
ANYBODY = AnonymousUser()


@standing(now=at(2026, 11, 25, 9))
def room():
    home = make_site()
    return add_page(parent=home, page=ReadingRoomPage(title="读书园地", slug="dushu", intro="每月一本"), publish=True, public=True)


def exhibition(room, quarter_first, *, title="展评", publish=True, **facts):
    page = ExhibitionPage(title=title, slug=f"q{quarter_first:%y%m}", quarter_first=quarter_first, **facts)
    return add_page(parent=room, page=page, publish=publish, public=True)


def honour(quarter_first, *names, decided=True):
    moment = at(2026, 10, 12) if decided else None
    selection = StarSelection.objects.create(quarter_first=quarter_first, criteria="勤读", published_at=at(2026, 1, 1), decided_at=moment)
    for name in names:
        number = f"{quarter_first:%y%m}-{name}"
        ReadingStar.objects.create(selection=selection, staff=StaffMemberFactory(name=name), reason="勤读", certificate_number=number)


def cover() -> CustomImage:
    return CustomImage.objects.create(title="封面", file=get_test_image_file(filename="cover.png", size=(300, 420)))


class TestMonthFront:
    def test_is_this_months_published_list_in_one_statement(self, django_assert_num_queries):
        monthly_list = MonthlyListFactory()
        books = [ListedBookFactory(monthly_list=monthly_list, sort_order=number).book for number in (2, 1)]
        with django_assert_num_queries(1):
            front = month_front(TODAY)
            assert [listed.book for listed in front.listed] == books[::-1]
            assert (front.monthly_list, front.label) == (monthly_list, "2026年11月")

    def test_is_nothing_before_it_is_published(self):
        ListedBookFactory(monthly_list__published_at=None)
        ListedBookFactory(monthly_list__month=datetime.date(2026, 10, 1))
        ListedBookFactory(monthly_list__month=datetime.date(2026, 12, 1))
        assert month_front(TODAY) is None
        assert month_front(TODAY, or_before=True).label == "2026年10月"

    def test_stands_on_the_home_page_in_a_few_lines(self):
        listed = ListedBookFactory(book__title="样书", reason="讲得明白。")
        html = render_to_string("cotton/month_books.html", {"month": month_front(TODAY)})
        for words in ("本月好书", "/reading/months/2026/11/", f"/reading/books/{listed.book_id}/", "《样书》", "讲得明白。"):
            assert words in html


class TestExhibitions:
    def test_are_those_that_are_open(self, room):
        exhibition(room, datetime.date(2026, 4, 1), shown_until=datetime.date(2026, 9, 30))
        running = exhibition(room, datetime.date(2026, 7, 1), shown_from=datetime.date(2026, 10, 8))
        exhibition(room, datetime.date(2026, 10, 1), shown_from=datetime.date(2026, 12, 20))
        (found,) = front_of(ANYBODY, today=TODAY).exhibitions
        assert (found.pk, found.quarter_label, found.is_open) == (running.pk, "2026年第三季度", True)

    def test_are_else_the_newest(self, room):
        exhibition(room, datetime.date(2026, 1, 1), shown_until=datetime.date(2026, 5, 1))
        newest = exhibition(room, datetime.date(2026, 4, 1), shown_until=datetime.date(2026, 9, 30))
        assert [(page.pk, page.is_open) for page in front_of(ANYBODY, today=TODAY).exhibitions] == [(newest.pk, False)]

    def test_are_only_what_the_reader_may_see(self, room):
        exhibition(room, datetime.date(2026, 7, 1), publish=False)
        internal = exhibition(room, datetime.date(2026, 4, 1))
        PageViewRestriction.objects.create(page=internal, restriction_type=PageViewRestriction.LOGIN)
        assert front_of(ANYBODY, today=TODAY).exhibitions == []
        assert len(front_of(make_user("reader"), today=TODAY).exhibitions) == 1


class TestReflections:
    def test_are_the_newest_five_that_the_reader_may_read(self, room):
        for number in range(6):
            accepted_reflection(title=f"公开 {number}", at_time=at(2026, 10, 1 + number))
        accepted_reflection(title="局内", consent="internal", at_time=at(2026, 11, 1))
        accepted_reflection(title="不公开", consent="none", at_time=at(2026, 11, 2))
        public = [reflection.title for reflection in front_of(ANYBODY, today=TODAY).reflections]
        assert public == ["公开 5", "公开 4", "公开 3", "公开 2", "公开 1"]
        assert front_of(make_user("reader"), today=TODAY).reflections[0].title == "局内"


class TestStars:
    def test_are_this_or_last_quarters_once_decided(self, room):
        honour(datetime.date(2026, 4, 1), "很久以前")
        honour(datetime.date(2026, 7, 1), "张三", "李四")
        honour(datetime.date(2026, 10, 1), "还没评定", decided=False)
        front = front_of(make_user("reader"), today=TODAY)
        assert ({star.staff.name for star in front.stars}, front.stars_quarter) == ({"张三", "李四"}, "2026年第三季度")

    def test_are_nobody_when_none_was_decided(self, room):
        honour(datetime.date(2026, 4, 1), "很久以前")
        assert front_of(make_user("reader"), today=TODAY).stars == []

    def test_are_nobody_outside_before_the_public_notice_stands(self, room):
        honour(datetime.date(2026, 7, 1), "张三")
        assert front_of(ANYBODY, today=TODAY).stars == []
        StarSelection.objects.update(notice=room)  # any page that is live
        assert [star.staff.name for star in front_of(ANYBODY, today=TODAY).stars] == ["张三"]


class TestRoomPage:
    def test_shows_the_room(self, room, client):
        ListedBookFactory(book__title="本月的书", reason="讲得明白。")
        BookFactory(title="新到的书", arrived_on=datetime.date(2026, 11, 20))
        BookFactory(title="还没到的书", arrived_on=datetime.date(2026, 12, 20))
        exhibition(room, datetime.date(2026, 7, 1), title="三季度展评")
        honour(datetime.date(2026, 7, 1), "张三")
        answer = client.get("/dushu/")
        html = answer.content.decode()
        for words in (
            "读书园地",
            "每月一本",
            "本月书目",
            "本月的书",
            "讲得明白。",
            "新到的书",
            "三季度展评",
        ):
            assert words in html
        for words in ("还没到的书", "我的阅读", "学习兴趣小组", "张三"):
            assert words not in html
        assert "no-cache" in answer.headers["Cache-Control"]
        client.force_login(make_user("reader"))
        html = client.get("/dushu/").content.decode()
        for words in ("我的阅读", "学习兴趣小组", "展评评分", "张三", 'class="honour"'):
            assert words in html

    def test_shows_the_last_list_under_its_own_name_before_the_new_one_is_out(self, room, client):
        ListedBookFactory(monthly_list__month=datetime.date(2026, 10, 1))
        html = client.get("/dushu/").content.decode()
        assert "2026年10月书目" in html
        assert "本月书目" not in html

    def test_is_a_room_when_it_is_empty(self, room, client):
        html = client.get("/dushu/").content.decode()
        assert "书目公布以后会出现在这里。" in html
        assert "room-stars" not in html

    def test_costs_the_same_whatever_it_holds(self, room, client):
        def fill(times):
            quarter = datetime.date(2026, 7, 1)
            StarSelection.objects.filter(quarter_first=quarter).exists() or honour(quarter, "张三")
            ExhibitionPage.objects.exists() or exhibition(room, quarter)
            monthly_list = MonthlyListFactory() if times == 1 else ListedBookFactory().monthly_list
            for _ in range(times):
                ListedBookFactory(monthly_list=monthly_list, book__cover=cover())
                BookFactory(cover=cover(), arrived_on=TODAY)
                accepted_reflection(department=None)

        def statements():
            client.get("/dushu/")
            with CaptureQueriesContext(connection) as asked:
                assert client.get("/dushu/").status_code == 200
            return len(asked)

        fill(1)
        anonymous = statements()
        MonthlyListFactory._meta.model.objects.all().delete()
        fill(4)
        assert anonymous == statements() == 12
