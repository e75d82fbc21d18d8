import datetime
import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from cms.inbox.models import Channel, Message
from learning.models import LeaveRequest, MakeUp, PlanItem, Session, SessionFile, Topic
from learning.programme.choices import AttendanceStatus, SessionState
from learning.programme.services.sessions import add_file, move_session, set_material
from tests.factories.bureau import make_bureau
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_article, make_column, make_site
from tests.factories.programme import AttendanceFactory, PlanItemFactory, RequirementFactory, SessionFactory, StudyFormatFactory, at

pytestmark = pytest.mark.django_db
NOW = at(2026, 11, 25, 9)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def bureau():
    return make_bureau()


@pytest.fixture
def study_format():
    return StudyFormatFactory(name="政治理论学习")


@pytest.fixture
def coming(study_format):
    return SessionFactory(title="每周二政治学习", starts_at=at(2026, 12, 1), formats=[study_format])


@pytest.fixture
def held(bureau, study_format):
    return SessionFactory(
        title="已举行的学习",
        held=True,
        formats=[study_format],
        attended_by=[bureau.colleague, bureau.clerk],
        missed_by={bureau.member: AttendanceStatus.ABSENT},
    )


def sign_in(client, person):
    client.force_login(person.user)
    return client


def text_of(answer):
    return " ".join(answer.content.decode().split())


def picture(name="合影.jpg", colour="red"):
    file = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, "JPEG")
    return SimpleUploadedFile(name, file.getvalue(), content_type="image/jpeg")


def filled(study_format, **facts):
    return {
        "title": "临时集中学习",
        "kind": "collective",
        "organiser": "organ",
        "date": "2026-12-03",
        "start": "15:00",
        "end": "17:00",
        "place": "三楼会议室",
        "formats": [str(study_format.pk)],
        "audience": "everybody",
        "study_hours": "2",
        "lecturers-TOTAL_FORMS": "6",
        "lecturers-INITIAL_FORMS": "0",
    } | facts


class TestSessionDetail:
    def test_says_what_when_where_and_what_it_counts_for(self, client, bureau, coming, study_format):
        rule = RequirementFactory(study_format=study_format, name="每周二政治学习", basis="方案第四部分（一）")
        coming.plan_item = PlanItemFactory(requirement=rule, title="第48周", planned_on=datetime.date(2026, 12, 1))
        coming.host = bureau.head
        coming.save()
        coming.lecturers.create(name="王外请", post="省委党校教授")
        coming.topics.add(Topic.objects.create(area="political_theory", name="党章党规"))
        shown = text_of(sign_in(client, bureau.member).get(reverse("session", args=[coming.pk])))
        for fact in (
            "2026年12月1日 星期二 15:00",
            "三楼会议室",
            "梁静宜",
            "王外请（省委党校教授）",
            "党章党规",
            "政治理论学习",
            "第48周",
            "方案第四部分（一）",
        ):
            assert fact in shown

    def test_says_to_whoever_is_expected_why_and_offers_leave(self, client, bureau, coming):
        shown = text_of(sign_in(client, bureau.member).get(reverse("session", args=[coming.pk])))
        assert "请您参加" in shown
        assert "依据：全体人员" in shown
        assert reverse("ask_leave", args=[coming.pk]) in shown

    def test_says_to_whoever_is_not_expected_that_nothing_is_to_do(self, client, bureau, coming):
        Session.objects.filter(pk=coming.pk).update(organised_by="branch", branch=bureau.branch)
        shown = text_of(sign_in(client, bureau.head).get(reverse("session", args=[coming.pk])))
        assert "不用参加：这次活动的参加人员里没有您。" in shown
        assert reverse("ask_leave", args=[coming.pk]) not in shown

    def test_shows_a_request_and_no_second_button(self, client, bureau, coming):
        request = LeaveRequest.objects.create(session=coming, staff=bureau.member, kind="duty", reason="下校", asked_at=NOW)
        shown = text_of(sign_in(client, bureau.member).get(reverse("session", args=[coming.pk])))
        assert "公差：待审批" in shown
        assert reverse("leave_request", args=[request.pk]) in shown
        assert reverse("ask_leave", args=[coming.pk]) not in shown

    def test_says_to_whoever_has_leave_that_it_is_granted(self, client, bureau, coming):
        LeaveRequest.objects.create(session=coming, staff=bureau.member, kind="duty", reason="下校", asked_at=NOW, state="approved")
        shown = text_of(sign_in(client, bureau.member).get(reverse("session", args=[coming.pk])))
        assert "已准假，不用到会" in shown
        assert "请您参加" not in shown

    def test_leads_whoever_missed_it_to_the_make_up(self, client, bureau, held):
        MakeUp.objects.create(session=held, staff=bureau.member, due_on=datetime.date(2026, 12, 8))
        shown = text_of(sign_in(client, bureau.member).get(reverse("session", args=[held.pk])))
        assert "缺席" in shown
        assert "补学：待补学" in shown
        assert "去补学" in shown

    def test_counts_heads_for_everybody_and_rates_for_whoever_sees_the_record(self, client, bureau, held):
        shown = text_of(sign_in(client, bureau.member).get(reverse("session", args=[held.pk])))
        assert "应到" in shown
        assert "出勤率" not in shown
        assert bureau.colleague.name not in shown
        shown = text_of(sign_in(client, bureau.leader).get(reverse("session", args=[held.pk])))
        assert "出勤率 66.7%" in shown

    def test_keeps_photographs_from_whoever_may_not_see_the_record(self, client, bureau, held):
        file = add_file(session=held, data=picture().read(), name="合影.jpg", kind="photo", by=bureau.clerk.user, now=NOW)
        address = reverse("session_file", args=[held.pk, file.pk])
        assert address not in text_of(sign_in(client, bureau.member).get(reverse("session", args=[held.pk])))
        assert address in text_of(sign_in(client, bureau.leader).get(reverse("session", args=[held.pk])))

    def test_links_only_materials_that_the_person_may_read(self, client, bureau, coming):
        column = make_column(make_site())
        page = make_article(column, "原文选读")
        hidden = make_article(column, "还没发布的", publish=False)
        for one in (page, hidden):
            set_material(session=coming, page=one, is_wanted=True, by=bureau.clerk.user)
            set_material(session=SessionFactory(), page=one, is_wanted=True, by=bureau.clerk.user)
        shown = text_of(sign_in(client, bureau.member).get(reverse("session", args=[coming.pk])))
        assert shown.count("原文选读") == 1
        assert "还没发布的" not in shown

    def test_keeps_the_planned_day_of_a_moved_one(self, client, bureau, coming):
        move_session(session=coming, starts_at=at(2026, 12, 3), reason="防汛值守", by=bureau.clerk.user, now=NOW)
        shown = text_of(sign_in(client, bureau.member).get(reverse("session", args=[coming.pk])))
        assert "顺延" in shown
        assert "2026-12-01 15:00 → 2026-12-03 15:00，防汛值守" in shown
        assert "计划日期 2026-12-01 不变" in shown

    @pytest.mark.parametrize(
        ("state", "facts", "act"),
        [
            ("planned", {"place": ""}, "填写地点"),
            ("planned", {}, "选学习材料"),
            ("notified", {"starts_at": at(2026, 11, 25, 9, 30), "ends_at": at(2026, 11, 25, 11)}, "点名"),
        ],
    )
    def test_puts_the_next_sensible_act_first_for_the_clerk(self, client, bureau, coming, state, facts, act):
        Session.objects.filter(pk=coming.pk).update(state=state, **facts)
        answer = sign_in(client, bureau.clerk).get(reverse("session", args=[coming.pk]))
        assert answer.context["page"].next_act.label == act
        assert answer.content.decode().count('class="button"') == 1

    def test_asks_for_points_and_then_for_files_of_a_held_one(self, client, bureau, held):
        sign_in(client, bureau.clerk)
        assert client.get(reverse("session", args=[held.pk])).context["page"].next_act.label == "写要点"
        Session.objects.filter(pk=held.pk).update(key_points="一")
        assert client.get(reverse("session", args=[held.pk])).context["page"].next_act.label == "传照片和签到表"

    def test_shows_whoever_runs_nothing_no_way_to_change_it(self, client, bureau, coming):
        shown = text_of(sign_in(client, bureau.member).get(reverse("session", args=[coming.pk])))
        for name in ("edit_session", "move_session", "cancel_session", "notify_session", "session_materials"):
            assert reverse(name, args=[coming.pk]) not in shown

    def test_is_not_there_for_an_unknown_key(self, client, bureau):
        assert sign_in(client, bureau.member).get(reverse("session", args=[99])).status_code == 404

    @pytest.mark.parametrize("person", ["member", "clerk", "leader"])
    def test_takes_the_same_number_of_statements_however_much_it_shows(self, client, bureau, held, person):
        sign_in(client, getattr(bureau, person))
        address = reverse("session", args=[held.pk])
        client.get(address)
        with CaptureQueriesContext(connection) as few:
            client.get(address)
        column = make_column(make_site())
        for number in range(3):
            held.formats.add(StudyFormatFactory())
            held.lecturers.create(name=f"外请{number}", post="教授")
            held.topics.add(Topic.objects.create(area="professional", name=f"专题{number}"))
            set_material(session=held, page=make_article(column, f"材料{number}"), is_wanted=True, by=bureau.clerk.user)
            AttendanceFactory(session=held, staff=StaffMemberFactory(), status=AttendanceStatus.PRESENT)
            add_file(session=held, data=f"第{number}份".encode(), name="记录.txt", kind="minutes", by=bureau.clerk.user, now=NOW)
        client.get(address)
        with CaptureQueriesContext(connection) as many:
            client.get(address)
        assert len(few) == len(many) <= 18


class TestNewSession:
    def test_opens_one_with_everything_that_was_written(self, client, bureau, study_format):
        topic = Topic.objects.create(area="political_theory", name="党章党规")
        values = filled(
            study_format,
            host=str(bureau.head.pk),
            department_kinds=["section"],
            invited="顾长河（局领导）、钱多",
            topics=[str(topic.pk)],
            area="political_theory",
            agenda="领读原文",
            accepts_code="on",
        )
        values |= {"lecturers-0-name": "梁静宜（办公室）", "lecturers-1-name": "王外请", "lecturers-1-post": "省委党校教授"}
        answer = sign_in(client, bureau.clerk).post(reverse("new_session"), values)
        session = Session.objects.get()
        assert answer.headers["Location"] == reverse("session", args=[session.pk])
        assert (session.title, session.starts_at, session.ends_at) == ("临时集中学习", at(2026, 12, 3), at(2026, 12, 3, 17))
        assert (session.planned_on, session.host, session.department_kinds) == (datetime.date(2026, 12, 3), bureau.head, ["section"])
        assert [(line.staff, line.name, line.post) for line in session.lecturers.all()] == [
            (bureau.head, "梁静宜", ""),
            (None, "王外请", "省委党校教授"),
        ]
        assert set(session.invited.all()) == {bureau.leader, bureau.other_head}
        assert list(session.topics.all()) == [topic]
        assert session.accepts_code

    def test_shows_every_mistake_at_once_and_keeps_what_was_written(self, client, bureau, study_format):
        values = filled(study_format, title="", end="14:00", formats=[], invited="没有这个人", agenda="领读原文")
        values |= {"lecturers-0-name": "王外请"}
        answer = sign_in(client, bureau.clerk).post(reverse("new_session"), values)
        shown = text_of(answer)
        assert answer.status_code == 400
        for mistake in ("请写活动名称", "结束时间须晚于开始时间", "请至少勾选一种", "本单位没有“没有这个人”", "外请的请写单位及职务"):
            assert mistake in shown
        for kept in ('value="2026-12-03"', 'value="15:00"', "领读原文", 'value="王外请"'):
            assert kept in shown
        assert not Session.objects.exists()

    @pytest.mark.parametrize(
        "values", [{"date": "0001-01-01"}, {"date": "胡写"}, {"start": "25:00"}, {"study_hours": "很多"}, {"host": "99999"}]
    )
    def test_refuses_what_no_browser_would_send(self, client, bureau, study_format, values):
        answer = sign_in(client, bureau.clerk).post(reverse("new_session"), filled(study_format, **values))
        assert answer.status_code == 400

    def test_warns_of_clashes_before_it_saves(self, client, bureau, coming, study_format):
        answer = sign_in(client, bureau.clerk).post(reverse("new_session"), filled(study_format, date="2026-12-01"))
        shown = text_of(answer)
        assert answer.status_code == 409
        assert "三楼会议室已用于“每周二政治学习”。" in shown
        assert "下一个空档：12月2日 星期三 15:00，改用" in shown
        assert 'value="临时集中学习"' in shown
        assert Session.objects.count() == 1

    def test_takes_the_free_slot_over(self, client, bureau, coming, study_format):
        values = filled(study_format, date="2026-12-01", slot="2026-12-02T15:00-17:00")
        assert sign_in(client, bureau.clerk).post(reverse("new_session"), values).status_code == 302
        session = Session.objects.get(title="临时集中学习")
        assert (session.starts_at, session.ends_at) == (at(2026, 12, 2), at(2026, 12, 2, 17))

    def test_saves_all_the_same_when_told_to(self, client, bureau, coming, study_format):
        values = filled(study_format, date="2026-12-01", anyway="1")
        assert sign_in(client, bureau.clerk).post(reverse("new_session"), values).status_code == 302
        assert Session.objects.filter(starts_at=at(2026, 12, 1)).count() == 2

    def test_offers_a_secretary_the_own_branch_only(self, client, bureau, study_format):
        sign_in(client, bureau.secretary)
        shown = text_of(client.get(reverse("new_session")))
        assert f'value="branch:{bureau.branch.pk}"' in shown
        assert 'value="organ"' not in shown
        refused = client.post(reverse("new_session"), filled(study_format))
        assert "您不能以它的名义组织活动" in text_of(refused)
        client.post(reverse("new_session"), filled(study_format, organiser=f"branch:{bureau.branch.pk}"))
        assert Session.objects.get().branch == bureau.branch

    def test_begins_with_what_the_plan_item_says(self, client, bureau, study_format):
        rule = RequirementFactory(study_format=study_format, audience="heads")
        item = PlanItemFactory(requirement=rule, title="业务知识培训", planned_on=datetime.date(2026, 12, 9))
        item.rota.create(staff=bureau.head)
        address = f"{reverse('new_session')}?item={item.pk}"
        sign_in(client, bureau.clerk)
        shown = text_of(client.get(address))
        for fact in ('value="业务知识培训"', 'value="2026-12-09"', 'value="梁静宜（办公室）"', "由计划项确定"):
            assert fact in shown
        client.post(address, filled(study_format, date="2026-12-10"))
        session = Session.objects.get()
        assert session.plan_item == item
        assert session.planned_on == item.planned_on  # the cadence is judged on the plan
        assert session.starts_at == at(2026, 12, 10)

    def test_refuses_a_second_session_of_an_item(self, client, bureau, study_format):
        item = PlanItemFactory(requirement=RequirementFactory(study_format=study_format))
        SessionFactory(plan_item=item, formats=[study_format])
        answer = sign_in(client, bureau.clerk).post(f"{reverse('new_session')}?item={item.pk}", filled(study_format))
        assert answer.status_code == 400
        assert "这个计划项已有一次学习活动。" in text_of(answer)

    def test_refuses_to_hold_what_the_plan_has_cancelled(self, client, bureau, study_format):
        item = PlanItemFactory(requirement=RequirementFactory(study_format=study_format), state=PlanItem.State.CANCELLED, reason="放假")
        answer = sign_in(client, bureau.clerk).post(f"{reverse('new_session')}?item={item.pk}", filled(study_format))
        assert "这个计划项已取消。" in text_of(answer)

    def test_knows_no_item_that_one_may_not_hold(self, client, bureau):
        item = PlanItemFactory()
        sign_in(client, bureau.secretary)
        for key in (item.pk, 99999, "abc", "", 9**30):
            assert client.get(f"{reverse('new_session')}?item={key}").status_code == 404

    def test_is_refused_to_whoever_runs_nothing(self, client, bureau):
        assert sign_in(client, bureau.member).get(reverse("new_session")).status_code == 403
        assert client.post(reverse("new_session"), {}).status_code == 403


class TestEditSession:
    def values(self, session, study_format, **facts):
        return filled(study_format, title=session.title, date="2026-12-01", version=str(session.version)) | facts

    def test_changes_what_was_written(self, client, bureau, coming, study_format):
        address = reverse("edit_session", args=[coming.pk])
        sign_in(client, bureau.clerk)
        assert 'value="2026-12-01"' in text_of(client.get(address))
        assert client.post(address, self.values(coming, study_format, date="2026-12-02", place="报告厅")).status_code == 302
        coming.refresh_from_db()
        assert (coming.place, coming.starts_at, coming.version) == ("报告厅", at(2026, 12, 2), 2)
        assert coming.planned_on == datetime.date(2026, 12, 2)  # by itself and only planned: there is no other plan

    def test_tells_the_second_of_two_and_loses_nothing(self, client, bureau, coming, study_format):
        address = reverse("edit_session", args=[coming.pk])
        sign_in(client, bureau.clerk)
        values = self.values(coming, study_format, agenda="我写的内容")
        Session.objects.filter(pk=coming.pk).update(version=5, place="报告厅")
        answer = client.post(address, values)
        shown = text_of(answer)
        assert answer.status_code == 409
        assert "这次活动刚被别人改过" in shown
        assert "地点、学习内容" in shown
        assert "我写的内容" in shown
        assert Session.objects.get(pk=coming.pk).agenda == ""
        assert client.post(address, values | {"version": "5", "anyway": "1"}).status_code == 302

    def test_leaves_the_time_of_an_announced_one_to_moving(self, client, bureau, coming, study_format):
        Session.objects.filter(pk=coming.pk).update(state=SessionState.NOTIFIED)
        address = reverse("edit_session", args=[coming.pk])
        sign_in(client, bureau.clerk)
        assert "改时间请用“改期”。" in text_of(client.get(address))
        client.post(address, self.values(coming, study_format, date="2026-12-03", start="09:00", end="18:00"))
        coming.refresh_from_db()
        assert (coming.starts_at, coming.ends_at) == (at(2026, 12, 1), at(2026, 12, 1, 18))

    def test_keeps_the_people_of_a_frozen_roster(self, client, bureau, held, study_format):
        held.invited.add(bureau.leader)
        address = reverse("edit_session", args=[held.pk])
        sign_in(client, bureau.clerk)
        assert "名册已固定" in text_of(client.get(address))
        values = filled(study_format, title="改了名", version="1", date="2026-11-24", audience="heads", anyway="1")
        assert client.post(address, values).status_code == 302
        held.refresh_from_db()
        assert (held.title, held.audience, list(held.invited.all())) == ("改了名", "everybody", [bureau.leader])
        assert held.roll_completed_at

    def test_does_not_ask_again_about_clashes_that_the_change_has_no_part_in(self, client, bureau, coming, study_format):
        SessionFactory(title="同时同地", starts_at=coming.starts_at)
        answer = sign_in(client, bureau.clerk).post(
            reverse("edit_session", args=[coming.pk]), self.values(coming, study_format, agenda="只改内容")
        )
        assert answer.status_code == 302

    def test_keeps_the_format_of_the_plan_item(self, client, bureau, coming, study_format):
        coming.plan_item = PlanItemFactory(requirement=RequirementFactory(study_format=study_format))
        coming.save()
        other = StudyFormatFactory()
        answer = sign_in(client, bureau.clerk).post(
            reverse("edit_session", args=[coming.pk]), self.values(coming, study_format, formats=[str(other.pk)], anyway="1")
        )
        assert answer.status_code == 400
        assert "不能去掉" in text_of(answer)

    def test_sends_whoever_opens_a_cancelled_one_back(self, client, bureau, coming, study_format):
        Session.objects.filter(pk=coming.pk).update(state=SessionState.CANCELLED, reason="防汛")
        sign_in(client, bureau.clerk)
        for method in (client.get, client.post):
            assert method(reverse("edit_session", args=[coming.pk])).headers["Location"] == reverse("session", args=[coming.pk])

    def test_takes_a_constant_number_of_statements(self, client, bureau, coming):
        sign_in(client, bureau.clerk)
        address = reverse("edit_session", args=[coming.pk])
        client.get(address)
        with CaptureQueriesContext(connection) as few:
            client.get(address)
        for number in range(5):
            coming.invited.add(person := StaffMemberFactory())
            coming.lecturers.create(staff=person, name=person.name)
            coming.topics.add(Topic.objects.create(area="professional", name=f"专题{number}"))
        with CaptureQueriesContext(connection) as many:
            assert client.get(address).status_code == 200
        assert len(few) == len(many) <= 15


class TestMove:
    def test_moves_it_and_tells_those_who_knew(self, client, bureau, coming):
        Session.objects.filter(pk=coming.pk).update(state=SessionState.NOTIFIED)
        address = reverse("move_session", args=[coming.pk])
        sign_in(client, bureau.clerk)
        assert "计划日期 2026-12-01 不变" in text_of(client.get(address))
        values = {"date": "2026-12-03", "start": "09:30", "place": "报告厅", "reason": "与全市会议冲突"}
        assert client.post(address, values).status_code == 302
        coming.refresh_from_db()
        assert (coming.starts_at, coming.ends_at, coming.place) == (at(2026, 12, 3, 9, 30), at(2026, 12, 3, 11, 30), "报告厅")
        assert coming.planned_on == datetime.date(2026, 12, 1)
        assert Message.objects.filter(recipient=bureau.member.user, subject__startswith="改期").exists()

    def test_warns_of_clashes_and_takes_the_free_slot_over(self, client, bureau, coming):
        SessionFactory(title="别的活动", starts_at=at(2026, 12, 3))
        address = reverse("move_session", args=[coming.pk])
        values = {"date": "2026-12-03", "start": "15:00", "place": "三楼会议室", "reason": "会议"}
        answer = sign_in(client, bureau.clerk).post(address, values)
        assert answer.status_code == 409
        assert "三楼会议室已用于“别的活动”。" in text_of(answer)
        assert "下一个空档：12月4日 星期五 15:00，改用" in text_of(answer)
        client.post(address, values | {"slot": "2026-12-04T15:00-17:00"})
        coming.refresh_from_db()
        assert coming.starts_at == at(2026, 12, 4)

    @pytest.mark.parametrize(
        ("values", "mistake"),
        [
            ({"reason": ""}, "请写明改期的原因。"),
            ({"date": "2026-12-01", "start": "15:00", "anyway": "1"}, "时间没有变。"),
            ({"slot": "x"}, "日期请写成"),
        ],
    )
    def test_says_what_is_missing_and_keeps_the_rest(self, client, bureau, coming, values, mistake):
        sent = {"date": "2026-12-03", "start": "09:30", "place": "报告厅", "reason": "会议"} | values
        answer = sign_in(client, bureau.clerk).post(reverse("move_session", args=[coming.pk]), sent)
        assert answer.status_code == 400
        assert mistake in text_of(answer)
        assert 'value="报告厅"' in text_of(answer)

    def test_sends_whoever_would_move_a_held_one_back(self, client, bureau, held):
        sign_in(client, bureau.clerk)
        assert client.get(reverse("move_session", args=[held.pk])).status_code == 302
        assert client.post(reverse("move_session", args=[held.pk]), {}).status_code == 302


class TestCancel:
    def test_needs_a_reason(self, client, bureau, coming):
        address = reverse("cancel_session", args=[coming.pk])
        sign_in(client, bureau.clerk)
        assert "取消后不能恢复" in text_of(client.get(address))
        assert client.post(address, {"reason": " "}).status_code == 400
        assert client.post(address, {"reason": "防汛值守"}).status_code == 302
        coming.refresh_from_db()
        assert (coming.state, coming.reason) == (SessionState.CANCELLED, "防汛值守")
        assert client.post(address, {"reason": "再来一次"}).status_code == 302


class TestNotify:
    def test_says_how_many_and_where_before_it_sends(self, client, bureau, coming):
        StaffMemberFactory(posted_to=bureau.office)  # has no account
        Channel.objects.create(name="全局群", kind="wecom", address="wecombot://0123456789-0123-0123-0123-012345678901")
        address = reverse("notify_session", args=[coming.pk])
        shown = text_of(sign_in(client, bureau.clerk).get(address))
        assert "应参加 8 人，这次通知 <strong>7 人</strong>" in shown
        assert "1 人没有启用的账号" in shown
        assert "站内消息、全局群（群里只写活动和人数）" in shown
        assert not Message.objects.exists()
        client.post(address)
        assert Message.objects.count() == 7
        shown = text_of(client.get(address))
        assert "7 人已通知过，不再重复。" in shown
        client.post(address)
        assert Message.objects.count() == 7

    def test_asks_for_the_place_first(self, client, bureau, coming):
        Session.objects.filter(pk=coming.pk).update(place="")
        address = reverse("notify_session", args=[coming.pk])
        assert "还没有填地点" in text_of(sign_in(client, bureau.clerk).get(address))
        assert "还没有填地点" in text_of(client.post(address, follow=True))

    def test_has_nothing_to_say_of_a_held_one(self, client, bureau, held):
        assert "不用再通知" in text_of(sign_in(client, bureau.clerk).get(reverse("notify_session", args=[held.pk])))


class TestMaterials:
    @pytest.fixture
    def column(self):
        return make_column(make_site())

    def test_offers_the_newest_first_and_finds_by_title(self, client, bureau, coming, column):
        make_article(column, "旧文章", days_ago=5)
        make_article(column, "新文章", days_ago=1)
        make_article(column, "草稿文章", publish=False)
        address = reverse("session_materials", args=[coming.pk])
        sign_in(client, bureau.clerk)
        assert [page.title for page in client.get(address).context["found"]] == ["新文章", "旧文章"]
        assert [page.title for page in client.get(address, {"q": " 旧 "}).context["found"]] == ["旧文章"]
        assert "没有找到" in text_of(client.get(address, {"q": "不存在"}))

    def test_puts_in_and_takes_out_and_keeps_the_query(self, client, bureau, coming, column):
        page = make_article(column, "原文选读")
        address = reverse("session_materials", args=[coming.pk])
        sign_in(client, bureau.clerk)
        answer = client.post(f"{address}?q=原文", {"page": page.pk, "act": "add"})
        assert answer.headers["Location"] == f"{address}?q=%E5%8E%9F%E6%96%87"
        client.post(address, {"page": page.pk, "act": "add"})
        assert [material.page_id for material in coming.materials.all()] == [page.pk]
        assert client.get(address).context["found"] == []
        client.post(address, {"page": page.pk, "act": "drop"})
        assert not coming.materials.exists()

    def test_knows_no_page_that_may_not_be_read_or_is_no_material(self, client, bureau, coming, column):
        draft, page = make_article(column, "草稿", publish=False), make_article(column, "文章")
        sign_in(client, bureau.clerk)
        address = reverse("session_materials", args=[coming.pk])
        for values in (
            {"page": draft.pk, "act": "add"},
            {"page": page.pk, "act": "drop"},
            {"page": column.pk, "act": "add"},
        ):
            assert client.post(address, values).status_code == 404

    @pytest.mark.parametrize("values", [{}, {"page": "x", "act": "add"}, {"page": "9" * 30, "act": "drop"}])
    def test_asks_for_a_page_of_the_list(self, client, bureau, coming, values):
        answer = sign_in(client, bureau.clerk).post(reverse("session_materials", args=[coming.pk]), values, follow=True)
        assert "请从列表里选一篇。" in text_of(answer)

    def test_says_what_to_do_where_there_is_nothing(self, client, bureau, coming):
        shown = text_of(sign_in(client, bureau.clerk).get(reverse("session_materials", args=[coming.pk])))
        assert "网站上还没有可选的文章" in shown


class TestPoints:
    def test_keeps_them_one_a_line(self, client, bureau, held):
        address = reverse("session_points", args=[held.pk])
        assert sign_in(client, bureau.clerk).post(address, {"text": "一\r\n\r\n二", "was": ""}).status_code == 302
        held.refresh_from_db()
        assert held.points == ["一", "二"]

    def test_shows_what_somebody_else_has_saved_meanwhile(self, client, bureau, held):
        Session.objects.filter(pk=held.pk).update(key_points="别人的\n要点")
        address = reverse("session_points", args=[held.pk])
        answer = sign_in(client, bureau.clerk).post(address, {"text": "我的要点", "was": ""})
        shown = text_of(answer)
        assert answer.status_code == 409
        assert "要点刚被别人改过" in shown
        assert "别人的<br>" in shown
        assert "我的要点" in shown
        assert client.post(address, {"text": "合并", "was": "别人的\r\n要点"}).status_code == 302

    def test_refuses_too_many_words(self, client, bureau, held):
        answer = sign_in(client, bureau.clerk).post(reverse("session_points", args=[held.pk]), {"text": "长" * 3001, "was": ""})
        assert answer.status_code == 400


class TestFiles:
    def test_keeps_several_at_once(self, client, bureau, held):
        address = reverse("session_files", args=[held.pk])
        values = {"kind": "photo", "caption": "交流发言", "files": [picture(), picture("发言.jpg", "blue")]}
        assert sign_in(client, bureau.clerk).post(address, values).status_code == 302
        assert {(file.original_name, file.caption) for file in held.files.all()} == {("合影.jpg", "交流发言"), ("发言.jpg", "交流发言")}
        assert "已存 2 个" in text_of(client.get(address))

    def test_names_those_it_refuses_and_keeps_the_others(self, client, bureau, held):
        files = [picture(), SimpleUploadedFile("假的.jpg", b"no picture")]
        answer = sign_in(client, bureau.clerk).post(reverse("session_files", args=[held.pk]), {"kind": "photo", "files": files})
        assert answer.status_code == 400
        assert "假的.jpg：图片格式不支持或已损坏" in text_of(answer)
        assert held.files.count() == 1

    def test_asks_for_a_file(self, client, bureau, held):
        answer = sign_in(client, bureau.clerk).post(reverse("session_files", args=[held.pk]), {"kind": "photo"})
        assert answer.status_code == 400
        assert "请选择文件。" in text_of(answer)

    def test_refuses_what_is_too_large_before_reading_it(self, client, bureau, held, monkeypatch):
        monkeypatch.setattr("learning.programme.forms.MAX_FILE", 10)
        files = [SimpleUploadedFile("记录.txt", b"x" * 11)]
        answer = sign_in(client, bureau.clerk).post(reverse("session_files", args=[held.pk]), {"kind": "minutes", "files": files})
        assert "超过上限" in text_of(answer)


class TestServeFile:
    def stored(self, session, bureau, *, kind="photo", name="合影.jpg", data=None):
        data = data or picture().read()
        return add_file(session=session, data=data, name=name, kind=kind, by=bureau.clerk.user, now=NOW)

    def test_shows_a_photograph_to_whoever_may_see_the_record(self, client, bureau, held):
        file = self.stored(held, bureau)
        answer = sign_in(client, bureau.leader).get(reverse("session_file", args=[held.pk, file.pk]))
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Content-Disposition"].startswith("inline")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer.headers["Cache-Control"]
        assert b"".join(answer.streaming_content)

    def test_gives_everything_else_as_a_download_under_its_name(self, client, bureau, held):
        file = self.stored(held, bureau, kind="minutes", name="记录.txt", data="记录".encode())
        answer = sign_in(client, bureau.clerk).get(reverse("session_file", args=[held.pk, file.pk]))
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment; filename*=utf-8''%E8%AE%B0%E5%BD%95.txt"
        answer.close()

    def test_does_not_exist_for_anybody_else(self, client, bureau, held):
        file = self.stored(held, bureau)
        address = reverse("session_file", args=[held.pk, file.pk])
        assert client.get(address).headers["Location"].startswith("/login/")
        for person in (bureau.member, bureau.head, bureau.secretary):
            assert sign_in(client, person).get(address).status_code == 404

    def test_is_not_found_by_way_of_another_session(self, client, bureau, held):
        file = self.stored(held, bureau)
        mine = SessionFactory(organised_by="branch", branch=bureau.branch)
        assert sign_in(client, bureau.secretary).get(reverse("session_file", args=[mine.pk, file.pk])).status_code == 404

    def test_says_so_when_the_bytes_are_gone(self, client, bureau, held):
        file = self.stored(held, bureau)
        file.file.storage.delete(file.file.name)
        assert sign_in(client, bureau.clerk).get(reverse("session_file", args=[held.pk, file.pk])).status_code == 404


class TestRemove:
    def test_asks_before_it_deletes(self, client, bureau, held):
        file = add_file(session=held, data=picture().read(), name="合影.jpg", kind="photo", by=bureau.clerk.user, now=NOW)
        address = reverse("remove_session_file", args=[held.pk, file.pk])
        assert "删除后不能恢复" in text_of(sign_in(client, bureau.clerk).get(address))
        assert SessionFile.objects.exists()
        assert client.post(address).headers["Location"] == reverse("session_files", args=[held.pk])
        assert not SessionFile.objects.exists()
        assert client.post(address).status_code == 404


class TestWhoMay:
    NAMES = ("edit_session", "move_session", "cancel_session", "notify_session", "session_materials", "session_points", "session_files")

    @pytest.mark.parametrize("name", NAMES)
    def test_change_a_session_of_the_organ(self, client, bureau, coming, name):
        address = reverse(name, args=[coming.pk])
        assert client.get(address).headers["Location"].startswith("/login/")
        for person in (bureau.member, bureau.head, bureau.secretary, bureau.leader):
            sign_in(client, person)
            assert client.get(address).status_code == 403
            assert client.post(address, {}).status_code == 403
        assert sign_in(client, bureau.clerk).get(address).status_code == 200

    @pytest.mark.parametrize("name", NAMES)
    def test_change_a_session_of_a_branch(self, client, bureau, name):
        address = reverse(name, args=[SessionFactory(organised_by="branch", branch=bureau.branch).pk])
        assert sign_in(client, bureau.secretary).get(address).status_code == 200
        assert sign_in(client, bureau.head).get(address).status_code == 403

    @pytest.mark.parametrize("name", NAMES)
    def test_change_a_session_of_a_department(self, client, bureau, name):
        address = reverse(name, args=[SessionFactory(organised_by="department", department=bureau.office).pk])
        assert sign_in(client, bureau.head).get(address).status_code == 200
        assert sign_in(client, bureau.other_head).get(address).status_code == 403


def test_a_service_that_refuses_is_shown_on_the_form(client, bureau, coming, monkeypatch):
    def refuse(**_facts):
        raise ValidationError("不能取消。")

    monkeypatch.setattr("learning.programme.views.sessions.cancel_session", refuse)
    answer = sign_in(client, bureau.clerk).post(reverse("cancel_session", args=[coming.pk]), {"reason": "防汛"})
    assert answer.status_code == 400
    assert "不能取消。" in text_of(answer)
