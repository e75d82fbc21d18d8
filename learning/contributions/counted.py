"""「这条算进了」 of an article and of a report: beside the scores, whose five haves and which requirements."""

from ..programme.counting_in import CountedLine, Where, counts_toward
from ..programme.rights import Rights
from .article_page import ArticlePage
from .choices import ArticleState, ResearchState
from .facts import ADOPTION, RESEARCH, RESEARCH_REPORT, RESEARCH_USE
from .models import Placement, ResearchReport

NOBODY_OF_OURS = "作者里没有本单位名册上的人，不记进五有档案。"
REPORT_DOES_NOT = {
    ResearchState.DECLARED: "选题还没有批准。报告提交以后，自动算进科室的要求和调研组成员的五有档案。",
    ResearchState.RETURNED: "选题已退回，哪里都不算。",
    ResearchState.APPROVED: "报告还没有提交。提交以后，自动算进科室的要求和调研组成员的五有档案。",
    ResearchState.WITHDRAWN: "已撤回，哪里都不算。",
}


def lines_of_article(page: ArticlePage, rights: Rights) -> list[CountedLine]:
    return counts_toward((ADOPTION,), page.article.pk, rights=rights, why_not=_why_article_does_not(page))


def _why_article_does_not(page: ArticlePage) -> str:
    state, is_confirmed = page.article.state, any(one.confirmed_at for one in page.placements)
    if is_confirmed:
        return NOBODY_OF_OURS
    if state == ArticleState.RETURNED:
        return "已退回，哪里都不算。改好重新提交，被媒体采用以后才算。"
    if state == ArticleState.UNUSED:
        return "没有采用，不记进作者的五有档案。"
    if state == ArticleState.ADOPTED:
        return "采用还没有确认，确认以后才算。"
    return "还没有采用，哪里都不算。被媒体采用并经宣传科确认以后，自动记进作者的五有档案。"


def lines_of_placement(placement: Placement, rights: Rights) -> list[CountedLine]:
    """A piece counts once, however often it was used: on the day of its first use."""
    if placement.confirmed_at is None:
        return [CountedLine(Where.NOWHERE, why="等待宣传科确认，确认以后自动记进作者的五有档案。")]
    return counts_toward((ADOPTION,), placement.article_id, rights=rights, why_not=NOBODY_OF_OURS)


def lines_of_report(report: ResearchReport, rights: Rights) -> list[CountedLine]:
    kinds = (RESEARCH_REPORT, RESEARCH, RESEARCH_USE)
    return counts_toward(kinds, report.pk, rights=rights, why_not=REPORT_DOES_NOT.get(report.state, ""))
