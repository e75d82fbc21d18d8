import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from learning.models import CalendarDay, CalendarToken, Posting
from learning.programme.choices import AttendanceStatus
from tests.factories.bureau import make_bureau
from tests.factories.programme import SessionFactory, at
from tests.standing import standing

pytestmark = pytest.mark.django_db
NOW = at(2026, 11, 25, 9)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@standing()
def bureau():
    return make_bureau()


def sign_in(client, person):
    client.force_login(person.user)
    return client


def text_of(answer):
    return " ".join(answer.content.decode().split())


class TestSessionCalendar:
    @pytest.mark.parametrize(
        ("query", "title"),
        [
            ({}, "2026年11月"),
            ({"view": "week"}, "2026年11月23日—29日"),
            ({"view": "week", "on": "2026-12-30"}, "2026年12月28日—2027年1月3日"),
            ({"view": "list", "on": "2026-02-01"}, "2026年第一季度"),
            ({"view": "胡写", "on": "2026-13-45"}, "2026年11月"),
            ({"on": "9999-12-31"}, "2026年11月"),
        ],
    )
    def test_shows_the_month_the_week_or_the_quarter_of_a_day(self, client, bureau, query, title):
        answer = sign_in(client, bureau.member).get(reverse("sessions"), query)
        assert answer.status_code == 200
        assert answer.context["table"].title == title

    @pytest.mark.parametrize("view", ["month", "week", "list"])
    def test_links_each_session_with_time_state_and_the_own_part(self, client, bureau, view):
        session = SessionFactory(title="每周二政治学习", starts_at=at(2026, 11, 26))
        shown = text_of(sign_in(client, bureau.member).get(reverse("sessions"), {"view": view}))
        for fact in (reverse("session", args=[session.pk]), "15:00", "每周二政治学习", "计划", "要参加"):
            assert fact in shown

    def test_leads_to_the_neighbours_and_keeps_the_filters(self, client, bureau):
        shown = text_of(sign_in(client, bureau.member).get(reverse("sessions"), {"kind": "training"}))
        assert "?kind=training&amp;on=2026-10-01" in shown
        assert "?kind=training&amp;on=2026-12-01" in shown

    @pytest.mark.parametrize("on", ["2000-01-01", "2100-12-31"])
    def test_ends_where_its_calendar_ends(self, client, bureau, on):
        assert sign_in(client, bureau.member).get(reverse("sessions"), {"on": on}).status_code == 200

    def test_offers_a_new_session_to_whoever_runs_something(self, client, bureau):
        address = f'href="{reverse("new_session")}"'
        assert address in text_of(sign_in(client, bureau.secretary).get(reverse("sessions")))
        assert address not in text_of(sign_in(client, bureau.member).get(reverse("sessions")))

    def test_says_why_it_is_empty(self, client, bureau):
        sign_in(client, bureau.member)
        assert "这段时间没有学习活动" in text_of(client.get(reverse("sessions")))
        SessionFactory()
        shown = text_of(client.get(reverse("sessions"), {"kind": "test"}))
        assert "没有符合条件的活动（共 1 次）" in shown

    def test_marks_holidays_and_says_where_none_are_known(self, client, bureau):
        sign_in(client, bureau.member)
        assert "还没有录入" in text_of(client.get(reverse("sessions")))
        CalendarDay.objects.create(day=datetime.date(2026, 10, 1), kind="holiday", name="国庆节")
        CalendarDay.objects.create(day=datetime.date(2026, 10, 10), kind="workday", name="国庆节")
        shown = text_of(client.get(reverse("sessions"), {"on": "2026-10-10"}))
        assert "国庆节" in shown
        assert "调休上班" in shown
        assert "还没有录入" not in shown

    def test_serves_an_account_that_is_nobody_on_the_roster(self, client, bureau):
        SessionFactory()
        user = bureau.member.user
        bureau.member.user = None
        bureau.member.save()
        client.force_login(user)
        shown = text_of(client.get(reverse("sessions")))
        assert "政治理论学习" in shown
        assert "要我参加的" not in shown

    @pytest.mark.parametrize("view", ["month", "week", "list"])
    @pytest.mark.parametrize("person", ["member", "head", "clerk"])
    def test_takes_a_constant_number_of_statements(self, client, bureau, view, person):
        sign_in(client, getattr(bureau, person))
        for department in (bureau.office, bureau.other):
            SessionFactory(organised_by="department", department=department)
        client.get(reverse("sessions"), {"view": view})
        with CaptureQueriesContext(connection) as few:
            client.get(reverse("sessions"), {"view": view})
        for number in range(5):
            SessionFactory(starts_at=at(2026, 11, 23 + number), organised_by="department", department=bureau.office)
            SessionFactory(starts_at=at(2026, 11, 23 + number), held=True, missed_by={bureau.member: AttendanceStatus.SICK})
        with CaptureQueriesContext(connection) as many:
            client.get(reverse("sessions"), {"view": view})
        assert len(few) == len(many) <= 12

    def test_asks_who_it_is(self, client):
        assert client.get(reverse("sessions")).headers["Location"].startswith("/login/")


class TestSubscriptions:
    def test_makes_an_address_once_and_shows_how_to_use_it(self, client, bureau, settings):
        settings.WAGTAILADMIN_BASE_URL = "https://study.example.gov.cn"
        sign_in(client, bureau.member)
        client.post(reverse("calendar_subscriptions"))
        client.post(reverse("calendar_subscriptions"))
        token = CalendarToken.objects.get()
        shown = text_of(client.get(reverse("calendar_subscriptions")))
        assert f'value="https://study.example.gov.cn/calendar/{token.token}.ics"' in shown
        assert f'href="webcal://study.example.gov.cn/calendar/{token.token}.ics"' in shown
        assert "还没有日历读取过" in shown
        assert "添加已订阅的日历" in shown
        assert "生成我的订阅地址" not in shown

    def test_names_the_host_that_is_asked_where_nobody_has_told_the_site_its_own(self, client, bureau, settings):
        settings.WAGTAILADMIN_BASE_URL = "https://example.invalid"
        sign_in(client, bureau.member).post(reverse("calendar_subscriptions"))
        assert "http://testserver/calendar/" in text_of(client.get(reverse("calendar_subscriptions")))

    def test_offers_the_departments_one_heads(self, client, bureau):
        sign_in(client, bureau.head)
        assert client.get(reverse("calendar_subscriptions")).context["departments"] == [bureau.office]
        client.post(reverse("calendar_subscriptions"), {"department": bureau.office.pk})
        assert CalendarToken.objects.get().department == bureau.office
        assert client.get(reverse("calendar_subscriptions")).context["departments"] == []

    def test_offers_a_clerk_every_department(self, client, bureau):
        assert len(sign_in(client, bureau.clerk).get(reverse("calendar_subscriptions")).context["departments"]) == 3

    @pytest.mark.parametrize("person", ["member", "secretary", "other_head"])
    def test_knows_no_other_department(self, client, bureau, person):
        answer = sign_in(client, getattr(bureau, person)).post(reverse("calendar_subscriptions"), {"department": bureau.office.pk})
        assert answer.status_code == 404
        assert not CalendarToken.objects.exists()

    def test_shows_nobody_elses(self, client, bureau):
        CalendarToken.objects.create(user=bureau.colleague.user, created_at=NOW)
        assert sign_in(client, bureau.member).get(reverse("calendar_subscriptions")).context["subscriptions"] == []


class TestRevoke:
    def test_switches_the_address_off(self, client, bureau):
        token = CalendarToken.objects.create(user=bureau.member.user, created_at=NOW)
        address = reverse("revoke_calendar", args=[token.pk])
        sign_in(client, bureau.member)
        client.get(address)
        assert CalendarToken.objects.get().revoked_at is None
        client.post(address)
        assert CalendarToken.objects.get().revoked_at == NOW
        assert client.get(reverse("calendar_feed", args=[token.token])).status_code == 404

    def test_knows_only_the_own(self, client, bureau):
        token = CalendarToken.objects.create(user=bureau.colleague.user, created_at=NOW)
        assert sign_in(client, bureau.member).post(reverse("revoke_calendar", args=[token.pk])).status_code == 404
        assert CalendarToken.objects.get().revoked_at is None


class TestFeed:
    def token(self, person, **facts):
        return CalendarToken.objects.create(user=person.user, created_at=NOW, **facts)

    def read(self, client, token):
        return client.get(reverse("calendar_feed", args=[token.token]))

    def test_holds_what_the_owner_is_expected_at(self, client, bureau):
        SessionFactory(title="每周二政治学习", starts_at=at(2026, 12, 1))
        SessionFactory(title="别的科室", starts_at=at(2026, 12, 2), organised_by="department", department=bureau.other)
        answer = self.read(client, self.token(bureau.member))
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert answer.headers["Cache-Control"] == "private"
        events = Calendar.from_ical(answer.content).walk("VEVENT")
        assert [(str(event["summary"]), event.decoded("dtstart")) for event in events] == [("每周二政治学习", at(2026, 12, 1))]

    def test_notes_that_it_was_read_once_an_hour(self, client, bureau, monkeypatch):
        token = self.token(bureau.member)
        for minutes, noted in ((0, 0), (59, 0), (60, 60)):
            now = NOW + datetime.timedelta(minutes=minutes)
            monkeypatch.setattr("django.utils.timezone.now", lambda now=now: now)
            self.read(client, token)
            token.refresh_from_db()
            assert token.last_read_at == NOW + datetime.timedelta(minutes=noted)

    def test_is_not_there_for_a_wrong_secret(self, client, bureau):
        self.token(bureau.member)
        assert client.get(reverse("calendar_feed", args=["x"])).status_code == 404

    def test_is_not_there_once_the_account_is_switched_off(self, client, bureau):
        token = self.token(bureau.member)
        bureau.member.user.is_active = False
        bureau.member.user.save()
        assert self.read(client, token).status_code == 404

    def test_of_a_department_ends_with_the_headship(self, client, bureau):
        token = self.token(bureau.head, department=bureau.office)
        assert self.read(client, token).status_code == 200
        Posting.objects.filter(staff=bureau.head).update(ended_on=datetime.date(2026, 11, 24))
        assert self.read(client, token).status_code == 404

    def test_is_only_read(self, client, bureau):
        assert client.post(reverse("calendar_feed", args=[self.token(bureau.member).token])).status_code == 405
