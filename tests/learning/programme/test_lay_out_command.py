import io

import pytest
from django.core.management import CommandError, call_command

from learning.models import AnnualPlan, Session
from tests.factories.programme import PlanItemFactory

pytestmark = pytest.mark.django_db


def lay_out(*arguments):
    out = io.StringIO()
    call_command("lay_out_year", *arguments, stdout=out)
    return out.getvalue()


class TestLayOutYear:
    def test_loads_the_rules_lays_out_and_publishes(self):
        said = lay_out("2026", "--load-rules", "--publish")
        assert "2026年度学习计划：新增" in said
        assert "2026-02-17" in said
        assert f"建立学习活动 {Session.objects.count()} 次" in said

    def test_again_adds_nothing(self):
        lay_out("2026", "--load-rules")
        assert "新增 0 项" in lay_out("2026")

    def test_says_where_it_knows_no_holidays(self):
        assert "没有 2027 年的放假安排" in lay_out("2027", "--load-rules")

    @pytest.mark.parametrize("arguments", [("1066",), ("2026", "--load-rules", "own")])
    def test_says_what_is_wrong(self, arguments):
        with pytest.raises(CommandError):
            lay_out(*arguments)
        assert not AnnualPlan.objects.exists()

    def test_leaves_other_years_alone(self):
        item = PlanItemFactory()
        lay_out("2025", "--load-rules")
        assert item.plan.items.count() == 1
