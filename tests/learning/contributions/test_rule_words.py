from decimal import Decimal

import pytest

from learning.contributions.rule_words import facts_of_set, quota_sentence, sentence_of
from learning.models import Outlet, RuleSet, ScoringQuota, ScoringRule


def said(**facts):
    found = sentence_of(ScoringRule(**{"name": "某条", "value": Decimal("10.50"), **facts}))
    return f"{found.matches}：{found.does}"


class TestSentenceOf:
    @pytest.mark.parametrize(
        ("facts", "sentence"),
        [
            ({}, "任何媒体：计 10.5 分"),
            ({"level": "province", "medium": "newspaper", "position": "front_page"}, "省级报纸头版：计 10.5 分"),
            ({"weight_class": "first", "level": "city"}, "甲类市级媒体：计 10.5 分"),
            ({"outlet": Outlet(pk=1, name="样报")}, "“样报”：计 10.5 分"),
            ({"medium": "radio", "min_length": 60}, "电台，60 秒以上：计 10.5 分"),
            ({"medium": "journal", "min_length": 800, "max_length": 1500}, "期刊，800—1500 字：计 10.5 分"),
            ({"originality": "reprint", "picture": "without", "effect": "multiplier"}, "任何媒体，转载，无图：乘以 10.5"),
            ({"effect": "bonus", "value": Decimal(-2)}, "任何媒体：另减 2 分"),
            ({"event": "late", "value": Decimal(-3)}, "迟报漏报：扣 3 分"),
            ({"event": "endorsement", "level": "city"}, "领导批示（市级）：计 10.5 分"),
        ],
    )
    def test_is_one_that_anybody_reads(self, facts, sentence):
        assert said(**facts) == sentence


class TestQuotaSentence:
    def test_says_what_a_missing_piece_takes_away(self):
        quota = ScoringQuota(per="month", counts="submitted", pieces=3, base=Decimal(10), deduction=Decimal(4))
        assert quota_sentence(quota) == "每月报送 3 篇得 10 分，每缺 1 篇扣 4 分，扣完为止"


class TestFactsOfSet:
    def test_say_how_pieces_are_gathered_shared_and_capped(self):
        rules = RuleSet(
            dedupe="nth",
            nth_percent=Decimal("30.00"),
            person_share="by_order",
            order_weights="50, 30",
            article_cap=Decimal(20),
            person_cap=Decimal(60),
        )
        assert [fact.text for fact in facts_of_set(rules)] == [
            "一篇稿件被几家采用，第一次全计，第二次起按 30% 计",
            "平均分",
            "按署名顺序，比重 50、30，后面的与最后一位相同",
            "一篇稿件最高 20 分；个人每年最高 60 分",
        ]
