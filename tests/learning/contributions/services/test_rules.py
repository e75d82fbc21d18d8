import datetime
from decimal import Decimal

import pytest
from wagtail.models import ModelLogEntry

from learning.contributions.services.recalculation import carry_on
from learning.contributions.services.rules import (
    RulesError,
    activate_rules,
    delete_rules,
    load_sample_rules,
    new_version,
    save_rules,
)
from learning.contributions.services.scoring import rescore
from learning.models import Recalculation, RuleSet, ScoreLine, ScoringQuota, ScoringRule
from tests.factories.contributions import MediaArticleFactory, OutletFactory, PlacementFactory, RuleSetFactory, make_officer
from tests.factories.pages import make_user
from tests.factories.programme import at
from tests.factories.rights import with_right
from tests.standing import standing

pytestmark = pytest.mark.django_db

NOW = at(2026, 3, 20, 9)


def day(month, number=1, year=2026):
    return datetime.date(year, month, number)


@standing()
def officer():
    return with_right(make_officer(), "run_contributions")


def drafted(lines=None, **facts):
    draft = RuleSet(**{"name": "新规则", "effective_from": day(7), "basis": "某文件", "created_at": NOW, **facts})
    draft.rules = [
        ScoringRule(**{"name": f"第 {number} 行", "value": Decimal(1), **line}) for number, line in enumerate(lines or [{}], start=1)
    ]
    return draft


def refused(act, **arguments):
    with pytest.raises(RulesError) as caught:
        act(**arguments)
    return "；".join(caught.value.messages)


def placed(on):
    article = MediaArticleFactory(state="adopted")
    return PlacementFactory(article=article, outlet=OutletFactory(grade=("province", "none")), published_on=on)


class TestSaveRules:
    def test_keeps_a_draft_with_its_lines(self, officer):
        saved = save_rules(rule_set=drafted([{"level": "city"}, {"effect": "bonus"}]), by=officer, now=NOW)

        stored = RuleSet.objects.get()
        assert (stored.state, stored.created_by, stored.rules.count()) == ("draft", officer, 2)
        assert ModelLogEntry.objects.get(action="contributions.save_rules").object_id == str(saved.pk)

    def test_is_the_office_s(self):
        assert "宣传科" in refused(save_rules, rule_set=drafted(), by=make_user("renyuan"), now=NOW)

    def test_never_changes_what_was_switched_on(self, officer):
        active = RuleSetFactory()
        active.name = "另一个名称"
        assert "已经启用" in refused(save_rules, rule_set=active, by=officer, now=NOW)
        assert RuleSet.objects.get().name == "计分规则"

    def test_cannot_make_an_active_one_a_draft(self, officer):
        active = RuleSetFactory()
        active.state = "draft"
        assert "已经启用" in refused(save_rules, rule_set=active, by=officer, now=NOW)

    @pytest.mark.parametrize(
        ("facts", "lines", "said"),
        [
            ({"person_share": "by_order"}, [{}], "请写比重"),
            ({"order_weights": "50,x"}, [{}], "逗号隔开"),
            ({"article_cap": Decimal(-1)}, [{}], "不能为负"),
            ({"audience": ["nobody"]}, [{}], "科室类别"),
            ({"audience": "section"}, [{}], "科室类别"),
            ({"effective_until": day(6)}, [{}], "早于生效日期"),
            ({}, [{"value": Decimal(10_001)}], "不能超过 10000"),
            ({}, [{"value": Decimal(-1)}], "不能计负分"),
            ({}, [{"effect": "multiplier", "value": Decimal(101)}], "系数须在 0 到 100 之间"),
            ({}, [{"event": "late", "medium": "radio", "min_length": 0}], "请把媒体类别、篇幅不少于清空"),
            ({}, [{"in_force_from": day(6, 30)}], "早于整套规则"),
            ({"effective_until": day(12)}, [{"in_force_until": day(12, 2)}], "晚于整套规则"),
            ({}, [{"value": Decimal(10_000)}, *[{"effect": "multiplier", "value": Decimal(100)}] * 3], "乘起来太大"),
            ({}, [{}] * 201, "最多 200 行"),
        ],
    )
    def test_refuses_what_cannot_be_counted_with(self, officer, facts, lines, said):
        assert said in refused(save_rules, rule_set=drafted(lines, **facts), by=officer, now=NOW)
        assert not RuleSet.objects.exists()


class TestDeleteRules:
    def test_takes_a_draft_away(self, officer):
        delete_rules(rule_set=RuleSetFactory(state="draft"), by=officer)
        assert not RuleSet.objects.exists()

    def test_leaves_what_was_switched_on(self, officer):
        assert "已经启用" in refused(delete_rules, rule_set=RuleSetFactory(), by=officer)


class TestNewVersion:
    def test_copies_lines_and_quotas_into_a_draft(self, officer):
        active = RuleSetFactory(quotas=[{"pieces": 2, "base": Decimal(5), "deduction": Decimal(1)}], dedupe="per_level")

        draft = new_version(rule_set=active, effective_from=day(7), by=officer, now=NOW)

        assert (draft.state, draft.succeeds, draft.effective_from, draft.dedupe) == ("draft", active, day(7), "per_level")
        assert list(draft.rules.values_list("name", "value")) == list(active.rules.values_list("name", "value"))
        assert ScoringQuota.objects.filter(rule_set=draft).count() == 1
        assert new_version(rule_set=active, effective_from=day(7), by=officer, now=NOW) == draft

    def test_leaves_lines_behind_that_have_ended(self, officer):
        lines = [{"value": 1, "in_force_until": day(6)}, {"value": 2, "in_force_from": day(2)}]
        draft = new_version(rule_set=RuleSetFactory(lines=lines), effective_from=day(7), by=officer, now=NOW)
        assert list(draft.rules.values_list("value", "in_force_from")) == [(2, None)]

    def test_begins_later(self, officer):
        assert "须晚于" in refused(new_version, rule_set=RuleSetFactory(), effective_from=day(1), by=officer, now=NOW)

    def test_is_of_an_active_one(self, officer):
        assert "还是草案" in refused(new_version, rule_set=RuleSetFactory(state="draft"), effective_from=day(9), by=officer, now=NOW)


class TestActivateRules:
    def test_ends_the_one_before_the_day_before(self, officer):
        former, draft = RuleSetFactory(), save_rules(rule_set=drafted(), by=officer, now=NOW)

        done = activate_rules(rule_set=draft, by=officer, now=NOW)

        former.refresh_from_db()
        assert (former.effective_until, done.ended, done.recalculation) == (day(6, 30), former, None)
        assert (done.rule_set.state, done.rule_set.activated_by, done.rule_set.activated_at) == ("active", officer, NOW)
        assert ModelLogEntry.objects.filter(action="contributions.activate_rules").count() == 1

    def test_recalculates_what_is_past_and_leaves_what_is_earlier(self, officer):
        RuleSetFactory()
        early, late = placed(day(2)), placed(day(3, 5))
        rescore([early.article_id, late.article_id], now=NOW)
        draft = save_rules(rule_set=drafted([{"value": Decimal(7)}], effective_from=day(3)), by=officer, now=NOW)

        done = activate_rules(rule_set=draft, by=officer, now=NOW)

        assert (done.recalculation.from_on, done.recalculation.rule_set, done.recalculation.total) == (day(3), draft, 1)
        carry_on(done.recalculation, now=NOW)
        assert list(ScoreLine.objects.order_by("counted_on").values_list("credited", flat=True)) == [10, 7]
        change = done.recalculation.changes.get()
        assert (change.article, change.before, change.after) == (late.article, 10, 7)
        assert "规则由《计分规则》改为《新规则》" in change.why

    def test_needs_a_line_of_points(self, officer):
        draft = save_rules(rule_set=drafted([{"effect": "bonus"}]), by=officer, now=NOW)
        assert "没有一行“计分”" in refused(activate_rules, rule_set=draft, by=officer, now=NOW)

    def test_needs_a_basis(self, officer):
        draft = RuleSetFactory(state="draft", basis="")
        assert "请写明依据" in refused(activate_rules, rule_set=draft, by=officer, now=NOW)

    @pytest.mark.parametrize("begins", [day(7), day(6)])
    def test_swallows_no_active_one(self, officer, begins):
        RuleSetFactory(effective_from=day(7))
        draft = save_rules(rule_set=drafted(effective_from=begins), by=officer, now=NOW)
        assert "整个盖掉" in refused(activate_rules, rule_set=draft, by=officer, now=NOW)
        assert RuleSet.objects.active().count() == 1

    def test_fills_a_gap_before_one(self, officer):
        RuleSetFactory(effective_from=day(7))
        draft = save_rules(rule_set=drafted(effective_from=day(1), effective_until=day(6, 30)), by=officer, now=NOW)
        activate_rules(rule_set=draft, by=officer, now=NOW)
        assert RuleSet.objects.active().count() == 2

    def test_is_done_once(self, officer):
        draft = save_rules(rule_set=drafted(), by=officer, now=NOW)
        activate_rules(rule_set=draft, by=officer, now=NOW)
        assert "已经启用" in refused(activate_rules, rule_set=draft, by=officer, now=NOW)

    def test_is_the_office_s(self):
        assert "宣传科" in refused(activate_rules, rule_set=RuleSetFactory(state="draft"), by=make_user("renyuan"), now=NOW)


class TestLoadSampleRules:
    def test_is_a_draft_that_says_everywhere_that_it_is_a_sample(self, officer):
        sample = load_sample_rules(by=officer, now=NOW)

        assert (sample.state, sample.is_sample, sample.use) == ("draft", True, "bulletin")
        texts = [
            sample.name,
            sample.basis,
            sample.note,
            *sample.rules.values_list("name", flat=True),
            *sample.quotas.values_list("name", flat=True),
        ]
        assert all("示例" in text for text in texts)
        assert load_sample_rules(by=officer, now=NOW) == sample

    def test_can_be_switched_on(self, officer):
        activate_rules(rule_set=load_sample_rules(by=officer, now=NOW), by=officer, now=NOW)
        assert Recalculation.objects.count() == 0
