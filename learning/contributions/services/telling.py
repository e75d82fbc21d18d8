"""What the people around an article are told on the site."""

import datetime

from django.urls import reverse

from cms.inbox.services import send_messages

from ..choices import ArticleState
from ..models import ArticleStep, MediaArticle
from ..reviewing import account_ids_of, officers

SUBJECT = 120


def tell_authors(article: MediaArticle, made: ArticleStep, what: str) -> None:
    """Those whose piece it is, but not whoever did it: `what` became of it, why, what was said."""
    said = [f"原因：{made.get_reason_display()}。" if made.reason else "", made.note]
    send_messages(
        to=account_ids_of(article) - {made.by_id},
        subject=f"{what}：{article.title}"[:SUBJECT],
        text="\n\n".join(filter(None, said)),
        url=reverse("media_article", args=[article.pk]),
        key=_key(article, made, "authors"),
        now=made.at,
    )


def tell_reviewers(article: MediaArticle, made: ArticleStep, *, heads: set[int]) -> None:
    """Whoever is to decide now: `heads` (accounts) where it is the department's turn, the office otherwise."""
    is_section = article.state == ArticleState.SECTION
    to = heads if is_section else set(officers().values_list("pk", flat=True))
    send_messages(
        to=to - {made.by_id},
        subject=f"待{'科室' if is_section else '宣传科'}审：{article.title}"[:SUBJECT],
        text=f"{made.by_name}提交。{made.note}" if made.note else f"{made.by_name}提交。",
        url=reverse("review_article", args=[article.pk]),
        key=_key(article, made, "reviewers"),
        now=made.at,
    )


def tell_office(article: MediaArticle, made: ArticleStep, *, now: datetime.datetime) -> None:
    """That a department has passed it on."""
    send_messages(
        to=set(officers().values_list("pk", flat=True)) - {made.by_id},
        subject=f"待宣传科审：{article.title}"[:SUBJECT],
        text=f"{made.by_name}已审核通过。",
        url=reverse("review_article", args=[article.pk]),
        key=_key(article, made, "office"),
        now=now,
    )


def _key(article: MediaArticle, made: ArticleStep, whom: str) -> str:
    return f"article:{article.pk}:step:{made.pk}:{whom}"
