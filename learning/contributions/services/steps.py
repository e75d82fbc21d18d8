"""What happened to an article, written once: the step of its history, where it stands since, what follows from that, the audit log."""

import datetime

from django.db import transaction
from wagtail.log_actions import log

from ..choices import ArticleState, Reason, Step
from ..models import ArticleStep, MediaArticle
from ..naming import named_in_log
from .events import complete_commission
from .workflow import accept

NAME = ArticleStep._meta.get_field("by_name").max_length
EXPLAINED = frozenset({ArticleState.UNUSED, ArticleState.RETURNED})  # the states whose reason the author is shown
TAKEN = frozenset({ArticleState.SENT, ArticleState.ADOPTED})  # by the office: the text goes live, a call is answered


@transaction.atomic
def record_step(
    article: MediaArticle, *, step: Step, state: ArticleState, by, now: datetime.datetime, reason: Reason | str = "", note: str = ""
) -> ArticleStep:
    """`article` stands in `state` from now on, for `reason` where it was given back or not used. Its row is locked by whoever calls.

    `by` is None for what the site does itself. Of the article only these facts are saved; what else was changed on it is the caller's, before
    this. Once the office takes the piece its text goes live, and the call it answers is done (an event, scored).
    """
    article.state, article.moved_at = state, now
    article.reason, article.reason_note = (reason, note) if state in EXPLAINED else ("", "")
    article.save(update_fields=["state", "moved_at", "reason", "reason_note"])
    made = ArticleStep.objects.create(
        article=article,
        step=step,
        state=state,
        at=now,
        by=by,
        by_name=(by.get_full_name() if by else "")[:NAME],
        reason=reason,
        note=note,
    )
    # The note may quote the text: it stays out of the log, which auditors read.
    log(
        instance=article,
        title=named_in_log(article),
        action="contributions.move_article",
        user=by,
        data={"step": str(step), "state": str(state), "reason": str(reason)},
    )
    if state in TAKEN:
        accept(article, by=by)
        complete_commission(article, by=by, now=now)
    return made
