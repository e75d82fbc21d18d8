import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning.contributions.scoring_checks import drift
from learning.contributions.services.crediting import remove_event
from learning.contributions.services.placements import remove_placement
from learning.contributions.services.scoring import rescore
from learning.models import ArticleDepartment, Placement, RuleSet, ScoreLine, ScoreShare
from tests.factories.contributions import (
    CreditableEventFactory,
    MediaArticleFactory,
    OutletFactory,
    PlacementFactory,
    RuleSetFactory,
    make_officer,
)
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory
from tests.factories.programme import at

pytestmark = pytest.mark.django_db

NOW, LATER = at(2026, 3, 20, 9), at(2026, 4, 1, 9)


def day(month, number=1, year=2026):
    return datetime.date(year, month, number)


MARCH = day(3, 5)


def placed(article, level="city", on=MARCH, **facts):
    return PlacementFactory(article=article, outlet=OutletFactory(grade=(level, "none")), published_on=on, **facts)


def credited(article=None):
    lines = ScoreLine.objects.filter(article=article) if article else ScoreLine.objects.all()
    return [line.credited for line in lines.order_by("counted_on", "pk")]


def points_of(department):
    return sum(ScoreShare.objects.filter(department=department).values_list("points", flat=True), Decimal(0))


class TestRescore:
    def test_writes_a_line_and_its_shares_for_each_record(self):
        RuleSetFactory()
        first, second = DepartmentFactory(), DepartmentFactory()
        author = StaffMemberFactory()
        article = MediaArticleFactory(state="adopted", by_departments=[first, second], by_people=[author, "通讯员甲"])
        placement = placed(article, "province", is_scored=True)

        rescore([article.pk], now=NOW)

        line = ScoreLine.objects.get()
        assert (line.placement, line.value, line.credited, line.counted_on, line.use) == (placement, 10, 10, day(3, 5), "bulletin")
        assert line.parts == [{"rule": line.rule_id, "name": line.rule.name, "effect": "points", "value": "10"}]
        shares = line.shares.order_by("pk").values_list("holder", "department", "staff", "name", "uncapped", "points")
        assert list(shares) == [
            ("department", first.pk, None, "", 5, 5),
            ("department", second.pk, None, "", 5, 5),
            ("person", None, author.pk, "", 5, 5),
            ("person", None, None, "通讯员甲", 5, 5),
        ]

    def test_counts_only_what_is_confirmed_and_scored(self):
        RuleSetFactory()
        article = MediaArticleFactory(state="adopted")
        placed(article, confirmed_at=None)
        placed(article, is_scored=False, unscored_reason="测试")

        rescore([article.pk], now=NOW)

        assert credited() == []

    def test_counts_events(self):
        RuleSetFactory(lines=[{"event": "endorsement", "level": "city", "value": 8}, {"event": "late", "value": -3}])
        event = CreditableEventFactory()
        CreditableEventFactory(article=event.article, kind="late", level="", happened_on=day(3, 12))

        rescore([event.article_id], now=NOW)

        assert credited() == [8, -3]

    def test_leaves_rows_alone_that_say_the_right_thing(self):
        RuleSetFactory()
        article = MediaArticleFactory(state="adopted", by_people=["甲"])
        placed(article)
        rescore([article.pk], now=NOW)
        before = list(ScoreLine.objects.values()), list(ScoreShare.objects.order_by("pk").values())

        with CaptureQueriesContext(
            connection,
        ) as statements:
            rescore([article.pk], now=LATER)

        assert before == (list(ScoreLine.objects.values()), list(ScoreShare.objects.order_by("pk").values()))
        assert not [one for one in statements if one["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]

    def test_keeps_the_keys_of_what_it_changes(self):
        RuleSetFactory()
        article = MediaArticleFactory(state="adopted", by_people=["甲"])
        placement = placed(article)
        rescore([article.pk], now=NOW)
        line, shares = ScoreLine.objects.get(), set(ScoreShare.objects.values_list("pk", flat=True))
        Placement.objects.filter(pk=placement.pk).update(level="national")

        rescore([article.pk], now=LATER)

        changed = ScoreLine.objects.get()
        assert (changed.pk, changed.credited, changed.scored_at) == (line.pk, 20, LATER)
        assert set(ScoreShare.objects.values_list("pk", flat=True)) == shares
        assert set(ScoreShare.objects.values_list("points", "uncapped")) == {(20, 20)}

    def test_takes_away_lines_of_records_that_are_gone(self):
        RuleSetFactory()
        article = MediaArticleFactory(state="adopted", by_people=["甲"])
        placement, other = placed(article), placed(article, "county")
        rescore([article.pk], now=NOW)
        Placement.objects.filter(pk=placement.pk).update(is_scored=False, unscored_reason="测试")

        rescore([article.pk], now=NOW)

        assert [line.placement for line in ScoreLine.objects.all()] == [other]
        assert ScoreShare.objects.count() == 2

    def test_shares_anew_when_departments_change(self):
        RuleSetFactory()
        first, second = DepartmentFactory(), DepartmentFactory()
        article = MediaArticleFactory(state="adopted", by_departments=[first])
        placed(article)
        rescore([article.pk], now=NOW)
        ArticleDepartment.objects.create(article=article, department=second, sort_order=1)

        rescore([article.pk], now=NOW)

        assert (points_of(first), points_of(second)) == (Decimal("2.5"), Decimal("2.5"))

    def test_says_on_the_line_why_it_could_not_share_as_stated(self):
        RuleSetFactory(department_share="stated")
        article = MediaArticleFactory(state="adopted", by_departments=[(DepartmentFactory(), 60), DepartmentFactory()])
        placed(article)

        rescore([article.pk], now=NOW)

        assert ScoreLine.objects.get().why == "科室：没有写明比例，平均分"

    def test_uses_the_rules_of_the_day_of_publication(self):
        RuleSetFactory(effective_until=day(6, 30), lines=[{"value": 1}])
        RuleSetFactory(effective_from=day(7, 1), lines=[{"value": 2}])
        article = MediaArticleFactory(state="adopted")
        for on in (day(12, 31, 2025), day(6, 30), day(7, 1)):
            placed(article, on=on)

        rescore([article.pk], now=NOW)

        assert credited() == [1, 2]

    def test_looks_at_no_drafts(self):
        RuleSetFactory(state="draft")
        article = MediaArticleFactory(state="adopted")
        placed(article)

        rescore([article.pk], now=NOW)

        assert credited() == []

    def test_does_not_mind_what_is_not_there(self):
        rescore([], now=NOW)
        rescore([987654], now=NOW)

    def test_takes_a_constant_number_of_statements(self):
        RuleSetFactory(department_cap=Decimal(12))
        few, many = [_article() for _ in range(2)], [_article() for _ in range(12)]
        with CaptureQueriesContext(connection) as small:
            rescore([one.pk for one in few], now=NOW)
        with CaptureQueriesContext(connection) as large:
            rescore([one.pk for one in many], now=NOW)
        assert len(small) == len(large) <= 22


def _article(**facts):
    article = MediaArticleFactory(state="adopted", by_people=["甲"], **facts)
    placed(article, "province")
    placed(article, on=day(3, 9))
    return article


class TestCaps:
    def test_hold_over_all_articles_of_a_department_in_the_period(self):
        RuleSetFactory(department_cap=Decimal(12), department_cap_per="month")
        department = DepartmentFactory()
        articles = [MediaArticleFactory(state="adopted", by_departments=[department]) for _ in range(3)]
        for article, on in zip(articles, (day(3, 5), day(3, 6), day(4, 1)), strict=True):
            placed(article, "province", on=on)

        for article in reversed(articles):
            rescore([article.pk], now=NOW)

        shares = ScoreShare.objects.order_by("counted_on").values_list("uncapped", "points", "why")
        assert list(shares) == [(10, 10, ""), (10, 2, "科室每月最高 12 分，只计到上限"), (10, 10, "")]

    def test_make_room_when_an_earlier_share_goes(self):
        RuleSetFactory(person_cap=Decimal(12))
        author = StaffMemberFactory()
        first, second = (MediaArticleFactory(state="adopted", by_people=[author]) for _ in range(2))
        placement = placed(first, "province")
        placed(second, "province", on=day(9))
        rescore([first.pk, second.pk], now=NOW)
        assert list(ScoreShare.objects.filter(staff=author).order_by("counted_on").values_list("points", flat=True)) == [10, 2]
        Placement.objects.filter(pk=placement.pk).update(is_scored=False, unscored_reason="测试")

        rescore([first.pk], now=NOW)

        share = ScoreShare.objects.get(staff=author)
        assert (share.points, share.why) == (10, "")

    def test_make_room_when_a_record_is_deleted(self):
        RuleSetFactory(department_cap=Decimal(12), lines=[{"level": "province", "value": 10}, {"event": "endorsement", "value": 8}])
        officer, department = make_officer(), DepartmentFactory()
        first, second = (MediaArticleFactory(state="adopted", by_departments=[department]) for _ in range(2))
        event = CreditableEventFactory(article=first, happened_on=day(3, 1))
        placement = placed(first, "province")
        placed(second, "province", on=day(3, 9))
        rescore([first.pk, second.pk], now=NOW)
        shares = ScoreShare.objects.order_by("counted_on")
        assert list(shares.values_list("points", flat=True)) == [8, 4, 0]

        remove_event(event=event, reason="登记错了", by=officer, now=NOW)
        assert list(shares.values_list("points", flat=True)) == [10, 2]

        remove_placement(placement=placement, reason="登记重复", by=officer, now=NOW)
        assert list(shares.values_list("points", "why")) == [(10, "")]

    def test_do_not_bind_authors_outside_the_roster(self):
        RuleSetFactory(person_cap=Decimal(3))
        article = MediaArticleFactory(state="adopted", by_people=["甲"])
        placed(article, "province")

        rescore([article.pk], now=NOW)
        rescore([article.pk], now=NOW)

        assert ScoreShare.objects.get(holder="person").points == 10


class TestDrift:
    def test_is_nothing_after_rescoring(self):
        RuleSetFactory(department_cap=Decimal(12))
        articles = [_article() for _ in range(3)]
        rescore([one.pk for one in articles], now=NOW)
        assert drift([one.pk for one in articles]) == []

    def test_names_articles_whose_ledger_is_not_what_the_rules_say(self):
        RuleSetFactory()
        right, wrong = _article(), _article()
        rescore([right.pk, wrong.pk], now=NOW)
        RuleSet.objects.get().rules.filter(level="province").update(value=Decimal(11))
        ScoreLine.objects.filter(article=right, placement__level="province").delete()
        ScoreLine.objects.filter(article=right).delete()
        Placement.objects.filter(article=right).update(is_scored=False, unscored_reason="测试")

        found = drift([right.pk, wrong.pk])

        assert [(one.article, one.before, one.after) for one in found] == [(wrong.pk, 15, 16)]
        assert "适用的规则行有变" in found[0].why

    def test_writes_nothing(self):
        RuleSetFactory()
        article = _article()
        assert [(one.before, one.after) for one in drift([article.pk])] == [(0, 15)]
        assert not ScoreLine.objects.exists()
