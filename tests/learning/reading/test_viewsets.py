"""「读书」 in the admin."""

import datetime

import pytest
import time_machine
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms.users.roles import ensure_groups
from learning.models import Book, GroupMembership, InterestGroup, MonthlyList
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.programme import at
from tests.factories.reading import BookFactory, InterestGroupFactory, ListedBookFactory, MonthlyListFactory, ReadingEntryFactory

pytestmark = pytest.mark.django_db
NOW = at(2026, 11, 25, 9)
BOOKS, LISTS, GROUPS = "wagtailsnippets_learning_book:list", "monthly_lists:index", "interest_groups:index"
BOOK = {
    "title": "样书",
    "author": "张三",
    "publisher": "",
    "isbn": "",
    "area": "",
    "cover": "",
    "intro": "",
    "copies": "2",
    "arrived_on": "",
    "shelf_mark": "",
}


@pytest.fixture
def clerk(client):
    ensure_groups()
    client.force_login(make_user("clerk", "机关党委办事员"))
    with time_machine.travel(NOW, tick=False):
        yield client


def book_url(name, *args):
    return reverse(f"wagtailsnippets_learning_book:{name}", args=args)


def list_data(*books, month="2026-11-01", **more):
    data = {
        "month": month,
        "intro": "",
        "listed_books-TOTAL_FORMS": len(books),
        "listed_books-INITIAL_FORMS": 0,
        "listed_books-MIN_NUM_FORMS": 0,
        "listed_books-MAX_NUM_FORMS": 1000,
    }
    for number, book in enumerate(books):
        facts = {"book": book.pk, "reason": "值得读。", "audience": "everybody", "ORDER": number + 1, "id": ""}
        data |= {f"listed_books-{number}-{name}": value for name, value in facts.items()}
    return data | more


def said_by(answer) -> str:
    return "".join(str(message) for message in answer.context["messages"])


def errors_of(answer) -> str:
    form = answer.context["form"]
    return "".join(message for messages in form.errors.values() for message in messages)


class TestMenu:
    def test_stands_between_the_plan_and_the_organisation(self, clerk):
        html = clerk.get(reverse("wagtailadmin_home")).content.decode()
        assert html.index('"programme"') < html.index('"reading"') < html.index('"organisation"')
        assert all(f'"{reverse(name)}"' in html for name in (BOOKS, LISTS, GROUPS))
        assert '"snippets"' not in html

    @pytest.mark.once
    def test_is_not_there_for_others(self, client):
        ensure_groups()
        for role in ("编辑", "宣传科", "系统管理员", "审计管理员", "心得评阅员"):
            client.force_login(make_user(f"of-{role}", role))
            assert [client.get(reverse(name)).status_code for name in (BOOKS, LISTS, GROUPS)] == [302, 302, 302]

    @pytest.mark.once
    def test_opens_what_it_lists(self, clerk):
        monthly_list, group = ListedBookFactory().monthly_list, InterestGroupFactory()
        for name, key in (
            ("wagtailsnippets_learning_book", Book.objects.get().pk),
            ("monthly_lists", monthly_list.pk),
            ("interest_groups", group.pk),
        ):
            for address in (reverse(f"{name}:add"), reverse(f"{name}:edit", args=[key]), reverse(f"{name}:history", args=[key])):
                assert clerk.get(address).status_code == 200
        for name in (BOOKS, LISTS, GROUPS):
            html = clerk.get(reverse(name), {"q": "样"}).content.decode()
            assert "data-bulk-action-checkbox" not in html


class TestBooks:
    def test_keep_title_and_isbn_tidy(self, clerk):
        clerk.post(book_url("add"), {**BOOK, "title": "《样书》", "isbn": "7-02-000220-X"})
        book = Book.objects.get()
        assert (book.title, book.isbn) == ("样书", "9787020002207")
        assert ModelLogEntry.objects.filter(action="wagtail.create").count() == 1

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"isbn": "9787020002200"}, "校验位不对"),
            ({"isbn": "978-7-02-000220-7"}, "这个 ISBN 已有一本书"),
            ({"title": "《另一本》", "author": "李四"}, "已有同名同作者的书"),
        ],
    )
    def test_say_what_is_wrong(self, clerk, data, words):
        BookFactory(isbn="9787020002207")
        BookFactory(title="另一本", author="李四")
        answer = clerk.post(book_url("add"), {**BOOK, **data})
        assert words in errors_of(answer)

    def test_change_through_the_service(self, clerk):
        book = BookFactory()
        clerk.post(book_url("edit", book.pk), {**BOOK, "copies": "5"})
        book.refresh_from_db()
        assert (book.title, book.copies) == ("样书", 5)
        assert ModelLogEntry.objects.get().action == "wagtail.edit"

    @pytest.mark.parametrize("use", [ListedBookFactory, ReadingEntryFactory])
    def test_that_are_used_are_not_deleted(self, clerk, use):
        book = use().book
        answer = clerk.post(book_url("delete", book.pk), follow=True)
        assert "不能删除，什么都没有改动" in said_by(answer)
        assert Book.objects.exists()

    def test_that_nobody_uses_are_deleted(self, clerk):
        clerk.post(book_url("delete", BookFactory().pk))
        assert not Book.objects.exists()

    def test_are_chosen_by_any_part_of_what_they_are_called(self, clerk):
        BookFactory(title="乡土笔记", author="张三")
        BookFactory(title="调查研究", author="李四")
        html = clerk.get(reverse("wagtailsnippetchoosers_learning_book:choose_results"), {"q": "土笔"}).content.decode()
        assert "乡土笔记" in html
        assert "张三" in html
        assert "调查研究" not in html
        assert 'name="q"' in clerk.get(reverse("wagtailsnippetchoosers_learning_book:choose")).json()["html"]


class TestLists:
    def test_are_made_with_their_books_and_published_once(self, clerk):
        first, second = BookFactory(), BookFactory()
        clerk.post(reverse("monthly_lists:add"), list_data(second, first, month="2026-11-15"))
        monthly_list = MonthlyList.objects.get()
        assert (monthly_list.month, monthly_list.published_at) == (datetime.date(2026, 11, 1), None)
        assert [listed.book for listed in monthly_list.listed_books.order_by("sort_order")] == [second, first]
        address = reverse("monthly_lists:edit", args=[monthly_list.pk])
        clerk.post(address, list_data(BookFactory(), publish="on"))
        monthly_list.refresh_from_db()
        assert monthly_list.published_at == NOW
        assert "publish" not in clerk.get(address).context["form"].fields
        assert ModelLogEntry.objects.filter(action="reading.publish_list").count() == 1

    @pytest.mark.parametrize(("more", "words"), [({"publish": "on"}, "还没有书，不能公布"), ({"month": "2026-10-09"}, "已有一份书目")])
    def test_say_what_is_wrong_and_keep_nothing(self, clerk, more, words):
        MonthlyListFactory(month=datetime.date(2026, 10, 1))
        answer = clerk.post(reverse("monthly_lists:add"), list_data(**more))
        assert words in errors_of(answer)
        assert MonthlyList.objects.count() == 1

    def test_say_when_a_book_stands_in_one_twice(self, clerk):
        book = BookFactory()
        answer = clerk.post(reverse("monthly_lists:add"), list_data(book, book))
        assert answer.status_code == 200
        assert not MonthlyList.objects.exists()

    def test_that_are_published_stay(self, clerk):
        published, draft = MonthlyListFactory(), MonthlyListFactory(month=datetime.date(2026, 12, 1), published_at=None)
        answer = clerk.post(reverse("monthly_lists:delete", args=[published.pk]), follow=True)
        assert "已经公布，不能删除" in said_by(answer)
        clerk.post(reverse("monthly_lists:delete", args=[draft.pk]))
        assert MonthlyList.objects.get() == published


class TestGroups:
    def test_are_kept_through_the_service(self, clerk):
        leader = StaffMemberFactory(name="张三", posted_to=DepartmentFactory(name="办公室"))
        form = clerk.get(reverse("interest_groups:add")).context["form"]
        assert (leader.pk, "张三（办公室）") in list(form.fields["leader"].choices)
        clerk.post(reverse("interest_groups:add"), {"name": "诵读小组", "purpose": "", "patron": "", "leader": leader.pk, "closed_on": ""})
        group = InterestGroup.objects.get()
        assert group.memberships.get().staff == leader
        clerk.post(
            reverse("interest_groups:edit", args=[group.pk]),
            {"name": "诵读小组", "purpose": "", "patron": "", "leader": "", "closed_on": "2026-12-01"},
        )
        group.refresh_from_db()
        assert (group.leader, group.closed_on) == (None, datetime.date(2026, 12, 1))

    def test_that_anybody_was_in_are_closed_instead_of_deleted(self, clerk):
        group, empty = InterestGroupFactory(), InterestGroupFactory()
        GroupMembership.objects.create(group=group, staff=StaffMemberFactory(), joined_on=NOW.date())
        assert "请填停止日期" in said_by(clerk.post(reverse("interest_groups:delete", args=[group.pk]), follow=True))
        clerk.post(reverse("interest_groups:delete", args=[empty.pk]))
        assert InterestGroup.objects.get() == group
