"""Outlets, articles, placements, rule sets, research."""

import datetime
from decimal import Decimal

import factory
from django.contrib.auth.models import Permission
from factory.django import DjangoModelFactory

from learning.contributions.choices import ArticleState, RuleSetState
from learning.contributions.services.scoring import rescore
from learning.models import (
    ArticleAuthor,
    ArticleDepartment,
    Commission,
    CreditableEvent,
    MediaArticle,
    Outlet,
    OutletGrade,
    OutletName,
    Placement,
    ResearchMember,
    ResearchReport,
    RuleSet,
    ScoringQuota,
    ScoringRule,
)
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory

from .pages import make_user
from .programme import at

BEFORE = datetime.date(2020, 1, 1)


def make_officer(username="xuanchuan", **facts):
    """Somebody of the propaganda office."""
    user = make_user(username, "宣传科", **facts)
    user.user_permissions.add(Permission.objects.get(content_type__app_label="learning", codename="run_contributions"))
    return user


class OutletFactory(DjangoModelFactory):
    """`grade=(level, weight class)`; `other_names=[…]`."""

    class Meta:
        model = Outlet
        skip_postgeneration_save = True

    name = factory.Sequence(lambda number: f"样报{number}")
    medium = "newspaper"

    @factory.post_generation
    def grade(self, create, extracted, **kwargs):
        level, weight_class = extracted or ("city", "none")
        OutletGrade.objects.create(outlet=self, level=level, weight_class=weight_class, since=BEFORE)

    @factory.post_generation
    def other_names(self, create, extracted, **kwargs):
        OutletName.objects.bulk_create([OutletName(outlet=self, text=text) for text in extracted or ()])


class MediaArticleFactory(DjangoModelFactory):
    """`by_departments=[a, b]` or `[(a, 60), (b, 40)]`, `by_people=` alike; by default of one new department and nobody."""

    class Meta:
        model = MediaArticle
        skip_postgeneration_save = True

    title = factory.Sequence(lambda number: f"样稿第{number}篇")
    body = "这是一篇样稿的正文。"
    written_on = datetime.date(2026, 3, 1)
    state = ArticleState.DRAFT
    live = False
    reason = factory.LazyAttribute(lambda made: "other" if made.state in ("unused", "returned") else "")
    submitted_on = factory.LazyAttribute(lambda made: None if made.state in ("draft", "section", "returned") else made.written_on)
    moved_at = saved_at = created_at = factory.LazyFunction(lambda: at(2026, 3, 1, 9))

    @factory.post_generation
    def by_departments(self, create, extracted, **kwargs):
        given = [DepartmentFactory()] if extracted is None else extracted
        pairs = [one if isinstance(one, tuple) else (one, None) for one in given]
        ArticleDepartment.objects.bulk_create(
            [
                ArticleDepartment(article=self, department=department, share=share, sort_order=number)
                for number, (department, share) in enumerate(pairs)
            ]
        )

    @factory.post_generation
    def by_people(self, create, extracted, **kwargs):
        pairs = [one if isinstance(one, tuple) else (one, None) for one in extracted or ()]
        ArticleAuthor.objects.bulk_create(
            [
                ArticleAuthor(
                    article=self,
                    staff=None if isinstance(person, str) else person,
                    name=person if isinstance(person, str) else person.name,
                    share=share,
                    sort_order=number,
                )
                for number, (person, share) in enumerate(pairs)
            ]
        )


class PlacementFactory(DjangoModelFactory):
    """Confirmed; `is_rescored=True` writes the ledger of its article, too."""

    class Meta:
        model = Placement
        skip_postgeneration_save = True

    article = factory.SubFactory(MediaArticleFactory, state=ArticleState.ADOPTED)
    outlet = factory.SubFactory(OutletFactory)
    title = factory.LazyAttribute(lambda made: made.article.title)
    published_on = datetime.date(2026, 3, 5)
    medium = factory.LazyAttribute(lambda made: made.outlet.medium)
    level = factory.LazyAttribute(lambda made: Outlet.objects.graded_on(made.published_on).get(pk=made.outlet.pk).level)
    entered_at = confirmed_at = factory.LazyFunction(lambda: at(2026, 3, 6, 9))

    @factory.post_generation
    def is_rescored(self, create, extracted, **kwargs):
        if extracted:
            rescore([self.article_id], now=at(2026, 3, 6, 9))


class CreditableEventFactory(DjangoModelFactory):
    class Meta:
        model = CreditableEvent

    article = factory.SubFactory(MediaArticleFactory, state=ArticleState.ADOPTED)
    kind = "endorsement"
    level = "city"
    happened_on = datetime.date(2026, 3, 10)
    given_by = "某领导"
    entered_at = factory.LazyFunction(lambda: at(2026, 3, 11, 9))


LEVEL_POINTS = {"national": 20, "province": 10, "city": 5, "county": 2}


class RuleSetFactory(DjangoModelFactory):
    """Active from 2026 on, with a line of points for each of four levels; `lines=[{…}]` puts others in their place, `quotas=[{…}]` adds."""

    class Meta:
        model = RuleSet
        skip_postgeneration_save = True

    name = "计分规则"
    state = RuleSetState.ACTIVE
    effective_from = datetime.date(2026, 1, 1)
    basis = "测试"
    use = "bulletin"
    dedupe = "every"
    created_at = activated_at = factory.LazyFunction(lambda: at(2026, 1, 1, 9))

    @factory.post_generation
    def lines(self, create, extracted, **kwargs):
        lines = extracted
        if lines is None:
            lines = [{"name": f"{level} 级", "level": level, "value": Decimal(points)} for level, points in LEVEL_POINTS.items()]
        for number, line in enumerate(lines):
            ScoringRule.objects.create(rule_set=self, sort_order=number, **{"name": f"第 {number + 1} 条", **line})

    @factory.post_generation
    def quotas(self, create, extracted, **kwargs):
        for quota in extracted or ():
            ScoringQuota.objects.create(rule_set=self, **{"name": "任务", **quota})


class CommissionFactory(DjangoModelFactory):
    class Meta:
        model = Commission
        skip_postgeneration_save = True

    topic = factory.Sequence(lambda number: f"约稿第{number}题")
    due_on = datetime.date(2026, 3, 20)
    sent_at = factory.LazyFunction(lambda: at(2026, 3, 1, 9))

    @factory.post_generation
    def to(self, create, extracted, **kwargs):
        self.departments.set(extracted or ())


class ResearchReportFactory(DjangoModelFactory):
    """`state="handed_in"` fills the days; `team=[staff, …]` are its members, the declarer by default."""

    class Meta:
        model = ResearchReport
        skip_postgeneration_save = True

    year = 2026
    department = factory.SubFactory(DepartmentFactory)
    title = factory.Sequence(lambda number: f"样题第{number}")
    purpose = "弄清情况。"
    declared_on = datetime.date(2026, 1, 20)
    declared_by = factory.SubFactory(StaffMemberFactory)
    decided_on = factory.LazyAttribute(lambda made: None if made.state in ("declared", "withdrawn") else datetime.date(2026, 2, 1))
    handed_in_on = factory.LazyAttribute(lambda made: datetime.date(2026, 9, 1) if made.state == "handed_in" else None)
    state = "declared"
    saved_at = factory.LazyFunction(lambda: at(2026, 1, 20, 9))

    @factory.post_generation
    def team(self, create, extracted, **kwargs):
        people = [self.declared_by] if extracted is None else extracted
        ResearchMember.objects.bulk_create(
            [ResearchMember(report=self, staff=person, position=number) for number, person in enumerate(people)]
        )
