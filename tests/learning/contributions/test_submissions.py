"""Articles in a list."""

import datetime

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from learning.contributions.rights import ContributionRights
from learning.contributions.services.review import send_article
from learning.contributions.submission_books import articles_sheet
from learning.contributions.submissions import list_of, rows_to_take, seen_by, unanswered
from learning.models import MediaArticle
from tests.factories.bureau import rights_of
from tests.factories.contributions import (
    MediaArticleFactory,
    OutletFactory,
)
from tests.factories.organisation import DepartmentFactory
from tests.factories.programme import at
from tests.factories.submissions import draft, given_back, handed_in, in_queue, make_newsroom
from tests.standing import standing

TODAY = datetime.date(2026, 3, 5)
NOW = at(2026, 3, 5, 9)
pytestmark = pytest.mark.django_db


@standing()
def room():
    return make_newsroom()


def rights(person, day=TODAY) -> ContributionRights:
    return ContributionRights(rights_of(person, day))


def titles(rows) -> list[str]:
    return [row.title for row in rows]


def shown(person, query="") -> list[str]:
    return titles(list_of(QueryDict(query), rights(person)).rows)


def statements(act) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        act()
    return len(caught)


class TestSeenBy:
    @pytest.mark.parametrize("name", ["member", "colleague", "head", "other_head", "secretary", "leader", "clerk"])
    def test_is_what_the_rights_open_one_by_one(self, room, name):
        draft(room, title="草稿")
        handed_in(room, title="科室审的", author=room.colleague)
        in_queue(room, title="待收的", departments=[room.office, room.other])
        given_back(room, title="退回的")
        draft(room, title="科长的草稿", author=room.head)
        MediaArticleFactory(title="登记的", state="adopted", by_departments=[room.other])
        asked = rights(getattr(room, name))
        one_by_one = {one.title for one in MediaArticle.objects.all() if asked.may_see(one)}
        assert set(seen_by(asked).values_list("title", flat=True)) == one_by_one

    def test_of_a_draft_is_its_authors_only(self, room):
        draft(room, title="草稿")
        assert [shown(person) for person in (room.member, room.head, room.secretary, room.leader)] == [["草稿"], [], [], []]


class TestListOf:
    def test_is_in_the_order_of_the_days(self, room):
        in_queue(room, title="三月四日报送")
        MediaArticleFactory(title="二月的", state="adopted", submitted_on=datetime.date(2026, 2, 1))
        draft(room, title="草稿", author=room.secretary)
        assert shown(room.secretary) == ["三月四日报送", "草稿", "二月的"]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("state=office", ["读书会开了"]),
            ("state=reported", ["读书会开了", "外单位的稿"]),
            ("department=other", ["外单位的稿"]),
            ("person=陶思", ["读书会开了", "退回的稿"]),
            ("q=读书 会开了", ["读书会开了"]),
            ("q=正文里的词", ["外单位的稿"]),
            ("period=2026-02", ["外单位的稿"]),
            ("from=2026-03-03", ["读书会开了"]),
            ("to=2026-02-28", ["外单位的稿"]),
            ("state=", ["读书会开了", "退回的稿", "外单位的稿"]),
        ],
    )
    def test_narrows_by_what_the_address_says(self, room, query, found):
        in_queue(room, title="读书会开了")
        given_back(room, title="退回的稿")
        MediaArticleFactory(
            title="外单位的稿",
            body="正文里的词",
            state="adopted",
            submitted_on=datetime.date(2026, 2, 20),
            written_on=datetime.date(2026, 2, 19),
            by_departments=[room.other],
        )
        assert shown(room.secretary, query.replace("=other", f"={room.other.pk}")) == found

    @pytest.mark.parametrize(
        "query",
        [
            "state=怪",
            "department=abc",
            "department=99999999999999999999999",
            "from=2026-13-45",
            "to=x",
            "period=昨天",
            f"q={'长' * 100}",
            "person=%00",
            "q=%00",
            "page=x",
            "page=99999",
            "page=-1",
        ],
    )
    def test_takes_nonsense_for_nothing(self, room, query):
        in_queue(room, title="读书会")
        found = list_of(QueryDict(query), rights(room.secretary))
        assert titles(found.rows) == ["读书会"] or query == "period=昨天"
        is_said = query.startswith(("state=怪", "department", "from=", "to=", "period", "q=长"))
        assert bool(found.note) == is_said

    def test_keeps_the_filters_in_the_address_without_the_page(self, room):
        found = list_of(QueryDict("state=office&q=&page=2"), rights(room.secretary))
        assert (found.query, found.is_narrowed) == ("state=office", True)

    def test_says_why_a_piece_was_not_used(self, room):
        given_back(room, reason="facts", note="第二段的数字不对。")
        row = list_of(QueryDict(), rights(room.member)).rows[0]
        assert (row.reason, row.note, row.state_label, row.mark) == ("事实或数据需要核实", "第二段的数字不对。", "退回", "◐")

    def test_asks_the_same_number_of_statements_however_long_it_is(self, room):
        def asked():
            return statements(lambda: list_of(QueryDict(), rights(room.head)))

        in_queue(room)
        few = asked()
        for number in range(8):
            in_queue(room, title=f"题目{number}", departments=[room.office, DepartmentFactory()])
        assert asked() == few


class TestRowsToTake:
    def test_are_what_the_list_shows(self, room):
        for number in range(25):
            MediaArticleFactory(title=f"稿{number}", state="adopted", by_departments=[room.other], by_people=[room.member, "外人"])
        draft(room, title="草稿")
        asked = rights(room.secretary)
        rows, said = rows_to_take(QueryDict("state=adopted"), asked)
        first = list_of(QueryDict("state=adopted"), asked)
        second = list_of(QueryDict("state=adopted&page=2"), asked)
        assert titles(rows) == titles(first.rows) + titles(second.rows)
        assert said == ["状态：采用"]

    def test_become_a_sheet(self, room):
        in_queue(room, title="=1+1")
        sheet = articles_sheet(QueryDict("q=1"), rights(room.secretary))
        assert list(sheet.notes) == ["筛选：标题或正文：1"]
        (row,) = sheet.rows
        assert row[:6] == (
            datetime.date(2026, 3, 4),
            "=1+1",
            "消息",
            "办公室",
            "陶思远",
            datetime.date(2026, 3, 2),
        )


class TestUnanswered:
    def test_counts_from_the_last_dispatch(self, room):
        sent = in_queue(room)
        send_article(article=sent, outlets=[OutletFactory()], sent_on=TODAY, by=room.officer, now=NOW)
        pieces = MediaArticle.objects.all()
        assert not unanswered(pieces, datetime.date(2026, 4, 3)).exists()
        assert unanswered(pieces, datetime.date(2026, 4, 4)).get() == sent
        send_article(article=sent, outlets=[OutletFactory()], sent_on=datetime.date(2026, 3, 20), by=room.officer, now=at(2026, 3, 20))
        assert not unanswered(pieces, datetime.date(2026, 4, 4)).exists()
