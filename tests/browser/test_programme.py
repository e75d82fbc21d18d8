"""A year is laid out, a session moves, its roll is taken, somebody on leave makes it up, and the rate corrects itself."""

import datetime
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from learning.models import Session, StaffMember
from learning.periods import SHANGHAI
from learning.programme.choices import AttendanceStatus, SessionKind, SessionState

from .conftest import DESKTOP, PHONE, both_widths, on_a_phone
from .looking import small_targets, sticking_out

WITH_YEAR = True  # for the fixture `site`
NEXT_YEAR = timezone.localdate().year + 1
SCREENS = (
    ("zhigong", "/my/"),
    ("zhigong", "/sessions/"),
    ("zhigong", "/sessions/?view=week"),
    ("zhigong", "/sessions/?view=list"),
    ("zhigong", "/calendar/"),
    ("zhigong", "/inbox/"),
    ("zhigong", "/attendance/"),
    ("dangwei", "/my/"),
    ("dangwei", "/gaps/"),
    ("dangwei", "/attendance/"),
    ("dangwei", "/sessions/new/"),
    ("dangwei", "held"),
    ("dangwei", "held/roll/"),
    ("dangwei", "held/record/"),
    ("dangwei", "coming"),
    ("dangwei", "coming/edit/"),
    ("dangwei", "coming/move/"),
    ("dangwei", "coming/materials/"),
    ("dangwei", "coming/files/"),
    ("dangwei", "coming/sheet/"),
    ("zhigong", "coming"),
    ("zhigong", "coming/leave/"),
    ("fushen", "/my/"),
)


@pytest.fixture
def addresses(site):
    """`addresses("held/roll/")`: an address of a session of the sample, or the address itself."""
    held = Session.objects.held().order_by("-starts_at").first()
    coming = _everybodys_next()
    named = {"held": held.pk, "coming": coming.pk}

    def address(name):
        first, _slash, rest = name.partition("/")
        return f"/sessions/{named[first]}/{rest}" if first in named else name

    return address


def _everybodys_next() -> Session:
    """The next weekly session of everybody for which the sample's member of the staff has not asked leave yet."""
    coming = Session.objects.to_come().filter(kind=SessionKind.COLLECTIVE, plan_item__isnull=False, starts_at__gt=timezone.now())
    return coming.exclude(leave_requests__staff__user__username="zhigong").order_by("starts_at").first()


def completion(page) -> str:
    """学习完成率 as 「我的学习」 shows it."""
    page.goto("/my/")
    return page.locator(".figure-tile, .number-tile, dl div, li").filter(has_text="学习完成率").first.inner_text()


class TestTheYear:
    def test_runs_from_the_plan_to_a_corrected_rate(self, page, site, signed_in):
        self.lay_out_next_year(page, signed_in)
        session = _everybodys_next()
        self.move(page, signed_in, session)
        self.ask_leave(page, signed_in, session)
        self.approve(page, signed_in, session)
        self.take_roll(page, signed_in, session)
        self.make_up(page, signed_in, session)

    def lay_out_next_year(self, page, signed_in):
        page.set_viewport_size(DESKTOP)
        signed_in("dangwei")
        page.goto("/admin/annual_plans/")
        page.get_by_role("link", name="从规则生成").first.click()
        page.get_by_label("年度").fill(str(NEXT_YEAR))
        page.get_by_role("button", name="从规则生成").click()
        expect(page.get_by_role("heading", name=re.compile(f"{NEXT_YEAR}年度学习计划"))).to_be_visible()
        expect(page.locator("body")).to_contain_text("需要看一看的")
        page.get_by_role("button", name="发布", exact=True).click()
        expect(page.locator("body")).to_contain_text("学习活动")
        assert Session.objects.filter(planned_on__year=NEXT_YEAR).count() > 70

    def move(self, page, signed_in, session):
        soon = timezone.now().astimezone(SHANGHAI) + datetime.timedelta(minutes=30)
        page.set_viewport_size(PHONE)
        page.goto(f"/sessions/{session.pk}/")
        page.get_by_role("link", name="改期").click()
        page.get_by_label("改到哪一天").fill(f"{soon:%Y-%m-%d}")
        page.get_by_label("开始时间").fill(f"{soon:%H:%M}")
        page.get_by_label("原因").fill("下周全体下校督导，提前举行")
        page.get_by_role("button", name="改期", exact=True).last.click()
        if page.get_by_role("button", name="仍然改期").count():  # run at a weekend or at night
            page.get_by_role("button", name="仍然改期").click()
        expect(page.locator("main")).to_contain_text("下周全体下校督导，提前举行")
        planned_on = session.planned_on
        session.refresh_from_db()
        assert (session.state, session.planned_on) == (SessionState.POSTPONED, planned_on)

    def ask_leave(self, page, signed_in, session):
        signed_in("zhigong")
        page.goto(f"/sessions/{session.pk}/")
        page.get_by_role("link", name="请假").first.click()
        page.get_by_label("事假").check()
        page.get_by_label("事由").fill("家中有事")
        page.get_by_role("button", name="提交").click()
        expect(page.locator("main")).to_contain_text("待审批")

    def approve(self, page, signed_in, session):
        signed_in("fushen")
        page.goto("/my/")
        row = page.locator("li").filter(has_text=session.title).filter(has_text="事假")
        row.get_by_role("link", name="审批").click()
        page.get_by_role("button", name="批准", exact=True).click()
        expect(page.locator("main")).to_contain_text("已批准")

    def take_roll(self, page, signed_in, session):
        signed_in("dangwei")
        page.goto(f"/sessions/{session.pk}/roll/")
        page.get_by_role("button", name="固定名册，开始点名").click()
        on_leave = page.locator(".roll-tile").filter(has_text="陶思远")
        expect(on_leave).to_contain_text("已批准")
        absent = page.locator(".roll-tile").filter(has_text="徐明朗")
        absent.locator(".to-absent").click()
        expect(page.locator("[data-count=absent]")).to_have_text("1")
        page.get_by_role("button", name="撤销").click()
        expect(page.locator("[data-count=absent]")).to_have_text("0")
        absent.locator(".to-absent").click()
        page.get_by_role("button", name="完成", exact=True).click()
        expect(page.locator("main")).to_contain_text("更正")
        session.refresh_from_db()
        assert session.state == SessionState.HELD
        statuses = dict(session.attendances.values_list("staff__name", "status"))
        assert statuses.pop("徐明朗") == AttendanceStatus.ABSENT
        assert statuses.pop("陶思远") == AttendanceStatus.PERSONAL
        out = {row.staff.name for row in session.attendances.filter(is_expected=False)}
        assert {status for name, status in statuses.items() if name not in out} == {AttendanceStatus.PRESENT}

    def make_up(self, page, signed_in, session):
        signed_in("zhigong")
        before = completion(page)
        row = page.locator("li").filter(has_text=session.title).filter(has_text="补学")
        row.get_by_role("link", name="去补学").click()
        page.get_by_role("button", name="提交").click()
        expect(page.locator("main")).to_contain_text("请先读完材料")  # and nothing is lost
        page.get_by_label(re.compile("已读完")).check()
        page.get_by_label(re.compile("体会")).fill("读了材料，对照本职梳理了两处可以简化的流程，下周试行。")
        page.get_by_role("button", name="提交").click()
        expect(page.locator("main")).to_contain_text("待核对")

        signed_in("dangwei")
        page.goto("/my/")
        page.locator("li").filter(has_text="陶思远").filter(has_text=session.title).get_by_role("link", name="核对").click()
        page.get_by_role("button", name="通过").click()

        signed_in("zhigong")
        page.goto(f"/sessions/{session.pk}/make-up/")
        expect(page.locator("main")).to_contain_text("学习完成率已更正")
        assert completion(page) != before
        me = StaffMember.objects.get(user__username="zhigong")
        assert session.attendances.get(staff=me).is_made_up


@pytest.mark.once
class TestScreens:
    @both_widths
    def test_fit_the_window_and_the_finger_and_pass_axe(self, page, signed_in, addresses, violations_of):
        wrong, who = {}, None
        for user, name in SCREENS:
            if user != who:
                signed_in(user)
                who = user
            answer = page.goto(addresses(name))
            found = [f"status {answer.status}"] if answer.status != 200 else []
            found += sticking_out(page) + violations_of(page)
            if page.viewport_size == PHONE:
                found += small_targets(page)
            if found:
                wrong[f"{user} {name}"] = found
        assert wrong == {}, "\n".join(f"{name}: {found}" for name, found in wrong.items())


class TestWithoutScripts:
    @on_a_phone
    def test_a_roll_is_taken_and_saved(self, browser, site, signed_in, context):
        session = Session.objects.to_come().filter(kind=SessionKind.COLLECTIVE, planned_on__year=timezone.localdate().year)
        session = session.order_by("-starts_at").first()
        soon = timezone.now() + datetime.timedelta(minutes=10)
        Session.objects.filter(pk=session.pk).update(starts_at=soon, ends_at=soon + datetime.timedelta(hours=2))
        signed_in("dangwei")
        plain = browser.new_context(java_script_enabled=False, viewport=PHONE, locale="zh-CN", base_url=site)
        plain.add_cookies(context.cookies())
        page = plain.new_page()
        page.goto(f"/sessions/{session.pk}/roll/")
        page.get_by_role("button", name="固定名册，开始点名").click()
        page.locator(".roll-tile").filter(has_text="徐明朗").locator(".to-absent").click()
        page.get_by_role("button", name="先存一下").click()
        plain.close()
        assert session.attendances.get(staff__name="徐明朗").status == AttendanceStatus.ABSENT
        assert session.attendances.filter(status=AttendanceStatus.UNRECORDED).exists()
