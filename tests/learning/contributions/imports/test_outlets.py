"""媒体 as a kind of table import."""

import datetime

import pytest

from cms.imports.models import ImportBatch
from cms.imports.services import UndoRefusedError, commit_batch, undo_batch
from learning.models import Outlet, OutletGrade, OutletName, ScoringRule
from tests.factories.contributions import OutletFactory, PlacementFactory, RuleSetFactory

HEADINGS = ["媒体名称", "别名", "媒体类别", "级别", "权重", "权威", "自哪天起", "备注"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def verdicts(checked):
    """(state, messages) of each row."""

    def run(*rows):
        return [(row.state, "".join(row.messages)) for row in checked("outlets", HEADINGS, rows).rows.order_by("number")]

    return run


class TestANewOutlet:
    def test_is_made_with_its_names_and_its_first_grade(self, checked, clerk):
        rows = [["样城日报", "样报、https://www.daily.example.org/news", "报刊", "地市级", "一类", "是", "2024年1月1日", "党报"]]
        commit_batch(batch=checked("outlets", HEADINGS, rows), by=clerk)
        outlet = Outlet.objects.get()
        assert (outlet.name, outlet.medium, outlet.is_key, outlet.note) == ("样城日报", "newspaper", True, "党报")
        assert set(outlet.names.values_list("text", flat=True)) == {"样报", "daily.example.org"}
        assert list(outlet.grades.values_list("level", "weight_class", "since")) == [("city", "first", datetime.date(2024, 1, 1))]

    def test_begins_on_the_day_of_the_upload_where_none_is_told(self, checked, clerk, now):
        commit_batch(batch=checked("outlets", HEADINGS, [["样城日报", "", "报纸", "市级", "", "", "", ""]]), by=clerk)
        assert OutletGrade.objects.get().since == now.date()

    def test_needs_level_and_kind(self, verdicts, outlet):
        ((state, message),) = verdicts(["样城曰报", "", "", "", "", "", "", ""])
        assert state == "error"
        assert "新建时类别不能空" in message
        assert "新建时级别不能空" in message
        assert "是不是“样城日报”" in message

    def test_with_words_that_nobody_knows_is_refused_naming_the_column(self, verdicts):
        ((state, message),) = verdicts(["某报", "", "飞鸽", "宇宙级", "头等", "大概", "2026-13-01", "长" * 201])
        assert state == "error"
        for words in ("类别“飞鸽”", "级别“宇宙级”", "权重类别“头等”", "权威媒体“大概”", "自哪天起“2026-13-01”", "备注超过 200 个字"):
            assert words in message


class TestAnOutletThatIsThere:
    def test_is_the_same_where_nothing_differs(self, verdicts, outlet):
        assert verdicts(["样 城 日 报", "样报", "报纸", "市级", "不分类", "否", "2024-01-01", ""]) == [("same", "")]

    def test_is_known_by_another_name_and_keeps_what_is_left_empty(self, checked, clerk, outlet):
        Outlet.objects.update(note="旧的")
        batch = checked("outlets", HEADINGS, [["样报", "样城报", "", "", "", "是", "", ""]])
        assert batch.rows.get().messages == ["按别名认作“样城日报”。"]
        commit_batch(batch=batch, by=clerk)
        outlet.refresh_from_db()
        assert (outlet.name, outlet.note, outlet.is_key, outlet.names.count()) == ("样城日报", "旧的", True, 3)

    def test_gets_a_grade_where_the_level_has_changed_and_old_placements_keep_theirs(self, checked, clerk, outlet):
        placement = PlacementFactory(outlet=outlet)
        batch = checked("outlets", HEADINGS, [["样城日报", "", "", "省级", "", "", "2026-03-01", ""]])
        assert batch.rows.get().cleaned["changes"] == [["级别", "市级、不分类", "省级、不分类，自 2026-03-01 起"]]
        commit_batch(batch=batch, by=clerk)
        assert list(outlet.grades.order_by("since").values_list("level", flat=True)) == ["city", "province"]
        placement.refresh_from_db()
        assert placement.level == "city"

    def test_asks_from_when_a_level_changed(self, verdicts, outlet):
        ((state, message),) = verdicts(["样城日报", "", "", "省级", "", "", "", ""])
        assert (state, "请填“自哪天起”" in message) == ("error", True)
        ((state, message),) = verdicts(["样城日报", "", "", "省级", "", "", "2020-01-01", ""])
        assert (state, "已登记为市级" in message) == ("error", True)

    def test_does_not_give_its_names_away(self, verdicts, outlet):
        ((state, message),) = verdicts(["另一家报", "样报", "报纸", "市级", "", "", "", ""])
        assert (state, message) == ("error", "别名“样报”已属于媒体“样城日报”。请核对。")


class TestTheTable:
    def test_leaves_out_totals_and_refuses_one_outlet_twice(self, verdicts):
        new = ["甲报", "", "报纸", "市级", "", "", "", ""]
        told = verdicts(new, ["甲 报", *new[1:]], ["乙报", "丙", *new[2:]], ["丁报", "丙", *new[2:]], ["合计", *new[1:]])
        assert [state for state, _message in told] == ["error", "error", "error", "error", "skipped"]
        assert "第 2、3 行是同一家媒体" in told[0][1]
        assert "第 4、5 行" in told[2][1]

    def test_is_taken_back_while_nothing_stands_on_it(self, checked, clerk, outlet):
        rows = [["样城日报", "新别名", "网站", "省级", "", "", "2026-03-01", ""], ["甲报", "甲", "报纸", "市级", "", "", "", ""]]
        batch = commit_batch(batch=checked("outlets", HEADINGS, rows), by=clerk)
        undo_batch(batch=batch, by=clerk)
        outlet.refresh_from_db()
        assert (Outlet.objects.get(), outlet.medium, OutletGrade.objects.count(), OutletName.objects.count()) == (outlet, "newspaper", 1, 2)
        assert ImportBatch.objects.get().state == "undone"

    def test_is_not_taken_back_where_a_rule_names_an_outlet(self, checked, clerk):
        batch = commit_batch(batch=checked("outlets", HEADINGS, [["甲报", "", "报纸", "市级", "", "", "", ""]]), by=clerk)
        RuleSetFactory(lines=[{"name": "甲报", "outlet": Outlet.objects.get(), "value": 5}])
        assert ScoringRule.objects.exists()
        with pytest.raises(UndoRefusedError, match="第 2 行：媒体“甲报”在导入之后已被计分规则行"):
            undo_batch(batch=batch, by=clerk)

    def test_takes_as_many_statements_however_many_rows(self, checked, django_assert_max_num_queries):
        OutletFactory.create_batch(3)
        rows = [[f"第{n}报", "", "报纸", "市级", "", "", "", ""] for n in range(100)]
        with django_assert_max_num_queries(25):
            checked("outlets", HEADINGS, rows)
