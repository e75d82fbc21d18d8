import datetime
from unittest import mock

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.http import QueryDict
from wagtail.models import PageViewRestriction

from cms.core.services import add_page
from learning.models import ExhibitionPage, ReadingReviewPage, ReadingRoomPage
from learning.reading.exhibiting import FEW, FREE_TITLE, PER_PAGE, Season, exhibit, first_line_of, hung_in, pieces_of
from tests.factories.bureau import make_bureau
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory
from tests.factories.pages import make_site, make_user
from tests.factories.programme import at
from tests.factories.reading import BookFactory, accepted_reflection, hang_exhibition
from tests.standing import standing

TODAY = datetime.date(2026, 11, 25)
VISITOR = AnonymousUser()


@standing()
def bureau():
    add_page(parent=make_site(), page=ReadingRoomPage(title="读书园地", slug="dushu"), publish=True)
    return make_bureau()


@pytest.fixture
def exhibition(bureau):
    return hang_exhibition()


def seen(page, user=VISITOR, query="", today=TODAY):
    return exhibit(ExhibitionPage.objects.get(pk=page.pk), user=user, parameters=QueryDict(query), today=today)


def titles(page, user=VISITOR, query="", today=TODAY) -> list[str]:
    return [piece.title for piece in seen(page, user, query, today).pieces]


class TestExhibit:
    def test_hangs_what_authors_let_each_reader_see(self, bureau, exhibition):
        for consent in ("public", "internal", "none"):
            accepted_reflection(consent=consent, title=consent)
        assert titles(exhibition) == ["public"]
        assert set(titles(exhibition, bureau.member.user)) == {"public", "internal"}

    def test_hangs_nothing_that_is_closed_to_a_reader_otherwise(self, bureau, exhibition):
        """However many pages of the site are."""
        reflection, _other = accepted_reflection(title="只给一组"), accepted_reflection(title="公开")
        restriction = PageViewRestriction.objects.create(page=reflection.page, restriction_type=PageViewRestriction.GROUPS)
        restriction.groups.add(Group.objects.create(name="某组"))
        member, root = bureau.member.user, make_user("root", is_superuser=True)
        for few in (FEW, 0):
            with mock.patch("learning.reading.exhibiting.FEW", few):
                assert titles(exhibition, member) == titles(exhibition) == ["公开"]
                assert set(titles(exhibition, root)) == {"公开", "只给一组"}

    def test_takes_down_what_was_taken_back_at_once(self, exhibition):
        reflection = accepted_reflection()
        assert seen(exhibition).pieces.paginator.count == 1
        reflection.page.unpublish()
        assert seen(exhibition).pieces.paginator.count == 0
        assert titles(exhibition) == []

    def test_hangs_the_quarter_newest_first(self, exhibition):
        for month, day in ((9, 30), (10, 1), (12, 31), (11, 2)):
            accepted_reflection(title=f"{month}.{day}", at_time=at(2026, month, day, 23))
        assert titles(exhibition) == ["12.31", "11.2", "10.1"]

    def test_tells_of_each_piece_what_a_reader_needs(self, exhibition):
        accepted_reflection(
            author=StaffMemberFactory(name="丁小满"),
            department=DepartmentFactory(name="教研室"),
            book=BookFactory(title="把话写清楚"),
            title="少一点套话",
            html=f"<h2>读后</h2><p>{'长' * 80}</p>",
        )
        [piece] = seen(exhibition).pieces
        assert (piece.author, piece.department, piece.book, piece.title) == ("丁小满", "教研室", "把话写清楚", "少一点套话")
        assert piece.first_line == f"{'长' * 60}……"
        assert piece.url == ReadingReviewPage.objects.get().url

    def test_is_shown_from_day_to_day(self, bureau, exhibition):
        ExhibitionPage.objects.update(shown_from=datetime.date(2026, 11, 26), shown_until=datetime.date(2026, 12, 31))
        accepted_reflection(title="心得")
        clerk, staff = bureau.clerk.user, bureau.member.user
        assert seen(exhibition).season == Season.BEFORE
        assert not seen(exhibition).is_shown
        assert not seen(exhibition, staff).is_shown
        assert titles(exhibition, clerk) == ["心得"]
        first, last, later = (datetime.date(2026, 11, 26), datetime.date(2026, 12, 31), datetime.date(2027, 1, 1))
        assert titles(exhibition, today=first) == titles(exhibition, today=last) == ["心得"]
        assert not seen(exhibition, today=later).is_shown
        assert titles(exhibition, staff, today=later) == ["心得"]


class TestFilter:
    @pytest.fixture
    def hung(self, exhibition):
        office, school = DepartmentFactory(name="甲科", position=2), DepartmentFactory(name="乙科", position=1)
        book = BookFactory(title="路边的法律课")
        accepted_reflection(title="一", department=office, area="professional", book=book)
        accepted_reflection(title="二", department=school, area="professional", book=None, book_title="1984")
        accepted_reflection(title="三", department=school, area="core_values", book=book)
        accepted_reflection(title="四", department=None, area="", book=None, consent="internal")
        return office, school, book

    def test_offers_what_is_there_in_order(self, exhibition, hung):
        office, school, book = hung
        offered = {name: one.extra["choices"] for name, one in seen(exhibition).filter.filters.items()}
        assert offered["area"] == [("core_values", "社会主义核心价值体系"), ("professional", "业务知识")]
        assert offered["department"] == [(str(school.pk), "乙科"), (str(office.pk), "甲科")]
        assert offered["book"] == [(f"{FREE_TITLE}1984", "1984"), (str(book.pk), "路边的法律课")]

    def test_narrows_and_counts_alike(self, exhibition, hung):
        office, school, book = hung
        asked = {
            "area=professional": {"一", "二"},
            f"department={school.pk}": {"二", "三"},
            f"book={book.pk}": {"一", "三"},
            f"book={FREE_TITLE}1984": {"二"},
            f"area=professional&department={school.pk}&book=t%3A1984": {"二"},
            f"area=core_values&department={office.pk}": set(),
            "area=": {"一", "二", "三"},
        }
        for query, expected in asked.items():
            found = seen(exhibition, query=query)
            assert {piece.title for piece in found.pieces} == expected, query
            assert found.pieces.paginator.count == len(expected), query

    @pytest.mark.parametrize("query", ["area=cooking", "department=9999", "department=abc", "book=x", "book=t%3A", "page=abc", "page=99"])
    def test_ignores_what_is_not_there(self, exhibition, hung, query):
        found = seen(exhibition, query=query)
        assert len(found.pieces.object_list) == 3

    def test_keeps_the_filter_from_page_to_page(self, exhibition, hung):
        found = seen(exhibition, query="area=professional&page=2")
        assert found.query == "area=professional"
        assert found.filter.is_narrowed


class TestPages:
    def test_come_by_twenty(self, exhibition):
        author, book = StaffMemberFactory(), BookFactory()
        for number in range(PER_PAGE + 3):
            accepted_reflection(author=author, book=book, title=f"{number:02}", at_time=at(2026, 11, 1, minute=number))
        assert titles(exhibition)[0] == "22"
        assert titles(exhibition, query="page=2") == ["02", "01", "00"]

    def test_are_the_same_from_either_end(self, exhibition):
        author, book = StaffMemberFactory(), BookFactory()
        for number in range(7):
            accepted_reflection(author=author, book=book, title=str(number), at_time=at(2026, 11, 1, minute=number // 2))
        hung = hung_in(exhibition, VISITOR)
        whole = [piece.title for piece in pieces_of(hung, range(7), of=7, room_url="/")]
        cut = [piece.title for at in range(7) for piece in pieces_of(hung, range(at, at + 1), of=7, room_url="/")]
        assert whole == cut == list("6543210")

    @pytest.mark.parametrize("name", [None, "member"])
    def test_cost_the_same_however_much_hangs(self, bureau, exhibition, client, name, django_assert_num_queries):
        """Five for the page itself, three for what hangs in it; somebody signed in costs seven more."""
        if name:
            client.force_login(getattr(bureau, name).user)
        accepted_reflection(department=bureau.office, area="professional")
        url = ExhibitionPage.objects.get().url
        client.get(url)
        with django_assert_num_queries(15 if name else 8):
            client.get(url)
        for number in range(25):
            accepted_reflection(department=DepartmentFactory(), area="core_values", title=f"{number}")
        client.get(url)  # new pages empty the cache of what stands around every page
        with django_assert_num_queries(15 if name else 8):
            assert "共 26 篇" in client.get(url).content.decode()


class TestFirstLine:
    @pytest.mark.parametrize(
        ("html", "line"),
        [
            ("<h2>题</h2><p>正文<strong>粗</strong></p><p>后</p>", "正文粗"),
            ("<h2>只有标题</h2>", "只有标题"),
            ("<ul><li>第一</li><li>第二</li></ul>", "第一"),
            ("<p>没有写完的标<stron", "没有写完的标"),
            ("", ""),
        ],
    )
    def test_is_the_beginning_of_the_text(self, html, line):
        assert first_line_of(html) == line
