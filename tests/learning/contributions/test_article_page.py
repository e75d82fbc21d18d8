"""One article as its page shows it."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning.contributions.article_page import find_article, page_of
from learning.contributions.services.review import return_article, send_article, set_aside_article
from tests.factories.contributions import (
    CreditableEventFactory,
    MediaArticleFactory,
    OutletFactory,
    PlacementFactory,
    RuleSetFactory,
)
from tests.factories.programme import at
from tests.factories.submissions import PASSED_AT, draft, given_back, handed_in, in_queue, make_newsroom
from tests.standing import standing

TODAY = datetime.date(2026, 3, 5)
NOW = at(2026, 3, 5, 9)
pytestmark = pytest.mark.django_db


@standing()
def room():
    return make_newsroom()


def statements(act) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        act()
    return len(caught)


def page(article):
    return page_of(find_article(article.pk), "/contributions/articles/1/")


class TestPageOf:
    def stages(self, article) -> list[tuple[str, str, str]]:
        return [(one.label, one.key, one.word) for one in page(article).stages]

    def test_says_how_far_a_draft_is(self, room):
        assert self.stages(draft(room))[:2] == [("拟稿", "now", "在写"), ("科室审", "not-due", "还没有")]

    def test_says_who_has_it(self, room):
        shown = page(in_queue(room)).stages
        assert [(one.label, one.key, one.who, one.on) for one in shown] == [
            ("拟稿", "done", "陶思远", datetime.date(2026, 3, 3)),
            ("科室审", "done", "梁静宜", datetime.date(2026, 3, 4)),
            ("宣传科审", "now", "", None),
            ("投出", "not-due", "", None),
            ("采用", "not-due", "", None),
        ]

    def test_says_that_a_head_was_not_reviewed(self, room):
        assert self.stages(handed_in(room, author=room.head))[1:3] == [("科室审", "skipped", "不经"), ("宣传科审", "now", "在审")]

    def test_says_how_it_ended(self, room):
        assert self.stages(given_back(room))[1:] == [
            ("科室审", "late", "退回"),
            ("宣传科审", "not-due", "还没有"),
            ("投出", "not-due", "还没有"),
            ("退回", "late", "退回"),
        ]
        by_office = return_article(article=in_queue(room), reason="facts", by=room.officer, now=PASSED_AT)
        assert self.stages(by_office)[1:3] == [("科室审", "done", "已通过"), ("宣传科审", "late", "退回")]
        aside = set_aside_article(article=in_queue(room), reason="no_news", by=room.officer, now=PASSED_AT)
        assert self.stages(aside)[-1] == ("未用", "late", "未用")
        assert page(aside).stages[-1].who == "沈一舟"

    def test_says_what_the_office_entered_itself(self, room):
        assert self.stages(MediaArticleFactory(state="adopted")) == [("登记", "done", "宣传科登记"), ("采用", "done", "采用")]

    def test_shows_what_it_counts_for(self, room):
        RuleSetFactory(dedupe="every")
        article = MediaArticleFactory(title="得分的", state="adopted", by_departments=[room.office])
        PlacementFactory(article=article, outlet=OutletFactory(name="样报", grade=("city", "none")), is_rescored=True)
        shown = page(article)
        assert [(one.record, one.parts, one.credited) for one in shown.scored] == [("样报（市级）", ["city 级 5"], 5)]
        assert shown.credited == 5
        assert "about=" in shown.scored[0].ask_url

    def test_asks_the_same_number_of_statements_however_much_there_is(self, room):
        RuleSetFactory()
        article = in_queue(room)
        PlacementFactory(article=article, is_rescored=True)
        few = statements(lambda: page(article))
        for _number in range(5):
            PlacementFactory(article=article, is_rescored=True)
        CreditableEventFactory(article=article)
        send_article(article=article, outlets=[OutletFactory(), OutletFactory()], sent_on=TODAY, by=room.officer, now=NOW)
        assert statements(lambda: page(article)) == few
