import datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils.http import urlencode

from learning.models import FileLock, FileLook
from learning.portfolio.files import file_of
from learning.portfolio.services.confirming import confirm_file
from learning.portfolio.views import keeping
from tests.factories.bureau import make_bureau
from tests.factories.organisation import PostingFactory, StaffMemberFactory
from tests.factories.pages import make_site, make_user
from tests.factories.portfolio import ApplicationFactory, rule_of_people
from tests.factories.programme import at
from tests.learning.portfolio.kept import YEAR, rights
from tests.learning.portfolio.kept import confirmed as confirmed_by
from tests.learning.portfolio.kept import locked as locked_by
from tests.standing import standing

NOW = at(2026, 12, 31, 16)
URL = "/five-haves/2026/"


@standing(now=NOW)
def bureau():
    make_site()
    return make_bureau()


def html_of(response) -> str:
    return response.content.decode()


class TestFiveHaves:
    @pytest.mark.parametrize("who", ["clerk", "head", "leader"])
    def test_leads_those_who_keep_files_to_those_of_the_year(self, as_, bureau, who):
        assert as_(getattr(bureau, who)).get("/five-haves/").headers["Location"] == URL

    def test_leads_others_to_their_own(self, as_, bureau):
        assert as_(bureau.member).get("/five-haves/").headers["Location"] == reverse("my_five_haves")


class TestFiveHavesYear:
    def test_shows_the_clerk_everybody(self, as_, bureau):
        html = html_of(as_(bureau.clerk).get(URL))
        for person in (bureau.member, bureau.head, bureau.other_head, bureau.leader):
            assert person.name in html
        assert "年度锁定" in html
        assert "方景行（本人）" in html

    def test_shows_a_head_the_own_people(self, as_, bureau):
        html = html_of(as_(bureau.head).get(URL))
        assert bureau.member.name in html
        assert bureau.secretary.name not in html
        assert "人事科" not in html
        assert "年度锁定" not in html

    def test_shows_a_leader_totals_and_no_name(self, as_, bureau):
        html = html_of(as_(bureau.leader).get(URL))
        assert "人事科" in html
        assert bureau.member.name not in html
        assert bureau.secretary.name not in html

    @pytest.mark.parametrize("who", ["member", "secretary"])
    def test_is_not_for_others(self, as_, bureau, who):
        assert as_(getattr(bureau, who)).get(URL).status_code == 403

    def test_finds_a_leader_one_person_of_exactly_that_name(self, as_, bureau):
        client = as_(bureau.leader)
        html = html_of(client.get(URL, {"name": " 陶思远 "}))
        assert f'action="/five-haves/2026/{bureau.member.pk}/look/"' in html
        assert f"/five-haves/2026/{bureau.member.pk}/look/" not in html_of(client.get(URL, {"name": "陶"}))
        assert not FileLook.objects.exists()

    def test_tells_two_people_of_one_name_apart(self, as_, bureau):
        PostingFactory(staff=StaffMemberFactory(name="陶思远", note="1980 年生"), department=bureau.other)
        html = html_of(as_(bureau.leader).get(URL, {"name": "陶思远"}))
        assert "1980 年生" in html
        assert html.count("/look/") == 2

    def test_narrows_by_what_the_address_says(self, as_, bureau):
        rule_of_people("have.application")
        ApplicationFactory(staff=bureau.member)
        confirmed_by(bureau.colleague, bureau.head)
        client = as_(bureau.clerk)

        def names(**asked):
            return [row.person.name for row in client.get(URL, asked).context["people"]]

        assert names(have="application", state="done") == [bureau.member.name]
        assert bureau.member.name not in names(have="application", state="late")
        assert names(kept="confirmed") == [bureau.colleague.name]
        assert bureau.colleague.name not in names(kept="open")
        assert names(kept="locked") == []
        assert names(department=bureau.office.pk, name="陶") == [bureau.member.name]
        assert set(names(state="done")) == {bureau.member.name}
        assert bureau.head.name not in names(department=bureau.other.pk)

    def test_lists_a_head_nobody_of_another_department(self, as_, bureau):
        page = as_(bureau.head).get(URL, {"department": bureau.other.pk})
        assert page.context["people"] == []

    @pytest.mark.parametrize(
        "asked",
        [
            {"department": "9" * 30, "page": "x"},
            {"department": "\x00", "have": "\x00", "state": "\x00", "kept": "\x00", "name": "a\x00b"},
            {"name": "长" * 10_000, "page": "-1"},
            {"department": "٣", "have": "nothing", "state": "nothing"},
        ],
    )
    def test_stands_any_address(self, as_, bureau, asked):
        assert as_(bureau.clerk).get(URL, asked).status_code == 200
        assert as_(bureau.leader).get(URL, asked).status_code == 200

    @pytest.mark.parametrize("year", [0, 1, 1999, 2101, 9999, 10**9])
    def test_knows_no_other_century(self, as_, bureau, year):
        for name in ("five_haves_year", "lock_five_haves_year"):
            assert as_(bureau.clerk).get(reverse(name, args=[year])).status_code == 404
        for name in ("look_at_file", "confirm_file", "lock_file", "file_changes", "reopen_file"):
            address = reverse(name, args=[year, bureau.member.pk])
            assert as_(bureau.clerk).get(address).status_code == 404
            assert as_(bureau.clerk).post(address).status_code in (404, 405)

    def test_takes_the_same_statements_whatever_the_number_of_people(self, as_, bureau, django_assert_num_queries):
        rule_of_people("have.application")
        client = as_(bureau.clerk)
        client.get(URL)
        with django_assert_num_queries(17):
            client.get(URL)
        for _number in range(30):
            PostingFactory(department=bureau.office)
        with django_assert_num_queries(17):
            client.get(URL)

    def test_tells_the_clerk_whose_postings_need_a_look_and_where_they_are_mended(self, as_, bureau):
        posting = bureau.member.postings.get()
        posting.ended_on = datetime.date(2026, 6, 30)
        posting.save()
        PostingFactory(staff=bureau.member, department=bureau.other, started_on=datetime.date(2026, 9, 1))
        html = html_of(as_(bureau.clerk).get(URL))
        assert "任职需要核对" in html
        assert "2026-07-01 至 2026-08-31 没有任职" in html
        assert f'href="{reverse("postings:edit", args=[posting.pk])}"' in html
        assert "任职需要核对" not in html_of(as_(bureau.other_head).get(URL))

    def test_pages_fifty_at_a_time(self, as_, bureau):
        for _number in range(60):
            PostingFactory(department=bureau.office)
        first, second = (as_(bureau.clerk).get(URL, {"page": page}) for page in (1, 2))
        assert (len(first.context["people"]), len(second.context["people"])) == (50, 17)


class TestLookAtFile:
    def address(self, bureau, person=None, year=2026):
        return reverse("look_at_file", args=[year, (person or bureau.member).pk])

    def test_writes_it_down_once_and_leads_to_the_file(self, as_, bureau):
        client = as_(bureau.leader)
        for _time in range(2):
            answer = client.post(self.address(bureau))
            assert answer.headers["Location"] == reverse("five_haves_file", args=[2026, bureau.member.pk])
        assert FileLook.objects.get().role == "leader"

    def test_writes_nothing_by_get(self, as_, bureau):
        assert as_(bureau.head).get(self.address(bureau)).status_code == 302
        assert not FileLook.objects.exists()

    def test_writes_nothing_of_the_own_file(self, as_, bureau):
        assert as_(bureau.head).post(self.address(bureau, bureau.head)).status_code == 302
        assert not FileLook.objects.exists()

    def test_leads_back_within_the_site_alone(self, as_, bureau):
        client, file = as_(bureau.head), reverse("five_haves_file", args=[2026, bureau.member.pk])
        assert client.post(self.address(bureau), {"next": "/five-haves/2026/1/plan/"}).headers["Location"] == "/five-haves/2026/1/plan/"
        for elsewhere in ("https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)", "x"):
            assert client.post(self.address(bureau), {"next": elsewhere}).headers["Location"] == file
            for send in (client.get, client.post):
                assert send(f"{self.address(bureau)}?{urlencode({'next': elsewhere})}").headers["Location"] == file

    def test_leads_where_its_address_says_and_by_get_writes_nothing(self, as_, bureau):
        client, plan = as_(bureau.head), "/five-haves/2026/1/plan/decide/"
        assert client.get(f"{self.address(bureau)}?next={plan}").headers["Location"] == plan
        assert not FileLook.objects.exists()
        assert client.post(f"{self.address(bureau)}?next={plan}").headers["Location"] == plan
        assert FileLook.objects.count() == 1

    @pytest.mark.parametrize("who", ["colleague", "other_head"])
    def test_is_nothing_for_others(self, as_, bureau, who):
        assert as_(getattr(bureau, who)).post(self.address(bureau)).status_code == 404
        assert not FileLook.objects.exists()

    def test_is_of_people_in_scope(self, as_, bureau):
        assert as_(bureau.clerk).post(self.address(bureau, StaffMemberFactory())).status_code == 404
        assert as_(bureau.clerk).post(self.address(bureau, year=2020)).status_code == 404


class TestConfirmFile:
    @pytest.fixture
    def address(self, bureau):
        return reverse("confirm_file", args=[2026, bureau.member.pk])

    @pytest.fixture
    def looked(self, bureau):
        def look(client, person):
            client.post(reverse("look_at_file", args=[2026, person.pk]))

        return look

    def test_asks_first(self, as_, bureau, address):
        html = html_of(as_(bureau.head).get(address))
        assert "打开会记入查看记录" in html
        assert f'name="next" value="{address}"' in html
        assert not FileLook.objects.exists()

    def test_confirms_what_it_showed(self, as_, bureau, address, looked):
        client = as_(bureau.head)
        looked(client, bureau.member)
        shown = client.get(address).context["form"].initial["seen"]
        assert client.post(address, {"seen": shown, "note": "属实"}).status_code == 302
        assert file_of(bureau.member, 2026, NOW.date()).file.confirm_note == "属实"

    def test_confirms_nothing_that_changed_meanwhile(self, as_, bureau, address, looked):
        client = as_(bureau.head)
        looked(client, bureau.member)
        shown = client.get(address).context["form"].initial["seen"]
        ApplicationFactory(staff=bureau.member)
        answer = client.post(address, {"seen": shown})
        assert answer.status_code == 400
        assert "有了变化，没有确认" in html_of(answer)
        again = answer.context["form"]["seen"].value()
        assert client.post(address, {"seen": again}).status_code == 302

    def test_takes_it_back_with_a_reason(self, as_, bureau, address, looked):
        confirmed_by(bureau.member, bureau.head)
        client = as_(bureau.head)
        looked(client, bureau.member)
        assert "请写明撤销的原因" in html_of(client.post(address, {"reason": " "}))
        assert client.post(address, {"reason": "漏了一项"}).status_code == 302
        assert not file_of(bureau.member, 2026, NOW.date()).is_confirmed

    @pytest.mark.parametrize(("who", "status"), [("member", 403), ("leader", 403), ("colleague", 404), ("other_head", 404)])
    def test_is_not_for_others(self, as_, bureau, address, who, status):
        client = as_(getattr(bureau, who))
        assert client.get(address).status_code == client.post(address, {"seen": "x"}).status_code == status

    def test_says_what_stands_of_a_locked_file(self, as_, bureau, address, looked):
        locked_by(bureau.member, bureau.head, bureau.clerk)
        client = as_(bureau.head)
        looked(client, bureau.member)
        assert "档案已经锁定" in html_of(client.get(address))
        assert client.post(address, {"reason": "x"}).status_code == 400

    def test_stands_nonsense(self, as_, bureau, address, looked):
        client = as_(bureau.head)
        looked(client, bureau.member)
        for data in ({"seen": "\x00", "note": "\x00"}, {"seen": "长" * 9999, "note": "长" * 9999}, {}):
            assert client.post(address, data).status_code == 400

    def test_takes_a_constant_number_of_statements(self, as_, bureau, address, looked, django_assert_num_queries):
        client = as_(bureau.head)
        looked(client, bureau.member)
        client.get(address)
        with django_assert_num_queries(14):
            client.get(address)
        ApplicationFactory.create_batch(9, staff=bureau.member)
        with django_assert_num_queries(14):
            client.get(address)


class TestLockFile:
    @pytest.fixture
    def address(self, bureau):
        return reverse("lock_file", args=[2026, bureau.member.pk])

    def test_says_what_will_happen_and_locks(self, as_, bureau, address):
        confirmed_by(bureau.member, bureau.head)
        client = as_(bureau.clerk)
        assert "2026年还没有过完" in html_of(client.get(address))
        assert not FileLock.objects.exists()
        assert client.post(address).status_code == 302
        assert FileLock.objects.get().file.staff == bureau.member

    def test_says_why_it_does_not(self, as_, bureau, address):
        answer = as_(bureau.clerk).post(address)
        assert answer.status_code == 400
        assert "还没有确认" in html_of(answer)

    @pytest.mark.parametrize(("who", "status"), [("member", 403), ("head", 403), ("leader", 403), ("colleague", 404)])
    def test_is_the_committees(self, as_, bureau, address, who, status):
        assert as_(getattr(bureau, who)).get(address).status_code == status
        assert as_(getattr(bureau, who)).post(address).status_code == status


class TestLockFiveHavesYear:
    URL = "/five-haves/2026/lock/"

    @pytest.fixture
    def two_confirmed(self, bureau):
        for person in (bureau.member, bureau.colleague):
            seen = file_of(person, YEAR, NOW.date()).to_confirm
            confirm_file(staff=person, year=YEAR, seen=seen, rights=rights(bureau.head), now=NOW)

    def test_names_what_will_happen_and_who_is_left(self, as_, bureau, two_confirmed):
        answer = as_(bureau.clerk).get(self.URL)
        assert "锁定这 2 份" in html_of(answer)
        assert {one.department: one.number for one in answer.context["left"]} == {"办公室": 1, "人事科": 3, "局领导": 1}
        assert not FileLock.objects.exists()

    def test_locks_them_all(self, as_, bureau, two_confirmed):
        answer = as_(bureau.clerk).post(self.URL, follow=True)
        assert FileLock.objects.in_force().count() == 2
        assert "2026年已确认的档案都锁定了" in html_of(answer)

    def test_goes_on_step_by_step(self, as_, bureau, two_confirmed, monkeypatch):
        inner = keeping.lock_next_files
        monkeypatch.setattr(keeping, "lock_next_files", lambda **facts: inner(**facts, at_once=1))
        client = as_(bureau.clerk)
        page = client.post(self.URL, follow=True)
        assert "已锁定 1 份，还有 1 份" in html_of(page)
        assert "data-continue" in html_of(page)
        page = client.post(self.URL, {"after": page.context["after"]}, follow=True)
        page = client.post(self.URL, {"after": page.context["after"]}, follow=True) if page.context["after"] else page
        assert FileLock.objects.in_force().count() == 2
        assert "data-continue" not in html_of(page)

    def test_says_what_changed_since_it_was_confirmed(self, as_, bureau, two_confirmed):
        ApplicationFactory(staff=bureau.member)
        page = as_(bureau.clerk).post(self.URL, follow=True)
        assert "1 份没有锁定：确认之后有变化" in html_of(page)

    @pytest.mark.parametrize("after", ["x", "-1", "9" * 40, "\x00"])
    def test_stands_nonsense(self, as_, bureau, two_confirmed, after):
        assert as_(bureau.clerk).get(self.URL, {"after": after}).status_code == 200
        assert as_(bureau.clerk).post(self.URL, {"after": after}).status_code == 302

    @pytest.mark.parametrize("who", ["member", "head", "leader"])
    def test_is_the_committees(self, as_, bureau, who):
        client = as_(getattr(bureau, who))
        assert client.get(self.URL).status_code == client.post(self.URL).status_code == 403
        html = client.get(self.URL).content.decode()
        assert "年度锁定由机关党委办理。" in html
        assert f'href="{reverse("my_study")}">我的学习</a>' in html

    def test_takes_a_constant_number_of_statements(self, as_, bureau, two_confirmed, django_assert_num_queries):
        client = as_(bureau.clerk)
        client.get(self.URL)
        with django_assert_num_queries(10):
            client.get(self.URL)
        for _number in range(20):
            PostingFactory(department=bureau.office)
        with django_assert_num_queries(10):
            client.get(self.URL)


class TestFileChanges:
    @pytest.fixture
    def address(self, bureau):
        return reverse("file_changes", args=[2026, bureau.member.pk])

    @pytest.fixture
    def record(self, bureau):
        record = ApplicationFactory(staff=bureau.member)
        locked_by(bureau.member, bureau.head, bureau.clerk)
        return record

    def test_says_that_nothing_changed(self, as_, bureau, address, record):
        html = html_of(as_(bureau.member).get(address))
        assert "没有变化" in html
        assert "校验一致" in html

    def test_lists_what_came_went_and_changed(self, as_, bureau, address, record):
        rule_of_people("have.application", name="收获运用", quantity=2)
        ApplicationFactory(staff=bureau.member, learnt="另一件事")
        record.change = "改了写法。"
        record.learnt = "改了名称"
        record.save()
        html = html_of(as_(bureau.member).get(address))
        assert "收获运用《另一件事》（2026-05-12）" in html
        assert "名称改为《改了名称》" in html
        assert "新增“收获运用”（2026年），应有 2 次（篇）" in html

    def test_lists_a_record_that_was_withdrawn(self, as_, bureau, address, record):
        record.delete()
        html = html_of(as_(bureau.member).get(address))
        assert "撤回或删去" in html
        assert "收获运用《公文格式国家标准》（2026-05-12）。锁定的档案里仍有这一条" in html
        assert "有收获运用由“有”变为“不计”" in html

    def test_calls_no_change_what_days_bring(self, as_, bureau, address, record):
        with time_machine.travel(at(2027, 3, 1), tick=False):
            assert "没有变化" in html_of(as_(bureau.member).get(address))

    def test_raises_the_alarm_about_a_text_that_was_tampered_with(self, as_, bureau, address, record):
        FileLock.objects.update(snapshot=FileLock.objects.get().snapshot.replace("公文格式", "公文样式"))
        assert "校验不一致" in html_of(as_(bureau.member).get(address))
        FileLock.objects.update(snapshot="{}")
        answer = as_(bureau.member).get(address)
        assert (answer.status_code, "保存的内容读不出" in html_of(answer)) == (200, True)

    def test_asks_others_first(self, as_, bureau, address, record):
        html = html_of(as_(bureau.head).get(address))
        assert "打开会记入查看记录" in html
        assert "校验" not in html
        assert as_(bureau.colleague).get(address).status_code == 404

    def test_keeps_earlier_locks_with_their_reason(self, as_, bureau, address, record):
        as_(bureau.clerk).post(reverse("reopen_file", args=[2026, bureau.member.pk]), {"reason": "漏登一项"})
        html = html_of(as_(bureau.member).get(address))
        assert "这份档案没有锁定" in html
        assert "原因：漏登一项" in html

    def test_takes_a_constant_number_of_statements(self, as_, bureau, address, record, django_assert_num_queries):
        client = as_(bureau.member)
        client.get(address)
        with django_assert_num_queries(15):
            client.get(address)
        ApplicationFactory.create_batch(9, staff=bureau.member)
        with django_assert_num_queries(15):
            client.get(address)


class TestReopenFile:
    @pytest.fixture
    def address(self, bureau):
        return reverse("reopen_file", args=[2026, bureau.member.pk])

    def test_needs_a_reason(self, as_, bureau, address):
        locked_by(bureau.member, bureau.head, bureau.clerk)
        client = as_(bureau.clerk)
        assert "请写明重开的原因" in html_of(client.post(address, {"reason": ""}))
        assert client.post(address, {"reason": "长" * 301}).status_code == 400
        assert client.post(address, {"reason": "漏登"}).status_code == 302
        assert not FileLock.objects.in_force().exists()

    def test_says_that_there_is_nothing_to_reopen(self, as_, bureau, address):
        assert "没有锁定，不用重开" in html_of(as_(bureau.clerk).get(address))
        assert as_(bureau.clerk).post(address, {"reason": "漏登"}).status_code == 400

    @pytest.mark.parametrize(("who", "status"), [("member", 403), ("head", 403), ("leader", 403), ("colleague", 404)])
    def test_is_the_committees(self, as_, bureau, address, who, status):
        locked_by(bureau.member, bureau.head, bureau.clerk)
        assert as_(getattr(bureau, who)).post(address, {"reason": "漏登"}).status_code == status
        assert FileLock.objects.in_force().exists()


class TestEveryPage:
    def test_writes_nothing_when_it_is_only_looked_at(self, as_, bureau):
        locked_by(bureau.member, bureau.head, bureau.clerk)
        before = FileLook.objects.count(), FileLock.objects.count()
        for name in ("look_at_file", "confirm_file", "lock_file", "file_changes", "reopen_file"):
            as_(bureau.clerk).get(reverse(name, args=[2026, bureau.member.pk]))
        as_(bureau.clerk).get(URL)
        as_(bureau.clerk).get(f"{URL}lock/")
        assert (FileLook.objects.count(), FileLock.objects.count()) == before

    def test_sends_who_is_not_signed_in_to_sign_in(self, client, bureau):
        for address in ("/five-haves/", URL, f"{URL}lock/", f"{URL}{bureau.member.pk}/changes/"):
            assert client.get(address).headers["Location"].startswith("/login/")

    def test_is_nobodys_without_a_person(self, as_, bureau):
        stranger = make_user("stranger")
        assert as_(stranger).get(URL).status_code == 403
        assert as_(stranger).get("/five-haves/").status_code == 302
