"""A year of a small bureau, scored: what standings, matrix, ledgers and bulletins are counted from."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal

from django.contrib.auth.models import Permission

from cms.users.models import User
from home.models import HomePage
from learning.contributions.choosing import Chosen, chosen_period
from learning.contributions.services.scoring import rescore
from learning.models import Department, MediaArticle, Outlet, RuleSet, StaffMember
from tests.factories.contributions import (
    CreditableEventFactory,
    MediaArticleFactory,
    OutletFactory,
    PlacementFactory,
    RuleSetFactory,
)
from tests.factories.organisation import (
    DepartmentFactory,
    LeadingGroupFactory,
    LeadingGroupOfficeFactory,
    PostingFactory,
    StaffMemberFactory,
)
from tests.factories.pages import make_site, make_user
from tests.factories.programme import at

TODAY = datetime.date(2026, 8, 20)
NOW = at(2026, 8, 20, 9)
YEAR = chosen_period({}, TODAY)


def period(text: str, **params) -> Chosen:
    return chosen_period({"period": text, **params}, TODAY)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(f"2026-{text}")


@dataclass
class Counted:
    """The basic-education department has five people and two pieces, one of them with the office of two; the finance department nothing,
    the unit is of a kind of its own."""

    rules: RuleSet
    basic: Department
    office: Department
    finance: Department
    unit: Department
    writer: StaffMember
    other: StaffMember
    city: Outlet
    province: Outlet
    alone: MediaArticle
    together: MediaArticle
    people: list[StaffMember] = field(default_factory=list)


def make_counted(**rule_facts) -> Counted:
    """2026: “alone” in the city paper in March (5) and the provincial one in April (10), an endorsement in May (no rule); “together” of both
    departments, shared equally, in the city paper in July (5)."""
    rules = RuleSetFactory(**rule_facts)
    bureau = DepartmentFactory(name="局机关", kind=Department.Kind.BUREAU, position=0)
    names = ("基础教育科", "办公室", "财务科")
    basic, office, finance = (DepartmentFactory(name=name, parent=bureau, position=at) for at, name in enumerate(names, start=1))
    unit = DepartmentFactory(name="青少年中心", kind=Department.Kind.UNIT, position=4)
    people = [StaffMemberFactory(posted_to=basic) for _number in range(5)]
    writer, other = people[0], StaffMemberFactory(posted_to=office)
    StaffMemberFactory(posted_to=finance)
    city, province = OutletFactory(name="某日报"), OutletFactory(name="某省报", grade=("province", "first"))
    alone = MediaArticleFactory(
        title="一个科室的稿件", state="adopted", by_departments=[basic], by_people=[writer], written_on=day("03-01")
    )
    together = MediaArticleFactory(
        title="两个科室的稿件",
        state="adopted",
        by_departments=[basic, office],
        by_people=[writer, other, "某记者"],
        written_on=day("07-01"),
    )
    MediaArticleFactory(title="没有用的", state="unused", by_departments=[unit], by_people=[other], written_on=day("04-01"))
    MediaArticleFactory(title="还没有交的", state="draft", by_departments=[finance], written_on=day("04-01"))
    PlacementFactory(article=alone, outlet=city, published_on=day("03-05"))
    PlacementFactory(article=alone, outlet=province, published_on=day("04-05"), title="改了的标题")
    PlacementFactory(article=together, outlet=city, published_on=day("07-05"))
    PlacementFactory(article=together, outlet=province, published_on=day("07-06"), confirmed_at=None)
    CreditableEventFactory(article=alone, happened_on=day("05-05"))
    rescore([alone.pk, together.pk], now=NOW)
    return Counted(rules, basic, office, finance, unit, writer, other, city, province, alone, together, people)


def more_placements(counted: Counted, number: int) -> None:
    """So many further pieces of new people, in the city paper."""
    articles = [
        MediaArticleFactory(
            state="adopted",
            by_departments=[(counted.basic, counted.office, counted.finance)[at % 3]],
            by_people=[StaffMemberFactory(posted_to=counted.office)],
            written_on=day("02-01"),
        )
        for at in range(number)
    ]
    for article in articles:
        PlacementFactory(article=article, outlet=counted.city, published_on=day("02-03"))
    rescore([article.pk for article in articles], now=NOW)


def total(values) -> Decimal:
    return sum(values, Decimal(0))


@dataclass
class Watched:
    """The year with whom may look at it: accounts."""

    home: HomePage
    counted: Counted
    officer: User
    clerk: User
    leader: User
    head: User  # of the basic-education department
    author: User  # the writer
    stranger: User


def make_watched(**rule_facts) -> Watched:
    home = make_site()
    counted = make_counted(**rule_facts)
    head, leader = (StaffMemberFactory(user=make_user(name)) for name in ("kezhang", "juzhang"))
    PostingFactory(staff=head, department=counted.basic, is_head=True)
    LeadingGroupOfficeFactory(staff=leader, group=LeadingGroupFactory())
    counted.writer.user = make_user("zuozhe")
    counted.writer.save()
    stranger = StaffMemberFactory(user=make_user("luren"), posted_to=counted.finance)
    officer, clerk = make_user("xuanchuan"), make_user("dangwei")
    officer.user_permissions.add(Permission.objects.get(codename="run_contributions"))
    clerk.user_permissions.add(Permission.objects.get(codename="run_programme"))
    return Watched(home, counted, officer, clerk, leader.user, head.user, counted.writer.user, stranger.user)
