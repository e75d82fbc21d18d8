import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from learning.models import AnnualPlan, MakeUp, ResearchEntry, ResearchJudge, ResearchJudging
from learning.programme.choices import AttendanceStatus, MakeUpState
from learning.programme.services.leave import ask_leave
from learning.questions.links import About
from learning.questions.services import ask
from tests.factories.contributions import CommissionFactory, MediaArticleFactory, PlacementFactory, ResearchReportFactory
from tests.factories.pages import make_site, make_user
from tests.factories.programme import PlanItemFactory, RequirementFactory, SessionFactory, at
from tests.factories.reading import ReflectionFactory
from tests.factories.reviews import give_right, handed_in_reflection
from tests.standing import standing

NOW = at(2026, 11, 25, 9)
URL = "/my/"

pytestmark = pytest.mark.usefixtures("site")


@standing(now=NOW)
def site():
    return make_site()


def page(client, person):
    client.force_login(person.user)
    return client.get(URL)


def _owe_reading(quantity):
    """A book and a reflection that everybody owes."""
    for evidence in ("reading.log", "reading.reflection"):
        rule = RequirementFactory(evidence=evidence, owed_by="staff", quantity=quantity)
        PlanItemFactory(requirement=rule, owed_by="staff", plan__state=AnnualPlan.State.PUBLISHED)


def _contribute(bureau, person):
    """Something of every kind that can wait for `person`, who answers for the desk and judges, too."""
    give_right(person, "run_contributions")
    CommissionFactory(to=[bureau.office, bureau.other])
    for state in ("returned", "section", "office"):
        article = MediaArticleFactory(state=state, by_departments=[bureau.office], by_people=[person])
        PlacementFactory(article=article, confirmed_at=None)
    for state in ("declared", "returned"):
        ResearchReportFactory(state=state, declared_by=person, department=bureau.office)
    judging = ResearchJudging.objects.create(year=2000 + ResearchJudging.objects.count(), state="open", opened_at=NOW)
    ResearchJudge.objects.create(judging=judging, staff=person)
    ResearchEntry.objects.create(judging=judging, report=ResearchReportFactory(state="handed_in"), number=1)
    ask(about=About("contributions", f"line:{judging.pk}", "某一行", "/my/"), text="不对", by=bureau.colleague.user, now=NOW)


class TestMyStudy:
    def test_is_for_people_who_are_signed_in(self, client):
        assert client.get(URL).headers["Location"] == "/login/?next=/my/"

    def test_tells_an_account_that_is_nobodys_whom_to_ask(self, client):
        client.force_login(make_user("bianji"))
        html = client.get(URL).content.decode()
        assert "账号未关联人员" in html
        assert "请联系系统管理员" in html
        assert reverse("contributions") not in html

    def test_leads_the_office_to_its_desk_without_a_person(self, client):
        user = make_user("xuanchuan")
        user.user_permissions.add(Permission.objects.get(codename="run_contributions"))
        client.force_login(user)
        assert f'href="{reverse("contributions")}"' in client.get(URL).content.decode()

    def test_has_one_button_a_row_and_the_first_thing_to_do_in_red(self, client, bureau):
        session = SessionFactory(held=True, starts_at=at(2026, 11, 17), key_points="一", missed_by={bureau.member: AttendanceStatus.ABSENT})
        MakeUp.objects.create(session=session, staff=bureau.member, due_on=NOW.date())
        SessionFactory(title="下周的", starts_at=at(2026, 12, 1))
        html = page(client, bureau.member).content.decode()
        assert html.count('<li class="due-row">') == 2
        assert html.count('<a class="button"') == 1
        assert f'href="{reverse("make_up", args=[session.pk])}"' in html
        assert "共 2 项，1 项等您办理" in html

    def test_shows_both_rates_with_what_they_rest_on(self, client, bureau):
        SessionFactory(held=True, starts_at=at(2026, 11, 10), attended_by=[bureau.member], study_hours=4)
        SessionFactory(held=True, starts_at=at(2026, 11, 17), missed_by={bureau.member: AttendanceStatus.DUTY}, study_hours=4)
        SessionFactory(held=True, starts_at=at(2026, 11, 18), missed_by={bureau.member: AttendanceStatus.ABSENT}, study_hours=4)
        bureau.member.attendances.filter(status=AttendanceStatus.ABSENT).update(is_made_up=True)
        html = page(client, bureau.member).content.decode()
        assert "50.0%" in html
        assert "66.7%" in html
        assert "应到 3 次 − 公差 1 次" in html
        assert "到会 1 次 + 补学 1 次" in html
        assert "<strong>8</strong> 学时" in html

    def test_says_so_when_nothing_is_due(self, client, bureau):
        html = page(client, bureau.member).content.decode()
        assert "没有要参加的学习" in html
        assert "今年还没有点过名的学习" in html

    @pytest.mark.parametrize(
        ("role", "is_shown"), [("member", False), ("head", True), ("secretary", True), ("leader", True), ("clerk", True)]
    )
    def test_leads_to_the_figures_whoever_may_see_them(self, client, bureau, role, is_shown):
        html = page(client, getattr(bureau, role)).content.decode()
        assert (f'<a href="{reverse("gaps")}">' in html) is is_shown

    @pytest.mark.parametrize("role", ["member", "head", "secretary", "leader", "clerk"])
    @pytest.mark.parametrize("number", [1, 4])
    def test_takes_sixteen_statements_at_most(self, client, bureau, role, number, django_assert_max_num_queries):
        for day in range(1, number + 1):
            ask_leave(
                session=SessionFactory(starts_at=at(2026, 12, day), audience="party_members"),
                staff=bureau.member,
                kind="duty",
                reason="督导",
                by=bureau.member.user,
                now=NOW,
            )
            held = SessionFactory(held=True, starts_at=at(2026, 11, day), missed_by={bureau.colleague: AttendanceStatus.ABSENT})
            MakeUp.objects.create(
                session=held, staff=bureau.colleague, due_on=NOW.date(), state=MakeUpState.SUBMITTED, note="好", submitted_at=NOW
            )
            for evidence in ("programme.session", "programme.collective", "programme.branch_session"):
                item = PlanItemFactory(requirement__evidence=evidence, plan__state=AnnualPlan.State.PUBLISHED, due_on=NOW.date())
                item.leads.set([bureau.office, bureau.other])
            SessionFactory(starts_at=at(2026, 12, day), organised_by="department", department=bureau.office)
            _owe_reading(day)
            ReflectionFactory(author=getattr(bureau, role))
            handed_in_reflection(author=bureau.colleague)
            _contribute(bureau, getattr(bureau, role))
        page(client, getattr(bureau, role))
        with django_assert_max_num_queries(16):
            assert client.get(URL).status_code == 200

    def test_shows_what_is_owed_and_has_no_screen_without_a_button(self, client, bureau):
        rule = RequirementFactory(name="参加学习", evidence="programme.attendance", owed_by="staff")
        PlanItemFactory(requirement=rule, owed_by="staff", plan__state=AnnualPlan.State.PUBLISHED)
        html = page(client, bureau.member).content.decode()
        row = html[html.index('<li class="due-row">') : html.index("</ol>")]
        assert "参加学习（第四季度）" in row
        assert "<a" not in row
        assert "<button" not in row

    def test_leads_to_the_rooms(self, client, bureau):
        html = page(client, bureau.member).content.decode()
        for name in ("my_reading", "my_reflections", "study_notes", "interest_groups", "contributions", "research", "questions"):
            assert f'<a href="{reverse(name)}">' in html
        for name in ("my_five_haves", "study_reviews", "inspections"):
            assert f'<a href="{reverse(name)}">' in html

    @pytest.mark.parametrize(
        ("role", "names"),
        [("member", set()), ("head", {"five_haves"}), ("leader", {"five_haves"}), ("clerk", {"five_haves", "year_archives"})],
    )
    def test_leads_to_the_files_of_others_whoever_may_see_them(self, client, bureau, role, names):
        html = page(client, getattr(bureau, role)).content.decode()
        assert {name for name in ("five_haves", "year_archives") if f'<a href="{reverse(name)}">' in html} == names

    def test_changes_nothing(self, client, bureau):
        client.force_login(bureau.member.user)
        assert client.post(URL).status_code == 405


class TestMasthead:
    def test_leads_whoever_is_signed_in_to_the_own_study(self, client, bureau):
        assert "我的学习" not in client.get("/").content.decode()
        client.force_login(bureau.member.user)
        assert '<a href="/my/">我的学习</a>' in client.get("/").content.decode()
