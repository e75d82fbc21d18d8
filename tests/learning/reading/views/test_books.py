import datetime

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.images.tests.utils import get_test_image_file

from cms.files.models import CustomImage
from learning.models import ReadingEntry
from tests.factories.bureau import make_bureau
from tests.factories.pages import make_site, make_user
from tests.factories.portfolio import rule_of_people
from tests.factories.programme import at
from tests.factories.reading import BookFactory, ListedBookFactory, MonthlyListFactory, ReadingEntryFactory, accepted_reflection
from tests.standing import standing

NOW = at(2026, 11, 25, 9)
MONTH = "/reading/months/2026/11/"
OCTOBER, DECEMBER = datetime.date(2026, 10, 1), datetime.date(2026, 12, 1)


@standing(now=NOW)
def bureau():
    make_site()
    return make_bureau()


@pytest.fixture
def member(client, bureau):
    """Signed in as somebody of the roster."""
    client.force_login(bureau.member.user)
    return client


def cover() -> CustomImage:
    return CustomImage.objects.create(title="封面", file=get_test_image_file(filename="cover.png", size=(300, 420)))


def listed(number, month=datetime.date(2026, 11, 1), **book):
    monthly_list = MonthlyListFactory(month=month)
    return [ListedBookFactory(monthly_list=monthly_list, book=BookFactory(**book)).book for _ in range(number)]


def html_of(answer) -> str:
    return answer.content.decode()


def statements_of(client, address) -> int:
    client.get(address)  # what is cached is cached, renditions are made
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


class TestMonth:
    def test_says_why_who_and_where(self, client, bureau):
        book = BookFactory(title="样书", author="张三", publisher="某社", area="political_theory", copies=2, shelf_mark="A-01")
        ListedBookFactory(book=book, reason="讲得明白。", audience="heads")
        html = html_of(client.get(MONTH))
        for words in (
            "2026年11月推荐书目",
            "样书",
            "张三",
            "某社",
            "讲得明白。",
            "政治理论",
            "科室（单位）负责人读",
            "阅览室 2 册，架位 A-01",
        ):
            assert words in html
        assert "读完" not in html.replace("登记在读、读完", "")
        assert "csrftoken" not in client.cookies

    def test_leads_to_the_months_that_have_a_list(self, client, bureau):
        for month in (datetime.date(2026, 9, 1), datetime.date(2026, 11, 1)):
            MonthlyListFactory(month=month)
        MonthlyListFactory(month=OCTOBER, published_at=None)
        html = html_of(client.get(MONTH))
        assert reverse("reading_month", args=[2026, 9]) in html
        assert reverse("reading_month", args=[2026, 10]) not in html

    @pytest.mark.parametrize("address", ["/reading/months/2026/12/", "/reading/months/2026/13/", "/reading/months/0/1/"])
    def test_is_not_there_without_a_list(self, client, bureau, address):
        assert client.get(address).status_code == 404

    def test_is_seen_before_it_is_published_by_those_who_make_it(self, client, bureau):
        MonthlyListFactory(month=DECEMBER, published_at=None)
        address = reverse("reading_month", args=[2026, 12])
        client.force_login(bureau.member.user)
        assert client.get(address).status_code == 404
        bureau.clerk.user.user_permissions.add(Permission.objects.get(codename="change_monthlylist"))
        client.force_login(bureau.clerk.user)
        assert "还没有公布" in html_of(client.get(address))

    def test_shows_staff_how_each_book_stands(self, member, bureau):
        first, second, _third = listed(3)
        ReadingEntryFactory(staff=bureau.member, book=first, finished_on=datetime.date(2026, 11, 12))
        ReadingEntryFactory(staff=bureau.member, book=second, started_on=datetime.date(2026, 11, 3))
        ReadingEntryFactory(staff=bureau.colleague, book=first)
        html = html_of(member.get(MONTH))
        assert html.count("读完 11月12日") == 1
        assert "在读，11月3日起" in html
        assert html.count('value="reading"') == 2  # 改回在读 and the untouched one
        assert reverse("new_reflection") + f"?book={first.pk}" in html

    def test_costs_the_same_whatever_it_lists(self, member, bureau):
        for month, number in ((OCTOBER, 1), (datetime.date(2026, 11, 1), 6)):
            for book in listed(number, month=month, cover=cover()):
                ReadingEntryFactory(staff=bureau.member, book=book)
        costs = {statements_of(member, reverse("reading_month", args=[2026, month])) for month in (10, 11)}
        assert costs == {13}


@pytest.mark.once
class TestCovers:
    def test_have_words_for_those_who_do_not_see(self, client, bureau):
        listed(1, title="样书", cover=cover())
        assert 'alt="《样书》封面"' in html_of(client.get(MONTH))

    def test_that_are_missing_are_set_in_type(self, client, bureau):
        listed(1, title="没有封面的书")
        assert '<span class="book-cover book-cover-blank" aria-hidden="true"><span>没有封面的书</span></span>' in html_of(client.get(MONTH))


class TestMonths:
    def test_lists_what_is_published_by_year(self, client, bureau):
        listed(1, title="样书")
        MonthlyListFactory(month=datetime.date(2025, 12, 1))
        MonthlyListFactory(month=DECEMBER, published_at=None)
        html = html_of(client.get("/reading/months/"))
        assert html.index("2026年") < html.index("2025年")
        assert "《样书》" in html
        assert "未公布" not in html

    def test_says_so_while_there_is_none(self, client, bureau):
        assert "还没有公布过书目" in html_of(client.get("/reading/months/"))

    def test_costs_the_same_whatever_there_is(self, client, bureau):
        listed(1)
        few = statements_of(client, "/reading/months/")
        for month in range(1, 11):
            listed(3, month=datetime.date(2026, month, 1))
        assert few == statements_of(client, "/reading/months/") == 3


class TestBooks:
    @pytest.fixture
    def some(self, bureau):
        BookFactory(title="乡土笔记", author="张三", area="science_and_culture", copies=0)
        BookFactory(title="调查研究", author="李四", area="political_theory", isbn="9787020002207")
        return BookFactory(title="新到的书", author="王五", arrived_on=datetime.date(2026, 11, 20))

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"q": "乡土"}, ["乡土笔记"]),
            ({"q": "李四 研究"}, ["调查研究"]),
            ({"q": "978-7-02-000220-7"}, ["调查研究"]),
            ({"area": "political_theory"}, ["调查研究"]),
            ({"held": "room"}, ["新到的书", "调查研究"]),
            ({"area": "cooking"}, ["新到的书", "乡土笔记", "调查研究"]),
            ({"q": "字" * 61}, ["新到的书", "乡土笔记", "调查研究"]),
            ({"q": "\x00"}, ["新到的书", "乡土笔记", "调查研究"]),
            ({"q": "%"}, []),
        ],
    )
    def test_are_found_by_what_stands_in_the_address(self, client, some, query, found):
        holdings = client.get("/reading/books/", query).context["holdings"]
        assert sorted(book.title for book in holdings.books) == sorted(found)

    def test_show_new_arrivals_on_the_first_page_only(self, client, some):
        BookFactory(title="还没到的书", arrived_on=datetime.date(2026, 12, 1))
        BookFactory(title="不在阅览室的书", copies=0, arrived_on=datetime.date(2026, 11, 21))
        assert client.get("/reading/books/").context["holdings"].arrivals == [some]
        assert client.get("/reading/books/", {"q": "新"}).context["holdings"].arrivals == []

    def test_say_when_nothing_is_found_and_when_there_is_nothing(self, client, bureau):
        assert "书库还是空的" in html_of(client.get("/reading/books/"))
        assert "没有找到这样的书" in html_of(client.get("/reading/books/", {"q": "无"}))

    def test_stand_in_pages_of_twenty_at_the_same_cost(self, client, some):
        few = statements_of(client, "/reading/books/")
        for _ in range(25):
            BookFactory(cover=None, arrived_on=datetime.date(2026, 11, 1))
        assert few == statements_of(client, "/reading/books/") == 4
        assert len(client.get("/reading/books/?page=2").context["holdings"].books.object_list) == 8


class TestBook:
    def test_tells_where_it_was_recommended_and_what_was_written(self, client, bureau):
        book = BookFactory(title="样书", shelf_mark="B-02", intro="讲一个村子。")
        ListedBookFactory(book=book, reason="值得读。")
        ListedBookFactory(book=book, reason="还没公布的理由", monthly_list=MonthlyListFactory(month=DECEMBER, published_at=None))
        accepted_reflection(book=book, title="人人可读的心得")
        accepted_reflection(book=book, title="局内的心得", consent="internal")
        accepted_reflection(book=book, title="不给人看的心得", consent="none")
        address = reverse("reading_book", args=[book.pk])
        html = html_of(client.get(address))
        for words in ("样书", "B-02", "讲一个村子。", "值得读。", "2026年11月推荐书目", "人人可读的心得"):
            assert words in html
        for words in ("还没公布的理由", "局内的心得", "不给人看的心得"):
            assert words not in html
        client.force_login(bureau.member.user)
        html = html_of(client.get(address))
        assert "局内的心得" in html
        assert "不给人看的心得" not in html

    def test_shows_five_reflections_at_the_same_cost(self, member):
        book = BookFactory(cover=cover())
        address = reverse("reading_book", args=[book.pk])
        accepted_reflection(book=book)
        few = statements_of(member, address)
        for _ in range(6):
            accepted_reflection(book=book)
        assert few == statements_of(member, address) == 13
        assert len(member.get(address).context["facts"].reflections) == 5


class TestMyReading:
    def test_puts_this_month_first_then_what_is_read_and_was_read(self, member, bureau):
        listed(1, title="本月的书")
        ReadingEntryFactory(staff=bureau.member, book__title="正在读的书", started_on=datetime.date(2026, 11, 1))
        ReadingEntryFactory(
            staff=bureau.member, book=None, title="自己的书", finished_on=datetime.date(2026, 9, 28), recorded_on=datetime.date(2026, 10, 5)
        )
        ReadingEntryFactory(staff=bureau.colleague, book__title="同事的书", finished_on=datetime.date(2026, 9, 28))
        html = html_of(member.get("/my/reading/"))
        assert html.index("本月的书") < html.index("正在读的书") < html.index("自己的书")
        assert "2026年读完 1 本" in html.replace("\n", "").replace("                        ", "")
        assert "补登</span>" in html
        assert "11月还没有登记读完的书" in html
        assert "同事的书" not in html

    def test_says_what_each_book_counts_for(self, member, bureau):
        rule_of_people("reading.log", per="month", name="每月读一本好书")
        day = datetime.date(2026, 9, 28)
        ReadingEntryFactory(staff=bureau.member, finished_on=day, recorded_on=datetime.date(2026, 10, 5))
        ReadingEntryFactory(staff=bureau.member, finished_on=datetime.date(2026, 11, 2))
        ReadingEntryFactory(staff=bureau.member)
        assert html_of(member.get("/my/reading/?year=2025")).count("记进2025年五有档案") == 0
        html = html_of(member.get("/my/reading/"))
        assert html.count("算进了每月读一本好书（2026年9月）") == 1
        assert html.count("算进了每月读一本好书（2026年11月）") == 1
        assert "五有档案" not in html.partition('class="own-months"')[2].partition("</ol>")[0]
        assert html.count("逾期完成") == 1

    def test_goes_back_to_earlier_years(self, member, bureau):
        ReadingEntryFactory(staff=bureau.member, book__title="去年的书", finished_on=datetime.date(2025, 9, 28))
        assert "去年的书" not in html_of(member.get("/my/reading/"))
        assert "去年的书" in html_of(member.get("/my/reading/?year=2025"))
        for odd in ("1025", "2027", "x", "²025"):
            assert member.get("/my/reading/", {"year": odd}).context["own"].year == 2026

    def test_is_for_those_who_are_signed_in(self, client, bureau):
        assert client.get("/my/reading/").headers["Location"].startswith("/login/")

    def test_tells_an_account_without_a_person_and_one_who_left(self, client, bureau):
        client.force_login(make_user("nobody"))
        assert "还没有关联到人员名册" in html_of(client.get("/my/reading/"))
        listed(1)
        bureau.member.left_on = datetime.date(2026, 11, 1)
        bureau.member.save()
        client.force_login(bureau.member.user)
        html = html_of(client.get("/my/reading/"))
        assert "您已于 2026年11月1日离开本单位" in html
        assert "<form" not in html.partition('class="reading-head"')[2].partition("</main>")[0]

    def test_costs_the_same_whatever_was_read(self, member, bureau):
        rule_of_people("reading.log", per="month")
        listed(1, cover=cover())
        ReadingEntryFactory(staff=bureau.member, finished_on=datetime.date(2026, 11, 2))
        few = statements_of(member, "/my/reading/")
        for book in listed(4, month=DECEMBER, cover=cover()):
            ReadingEntryFactory(staff=bureau.member, book=book, finished_on=datetime.date(2026, 11, 2))
            ReadingEntryFactory(staff=bureau.member)
        assert few == statements_of(member, "/my/reading/") == 15


class TestMarkReading:
    def test_takes_one_tap_and_leads_back_to_the_book(self, member, bureau):
        (book,) = listed(1, title="样书")
        answer = member.post("/my/reading/mark/", {"book": book.pk, "state": "finished", "back": f"{MONTH}#book-{book.pk}"})
        assert answer.headers["Location"] == f"{MONTH}#book-{book.pk}"
        entry = ReadingEntry.objects.get()
        assert (entry.staff, entry.book, entry.finished_on) == (bureau.member, book, datetime.date(2026, 11, 25))
        assert "已登记：《样书》读完 11月25日。" in html_of(member.get(MONTH))

    @pytest.mark.parametrize(
        "back", ["", "https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", "javascript:alert(1)"]
    )
    def test_leads_nowhere_else(self, member, back):
        answer = member.post("/my/reading/mark/", {"book": BookFactory().pk, "state": "reading", "back": back})
        assert answer.headers["Location"] == "/my/reading/"

    def test_takes_a_title_of_ones_own(self, member):
        data = {"title": "《乡间笔记》", "author": "某人", "state": "finished", "finished_on": "2026-10-30"}
        assert member.post("/my/reading/mark/", data).headers["Location"] == "/my/reading/"
        html = html_of(member.get("/my/reading/"))
        assert "已登记：《乡间笔记》读完 10月30日（补登）。" in html

    def test_of_a_title_in_reading_asks_no_day(self, member):
        member.post("/my/reading/mark/", {"title": "样书", "state": "reading", "finished_on": "2026-11-25"})
        assert ReadingEntry.objects.get().finished_on is None

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"title": "", "state": "finished"}, "请写书名。"),
            ({"title": "样书"}, "请选“在读”或“读完”。"),
            ({"title": "样书", "state": "finished", "finished_on": "2026-11-26"}, "读完日期在今天以后"),
            ({"title": "样书", "state": "finished", "finished_on": "昨天"}, "日期请写成 2026-12-01 这样。"),
            ({"title": "长" * 121, "state": "finished"}, "书名最多 120 个字，现在有 121 个。"),
        ],
    )
    def test_loses_nothing_that_was_typed(self, member, data, words):
        answer = member.post("/my/reading/mark/", {"author": "写了作者", **data})
        html = html_of(answer)
        assert answer.status_code == 400
        assert words in html
        assert "写了作者" in html
        assert not ReadingEntry.objects.exists()

    @pytest.mark.parametrize(
        "data", [{"book": "999999", "state": "finished"}, {"book": "x", "state": "finished"}, {"book": "1", "state": "burnt"}]
    )
    def test_says_when_a_button_is_out_of_date(self, member, data):
        assert "没有登记" in html_of(member.post("/my/reading/mark/", data, follow=True))
        assert not ReadingEntry.objects.exists()

    def test_tells_an_account_without_a_person(self, client, bureau):
        client.force_login(make_user("nobody"))
        data = {"book": BookFactory().pk, "state": "finished"}
        assert "还没有关联到人员名册" in html_of(client.post("/my/reading/mark/", data, follow=True))
        answer = client.post("/my/reading/mark/", {"title": "样书", "state": "finished"})
        assert answer.status_code == 400
        assert not ReadingEntry.objects.exists()

    def test_changes_nothing_when_it_is_only_looked_at(self, member):
        assert member.get("/my/reading/mark/").headers["Location"] == "/my/reading/"


class TestRemove:
    def test_takes_the_own_entry_away(self, member, bureau):
        entry = ReadingEntryFactory(staff=bureau.member, book__title="样书")
        assert member.get(f"/my/reading/{entry.pk}/remove/").headers["Location"] == "/my/reading/"
        assert ReadingEntry.objects.exists()
        member.post(f"/my/reading/{entry.pk}/remove/")
        assert not ReadingEntry.objects.exists()
        assert "已删去《样书》的阅读记录" in html_of(member.get("/my/reading/"))

    def test_knows_nothing_of_other_peoples(self, member, bureau):
        entry = ReadingEntryFactory(staff=bureau.colleague)
        assert member.post(f"/my/reading/{entry.pk}/remove/").status_code == 404
        assert ReadingEntry.objects.exists()
