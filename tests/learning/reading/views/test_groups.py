import datetime

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning.models import GroupMembership, InterestGroup
from tests.factories.bureau import make_bureau
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_site, make_user
from tests.factories.programme import at
from tests.factories.reading import BookFactory, InterestGroupFactory, accepted_reflection
from tests.standing import standing

NOW = at(2026, 11, 25, 9)
TODAY = datetime.date(2026, 11, 25)
SAVED = {"purpose": "读诗", "meets_on": "2026-12-03", "meets_at": "16:00", "next_place": "二楼阅览室", "next_topic": "领读", "added": ""}


@standing(now=NOW)
def bureau():
    make_site()
    bureau = make_bureau()
    rights = Permission.objects.filter(codename__in=["add_interestgroup", "change_interestgroup"])
    bureau.clerk.user.user_permissions.add(*rights)
    return bureau


@pytest.fixture
def as_(client):
    def sign_in(person):
        client.force_login(person.user)
        return client

    return sign_in


@pytest.fixture
def group(bureau):
    group = InterestGroupFactory(name="诵读小组", leader=bureau.colleague, next_meeting_at=at(2026, 12, 3, 16), next_place="二楼阅览室")
    joined(group, bureau.colleague)
    return group


def joined(group, *people):
    for person in people:
        GroupMembership.objects.create(group=group, staff=person, joined_on=TODAY)


def html_of(answer) -> str:
    return answer.content.decode()


def address(group, *parts) -> str:
    return "/".join(["/reading/groups", str(group.pk), *parts, ""])


def statements_of(client, path) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


class TestGroups:
    def test_are_seen_by_everybody_signed_in(self, client, as_, bureau, group):
        assert client.get("/reading/groups/").headers["Location"].startswith("/login/")
        InterestGroupFactory(name="停了的小组", closed_on=TODAY)
        joined(group, bureau.member, StaffMemberFactory(left_on=datetime.date(2026, 11, 1)))
        html = html_of(as_(bureau.member).get("/reading/groups/"))
        for words in ("诵读小组", "2 人", "组长 赵一鸣", "下次活动 12月3日", "已加入"):
            assert words in html
        assert "停了的小组" not in html
        assert "新建小组" not in html

    def test_cost_the_same_however_many_there_are(self, as_, bureau, group):
        client = as_(bureau.member)
        few = statements_of(client, "/reading/groups/")
        for _ in range(5):
            joined(InterestGroupFactory(patron=bureau.leader, leader=bureau.head), bureau.member, bureau.head)
        assert few == statements_of(client, "/reading/groups/") == 8


class TestGroup:
    def test_shows_people_shelf_meeting_and_what_one_may_read(self, as_, bureau, group):
        group.shelf.add(BookFactory(title="诗词选"))
        joined(group, StaffMemberFactory(name="走了的人", left_on=datetime.date(2026, 11, 1)))
        for consent in ("public", "internal", "none"):
            accepted_reflection(group=group, title=f"心得 {consent}", consent=consent)
        html = html_of(as_(bureau.member).get(address(group)))
        for words in ("赵一鸣", "办公室", "诗词选", "12月3日（星期四）16:00", "二楼阅览室", "心得 public", "心得 internal", "加入小组"):
            assert words in html
        for words in ("走了的人", "心得 none", "退出小组", "修改小组"):
            assert words not in html

    def test_says_when_nothing_is_arranged(self, as_, bureau, group):
        InterestGroup.objects.update(next_meeting_at=at(2026, 11, 24))
        assert "还没有安排。" in html_of(as_(bureau.member).get(address(group)))

    def test_that_is_closed_is_kept_and_takes_nobody(self, as_, bureau, group):
        InterestGroup.objects.update(closed_on=TODAY)
        client = as_(bureau.member)
        html = html_of(client.get(address(group)))
        assert "停止活动" in html
        assert "加入小组" not in html
        assert "停止活动，不能再加入" in html_of(client.post(address(group, "join"), follow=True))

    def test_costs_the_same_whatever_is_in_it(self, as_, bureau, group):
        client = as_(bureau.member)
        group.shelf.add(BookFactory())
        accepted_reflection(group=group)
        few = statements_of(client, address(group))
        joined(group, bureau.member, bureau.head, bureau.secretary)
        for _ in range(4):
            group.shelf.add(BookFactory())
            accepted_reflection(group=group)
        assert few == statements_of(client, address(group)) == 12


class TestJoinAndLeave:
    def test_are_one_tap_each(self, as_, bureau, group):
        client = as_(bureau.member)
        for _twice in range(2):
            assert client.post(address(group, "join")).headers["Location"] == address(group)
        assert GroupMembership.objects.filter(staff=bureau.member).count() == 1
        assert "退出小组" in html_of(client.get(address(group)))
        assert "您已退出" in html_of(client.post(address(group, "leave"), follow=True))
        assert "不用退出" in html_of(client.post(address(group, "leave"), follow=True))

    def test_change_nothing_when_they_are_only_looked_at(self, as_, bureau, group):
        client = as_(bureau.member)
        for act in ("join", "leave"):
            assert client.get(address(group, act)).headers["Location"] == address(group)
        assert not GroupMembership.objects.filter(staff=bureau.member).exists()

    def test_tell_an_account_without_a_person(self, client, group):
        client.force_login(make_user("nobody"))
        assert "还没有关联到人员名册" in html_of(client.post(address(group, "join"), follow=True))

    def test_keep_the_leader(self, as_, bureau, group):
        assert "您是组长，不能直接退出" in html_of(as_(bureau.colleague).post(address(group, "leave"), follow=True))


class TestEdit:
    def test_is_the_leaders_and_the_clerks(self, as_, bureau, group):
        for person, status in ((bureau.member, 403), (bureau.leader, 403), (bureau.colleague, 200), (bureau.clerk, 200)):
            assert as_(person).get(address(group, "edit")).status_code == status
            if status == 403:
                assert as_(person).post(address(group, "edit"), SAVED).status_code == 403

    def test_is_no_longer_a_leaders_who_left(self, as_, bureau, group):
        bureau.colleague.left_on = datetime.date(2026, 11, 1)
        bureau.colleague.save()
        assert as_(bureau.colleague).get(address(group, "edit")).status_code == 403

    def test_keeps_purpose_shelf_and_next_meeting(self, as_, bureau, group):
        kept, gone, added = BookFactory(title="留下的书"), BookFactory(title="拿下的书"), BookFactory(title="放上的书")
        group.shelf.set([kept, gone])
        data = {**SAVED, "kept": [kept.pk], "added": "《放上的书》\n\n放上的书"}
        assert as_(bureau.colleague).post(address(group, "edit"), data).headers["Location"] == address(group)
        group.refresh_from_db()
        assert (group.purpose, group.next_meeting_at, group.next_topic) == ("读诗", at(2026, 12, 3, 16), "领读")
        assert set(group.shelf.all()) == {kept, added}

    def test_leaves_name_and_people_to_the_clerks(self, as_, bureau, group):
        data = {**SAVED, "name": "改了名", "leader": bureau.head.pk, "patron": bureau.leader.pk}
        as_(bureau.colleague).post(address(group, "edit"), data)
        group.refresh_from_db()
        assert (group.name, group.leader) == ("诵读小组", bureau.colleague)
        as_(bureau.clerk).post(address(group, "edit"), data)
        group.refresh_from_db()
        assert (group.name, group.leader, group.patron) == ("改了名", bureau.head, bureau.leader)

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"added": "诗词选集"}, "是不是《诗词选》？"),
            ({"added": "完全没有的一本书"}, "书库里没有《完全没有的一本书》。请核对书名"),
            ({"added": "\n".join(f"书{number}" for number in range(31))}, "一次最多加 30 本"),
            ({"meets_at": ""}, "日期和时间要一起填"),
            ({"meets_on": "2026-11-24"}, "这个时间已经过去"),
            ({"meets_on": "明天"}, "日期请写成"),
            ({"next_place": "长" * 61}, "最多 60 个字，现在有 61 个。"),
        ],
    )
    def test_loses_nothing_that_was_typed(self, as_, bureau, group, data, words):
        BookFactory(title="诗词选")
        answer = as_(bureau.colleague).post(address(group, "edit"), {**SAVED, "purpose": "写了很多", **data})
        html = html_of(answer)
        assert answer.status_code == 400
        assert words in html
        assert "写了很多" in html
        group.refresh_from_db()
        assert group.purpose == ""

    def test_takes_the_meeting_away(self, as_, bureau, group):
        as_(bureau.colleague).post(address(group, "edit"), {**SAVED, "meets_on": "", "meets_at": ""})
        group.refresh_from_db()
        assert group.next_meeting_at is None


class TestNew:
    def test_is_the_clerks(self, as_, bureau):
        assert as_(bureau.colleague).get("/reading/groups/new/").status_code == 403
        assert "新建小组" in html_of(as_(bureau.clerk).get("/reading/groups/"))
        answer = as_(bureau.clerk).post("/reading/groups/new/", {**SAVED, "name": "新小组", "leader": bureau.member.pk})
        group = InterestGroup.objects.get()
        assert answer.headers["Location"] == address(group)
        assert group.memberships.get().staff == bureau.member

    def test_says_what_is_missing(self, as_, bureau, group):
        client = as_(bureau.clerk)
        assert "请写小组名称。" in html_of(client.post("/reading/groups/new/", SAVED))
        answer = client.post("/reading/groups/new/", {**SAVED, "name": "诵读小组"})
        assert answer.status_code == 400
        assert "已有同名的小组。" in html_of(answer)
