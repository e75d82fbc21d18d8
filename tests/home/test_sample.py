"""The sample site: never over somebody's own site, never under production settings; its year, its contributions, its files."""

import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, Sum

from cms.users.models import User
from home.sample.loading import NotASampleSiteError, load_sample_site
from home.sample.people import PEOPLE
from learning.contributions.choices import ArticleState
from learning.models import (
    Finding,
    FiveHavesFile,
    LeaveRequest,
    MakeUp,
    MediaArticle,
    Placement,
    ResearchJudging,
    ResearchReport,
    ReviewYear,
    RuleSet,
    ScoreLine,
    ScoreShare,
    Session,
    SessionMove,
    StudyPlan,
    StudyReview,
)
from learning.periods import PeriodKind, period_of
from learning.portfolio.choices import PlanState
from learning.programme.gaps.grid import gap_grid
from learning.programme.rates import overall
from tests.factories.pages import make_site
from tests.factories.programme import at

pytestmark = pytest.mark.django_db


class TestLoadSampleSite:
    def test_refuses_a_database_with_a_site_of_its_own(self):
        make_site()
        with pytest.raises(NotASampleSiteError, match="已有自己的网站"):
            load_sample_site(with_year=False, with_contributions=False, with_portfolio=False)
        with pytest.raises(CommandError):
            call_command("load_sample_site")

    def test_refuses_production_settings(self, settings):
        settings.SESSION_COOKIE_SECURE = True
        with pytest.raises(NotASampleSiteError, match="正式环境"):
            load_sample_site(with_year=False, with_contributions=False, with_portfolio=False)
        assert not User.objects.exists()


class TestLoadYear:
    def test_shows_a_year_from_the_rules_to_the_rates(self):
        load_sample_site(now=at(2026, 11, 25, 9), with_contributions=False, with_portfolio=False)
        states = dict(Session.objects.filter(planned_on__year=2026).values_list("state").annotate(number=Count("pk")))
        assert states["held"] > 60
        assert states["notified"] == 3
        assert states["cancelled"] == 1
        assert SessionMove.objects.count() == 1
        assert set(MakeUp.objects.values_list("state", flat=True)) == {"open", "submitted", "returned", "accepted"}
        assert set(LeaveRequest.objects.values_list("state", flat=True)) == {"waiting", "approved", "refused"}
        rates = overall(period_of(datetime.date(2026, 11, 25), PeriodKind.YEAR))
        assert 0.9 < rates.attendance < rates.completion < 1
        grid = gap_grid(year=2026, today=datetime.date(2026, 11, 25))
        assert {state.name for state, number in grid.counts.items() if number} >= {
            "DONE",
            "DONE_LATE",
            "MISSED",
            "SOON",
            "NOT_DUE",
            "EXCUSED",
        }

    @pytest.mark.once
    @pytest.mark.parametrize(("now", "with_contributions"), [(at(2027, 1, 1, 0, 30), True), (at(2028, 2, 29), False)])
    def test_can_be_built_on_any_day(self, now, with_contributions):
        load_sample_site(now=now, with_contributions=with_contributions)
        assert Session.objects.filter(planned_on__year=now.year).count() > 70


class TestLoadContributions:
    def test_shows_pieces_in_every_state_a_ledger_and_a_judging_under_way(self):
        load_sample_site(now=at(2026, 11, 25, 9), with_year=False, with_reading=False, with_portfolio=False)
        assert set(MediaArticle.objects.values_list("state", flat=True)) == set(ArticleState.values)
        lines = ScoreLine.objects.aggregate(number=Count("pk"), credited=Sum("credited"))
        shares = ScoreShare.objects.of_departments().aggregate(points=Sum("points"))
        assert lines["number"] == Placement.objects.count() > 15
        assert shares["points"] == lines["credited"] > 0
        assert RuleSet.objects.active().get().is_sample
        assert set(ResearchReport.objects.values_list("state", flat=True)) == {"declared", "approved", "handed_in"}
        assert ResearchJudging.objects.get().state == "open"


class TestLoadPortfolio:
    def test_shows_plans_in_every_state_a_review_under_way_findings_and_a_year_that_is_locked(self):
        load_sample_site(now=at(2026, 11, 25, 9), with_year=False, with_reading=False, with_contributions=False)
        assert set(StudyPlan.objects.values_list("state", flat=True)) == set(PlanState.values)
        assert FiveHavesFile.objects.filter(year=2026).count() == len(PEOPLE)
        assert FiveHavesFile.objects.of_year(2025).locked().count() == 3
        assert ReviewYear.objects.get().closed_at is None
        assert {one is None for one in StudyReview.objects.values_list("submitted_at", flat=True)} == {True, False}
        assert set(Finding.objects.values_list("state", flat=True)) == {"open", "rectified"}
